"""Frames: what in a sentence is reported, asked, advised or quoted rather than asserted by the draft."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimlint.language.cues import Found
from claimlint.patterns import Text
from claimlint.structs import Struct
from claimlint.types import Block

_CLAUSE_BREAK = frozenset([";", "—", "–", ":"])
_TURN = frozenset("but however yet".split())
_ADVICE_TURN = _TURN | frozenset("so because which who".split())
_QUESTION_START = re.compile(
    r"^\W*(?:is|are|was|does|do|did|can|could|will|would|should|has|have|what|which|how (?:long|much|many|often|safe|soon|well|do|does|can|is|are))\b",
    re.I,
)
_INNER_QUESTION = re.compile(
    r"\b(?:is|are|was|were|does|do|did|can|could|will|would|should)\s[^,;:?]{3,120}\?(?=\s+[a-z(])"
)
_QUOTED = re.compile(r"[“\"]([^“”\"]{2,300})[”\"]|[‘]([^‘’]{4,200})[’]|(?<!\w)'([^']{4,200})'(?!\w)")
_MENTION = re.compile(
    r"\b(?:phrases?|words?|wording|sentences?|claims?|say(?:s|ing)?|said|writes?|writing|written|call(?:s|ed|ing)?|terms?|labels?|slogans?|headlines?|copy|statements?|"
    r"delete|avoid|never|instead of|replace|strike|cut|flag(?:s|ged)?|means?|quot(?:e|es|ed)|headings?|titles?|ran|read(?:s)?|tell(?:s|ing)?|told|promis\w+)\b",
    re.I,
)
_SLOGAN = re.compile(
    r"^\s*+(?:,\s*+)?(?:is|was|are|were|gets?|got)\s+(?:often\s+|still\s+)?(?:how\b|the\s+(?:sort|kind|type)\b|stamped|printed|plastered|splashed|"
    r"what\b|a\s+(?:line|slogan|phrase|claim|boast)\b)(?!.*\b(?:our|my|patients?|clients?|customers?|members?)\b)"
)
"""What follows a quoted slogan that is talked about; the seller's own customers are no such talk."""
_HEARSAY = re.compile(
    r"\b(?:what|things|lines|claims|stories)\s+(?:we|you|people|parents|patients|clients|customers|they|others)\s+(?:\w+\s+)?(?:hear|heard|say|read|see|tell)\b"
    r"|\brumou?rs?\b|\bhearsay\b|\bthe internet says\b|\bheard (?:at|on|in)\b",
    re.I,
)
"""Headings over what others say: a quotation below them is theirs."""
_BAD_EXAMPLE = re.compile(
    r"^\W*[❌✗✘🚫⛔]|^\W*(?:bad|wrong|don['’]?t(?: say| write)?|do not (?:say|write)|avoid|never (?:say|write)|risky|non-?compliant|before|not ok(?:ay)?)\s*[:–—-]",
    re.I,
)
_BAD_HEADER = re.compile(
    r"^\W*(?:(?:delete|avoid|cut|strike|replace|flagged|banned|forbidden|prohibited|risky|problem|bad|non-?compliant|don['’]?t (?:say|write|use)|do not (?:say|write|use)|"
    r"never (?:say|write|use)|instead of|what not to (?:say|write)|words? to avoid|phrases? to avoid)\b.{0,40})$",
    re.I,
)
_EDUCATION = re.compile(
    r"\b(?:phrases?|words?|claims?|wording|copy|strike|compliance|compliant|advertis\w+|marketing|editor|red pen|drafts?)\b",
    re.I,
)


class Frame(Struct, frozen=True):
    """A range of the block's text that is not asserted by the draft, and why (for the reasons)."""

    name: str
    start: int
    end: int
    note: str


