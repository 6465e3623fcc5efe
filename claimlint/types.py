"""The values that every stage passes on: frozen, picklable, free of spaCy.

Offsets are code points into the draft's source, half-open; lines and columns are counted from 1 and exist
only at the edges (`Lines`). Offsets into a block's clean text are named `start`/`end` of a value that also
names its block; offsets into the source are always a `Span`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Literal

from claimlint.structs import Struct, field

Severity = Literal["error", "warning", "advice"]
Status = Literal["open", "suppressed", "waived", "substantiated", "baselined"]
BlockKind = Literal[
    "title", "description", "heading", "paragraph", "item", "quote", "cell", "caption", "alt", "button", "field", "note"
]
MarkKind = Literal["link", "note", "number", "cite", "code", "strong", "strike"]
CueKind = Literal["hedge", "softener", "limiter", "negation", "booster", "attribution"]

SEVERITIES: tuple[Severity, ...] = ("advice", "warning", "error")


class Span(Struct, frozen=True, order=True):
    """Half-open range of code points in a draft's source."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


class Position(Struct, frozen=True):
    """A place in the source as people count it: line and column from 1, both in code points."""

    line: int
    column: int
    offset: int


class Lines:
    """Line starts of a source, so that each offset is turned into a `Position` by bisection.

    A line ends at LF, CRLF or a lone CR.
    """

    def __init__(self, source: str) -> None:
        self._size = len(source)
        self.starts = [0]
        position = 0
        for line in source.splitlines(keepends=True):
            position += len(line)
            # str.splitlines also breaks at U+2028, form feed and others, where editors do not
            if line[-1] in "\r\n":
                self.starts.append(position)

    def position(self, offset: int) -> Position:
        line = bisect_right(self.starts, offset) - 1
        return Position(line + 1, offset - self.starts[line] + 1, offset)

    def touched(self, span: Span) -> range:
        """The lines that a span touches, counted from 1."""
        return range(self.position(span.start).line, self.position(max(span.start, span.end - 1)).line + 1)

    def span(self, line: int) -> Span:
        """The source range of a line counted from 1 (with its line end)."""
        end = self.starts[line] if line < len(self.starts) else self._size
        return Span(self.starts[line - 1], end)


class Piece(Struct, frozen=True):
    """Where a run of clean text came from: it starts at `at` in the block's text and ends where the next begins.

    `verbatim`: the run equals source[start:end], so each character maps to its own. Otherwise (an entity, an
    escape, a soft line break folded to a space) the run as a whole stands for source[start:end].
    """

    at: int
    start: int
    end: int
    verbatim: bool = True


class Mark(Struct, frozen=True):
    """Something a reader saw in a block beside its words; `start`/`end` are offsets into the block's text.

    link: `target` is the URL. note: a footnote call, dropped from the text, `target` its label. number: a
    superscript number, dropped from the text, `target` its digits. cite: a citation component or shortcode,
    `target` its key or text. code, strong, strike: ranges of inline code, strong emphasis, struck-out text.
    """

    kind: MarkKind
    start: int
    end: int
    target: str
    span: Span


class Block(Struct, frozen=True):
    """One piece of prose: clean, single-spaced text and the map back to the source.

    section: index of the heading block this one stands under (for a heading: of its parent heading).
    leads: indexes of the blocks that introduce this one: the paragraph before a list, the header cell and the
    first cell of the row, the question of an answer. key: path of a front-matter or data field ("faqs[0].a"), the
    label of a footnote definition. anchor: the HTML id that links may point to. level: of a heading, 1 to 6.
    """

    kind: BlockKind
    text: str
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...] = ()
    section: int | None = None
    leads: tuple[int, ...] = ()
    level: int = 0
    key: str = ""
    anchor: str = ""

    def span(self, start: int, end: int) -> Span:
        """The source range of text[start:end]; an empty range maps to an empty range."""
        first = self._piece(start)
        source_start = first.start + (start - first.at) if first.verbatim else first.start
        if end <= start:
            return Span(source_start, source_start)
        last = self._piece(end - 1)
        source_end = last.start + (end - last.at) if last.verbatim else last.end
        return Span(source_start, max(source_start, source_end))

    def _piece(self, offset: int) -> Piece:
        return self.pieces[max(0, bisect_right(self.pieces, offset, key=lambda piece: piece.at) - 1)]


