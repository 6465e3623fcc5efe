"""Citations: which references a draft makes, whether they resolve, and which sentences they cover."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from claimlint.language.library import KEY, Library, described, keys
from claimlint.structs import Struct, field, replace
from claimlint.studies import PRECLINICAL, preclinical, strongest, study_type
from claimlint.types import Block, Citation, Document, Work

_NAME = r"(?-i:[A-Z])[\w’'\-]{1,60}+"
_YEAR = r"(?:(?:19|20)\d{2}[a-z]?|n\.d\.|in press)"
_AND = rf"(?:(?:\s*,)?\s*(?:&|and)\s+(?:the\s+)?{_NAME}|,?\s+et\s+al\.?)"
_ORG = rf"{_NAME}(?:\s+(?:(?:of|for|the|and|on|&)\s+)*+{_NAME})*+"
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "doi": re.compile(
        r"\b(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.\d{4,9}/(?:[^\s\"'<>()\]]|\([^\s\"'<>()\]]*\))+", re.I
    ),
    "pmid": re.compile(r"\b(?:PMID:?\s*\d{4,9}|PMC\s?\d{5,9}|NCT\d{8}|ISRCTN\d{8}|EudraCT\s*\d{4}-\d{6}-\d{2})\b"),
    "author-year": re.compile(
        rf"\((?:see\s+|e\.g\.,?\s+|reviewed\s+in\s+)?(?:the\s+)?{_ORG}(?:,\s*{_NAME})*{_AND}*,?\s+{_YEAR}(?:,\s*pp?\.\s*\d+(?:[–-]\d+)?)?"
        rf"(?:\s*(?:;[^();]{{4,120}}+)++(?:(?<=\d{{4}})|(?<=\d{{4}}[a-z])))?\)"
    ),
    "narrative": re.compile(
        rf"\b{_NAME}(?:{_AND}|\s+and\s+(?:colleagues|co-?workers|team))*\s+\((?:19|20)\d{{2}}[a-z]?\)"
    ),
    "narrative-in": re.compile(
        rf"\b[Ii]n\s+(?:19|20)\d{{2}},?\s+(?:the\s+)?(?:researchers?|scientists?|investigators?|authors?)\s+{_NAME}{_AND}?"
        rf"|\b{_NAME}(?:\s+et\s+al\.?|\s+and\s+(?:colleagues|co-?workers|(?:her|his|their)\s+team)),?\s+in\s+(?:19|20)\d{{2}}"
    ),
    "numeric": re.compile(
        r"(?<!\w)\[\d{1,3}(?:\s*[–-]\s*\d{1,3})?(?:\s*,\s*\d{1,3}(?:\s*[–-]\s*\d{1,3})?)*\]|(?<=[.,;a-z])\[\d{1,3}(?:[,–-]\s*\d{1,3})*\]"
    ),
    "superscript": re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:[,⁻–-][⁰¹²³⁴⁵⁶⁷⁸⁹]+)*|\^\d{1,3}(?:,\d{1,3})*\^"),
    "pandoc": re.compile(r"\[-?@[\w:.#$%&\-+?<>~/]+[^\]]*\]|(?<!\w)@[a-z][\w\-]*\d{4}\w*"),
    "source": re.compile(r"\((?:sources?|ref(?:erence)?s?\.?|citation|via|according to)\s*[:—-]\s*[^)]{3,200}\)", re.I),
    # a trial by its name: "In SURMOUNT-1, …", "the PRECISION trial"; a bare agency is no citation
    "named": re.compile(
        r"\b(?:[Ii]n\s+|the\s+)?(?-i:[A-Z]{2}[A-Za-z]*+(?:[ -]?\d{1,3})?)\s+(?:trials?|study|studies)\b"
        r"|\b[Ii]n\s+(?:the\s+)?(?-i:[A-Z]{3}[A-Za-z]*+[ -]?\d{1,3})(?=\s*,)"
    ),
    "placeholder": re.compile(
        r"\[(?:citation needed|cite|cit|TK[^\]]*|source\??|ref\??|reference needed)\]|\((?:ref|cite|citation needed|source\?)\)",
        re.I,
    ),
    "study": re.compile(
        r"\b(?:an?|one|this|another|recent|new|numerous|several|many|multiple|clinical|published|two|three)\s+(?:[\w-]+\s+){0,3}?"
        r"(?:study|studies|trials?|meta-analys[ei]s|systematic\s+reviews?)\b(?!\s+(?:subscription|period|version|pack|size))",
        re.I,
    ),
}
BRACKETED = frozenset("author-year numeric superscript pandoc doi source".split())
"""Forms that stand beside the words of a sentence and are no part of them."""
_OWN_DATA = re.compile(
    r"\b(?:in-?store|in-?house|internal|our own|customer|client|member|company|brand|reader)s?\b.{0,20}\b(?:poll|survey|data|records?|study|figures|feedback)\b",
    re.I,
)
"""A source that nobody outside can look up."""
_STUDY = "study-without-link"
_YEARS = re.compile(r"\b(?:19|20)\d{2}(?=\b|[a-z]\b)")
_NAMES = re.compile(r"[A-Z][\w’'\-]+")
_NO_AUTHORS = frozenset(
    (
        "January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sep "
        "Sept Oct Nov Dec Spring Summer Autumn Fall Winter Updated Since Established Est Founded Version Copyright Reviewed "
        "Published Edited Revised Early Late Mid In The"
    ).split()
)
"""Capitalised words before a year in brackets that are no author: "(May 2021)", "(Updated 2023)"."""
_LABELLED = re.compile(r"^\W*(?:\[(\d{1,3})\]|(\d{1,3})[.)])\s+\S")
_ENTRY_SIGNS = re.compile(r"\b(?:19|20)\d{2}\b|\b10\.\d{4,9}/|\bPMID\b|\bet al\b", re.I)
_ANIMALS = re.compile(r"\b(?:dogs?|cats?|horses?|pets?|animals?|laboratory|lab studies|cells?)\b", re.I)
_KEYS = re.compile(r"@?[\w][\w:.#$%&\-+?<>~/]*")
"""A citation key as it stands in a component or shortcode."""
_REFERENCES = re.compile(
    r"^\W*(?:(?:selected|key|scientific|further)\s+)?(?:references?|sources?|citations?|bibliography|works cited|further reading|"
    r"footnotes?|endnotes?|notes|studies cited|literature(?: cited)?|research cited)(?:\s*\(\d+\))?\s*(?:and\s+(?:notes|sources|further reading))?\W*$",
    re.I,
)
AUTHORITIES = tuple(
    (
        "doi.org ncbi.nlm.nih.gov clinicaltrials.gov cochranelibrary.com cochrane.org europepmc.org who.int "
        "nice.org.uk nhs.uk ema.europa.eu europa.eu canada.ca jamanetwork.com nejm.org thelancet.com bmj.com "
        "nature.com science.org sciencedirect.com springer.com wiley.com tandfonline.com oup.com academic.oup.com "
        "cell.com plos.org frontiersin.org mdpi.com karger.com sagepub.com ahajournals.org acpjournals.org "
        "psychiatryonline.org annals.org biomedcentral.com pnas.org semanticscholar.org lww.com liebertpub.com "
        "thieme-connect.com elsevier.com jci.org asm.org aafp.org pubmed.gov ecfr.gov federalregister.gov"
    ).split()
)
"""Hosts of registries, authorities, journals and publishers (knowledge base, section 4.1, extended)."""
_TRUSTED_ENDINGS = (
    ".gov",
    ".edu",
    ".int",
    ".gov.uk",
    ".gov.au",
    ".ac.uk",
    ".edu.au",
    ".nhs.uk",
    ".mil",
    ".gc.ca",
    ".gouv.fr",
    ".europa.eu",
    ".org",
)
_SHOP = re.compile(
    r"/(?:shop|store|products?|collections?|cart|checkout|buy|pricing|book(?:ing)?)\b|[?&](?:ref|tag|aff|utm_\w+)=",
    re.I,
)
_MEDIA = re.compile(
    r"(?:^|\.)(?:youtube|youtu|vimeo|tiktok|instagram|facebook|twitter|x|reddit|wikipedia|medium|substack|healthline|webmd|"
    r"forbes|cnn|nbcnews|foxnews|nytimes|dailymail|theguardian|bbc|huffpost|goop|prnewswire|businesswire|amazon|ebay|etsy)\.\w+|^(?:video|blog|news|shop|store)\.",
    re.I,
)
_CONTINUES = re.compile(
    r"^\W*(?:the|these|this|those|that|their|both|its)\s+(?:(?:same|two|three|\d+)\s+)?(?:study|studies|authors?|researchers?|trials?|reviews?|"
    r"team|findings?|results?|investigators?|meta-?analys[ie]s|data|participants|placebo|improvements?|scientists|paper|report)\b"
    r"|^\W*they\s+(?:also\s+)?(?:found|reported|concluded|noted|discovered|observed|saw|showed|pointed|added|highlight\w*)\b|^\W*in (?:the|that|this) (?:same )?(?:study|trial|review)\b",
    re.I,
)


_MOST_ENTRIES = 200_000
"""Characters of a draft's references that authors and years are looked for in: a thousand entries or so."""


