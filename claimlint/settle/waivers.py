"""Waivers: `.claimlint/waivers.yml`, where reviewers let a claim stand for a time, with a reason and a name.

A waiver holds for one rule and one sentence of one draft, word for word. It stops to hold when it expires, when the sentence
changes, and when its approver turns out to have written it; each is a finding of its own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from email.utils import parseaddr
from functools import cache
from pathlib import Path

from claimlint.config import OWN_PACK, Config, relative
from claimlint.entries import Entry, day, items, read, read_text, read_yaml, required, strings, text, version_1
from claimlint.errors import did_you_mean
from claimlint.language import sentences
from claimlint.settle import files
from claimlint.settle.git import authors
from claimlint.settle.own import finding, rule
from claimlint.settle.wording import difference, nearest
from claimlint.structs import Struct, replace
from claimlint.types import Document, Finding, Lines, Report, Span

FILE = files.WAIVERS
EXPIRED, DRIFTED = f"{OWN_PACK}/expired-waiver", f"{OWN_PACK}/drifted-waiver"
ORPHANED, SELF = f"{OWN_PACK}/orphaned-waiver", f"{OWN_PACK}/self-approved-waiver"
_LIKE = 0.6
"""How like the waived sentence another must be to be taken for what became of it."""

RULES = {
    EXPIRED: rule(
        EXPIRED,
        "Waiver past its date",
        "The waiver of {rule} by {approver} expired on {date}; the claim counts again.",
        why="A waiver is given for a time, so that the claim is looked at again when evidence and rules have moved on.",
        suggest="mend the claim and remove the waiver, or have it approved again with a new date",
    ),
    DRIFTED: rule(
        DRIFTED,
        "Waived sentence that changed",
        "The waiver of {rule} by {approver} was given for other words: {change}.",
        severity="error",
        why="The approver agreed to one sentence. Nobody has agreed to this one.",
        suggest="restore the sentence, or have the new one approved: claimlint waive PATH:LINE",
    ),
    ORPHANED: rule(
        ORPHANED,
        "Waiver without a claim",
        "The waiver of {rule} by {approver} {why}.",
        why="A waiver that is left behind would hide the next claim that somebody writes there.",
        suggest="remove the waiver: claimlint waivers prune",
    ),
    SELF: rule(
        SELF,
        "Waiver approved by the author",
        "The waiver of {rule} does not count: git says that {approver}, who approved it, wrote the line.",
        severity="error",
        why="Whoever writes a claim cannot be the one who lets it stand.",
        suggest="have somebody else approve it",
    ),
}


class Waiver(Struct, frozen=True):
    """One entry. path: the draft, from the configuration's folder, with forward slashes. sentence: its words, white
    space aside. line: of the register, from 1."""

    path: str
    rule: str
    sentence: str
    reason: str
    approver: str
    author: str
    created: date
    expires: date
    ticket: str = ""
    evidence: tuple[str, ...] = ()
    line: int = 1


def load(path: Path, known: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers of a register. known: ids of all rules. Raises ConfigError, with file and line, if one is malformed."""
    top = read_yaml(path)
    if top.value is None:
        return ()
    values = read(top, {"version": version_1, "waivers": items(lambda entry: _waiver(entry, known))})
    required(top, values, "version")
    return tuple(values.get("waivers", ()))


_TEXTS = ("path", "rule", "sentence", "reason", "approver", "author")
_KEYS: Mapping[str, Callable[[Entry], object]] = {
    **dict.fromkeys((*_TEXTS, "ticket"), text),
    "created": day,
    "expires": day,
    "evidence": strings,
}


def _waiver(entry: Entry, known: Collection[str]) -> Waiver:
    values = read(entry, _KEYS)
    required(entry, values, *_TEXTS, "created", "expires")
    waiver = Waiver(**values, line=entry.line(entry.keys) or 1)
    if waiver.rule not in known:
        raise entry.error(f"unknown rule “{waiver.rule}”{did_you_mean(waiver.rule, known)}", key="rule")
    if waiver.expires < waiver.created:
        raise entry.error(f"expires on {waiver.expires}, before it was created", key="expires")
    if same_person(waiver.approver, waiver.author):
        raise entry.error(f"approver and author are both {waiver.approver}; somebody else must approve", key="approver")
    return replace(waiver, path=posixpath.normpath(waiver.path), sentence=one_line(waiver.sentence))


def same_person(one: str, other: str) -> bool:
    """Whether two names may be one person's: they share an address, or the words of one name are all in the other
    (“Dr. Ada Moe”, “Ada Moe <ada@example.org>”)."""
    (name, address), (other_name, other_address) = _identity(one), _identity(other)
    return bool(address and address == other_address) or bool(
        name and other_name and (name <= other_name or other_name <= name)
    )