class Comment(Struct, frozen=True):
    """A comment of the markup (`<!-- … -->`, `{/* … */}`): its inner text and its place, delimiters included."""

    text: str
    span: Span


class Problem(Struct, frozen=True):
    """What is wrong with a draft as a file: unclosed front matter, not UTF-8, binary … Data, never an exception
    that ends a run."""

    message: str
    line: int = 1


Why = Literal["excluded", "hidden", "installed", "report", "format", "link", "special"]
"""excluded by the configuration; hidden by a dot; of an environment or a package; in a report of claimlint; of a format that
is not read; behind a link to a folder; neither file nor folder."""


class Skipped(Struct, frozen=True):
    """A file or a folder below what was asked for that is not looked into. draft: whether it may well be a draft, or hold
    some, that nobody said to leave out."""

    name: str
    why: Why
    draft: bool = False


class Document(Struct, frozen=True):
    """A draft as its reader understood it, in source order.

    digest: SHA-256 of the file, if the source is not what the file holds but was taken from it (Word); else "".
    """

    name: str
    source: str
    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    digest: str = ""


class Cue(Struct, frozen=True):
    """A word or phrase that changes how a claim is meant, with the ranges of the sentence it governs.

    `start`/`end` and `scope` are offsets into the block's text. strength grades hedges: strong, medium;
    a softener looks like a hedge and is none: weak ("can", "helps") or fake ("virtually"). A limiter ("in some people", "for a while") narrows a claim as a hedge does, but expresses no uncertainty.
    """

    kind: CueKind
    text: str
    start: int
    end: int
    scope: tuple[tuple[int, int], ...] = ()
    strength: str = ""


class Citation(Struct, frozen=True):
    """A reference found in a block's text, and whether it resolves.

    form: doi, pmid, link, note, numeric, author-year, narrative, source, named … fault: "" if it resolves, else the code of
    what is wrong with it (knowledge: dangling, own-site, commercial, news, study-without-link, placeholder …). entry: the
    text of what it resolved to, in the draft or in a library; study: the study type of that (`studies.STUDY_TYPES`). Both
    are "" if it stands for itself.
    """

    form: str
    text: str
    start: int
    end: int
    fault: str = ""
    study: str = ""
    entry: str = ""


class Work(Struct, frozen=True, eq=False):
    """One work of a bibliography library.

    key: what drafts cite it by. authors: family names with their particles, an organisation as one. year: 0 if none is
    known. doi: in lower case, without resolver. pmid: digits. study: one of `studies.STUDY_TYPES`, or "". file, line:
    where it stands, lines from 1; two that differ in nothing else are the same work.
    """

    key: str
    authors: tuple[str, ...] = ()
    year: int = 0
    title: str = ""
    doi: str = ""
    pmid: str = ""
    study: str = ""
    file: str = ""
    line: int = 0

    @property
    def _said(self) -> tuple[object, ...]:
        return self.key, self.authors, self.year, self.title, self.doi, self.pmid, self.study

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Work) and self._said == other._said

    def __ne__(self, other: object) -> bool:  # a struct has one of its own
        return not self == other

    def __hash__(self) -> int:
        return hash(self._said)


class Source(Struct, frozen=True):
    """The basis of a rule. read: ISO date on which the text was read, empty if unverified."""

    title: str
    url: str = ""
    section: str = ""
    read: str = ""


class Treatment(Struct, frozen=True):
    """What a regulator has decided about a treatment, as dated data.

    terms: patterns of its names, brands included. status: approved, cleared, unapproved or withdrawn. uses: patterns of
    the indications it holds that status for. boxed, rems: whether its label carries a boxed warning, whether a REMS
    restricts it. source: where and when that was read.
    """

    name: str
    terms: tuple[str, ...]
    status: str
    uses: tuple[str, ...] = ()
    boxed: bool = False
    rems: bool = False
    note: str = ""
    source: Source = field(default_factory=lambda: Source(""))


