"""Cues: the hedges, negations, boosters and framing words of a sentence, found by patterns, scoped by syntax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from claimlint.language import scope
from claimlint.language.model import Tree
from claimlint.patterns import Matcher, Text
from claimlint.structs import Struct, replace
from claimlint.types import Cue, CueKind

_SCOPED: Mapping[str, tuple[CueKind, str]] = {
    "hedge-strong": ("hedge", "strong"),
    "hedge-medium": ("hedge", "medium"),
    "hedge-weak": ("hedge", "weak"),
    "softener": ("softener", "weak"),
    "hedge-fake": ("softener", "fake"),
    "limiter": ("limiter", "medium"),
    "negation": ("negation", ""),
    "booster": ("booster", ""),
    "critical": ("attribution", "critical"),
    "myth": ("attribution", "myth"),
    "reported": ("attribution", "neutral"),
    "endorsing": ("attribution", "endorsing"),
}
_RIVALS = (
    "hedge-strong",
    "hedge-medium",
    "hedge-weak",
    "softener",
    "hedge-fake",
    "limiter",
    "not-hedge",
    "negation",
    "not-negation",
)
_GOVERNING = ("hedge", "softener", "limiter", "negation")
_MODALS = frozenset("may might could can would should must will".split())
VERBS = frozenset({"TREAT_VERB", "IMPROVE_VERB", "CURE_VERB"})
"""Lists of claim verbs, which the small model often tags as nouns."""
_CLAUSE_END = frozenset(", ; : . ! ? — – ( )".split())


class Found(Struct, frozen=True):
    """A cue before its scope is known: its name in the pack, its tokens and its place in the block's text."""

    name: str
    first: int
    last: int
    start: int
    end: int


class Cues:
    """The cues that a matcher of all packs' cue patterns finds."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def find(self, text: Text) -> tuple[Found, ...]:
        """All cues of a sentence, in order; of rivals that overlap the longest stays, and look-alikes
        (not-hedge, not-negation) vanish after they have won."""
        return text.once(self, self._find)

    def _find(self, text: Text) -> tuple[Found, ...]:
        found = [
            Found(name, first, end - 1, text.tokens[first].start, text.tokens[end - 1].end)
            for name, first, end, _ in self._matcher.matches(text)
        ]
        rivals = sorted(
            (cue for cue in found if cue.name in _RIVALS),
            key=lambda cue: (cue.first - cue.last, cue.first, _RIVALS.index(cue.name)),
        )
        taken: list[Found] = []
        for cue in rivals:
            if all(cue.last < other.first or cue.first > other.last or _indifferent(cue, other) for other in taken):
                taken.append(cue)
        kept = [cue for cue in taken if not cue.name.startswith("not-")]
        return tuple(
            sorted(
                {*kept, *(cue for cue in found if cue.name not in _RIVALS)},
                key=lambda cue: (cue.first, cue.last, cue.name),
            )
        )


def _indifferent(one: Found, other: Found) -> bool:
    """Whether two cues may overlap: one is a look-alike of another kind than the other."""
    pairs = ((one.name, other.name), (other.name, one.name))
    return any(
        (name == "not-hedge" and rival in ("negation", "not-negation"))
        or (name == "not-negation" and rival not in ("negation", "not-negation"))
        for name, rival in pairs
    )


def resolve(found: Iterable[Found], tree: Tree, text: Text, block_text: str) -> tuple[Cue, ...]:
    """Give each hedge and negation its scope; framing cues get none here (see `frames`).

    tree: the parsed sentence with offsets into the block's text, or () for the window alone.
    """
    cues = []
    for item in found:
        if item.name not in _SCOPED or _is_name(item, tree, text):
            continue
        kind, strength = _SCOPED[item.name]
        ranges = _ranges(item, kind, tree, text) if kind in _GOVERNING else ()
        # a cue of the lead-in stands nowhere in the block
        led = " ".join(token.form for token in text.tokens[item.first : min(item.last + 1, text.lead)])
        cues.append(Cue(kind, led or block_text[item.start : item.end], item.start, item.end, ranges, strength))
    return tuple(_apart(cue, cues, text) for cue in cues)


def _apart(cue: Cue, cues: Sequence[Cue], text: Text) -> Cue:
    """A negation ends where a coordinated one begins: "no trace and no ill effects"."""
    if cue.kind != "negation":
        return cue
    before = {token.start: text.tokens[index - 1].form for index, token in enumerate(text.tokens) if index}
    stops = [
        other.start
        for other in cues
        if other.kind == "negation" and other.start > cue.end and before.get(other.start) in ("and", "or", ",", "nor")
    ]
    if not stops:
        return cue
    return replace(cue, scope=tuple((start, min(end, stops[0])) for start, end in cue.scope if start < stops[0]))


def _is_name(item: Found, tree: Tree, text: Text) -> bool:
    """May the month, might the noun, 'd for had, NO the molecule: what the tagger takes for no modal or determiner."""
    form = text.tokens[item.first].form
    if item.first != item.last or (form not in _MODALS and form != "no"):
        return False
    tags = ("NNP", "NNPS") if form == "no" else ("NNP", "NNPS", "NN", "VBD")
    return any(node.start == item.start and node.tag in tags and node.dep != "det" for node in tree)


