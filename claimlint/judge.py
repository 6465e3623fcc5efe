"""The judgement: a hit becomes a finding or is passed over, always with the reasons. Pure, no model.

The steps, in order; the first that applies decides: other sense, about, negated, frame, facts, remedy.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from claimlint.find import Hit
from claimlint.language import scope
from claimlint.language.frames import Frame
from claimlint.language.model import Tree, children
from claimlint.language.topic import HEALTH, NAMEABLE, SUBJECT, Topic
from claimlint.patterns import Text, fold
from claimlint.structs import Struct
from claimlint.types import Citation, Cue, Rule

SECTION = frozenset({"disclosure", "balance"})
"""Remedies that may stand anywhere in the section of the claim."""
_CLOSING = ("author-year", "numeric", "superscript", "note", "number", "doi", "pmid")
"""Forms of citation that stand at the end of what they support."""
_NEW_CLAUSE = re.compile(r"(?:[^\w,;:]*+[,;:])++\s*+(?:and|but|yet|so|while|whereas|which means)\b")
_STRENGTH = {"fake": 0, "weak": 1, "medium": 2, "strong": 3}
_JOINING = frozenset("of for".split())
_CLAUSE = frozenset(", ; : . ! ? — – ( )".split())


class Context(Struct, frozen=True):
    """All that a verdict on the hits of one sentence may look at; cues are in block offsets, scoped."""

    text: Text
    tree: Tree
    cues: tuple[Cue, ...]
    frames: tuple[Frame, ...]
    citations: tuple[Citation, ...]
    exceptions: tuple[tuple[str, int, int], ...]
    topic: Topic
    healthy: bool
    """Whether the sentence by itself is about health, whatever the draft is about."""
    block_text: str
    near: bool = True
    """Whether this sentence, its neighbours or its heading name anything that a health claim can be about."""
    around: frozenset[str] = frozenset()
    """Names of the cues in the sentence's section, if a rule's remedy may stand there."""
    approval: Callable[[Hit], tuple[bool, str]] | None = None
    """What the data on approvals say about a hit: whether they bear it out, and how (see `facts`)."""
    answer: str = ""
    """How the next sentences answer this one, if it asks: affirm, deny, flat-no; "" if they do not."""


class Decision(Struct, frozen=True):
    """step: sense, about, negation, frame, facts, remedy or finding; trigger for rules about the whole draft. missing: the remedies that would have helped."""

    step: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()
    near: tuple[tuple[int, int, str], ...] = ()


def judge(hit: Hit, rule: Rule, context: Context) -> Decision:
    """Decide on one hit. A rule about the whole draft is triggered by a mention, whatever is said of it."""
    reasons: list[str] = [f"“{context.block_text[hit.start : hit.end]}” matches the pattern “{hit.pattern}”"]
    for name, step in _STEPS if rule.scope == "claim" else _STEPS[:2]:
        if reason := step(hit, rule, context):
            return Decision(name, (*reasons, reason))
    if rule.scope == "draft":
        listed = next((frame.note for frame in context.frames if frame.name == "reference"), "")
        return Decision("frame", (*reasons, listed)) if listed else Decision("trigger", tuple(reasons))
    if rule.facts and context.approval:
        held, reason = context.approval(hit)
        reasons += [reason] if reason else []
        if held:
            return Decision("facts", tuple(reasons))
    return _remedied(hit, rule, context, reasons)


def passes(hit: Hit, rule: Rule, context: Context) -> bool:
    """Whether a hit is passed over whatever a tree and the cues would say of it."""
    return bool(_other_sense(hit, rule, context) or _not_about(hit, rule, context) or _framed(hit, rule, context))


def _other_sense(hit: Hit, rule: Rule, context: Context) -> str:
    for name, start, end in context.exceptions:
        if name == rule.id and start < hit.end and hit.start < end:
            return f"other sense: “{context.block_text[start:end]}”"
    return ""


def _not_about(hit: Hit, rule: Rule, context: Context) -> str:
    if rule.about == "any":
        return ""
    if not context.topic.health and not context.healthy:
        return "the draft and this sentence are not about health"
    if not context.near and not context.topic.certain:
        return "nothing near it is about health"
    if rule.about == "treatment" and context.topic.voice == "reference":
        return "a description in a text that neither sells nor addresses readers"
    mundane = _mundane(hit, context) or _all_mundane(hit, context)
    if mundane:
        return f"about “{mundane}”, no treatment"
    return ""


def _mundane(hit: Hit, context: Context) -> str:
    """The everyday thing that the claim is about: named nearer to it in its clause than any health term; else "".

    The subject's side wins: of terms on the left only the nearest counts. Words for side effects and risks inside
    the claim say nothing about its subject.
    """
    low, high = _clause_bounds(hit, context.text)
    tags, tokens = context.text.tags, context.text.tokens
    inside = range(hit.first, hit.last + 1)

    def mundane(index: int) -> str:
        if "MUNDANE" not in tags[index] or (index > low and not NAMEABLE.isdisjoint(tags[index - 1])):
            return ""  # no everyday thing after all: the laser route, the detox house
        if index in inside and (
            tokens[index].form in hit.wording
            or any(
                index < end
                for left in range(hit.first, index + 1)
                for name in hit.lists & tags[left].keys()
                for end in tags[left][name]
            )
            or any(not SUBJECT.isdisjoint(tags[left]) for left in range(hit.first, index))
        ):
            return ""  # the pattern's own idiom ("takes the place of"), or said after the thing that the claim is about
        return context.block_text[tokens[index].start : tokens[max(tags[index]["MUNDANE"]) - 1].end]

    low_end = hit.last + 1
    for index in (*inside, *range(low_end, min(low_end + 4, high))):
        joined = index > hit.first and (tokens[index - 1].form in _JOINING or tokens[index - 2].form in _JOINING)
        if joined and (thing := mundane(index)):
            return thing  # without side effects for your booking, the perils of the ring road
    closes = any(
        hit.last + 1 in ends
        for index in inside
        for name in SUBJECT & tags[index].keys()
        for ends in [tags[index][name]]
    )
    if closes and hit.last + 1 < high and (follower := mundane(hit.last + 1)):
        return follower  # eliminates kidney-stone paperwork
    if any(not SUBJECT.isdisjoint(tags[index]) for index in inside):
        return next((thing for index in inside if (thing := mundane(index))), "")
    for index in (*range(hit.first - 1, low - 1, -1), *inside):
        if not HEALTH.isdisjoint(tags[index]) and index not in inside:
            return ""
        if thing := mundane(index):
            return thing
    return ""


def _all_mundane(hit: Hit, context: Context) -> str:
    """The everyday thing before the claim in a sentence that names nothing medical: "The room has a lock, so your
    things are safe"."""
    tags, tokens = context.text.tags, context.text.tokens
    own = range(context.text.lead, len(tokens))
    if any(not HEALTH.isdisjoint(tags[index]) for index in own):
        return ""
    for index in range(context.text.lead, hit.first):
        if "MUNDANE" in tags[index]:
            return context.block_text[tokens[index].start : tokens[max(tags[index]["MUNDANE"]) - 1].end]
    return ""