def _identity(person: str) -> tuple[frozenset[str], str]:
    name, address = parseaddr(person)
    address = address.casefold() if "@" in address else ""
    words = re.findall(r"\w+", (name or ("" if address else person)).casefold())
    return frozenset(words) - _TITLES, address


_TITLES = frozenset("dr prof mr mrs ms md phd do rn np pa pharmd jr sr".split())


def one_line(sentence: str) -> str:
    return " ".join(sentence.split())


def settle(
    report: Report, waivers: Sequence[Waiver], config: Config, today: date, selected: Collection[str]
) -> tuple[Report, list[Finding]]:
    """The report with waived findings marked, and findings about waivers that do not hold."""
    here = relative(config, report.name)
    mine = [each for each in waivers if each.path == here and each.rule in selected]
    if not mine or report.document is None:
        return report, []
    draft = _Draft(report)
    holding: list[Waiver] = []
    own: list[Finding] = []
    for each in mine:
        fault = _fault(each, draft, report, today)
        if fault:
            own.append(fault)
        else:
            holding.append(each)
    found = tuple(_waived(item, holding) for item in report.findings)
    return replace(report, findings=found), own


def stands(each: Waiver, document: Document) -> bool:
    """Whether the waived sentence is still in the draft, word for word."""
    return each.sentence in _places(document)


def _places(document: Document) -> dict[str, Span]:
    """Each sentence of a draft, white space aside, and where it first stands; a question also with its answer."""
    rows = [
        (one_line(block.text[start:end]), block.span(start, end))
        for block in document.blocks
        for start, end in sentences.split(block.text)
    ]
    places: dict[str, Span] = {}
    for at, (sentence, span) in enumerate(rows):
        places.setdefault(sentence, span)
        if sentence.endswith("?"):
            for reply, answered in rows[at + 1 : at + 3]:
                places.setdefault(f"{sentence} {reply}", answered)
    return places


class _Draft:
    """The sentences of a draft, with their places, and who wrote its lines; made once for all its waivers."""

    def __init__(self, report: Report) -> None:
        assert report.document is not None
        self.places = _places(report.document)
        self._lines = Lines(report.source)
        self._authors = cache(lambda: authors(Path(report.name)))

    def authors_of(self, span: Span) -> set[str]:
        """Who wrote the lines of a span, as git has it; nobody where git does not know."""
        wrote = self._authors()
        return {wrote[line] for line in self._lines.touched(span) if line in wrote}


def _fault(each: Waiver, draft: _Draft, report: Report, today: date) -> Finding | None:
    """What keeps a waiver from holding, or None."""
    span = draft.places.get(each.sentence)
    about = {"rule": each.rule, "approver": each.approver}
    if span is None:
        became = nearest(each.sentence, draft.places, least=_LIKE)
        if became is None:
            start = Span(0, min(len(report.source), 1))
            return finding(
                RULES[ORPHANED], report, start, **about, why=f"is for a sentence that is gone: “{each.sentence}”"
            )
        change = difference(each.sentence, became)
        return finding(RULES[DRIFTED], report, draft.places[became], **about, change=change)
    if not any(_covers(each, item) for item in report.findings):
        return finding(RULES[ORPHANED], report, span, **about, why="sets no finding aside: the claim needs none")
    if each.expires < today:
        return finding(RULES[EXPIRED], report, span, **about, date=each.expires)
    if any(same_person(each.approver, author) for author in draft.authors_of(span)):
        return finding(RULES[SELF], report, span, **about)
    return None


def _covers(each: Waiver, item: Finding) -> bool:
    """A waiver of a rule about the whole draft holds wherever that is reported, as long as the sentence stands."""
    return each.rule == item.rule and (item.scope == "draft" or each.sentence == one_line(item.sentence))


def _waived(item: Finding, holding: Iterable[Waiver]) -> Finding:
    for each in holding:
        if item.status == "open" and _covers(each, item):
            ticket = f", {each.ticket}" if each.ticket else ""
            why = f"{each.reason} (approved by {each.approver} until {each.expires}{ticket})"
            return replace(item, status="waived", justification=why)
    return item


def homeless(config: Config, gone: Iterable[Waiver], name: str) -> Report:
    """A report on the register itself: waivers for drafts that are gone."""
    source = read_text(config.root / FILE)
    lines = Lines(source)
    report = Report(name, source)
    found = (
        finding(
            RULES[ORPHANED],
            report,
            lines.span(each.line),
            rule=each.rule,
            approver=each.approver,
            why=f"is for a draft that is gone: {each.path}",
        )
        for each in gone
    )
    return replace(report, findings=tuple(found))
