"""Approved claims: `.claimlint/substantiation.yml`, what may be said of which product, where, and on which evidence.

A sentence that says exactly what an approved wording says is substantiated; one that comes near it is reported with the
difference, so that copy does not drift from what was approved.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from claimlint.config import OWN_PACK
from claimlint.entries import Entry, day, is_file, items, one_of, read, read_yaml, required, strings, text, version_1
from claimlint.language import sentences
from claimlint.language.citations import BRACKETED
from claimlint.settle import files
from claimlint.settle.own import finding, rule
from claimlint.settle.wording import bases, departure, likeness
from claimlint.structs import Struct, replace
from claimlint.studies import STUDY_TYPES
from claimlint.types import Finding, Reading, Report

FILE = files.SUBSTANTIATION
NEAR, DUE = f"{OWN_PACK}/near-approved-wording", f"{OWN_PACK}/substantiation-due"
PRODUCT = "{product}"
_NEAR = 0.7
"""How like an approved wording a claim must be to be compared with it in a finding."""

RULES = {
    NEAR: rule(
        NEAR,
        "Wording that departs from an approved one",
        "Near the approved wording “{wording}” ({id}), but {change}.",
        why="The evidence was weighed for one wording. A word more or less can make it another claim.",
        suggest="use the approved wording, or have this one approved",
        writer=True,
    ),
    DUE: rule(
        DUE,
        "Approved claim whose review is due",
        "The approved claim {id} of {owner} was to be reviewed by {date}.",
        why="Evidence, labels and law change. An approval that nobody has looked at since is no longer one.",
        suggest="review the claim and set a new date, or withdraw it",
    ),
}


class Evidence(Struct, frozen=True):
    """What a claim rests on: exactly one of doi, pmid, key (of the bibliography), url or file (from the configuration's
    folder); the type of study and its year."""

    type: str
    year: int
    doi: str = ""
    pmid: str = ""
    key: str = ""
    url: str = ""
    file: str = ""


class Approved(Struct, frozen=True):
    """One claim. wordings: single sentences, {product} standing for any of the products. markets: none for all."""

    id: str
    wordings: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    owner: str
    review_by: date
    products: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Wording(Struct, frozen=True):
    """An approved wording with its product filled in, and the bases of its words, for a quick look."""

    text: str
    claim: Approved
    size: int
    bases: frozenset[str]


class Register(Struct, frozen=True):
    """The approved claims, their wordings by the words that they hold."""

    claims: tuple[Approved, ...] = ()
    wordings: tuple[Wording, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.claims)


def load(path: Path, root: Path, keys: Collection[str] = ()) -> Register:
    """The approved claims of a register. root: the folder of evidence files; keys: of the works of the bibliography.

    Raises ConfigError, with file and line, if it is malformed or names evidence that is not there.
    """
    top = read_yaml(path)
    if top.value is None:
        return Register()
    claims = items(lambda entry: _claim(entry, root, keys))
    values = read(top, {"version": version_1, "claims": claims})
    required(top, values, "version")
    found = tuple(values.get("claims", ()))
    for index, each in enumerate(found):
        if any(each.id == other.id for other in found[:index]):
            raise top.child("claims").child(index).error(f"the id “{each.id}” is given twice", key="id")
    return Register(found, tuple(wording for each in found for wording in _wordings(each)))


def _wordings(each: Approved) -> Iterator[Wording]:
    for wording in each.wordings:
        names = each.products if PRODUCT in wording else ("",)
        for name in names:
            filled = wording.replace(PRODUCT, name)
            words = filled.split()
            yield Wording(
                filled, each, len(words), frozenset(base for word in words for base in bases(word.strip(".,;:!?()")))
            )


def _year(entry: Entry) -> int:
    if not re.fullmatch(r"(?:19|20)\d{2}", str(entry.value)):
        raise entry.error(f"“{entry.value}” is no year")
    return int(entry.value)


_EVIDENCE: Mapping[str, Callable[[Entry], object]] = {
    "type": one_of(STUDY_TYPES),
    "year": _year,
    **dict.fromkeys(("doi", "pmid", "key", "url", "file"), text),
}
_SOURCES = ("doi", "pmid", "key", "url", "file")
_FORMS = {
    "doi": (re.compile(r"10\.\d{4,9}/\S+"), "a DOI such as 10.1000/182"),
    "pmid": (re.compile(r"\d{1,9}"), "a PubMed number"),
    "url": (re.compile(r"https?://\S+"), "an address such as https://example.org/study"),
}


def _evidence(entry: Entry, root: Path, keys: Collection[str]) -> Evidence:
    values = read(entry, _EVIDENCE)
    required(entry, values, "type", "year")
    given = [name for name in _SOURCES if name in values]
    if len(given) != 1:
        raise entry.error(f"evidence needs exactly one of {', '.join(_SOURCES)}")
    (name,) = given
    form = _FORMS.get(name)
    if form and not form[0].fullmatch(values[name]):
        raise entry.error(f"“{values[name]}” is not {form[1]}", key=name)
    if name == "file" and not is_file(root / values[name]):
        raise entry.error(f"there is no file {values[name]}", key=name)
    if name == "key" and values[name] not in keys:
        raise entry.error(f"no bibliography has the key “{values[name]}”", key=name)
    return Evidence(**values)


def _claim(entry: Entry, root: Path, keys: Collection[str]) -> Approved:
    values = read(
        entry,
        {
            "id": text,
            "wordings": strings,
            "products": strings,
            "markets": strings,
            "rules": strings,
            "evidence": items(lambda each: _evidence(each, root, keys)),
            "owner": text,
            "review-by": day,
        },
    )
    required(entry, values, "id", "wordings", "evidence", "owner", "review-by")
    for index, wording in enumerate(values["wordings"]):
        place = entry.child("wordings").child(index)
        if len(sentences.split(wording)) != 1:
            raise place.error("a wording is one sentence; list each on its own")
        if PRODUCT in wording and not values.get("products"):
            raise place.error(f"a wording with {PRODUCT} needs “products”")
    values["markets"] = tuple(market.lower() for market in values.get("markets", ()))
    return Approved(**values)


def settle(report: Report, register: Register, markets: Iterable[str], today: date) -> tuple[Report, list[Finding]]:
    """The report with findings on approved wordings marked, and findings on near misses and overdue reviews.

    markets: where the draft appears; a claim must be approved for all of them.
    """
    if not register or report.document is None:
        return report, []
    own: list[Finding] = []
    approved: dict[tuple[int, int], Wording] = {}
    for reading in report.readings:
        if not reading.verdicts:
            continue
        said = _uncited(reading)
        near = _near(said, register)
        same = next((each for each in near if not departure(each.text, said) and _appears(each.claim, markets)), None)
        if same:
            approved[reading.span.start, reading.span.end] = same
            if same.claim.review_by < today:
                due = {"id": same.claim.id, "owner": same.claim.owner, "date": same.claim.review_by}
                own.append(finding(RULES[DUE], report, reading.span, **due))
        elif near:
            change = departure(near[0].text, said) or _elsewhere(near[0].claim, markets)
            values = {"wording": near[0].text, "id": near[0].claim.id, "change": change}
            own.append(finding(RULES[NEAR], report, reading.span, **values))
    return replace(report, findings=tuple(_substantiated(item, approved) for item in report.findings)), own


def _uncited(reading: Reading) -> str:
    """The sentence without its bracketed citations, which are no part of the wording."""
    text = reading.text
    for item in sorted(reading.citations, key=lambda item: -item.start):
        start, end = item.start - reading.start, item.end - reading.start
        if item.form in BRACKETED and start >= 0 and item.end <= reading.end and _bare(text[:start], text[start:end]):
            text = text[:start] + text[end:]
    return text


def _bare(before: str, cited: str) -> bool:
    """Whether a citation names works and says nothing of its own, as “(source: our own, in mice)” and “10⁵” do."""
    if cited[0].isdigit():
        return not re.search(r"(?:\d|\b[^\W\d_]{1,2})$", before)
    return not re.search(r"[^\W\d_]", _WORKS.sub("", cited))


_WORKS = re.compile(
    r"(?:doi:|https?://|10\.)\S+|@[^\s,;\]]+|\b[A-Z][\w’'-]*|\d+[a-z]?"
    r"|\b(?:sources?|ref(?:erence)?s?|citation|via|according to|see|e\.g|reviewed in|et al|and|the|of|for|on|in press|n\.d|pp?)\b"
)
"""What the names of works are made of: addresses, keys, names, years, pages and the words between them."""


def _near(said: str, register: Register) -> list[Wording]:
    """The wordings that a sentence may be meant as, the nearest first."""
    words = Counter(base for word in said.split() for base in bases(word.strip(".,;:!?()“”\"'")))
    likely = [each for each in register.wordings if 2 * len(each.bases & words.keys()) >= each.size]
    graded = sorted(((-likeness(each.text, said), number) for number, each in enumerate(likely)))
    return [likely[number] for grade, number in graded if -grade >= _NEAR]


def _appears(claim: Approved, markets: Iterable[str]) -> bool:
    return not claim.markets or set(markets) <= set(claim.markets)


def _elsewhere(claim: Approved, markets: Iterable[str]) -> str:
    missing = sorted(set(markets) - set(claim.markets))
    return f"approved for {', '.join(claim.markets)}, not for {', '.join(missing)}"


def _substantiated(item: Finding, approved: Mapping[tuple[int, int], Wording]) -> Finding:
    if item.status != "open" or item.scope == "draft":
        return item
    for (start, end), wording in approved.items():
        claim = wording.claim
        if start <= item.span.start and item.span.end <= end and (not claim.rules or item.rule in claim.rules):
            why = f"approved as {claim.id} by {claim.owner}, to be reviewed by {claim.review_by}"
            return replace(item, status="substantiated", justification=why)
    return item