def _clause_bounds(hit: Hit, text: Text) -> tuple[int, int]:
    """The tokens around the hit up to the nearest marks: first, and end (exclusive)."""
    marks = [index for index, token in enumerate(text.tokens) if token.form in _CLAUSE]
    low = max((mark + 1 for mark in marks if mark < hit.first), default=0)
    return low, min((mark for mark in marks if mark > hit.last), default=len(text.tokens))


def _negated(hit: Hit, _rule: Rule, context: Context) -> str:
    for cue in context.cues:
        if cue.kind == "negation" and not makes(hit, cue.start, cue.end, context) and _in_scope(hit, cue, context):
            return f"negated by “{cue.text}”"
        if (
            cue.kind == "hedge"
            and cue.strength == "strong"
            and not makes(hit, cue.start, cue.end, context)
            and _in_scope(hit, cue, context)
        ):
            return f"not asserted: “{cue.text}”"
    return ""


def makes(hit: Hit, start: int, end: int, context: Context) -> bool:
    """Whether the cue at this place is part of the claim itself ("no side effects"): inside the hit, and asked for by its
    pattern, by its words or by a term of one of its lists."""
    if not (hit.start <= start < end <= hit.end):  # a cue of the lead-in stands nowhere in the block
        return False
    text, said = context.text, context.block_text[start:end]
    words = {"not" if word.endswith("n't") else word for word in fold(said).replace("-", " ").split()}
    return words <= hit.wording or any(
        text.tokens[index].start <= start and end <= text.tokens[stop - 1].end
        for index in range(hit.first, hit.last + 1)
        for name in hit.lists & text.tags[index].keys()
        for stop in text.tags[index][name]
    )