class Fix(Struct, frozen=True):
    """A rewrite of what a rule finds: the part of the excerpt that `match` covers becomes `replace`. safe: it asserts
    nothing new, so that it may be applied without asking."""

    match: str
    replace: str
    safe: bool = False


class Rule(Struct, frozen=True):
    """One rule of a pack, as loaded and checked.

    match: patterns (str) or {tokens|tree: …, anchors: …}. denied: patterns of questions whose flat “no” is the claim
    ("Are there side effects? None."). unless: other senses, which silence a hit that they overlap. needs: the remedies, any of them unless `needs_all`;
    ("removal",) if none helps. about: what the claim must be about (any, health, treatment). within: the only
    frame the rule speaks in ("myth": the heading that calls a risk a myth); "" for what is asserted. broad: gives
    way to a more specific finding on the same words. audience: who can mend what it finds. facts: the data that may clear the claim (approval). fix: rewrites.
    bad, good: examples, the bad with {marked} spans.

    scope "draft" is for a rule about the whole draft: triggered where `match` stands, or where a rule of `triggers`
    (ids or globs) found a claim, at least `at_least` times; silent if the `window` (draft, or section of the trigger)
    holds one of the patterns in `lacks`, or all of `features` (references, author, reviewer, date, risks). share: how
    many sentences per trigger must match for that, 0 for one.
    """

    id: str
    pack: str
    title: str
    message: str
    severity: Severity
    match: tuple[Any, ...]
    denied: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    about: str = "any"
    needs: tuple[str, ...] = ("hedge", "citation")
    needs_all: bool = False
    broad: bool = False
    within: str = ""
    facts: str = ""
    scope: Literal["claim", "draft"] = "claim"
    triggers: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    window: str = "draft"
    at_least: int = 1
    share: float = 0.0
    fix: tuple[Fix, ...] = ()
    why: str = ""
    basis: tuple[Source, ...] = ()
    suggest: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    file: str = ""
    line: int = 1
    audience: Literal["writer", "reviewer"] = "writer"


class Rewrite(Struct, frozen=True):
    """Other words for a part of the source. safe: they assert nothing that was not asserted before."""

    span: Span
    text: str
    safe: bool = False


class Finding(Struct, frozen=True):
    """A claim that a reviewer would stop, with everything a surface needs to show it."""

    rule: str
    pack: str
    severity: Severity
    message: str
    span: Span
    excerpt: str
    sentence: str
    missing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    rewrite: Rewrite | None = None
    related: tuple[tuple[Span, str], ...] = ()
    scope: Literal["claim", "draft"] = "claim"
    status: Status = "open"
    justification: str = ""
    fingerprint: str = ""


class Verdict(Struct, frozen=True):
    """What became of one hit: the step of the judgement that decided, and every reason on the way."""

    rule: str
    span: Span
    excerpt: str
    step: str
    reasons: tuple[str, ...]
    finding: Finding | None = None


class Reading(Struct, frozen=True):
    """One sentence as claimlint understands it; offsets of cues and citations are into the block's text.

    parsed: False if its verdicts depend on its syntax and it is too long to parse: they rest on punctuation alone.
    """

    block: int
    start: int
    end: int
    span: Span
    text: str
    frame: str
    cues: tuple[Cue, ...] = ()
    citations: tuple[Citation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    parsed: bool = True


class Report(Struct, frozen=True):
    """The result for one draft; a draft that could not be read has problems, no document and no findings.

    readings: the sentences that hold a claim, flagged or not (all sentences, if no shortcut was taken). packs: names of
    those that were on. empty: whether it has no text. unparsed: claims whose verdict depends on a syntax that is too long
    to parse.
    """

    name: str
    source: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    comments: tuple[Comment, ...] = ()
    document: Document | None = None
    readings: tuple[Reading, ...] = ()
    packs: frozenset[str] = frozenset()
    empty: bool = False
    unparsed: tuple[Span, ...] = ()