def _ranges(item: Found, kind: str, tree: Tree, text: Text) -> tuple[tuple[int, int], ...]:
    if item.first < text.lead:
        return ((text.tokens[0].start, text.tokens[-1].end),)
    inside = [index for index, node in enumerate(tree) if node.start < item.end and item.start < node.end]
    if not inside or not scope.has_verb(tree) or _either_way(item, text):
        return (_window(item, text),)
    covered = scope.governed(tree, inside[0], inside[-1], kind) - set(inside)
    if not covered or (item.name == "hedge-strong" and tree[max(covered)].end <= item.start):
        return (_window(item, text),)
    return _runs(tree, covered, text, item)


def _either_way(item: Found, text: Text) -> bool:
    """In "Whether you sit or lie, …" the fronted clause leaves nothing open that the main clause says."""
    forms = [token.form for token in text.tokens]
    return item.first == 0 and forms[0] == "whether" and "," in forms and "or" in forms[: forms.index(",")]


def _window(item: Found, text: Text) -> tuple[int, int]:
    """From the cue to the next mark of punctuation: what a tree-less reader takes for its scope."""
    end = item.end
    for token in text.tokens[item.last + 1 :]:
        if token.form in _CLAUSE_END:
            break
        end = token.end
    return (item.start, end)


def _runs(tree: Tree, covered: set[int], text: Text, item: Found) -> tuple[tuple[int, int], ...]:
    """Neighbouring tokens as ranges; a semicolon or dash ends every scope, whatever the tree says, and a colon one that
    stands before any verb ("A tea, not a drug: …")."""
    verb = next((node.start for node in tree if node.tag.startswith(("VB", "MD"))), 0)
    stops = [
        i
        for i, token in enumerate(text.tokens)
        if token.form in (";", "—", "–") or (token.form == ":" and token.start < verb) or _spaced_hyphen(text, i)
    ]
    after = [i for i in stops if i > item.last]
    if after and after[0] == item.last + 1:
        after = after[2:]  # "does not — we checked — work"
    low = max((text.tokens[i].end for i in stops if i < item.first), default=0)
    high = min([_second_verb(tree, text, item), *(text.tokens[i].start for i in after[:1])])
    runs: list[list[int]] = []
    for index in sorted(covered):
        node = tree[index]
        if node.start < low or node.end > high:
            continue
        if runs and all(
            tree[between].tag in (",", ".", ":", "''", "``", "HYPH", "-LRB-", "-RRB-")
            for between in range(runs[-1][2] + 1, index)
        ):
            runs[-1][1:] = [node.end, index]
        else:
            runs.append([node.start, node.end, index])
    return tuple((start, end) for start, end, _ in runs)


def _spaced_hyphen(text: Text, index: int) -> bool:
    """A hyphen typed for a dash: "not thick - more like water", "not thick -- more like water"."""
    near = text.tokens[max(0, index - 1) : index + 2]
    return (
        text.tokens[index].form == "-"
        and len(near) == 3
        and (near[0].form == "-" or near[0].end < near[1].start)
        and (near[2].form == "-" or near[1].end < near[2].start)
    )


def _second_verb(tree: Tree, text: Text, item: Found) -> int:
    """Where a second clause starts, which the cue does not reach though the tree says so: after ", but" or ", yet", or a
    conjunct with its own finite claim verb ("could brighten your day and repairs nerve damage", "may arrive early, and our tea soothes pain" with the verb taken
    for a noun); the end of the sentence if there is none."""
    tags = {node.start: node.tag for node in tree}
    tokens = text.tokens
    # "no herb, oil or tea cures …": a negation reaches across "or"
    joins = ("and", "but", "so") if item.name == "negation" else ("and", "but", "or", "so")
    for index in range(item.last + 2, len(tokens)):
        token = tokens[index]
        if token.form in ("but", "yet") and tokens[index - 1].form == ",":
            return token.start
        finite = token.form.endswith("s") and not token.form.endswith("ss") and not VERBS.isdisjoint(text.tags[index])
        if not finite:
            continue
        if tokens[index - 1].form in joins[:-1]:
            return tokens[index - 1].start
        if tags.get(token.start, "").startswith("NN"):
            for before in range(index - 2, max(item.last, index - 7), -1):
                if tokens[before].form in joins and tokens[before - 1].form == ",":
                    return tokens[before].start
    return tree[-1].end