def _framed(hit: Hit, rule: Rule, context: Context) -> str:
    if hit.denied:
        return "" if context.answer == "flat-no" else "asked, and not answered with a flat no"
    if rule.within:
        inside = any(frame.name == rule.within and frame.start <= hit.start for frame in context.frames)
        return "" if inside else f"not in a {rule.within} frame"
    for frame in context.frames:
        if frame.name == "disclosure" and not rule.broad:
            continue  # a disclosed status excuses that the use is named, not what is promised of it
        if frame.start <= hit.start and hit.start < frame.end:
            return frame.note
    predicate = _predicates(hit, context.tree)
    if predicate and scope.conditional(context.tree, predicate):
        return "supposed or asked in an if- or whether-clause, not asserted"
    return ""


_STEPS = (("sense", _other_sense), ("about", _not_about), ("negation", _negated), ("frame", _framed))


def _remedied(hit: Hit, rule: Rule, context: Context, reasons: list[str]) -> Decision:
    hedge, hedge_notes, near_hedges = _hedged(hit, context)
    cited, cite_notes, near_citations = _cited(hit, context)
    reasons += [*hedge_notes, *cite_notes]
    present = {
        "hedge": hedge,
        "citation": cited,
        "disclosure": "disclosure" in context.around,
        "balance": "risk" in context.around,
        "removal": False,
    }
    reasons += [f"no {remedy} in its section" for remedy in rule.needs if remedy in SECTION and not present[remedy]]
    have = [present[remedy] for remedy in rule.needs]
    if all(have) if rule.needs_all else any(have):
        return Decision("remedy", tuple(reasons))
    missing = tuple(remedy for remedy, there in zip(rule.needs, have, strict=True) if not there)
    if "removal" in rule.needs:
        reasons.append("no hedge or citation makes this wording acceptable")
    return Decision("finding", tuple(reasons), missing, near_hedges + near_citations)


def _hedged(hit: Hit, context: Context) -> tuple[bool, list[str], tuple[tuple[int, int, str], ...]]:
    """Whether a hedge of at least medium strength governs the claim's predicate."""
    notes: list[str] = []
    near: list[tuple[int, int, str]] = []
    hedged = False
    for cue in context.cues:
        if cue.kind not in ("hedge", "softener", "limiter") or makes(hit, cue.start, cue.end, context):
            continue
        if not _in_scope(hit, cue, context):
            notes.append(f"hedge “{cue.text}” does not govern the claim")
            near.append((cue.start, cue.end, "this hedge governs something else"))
        elif _STRENGTH[cue.strength] < _STRENGTH["medium"]:
            notes.append(
                f"“{cue.text}” is " + ("no hedge" if cue.strength == "fake" else "too weak a hedge to stand alone")
            )
            near.append((cue.start, cue.end, "too weak"))
        else:
            notes.append(f"hedged by “{cue.text}”")
            hedged = True
    return hedged, notes or ["no hedge in the sentence"], tuple(near)


def _cited(hit: Hit, context: Context) -> tuple[bool, list[str], tuple[tuple[int, int, str], ...]]:
    """Whether a citation that resolves covers the claim: one that closes an earlier clause of the sentence does not."""
    notes: list[str] = []
    for item in context.citations:
        if item.fault:
            notes.append(f"citation “{item.text}” does not count: {item.fault}")
        elif item.form in _CLOSING and item.end <= hit.start and _NEW_CLAUSE.match(context.block_text, item.end):
            notes.append(f"citation “{item.text}” belongs to the clause before")
        else:
            return True, [f"cited: {item.text}"], ()
    near = tuple((item.start, item.end, item.fault or "belongs to the clause before") for item in context.citations)
    return False, notes or ["no citation covers the sentence"], near


def _predicates(hit: Hit, tree: Tree, cue: Cue | None = None) -> list[int]:
    """The tokens of the hit that the rest of it hangs on; those of the cue itself do not count."""
    inside = {
        index for index, node in enumerate(tree)
        if node.start < hit.core and hit.start < node.end and not (cue and cue.start <= node.start and node.end <= cue.end)
    }  # fmt: skip
    roots = [index for index in inside if tree[index].head not in inside or tree[index].head == index]
    # of "is safe" the claim is "safe": adverbs and negations of a copula govern what follows it
    said = [
        child
        for root in roots
        if tree[root].lower in scope.COPULAS
        for child in children(tree, root, "acomp", "attr")
        if child in inside
    ]
    return roots + said


def _in_scope(hit: Hit, cue: Cue, context: Context) -> bool:
    """Whether the claim's predicate, or all of its content words, stand in the cue's scope."""

    def within(start: int, end: int) -> bool:
        return any(low <= start and end <= high for low, high in cue.scope)

    tree = context.tree
    for index in _predicates(hit, tree, cue):
        if within(tree[index].start, tree[index].end):
            return True
    if not tree:
        return any(low <= hit.start < high for low, high in cue.scope)
    return False