class References(Struct):
    """What a draft's markers can resolve to: numbered entries, footnotes, anchors, keys of its front matter, the text of
    all entries, and the works of a library."""

    numbers: dict[str, str] = field(default_factory=dict)
    notes: dict[str, Block] = field(default_factory=dict)
    anchors: dict[str, Block] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    entries: list[str] = field(default_factory=list)
    blocks: set[int] = field(default_factory=set)
    owned: tuple[str, ...] = ()
    since: int = 0
    library: Library = field(default_factory=Library)
    _room: int = _MOST_ENTRIES
    _known: dict[str, _Resolved] = field(default_factory=dict)

    def list(self, entry: str) -> None:
        """Add an entry to those that authors and years are looked for in, as long as there is room."""
        if len(entry) <= self._room:
            self._room -= len(entry)
            self.entries.append(entry)

    def once(self, entry: str, resolve: Callable[[str, References], _Resolved]) -> _Resolved:
        """What an entry is worth, worked out the first time that something cites it."""
        if entry not in self._known:
            self._known[entry] = resolve(entry, self)
        return self._known[entry]


class _Resolved(Struct, frozen=True):
    """What a citation leads to: the fault, "" if it counts, and the text and study type of its entry, if it has one."""

    fault: str = ""
    entry: str = ""
    study: str = ""