def frames(
    block: Block,
    start: int,
    end: int,
    text: Text,
    cues: Sequence[Found],
    *,
    heading: str,
    lead: str,
    myth_section: bool,
    education: bool = False,
) -> tuple[Frame, ...]:
    """The frames of the sentence block.text[start:end].

    heading: text of the heading above. lead: text of the block that introduces this one (a table's header cell, a
    list's lead-in). myth_section: the heading above the block's own heading lists myths. education: the draft is about
    wording, so that whatever it quotes is mentioned.
    """
    sentence = block.text[start:end]
    found: list[Frame] = []
    names = {cue.name for cue in cues}
    if "endorsing" not in names:
        found += [
            Frame(
                "critical", start, _until_semicolon(text, cue, end), f"“{block.text[cue.start : cue.end]}” rejects it"
            )
            for cue in cues
            if cue.name == "critical"
        ]
        found += [
            Frame(
                cue.name,
                cue.start,
                _until_turn(text, cue, end),
                f"reported, not asserted: “{block.text[cue.start : cue.end]}”",
            )
            for cue in cues
            if cue.name in ("myth", "reported")
        ]
    found += [
        Frame("advice", cue.start, _until_turn(text, cue, end), f"advice: “{block.text[cue.start : cue.end]}”")
        for cue in cues
        if cue.name == "advice"
    ]
    found += [
        Frame("regulatory", cue.end, _until_turn(text, cue, end), "what an approval is for, no effect promised")
        for cue in cues
        if cue.name == "regulatory"
    ]
    if _is_question(block, sentence) and "own-voice" not in names:
        found.append(Frame("question", start, end, "asked, not asserted"))
    found += [
        Frame("question", start + match.start(), start + match.end(), "a question inside the sentence")
        for match in _INNER_QUESTION.finditer(sentence)
    ]
    if "disclosure" in names:
        found.append(Frame("disclosure", start, end, "the sentence discloses the status of this use"))
    if myth_section and block.kind == "heading" and "rebuttal" not in names:
        found.append(Frame("myth", start, end, "a heading in a section on myths"))
    if (
        _BAD_EXAMPLE.search(sentence)
        or (block.kind == "cell" and _BAD_HEADER.match(lead))
        or (block.kind in ("item", "quote", "cell") and _BAD_HEADER.match(lead.rstrip(":")))
    ):
        found.append(Frame("mention", start, end, "quoted as a bad example"))
    if _HEARSAY.search(heading) and sentence[:1] in "\"“'‘":
        found.append(Frame("reported", start, end, "quoted under a heading on what others say"))
    found += _mentions(start, sentence, heading, education)
    found += [
        Frame("struck", mark.start, mark.end, "struck out")
        for mark in block.marks
        if mark.kind == "strike" and mark.start < end and start < mark.end
    ]
    return tuple(found)


def _until_semicolon(text: Text, cue: Found, end: int) -> int:
    """The end of what is rejected: "Whoever called it risky was wrong; it is perfectly safe" goes on to assert."""
    return next((token.start for token in text.tokens[cue.last + 1 :] if token.form == ";"), end)


def _until_turn(text: Text, cue: Found, end: int) -> int:
    """The end of what a framing phrase introduces: a mark that opens a new clause, or a turn after a comma."""
    for index in range(cue.last + 1, len(text.tokens)):
        token = text.tokens[index]
        # what is reported may follow a colon: "What you hear is this: that …"
        if token.form in _CLAUSE_BREAK and index > cue.last + 1 and not (token.form == ":" and cue.name == "reported"):
            return token.start
        turns = _ADVICE_TURN if cue.name == "advice" else _TURN
        if token.form in turns and text.tokens[index - 1].form == ",":
            return token.start
    return end


def _is_question(block: Block, sentence: str) -> bool:
    bare = sentence.rstrip("\"'”’)*] ")
    return bare.endswith("?") or (
        block.kind == "heading" and bool(_QUESTION_START.match(sentence)) and not bare.endswith((".", "!"))
    )


def _mentions(start: int, sentence: str, heading: str, education: bool) -> list[Frame]:
    """Quoted wording that the sentence talks about ("clinically proven" gets cut), in drafts about wording."""
    found = []
    for match in _QUOTED.finditer(sentence):
        around = sentence[: match.start()] + sentence[match.end() :]
        about_wording = _MENTION.search(around) and (_EDUCATION.search(around) or _EDUCATION.search(heading))
        slogan = match.start() == 0 and _SLOGAN.match(sentence[match.end() :])
        if education or slogan or (len(around.split()) >= 2 and about_wording):
            found.append(
                Frame(
                    "mention", start + match.start(), start + match.end(), "wording that is talked about, not claimed"
                )
            )
    return found