def references(
    document: Document, owned: Sequence[str] = (), since: int = 0, library: Library | Iterable[Work] = ()
) -> References:
    """Collect reference lists, footnotes, anchors and front-matter sources.

    owned: hosts of the publisher itself. since: the year before which a reference is stale; 0 for none. library: works
    that citations may resolve to as well; many drafts share one `Library`.
    """
    library = library if isinstance(library, Library) else Library(library)
    refs = References(owned=tuple(owned), since=since, library=library)
    listed = {
        index
        for index, block in enumerate(document.blocks)
        if block.kind == "heading" and _REFERENCES.match(block.text)
    }
    position: dict[int | None, int] = {}
    for index, block in enumerate(document.blocks):
        if block.anchor:
            refs.anchors[block.anchor] = block
        if block.kind == "note":
            refs.notes[block.key.lower()] = block
            refs.blocks.add(index)
            continue
        labelled = _LABELLED.match(block.text)
        in_list = block.section in listed and block.kind in ("item", "paragraph", "cell", "quote")
        if (
            in_list
            or (labelled and labelled[1] and _ENTRY_SIGNS.search(block.text))
            or (labelled and labelled[1] and block.marks)
        ):
            position[block.section] = position.get(block.section, 0) + 1
            number = (labelled[1] or labelled[2]) if labelled else str(position[block.section])
            refs.numbers.setdefault(number, block.text + " " + " ".join(mark.target for mark in block.marks))
            refs.list(block.text)
            refs.blocks.add(index)
    for name in ("sources", "references", "citations", "bibliography"):
        _front_matter(document.meta.get(name), refs)
    return refs


def _front_matter(value: Any, refs: References) -> None:
    """Each source of a front-matter list; those with an `id` can be cited by it."""
    for item in value if isinstance(value, list | tuple) else [value]:
        text = " ".join(_strings(item))
        if not text:
            continue
        refs.list(text)
        if isinstance(item, Mapping) and isinstance(item.get("id"), str):
            refs.keys[item["id"]] = text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from _strings(child)
    elif isinstance(value, Sequence):
        for child in value:
            yield from _strings(child)


def find(block: Block, refs: References) -> tuple[Citation, ...]:
    """All citations of a block, with the fault of each that does not resolve."""
    found: list[Citation] = []
    for form, pattern in _PATTERNS.items():
        for match in pattern.finditer(block.text):
            if any(other.start < match.end() and match.start() < other.end for other in found):
                continue
            if form in ("author-year", "narrative") and not set(_NAMES.findall(match.group())) - _NO_AUTHORS:
                continue
            found.append(
                _citation(form, match.group(), match.start(), match.end(), _resolve(form, match.group(), refs))
            )
    found += _bare_keys(block.text, found, refs)
    for mark in block.marks:
        text = block.text[mark.start : mark.end]
        if mark.kind == "link":
            found.append(_citation("link", text, mark.start, mark.end, _link(mark.target, refs)))
        elif mark.kind == "note":
            found.append(_citation("note", f"[^{mark.target}]", mark.start, mark.end, _note(mark.target, refs)))
        elif mark.kind == "number":
            found.append(_citation("number", mark.target, mark.start, mark.end, _numbers(mark.target, refs)))
        elif mark.kind == "cite":
            found.append(_citation("component", mark.target, mark.start, mark.end, _component(mark.target, refs)))
    # a number or a study inside a link is judged by where the link leads
    linked = [(item.start, item.end) for item in found if item.form == "link" and not item.fault]
    kept = [
        item
        for item in found
        if not (item.fault and any(start < item.end and item.start < end for start, end in linked))
    ]
    return tuple(sorted(kept, key=lambda item: (item.start, item.end, item.form)))


def _citation(form: str, text: str, start: int, end: int, resolved: _Resolved) -> Citation:
    return Citation(form, text, start, end, resolved.fault, resolved.study, resolved.entry)


def _bare_keys(text: str, found: Sequence[Citation], refs: References) -> list[Citation]:
    """Keys of the library outside brackets that do not look like keys: "As @murrough-trial shows"."""
    if "@" not in text or not refs.library:
        return []
    return [
        _citation("pandoc", match.group(), match.start(), match.end(), _keyed([key], refs))
        for match in KEY.finditer(text)
        if refs.library.get(key := match[1] or match[2])
        and not any(other.start < match.end() and match.start() < other.end for other in found)
    ]


def _resolve(form: str, text: str, refs: References) -> _Resolved:
    if form in ("numeric", "superscript"):
        return _numbers(text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")), refs)
    if form in ("author-year", "narrative", "narrative-in"):
        return _authored(text, refs)
    if form == "pandoc":
        return _keyed(keys(text), refs)
    if form in ("doi", "pmid"):
        work = refs.library.identified(text)
        return _works([work], refs) if work else _Resolved()
    if form == "source" and _OWN_DATA.search(text):
        return _Resolved("own-data")
    return _Resolved({"placeholder": "placeholder", "study": _STUDY}.get(form, ""))


def _authored(text: str, refs: References) -> _Resolved:
    """Authors and years: works of the library, then entries of the draft that hold one of the names."""
    if re.search(r"\bn\.d\.", text):
        return _Resolved("undated")
    works, misdated = refs.library.cited(text)
    if any(not any(name in entry for entry in refs.entries) for name in misdated):
        return _Resolved("dangling")
    if works:
        return _works(works, refs)
    names = [name for name in _NAMES.findall(text) if name not in ("In", "The")]
    entries = [entry for entry in refs.entries if any(name in entry for name in names)]
    if refs.entries and names and not entries:
        return _Resolved("dangling")
    if not entries:
        return _Resolved(_stale(text, refs))
    years = _YEARS.findall(text)
    entry = next((each for each in entries if any(year in each for year in years)), entries[0])
    lab = all(_study(each, refs) in PRECLINICAL for each in entries)
    return _Resolved("preclinical" if lab else _stale(text, refs), _line(entry), _study(entry, refs))


def _keyed(cited: Sequence[str], refs: References) -> _Resolved:
    """Keys of the front matter or of the library; without a library nobody can tell, and they count."""
    own = [refs.keys[key] for key in cited if key in refs.keys]
    works = [work for key in cited if key not in refs.keys and (work := refs.library.get(key))]
    if refs.library and len(own) + len(works) < len(cited):
        return _Resolved("dangling")
    of_draft = (_Resolved("", _line(text), _study(text, refs)) for text in own)
    return _together([*of_draft, *([_works(works, refs)] if works else [])])


def _component(target: str, refs: References) -> _Resolved:
    """What a citation component or shortcode points to: keys, a number or label of the draft, a DOI, or its own words."""
    target = target.strip()
    if not target:
        return _Resolved("dangling")
    if work := refs.library.identified(target):
        return _works([work], refs)
    parts = [part.strip() for part in re.split(r"[,;]", target) if part.strip()]
    if all(part in refs.numbers for part in parts):
        return _together([_Resolved("", _line(refs.numbers[part]), _study(refs.numbers[part], refs)) for part in parts])
    worded = any(part.isdecimal() or part.startswith("10.") or "://" in part for part in parts)
    if not worded and target.lower() not in refs.notes and all(_KEYS.fullmatch(part) for part in parts):
        return _keyed([part.removeprefix("@") for part in parts], refs)
    works, _ = refs.library.cited(target)
    return _works(works, refs) if works else _Resolved()


def _works(works: Sequence[Work], refs: References) -> _Resolved:
    """Works of the library, cited at once: one that is about people and recent enough is enough."""
    fault = ""
    if all(work.study in PRECLINICAL for work in works):
        fault = "preclinical"
    elif all(0 < work.year < refs.since for work in works):
        fault = "stale"
    return _Resolved(fault, "; ".join(map(described, works)), strongest(work.study for work in works))


def _together(parts: Sequence[_Resolved]) -> _Resolved:
    """Entries that are cited at once, each of which has to count."""
    fault = next((part.fault for part in parts if part.fault), "")
    entries = dict.fromkeys(part.entry for part in parts if part.entry)
    return _Resolved(fault, "; ".join(entries), strongest(part.study for part in parts))


def _line(text: str) -> str:
    return " ".join(text.split())


def _study(entry: str, refs: References) -> str:
    """The study type of an entry: the library's if it has the entry's DOI or PMID, else by its words."""
    work = refs.library.identified(entry)
    return (work.study if work else "") or study_type(entry)


def _stale(text: str, refs: References) -> str:
    """The newest year counts: an entry may name the year of a reprint or of a web page."""
    years = [int(year) for year in _YEARS.findall(text)]
    return "stale" if years and max(years) < refs.since else ""


def _numbers(text: str, refs: References) -> _Resolved:
    numbers = re.findall(r"\d+", text)
    return _together(
        [_entry(refs.numbers[number], refs) if number in refs.numbers else _Resolved("dangling") for number in numbers]
    )


def _note(label: str, refs: References) -> _Resolved:
    block = refs.notes.get(label.lower())
    return _block(block, refs) if block else _Resolved("dangling")


def _block(block: Block, refs: References) -> _Resolved:
    return _entry(block.text + " " + " ".join(mark.target for mark in block.marks), refs)


def _entry(entry: str, refs: References) -> _Resolved:
    return refs.once(entry, _judged)


def _judged(entry: str, refs: References) -> _Resolved:
    study = _study(entry, refs)
    return _Resolved(_entry_fault(entry, study, refs), _line(entry), study)


def _entry_fault(entry: str, study: str, refs: References) -> str:
    """An entry is a reference if it has a year, an identifier or a trusted link; a link to an own page is none."""
    if study in PRECLINICAL:
        return "preclinical"
    if _ENTRY_SIGNS.search(entry) or re.search(r"\bPMC\d|\bNCT\d|\bISBN\b", entry):
        return _stale(entry, refs)
    links = re.findall(r"(?:https?://|/)\S+", entry)
    faults = [_link_fault(link, refs) for link in links]
    if links:
        return "" if "" in faults else faults[0]
    return "no-locator"


def _link(target: str, refs: References) -> _Resolved:
    if target.startswith("#"):
        block = refs.anchors.get(target[1:])
        return _block(block, refs) if block else _Resolved("dangling")
    fault = _link_fault(target, refs)
    work = refs.library.identified(target) if fault in ("", "unknown-source") else None
    return _works([work], refs) if work else _Resolved(fault)


def _link_fault(target: str, refs: References) -> str:
    try:
        parts = urlsplit(target)
    except ValueError:
        return "malformed"
    host = (parts.hostname or "").lower().removeprefix("www.")
    if parts.scheme in ("mailto", "tel"):
        return "no-source"
    if not host or any(host == own or host.endswith("." + own) for own in refs.owned):
        return "own-site"
    if _MEDIA.search(host):
        return "news"
    if any(host == name or host.endswith("." + name) for name in AUTHORITIES) or host.endswith(_TRUSTED_ENDINGS):
        return ""
    if _SHOP.search(target):
        return "commercial"
    return "unknown-source"


def covers(
    citations: Sequence[Citation],
    start: int,
    end: int,
    following: int,
    block: Block,
    before: str,
    text: str,
    *,
    whole: bool = False,
) -> list[Citation]:
    """The citations that stand for the sentence block.text[start:end].

    following: where the next sentence starts. before: the sentence before in the same block, "" if none, to which a
    continuation ("The authors …") is bound. whole: a citation covers its block; it always covers a list item, a cell
    or a quotation.
    """
    whole = whole or (block.kind in ("item", "cell", "quote") and len(block.text) < 600)
    if preclinical(text) or _ANIMALS.search(text):
        citations = [replace(item, fault="") if item.fault == "preclinical" else item for item in citations]
    inside = [
        item
        for item in citations
        if whole or (start <= item.start and item.end <= max(end, following if item.start >= end else end))
    ]
    if not any(not item.fault for item in inside) and before and _CONTINUES.match(text):
        inside += [
            item for item in citations if item.end <= start and item.start >= start - len(before) - 2 and not item.fault
        ]
    return inside
