"""Bibliography libraries: BibTeX and CSL-JSON → works, with file and line in every complaint.

A library comes from a reference manager and may be damaged: whatever cannot be read is an error, nothing is left out in
silence. Nothing is fetched.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimlint.entries import beginning
from claimlint.errors import ConfigError
from claimlint.language.library import doi_of
from claimlint.structs import Struct
from claimlint.studies import STUDY_TYPES as STUDY_TYPES  # noqa: PLC0414 - part of this module's interface
from claimlint.studies import named
from claimlint.studies import study_type as study_type  # noqa: PLC0414
from claimlint.types import Work

# bibtexparser is imported where it is used: most runs have no library, and those with CSL-JSON do not need it
if TYPE_CHECKING:
    from bibtexparser.middlewares import LatexDecodingMiddleware
    from bibtexparser.model import Block, Entry, Field, ImplicitComment

SUFFIXES = (".bib", ".json")
MAX_BYTES = 20_000_000
_MAX_DEPTH = 50
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_PMID = re.compile(r"\bPMID(?:\s*:)?\s*(\d{1,9})\b", re.I)
_STRAY = re.compile(
    r"\b[\w-]{1,40}[ \t]{0,20}=[ \t]{0,20}[{\"]|^[ \t]*,[ \t]*[\w-]{1,40}[ \t]*=|^[ \t]*@?\w{1,40}\{[^\s,{}]+,[ \t]*$"
)
"""A field or the head of an entry where none can be: BibTeX takes text between entries for a comment."""
_NO_COMMA = re.compile(r"(?:[}\"]\s{0,200}|\w\s{1,200})[\w-]{1,40}\s{0,20}=")
"""The next field inside the value of one."""
_TEX = re.compile(r"[\\$]")
_PLAIN = str.maketrans({"{": None, "}": None, "~": " "})
_BRACES = re.compile(r"(?<!\\)[{}]|^[ \t]*@", re.MULTILINE)
_SPACES = re.compile(r"[ \t\r\n]*")


class _Record(Struct, frozen=True):
    """An entry of either format before it is made sense of: fields by their name in BibTeX, text only."""

    key: str
    authors: tuple[str, ...]
    fields: Mapping[str, str]
    line: int


def load(path: Path) -> tuple[Work, ...]:
    """The works of a library: BibTeX if its suffix is .bib, CSL-JSON if it is .json.

    Raises ConfigError, with the line where there is one, if anything in the file cannot be read.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError("is no bibliography; export it as BibTeX (.bib) or CSL-JSON (.json)", path=path)
    text = _text(path)
    records = _bibtex(text, path) if path.suffix.lower() == ".bib" else _csl(text, path)
    works: dict[str, Work] = {}
    for record in records:
        if first := works.get(record.key):
            raise ConfigError(
                f"duplicate key “{record.key}”, first on line {first.line}; rename one of the two, or remove it",
                path=path,
                line=record.line,
            )
        works[record.key] = _work(record, path)
    return tuple(works.values())


def load_all(paths: Iterable[Path]) -> tuple[Work, ...]:
    """The works of several libraries; the same work may be in more than one.

    Raises ConfigError like `load`, and if two libraries have different works of the same key.
    """
    works: dict[str, Work] = {}
    for path in paths:
        for work in load(path):
            first = works.setdefault(work.key, work)
            if first != work:
                raise ConfigError(
                    f"key “{work.key}” is another work in {first.file}:{first.line}; rename one of the two",
                    path=path,
                    line=work.line,
                )
    return tuple(works.values())


def _text(path: Path) -> str:
    try:
        data = beginning(path, MAX_BYTES)
    except OSError as error:
        raise ConfigError(f"cannot read: {error.strerror}", path=path) from error
    if data is None:
        raise ConfigError(
            f"is larger than {MAX_BYTES // 1_000_000} MB; keep to the works that your drafts cite", path=path
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError("is not UTF-8; save it as UTF-8", path=path, line=line) from error


def _work(record: _Record, path: Path) -> Work:
    fields = record.fields
    pmid = re.sub(r"\D", "", fields.get("pmid", "")) or next(iter(_PMID.findall(fields.get("note", ""))), "")
    year = next((_YEAR.search(fields[name]) for name in ("year", "date") if fields.get(name)), None)
    return Work(
        key=record.key,
        authors=record.authors,
        year=int(year[1]) if year else 0,
        title=fields.get("title", ""),
        doi=doi_of(fields.get("doi", "")) or doi_of(fields.get("url", "")) or doi_of(fields.get("note", "")),
        pmid=pmid,
        study=_study(record, path),
        file=str(path),
        line=record.line,
    )


def _study(record: _Record, path: Path) -> str:
    """The study type that the record states, else the one that its title speaks of."""
    if stated := record.fields.get("studytype", ""):
        if kind := study_type(stated):
            return kind
        raise ConfigError(
            f"“{record.key}” has the unknown study type “{_short(stated)}”; use one of {', '.join(STUDY_TYPES)}",
            path=path,
            line=record.line,
        )
    of_record = named(record.fields.get(name, "") for name in ("keywords", "keyword", "note", "type", "genre"))
    # Cochrane reviews seldom call themselves systematic
    cochrane = "cochrane database" in record.fields.get("journal", "").casefold()
    return of_record or study_type(record.fields.get("title", "")) or ("systematic-review" if cochrane else "")


def _short(text: str) -> str:
    """A piece of the file for a message: one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:60]}…"


# BibTeX

_WANTED = frozenset(
    "author editor title year date doi pmid url note type genre keywords keyword studytype journal eprint eprinttype".split()
)
_SAME = {"journaltitle": "journal", "study-type": "studytype", "study_type": "studytype", "archiveprefix": "eprinttype"}


def _bibtex(text: str, path: Path) -> Iterator[_Record]:
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415
    from bibtexparser.model import Entry, ImplicitComment, ParsingFailedBlock, String  # noqa: PLC0415

    for name in ("bibtexparser", "pylatexenc"):
        # what they would print is said by our errors
        logging.getLogger(name).addHandler(logging.NullHandler())
    _check_depth(text, path)
    for block in parse_string(text.replace("\r\n", "\n").replace("\r", "\n")).blocks:
        if isinstance(block, ParsingFailedBlock):
            raise _broken(block, path)
        if isinstance(block, ImplicitComment):
            _check_stray(block, path)
        if isinstance(block, String) and block.enclosing == "no-enclosing" and "=" in block.value:
            raise ConfigError("broken @string: it holds more than one value", path=path, line=_line(block))
        if isinstance(block, Entry):
            yield _entry(block, path)


def _check_depth(text: str, path: Path) -> None:
    depth = 0
    for found in _BRACES.finditer(text):
        depth = 0 if found[0].endswith("@") else max(0, depth + (1 if found[0] == "{" else -1))
        if depth > _MAX_DEPTH:
            line = text.count("\n", 0, found.start()) + 1
            raise ConfigError("braces are nested too deeply; close those that are open", path=path, line=line)


def _check_stray(block: ImplicitComment, path: Path) -> None:
    for line, text in enumerate(block.comment.split("\n"), _line(block)):
        if not text.lstrip().startswith("%") and (stray := _STRAY.search(text)):
            message = f"“{stray[0].strip()}” stands outside any entry; check the “@” and the braces before it"
            raise ConfigError(message, path=path, line=line)


def _line(block: Block | Field) -> int:
    return (block.start_line or 0) + 1


def _broken(block: Block, path: Path) -> ConfigError:
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, ParsingFailedBlock  # noqa: PLC0415

    if isinstance(block, DuplicateBlockKeyBlock):
        message = f"duplicate key “{block.key}”, first on line {_line(block.previous_block)}; rename one of the two, or remove it"
        return ConfigError(message if block.key else _NO_KEY, path=path, line=_line(block))
    if isinstance(block, DuplicateFieldKeyBlock):
        fields = ", ".join(f"“{name}”" for name in sorted(block.duplicate_keys))
        return ConfigError(f"the entry has {fields} twice; keep one", path=path, line=_line(block))
    error = block.error if isinstance(block, ParsingFailedBlock) else None
    reason = " ".join(str(getattr(error, "abort_reason", error)).split()).rstrip(".")
    message = f"broken entry: {reason}; check its braces, quotes and commas"
    return ConfigError(message, path=path, line=_line(block))


_NO_KEY = "an entry has no key; write one after the opening brace, such as @article{murrough2013,"


def _entry(entry: Entry, path: Path) -> _Record:
    line = _line(entry)
    if not entry.key or re.search(r"[\s={}\"]", entry.key):
        raise ConfigError(_NO_KEY, path=path, line=line)
    fields: dict[str, str] = {}
    for each in entry.fields:
        if each.enclosing == "no-enclosing" and _NO_COMMA.search(each.value):
            raise ConfigError(f"a comma is missing after “{_short(each.key)}”", path=path, line=_line(each))
        name = _SAME.get(each.key.lower(), each.key.lower())
        if name in _WANTED and fields.setdefault(name, each.value) != each.value:
            raise ConfigError(f"“{entry.key}” has “{name}” twice; keep one", path=path, line=line)
    author, editor = fields.pop("author", ""), fields.pop("editor", "")
    names = _family_names(author or editor, entry.key, path, line)
    decoded = _decoded([*names, *fields.values()], entry.key, path, line)
    fields = dict(zip(fields, decoded[len(names) :], strict=True))
    if fields.get("eprinttype", "").lower() in ("pubmed", "pmid"):
        fields.setdefault("pmid", fields.get("eprint", ""))
    return _Record(entry.key, tuple(filter(None, decoded[: len(names)])), fields, line)


def _family_names(people: str, key: str, path: Path, line: int) -> list[str]:
    """The names as they stand in BibTeX, particles first; “and others” is nobody."""
    from bibtexparser.middlewares.names import (  # noqa: PLC0415
        InvalidNameError,
        parse_single_name_into_parts,
        split_multiple_persons_names,
    )

    try:
        names = [parse_single_name_into_parts(name, strict=True) for name in split_multiple_persons_names(people)]
    except InvalidNameError as error:
        message = (
            f"“{key}” has the unreadable name “{_short(error.name)}”: {error.reason.lower()}; write Family, Given and …"
        )
        raise ConfigError(message, path=path, line=line) from error
    families = (" ".join((*name.von, *name.last)) for name in names)
    return [family for family in families if family != "others"]


def _decoded(values: list[str], key: str, path: Path, line: int) -> list[str]:
    """The values without LaTeX: {\\"o} is ö. Decoding is slow, and braces alone need none."""
    from bibtexparser.library import Library  # noqa: PLC0415
    from bibtexparser.model import Entry, Field  # noqa: PLC0415

    coded = [Field(str(index), value) for index, value in enumerate(values) if _TEX.search(value)]
    values = [value.translate(_PLAIN) for value in values]
    if coded:
        decoded = _decoder().transform_entry(Entry("", key, coded), Library())
        if not isinstance(decoded, Entry):
            raise ConfigError(f"“{key}” has LaTeX that cannot be read; write plain letters", path=path, line=line)
        for each in decoded.fields:
            values[int(each.key)] = each.value
    return [" ".join(value.split()) for value in values]


@cache
def _decoder() -> LatexDecodingMiddleware:
    from bibtexparser.middlewares import LatexDecodingMiddleware  # noqa: PLC0415

    return LatexDecodingMiddleware(keep_math_mode=False)


# CSL-JSON


def _csl(text: str, path: Path) -> Iterator[_Record]:
    try:
        data = json.loads(text)
        if isinstance(data, dict):
            data = data.get("items")
        if not isinstance(data, list):
            raise ConfigError("is no CSL-JSON; it must be a list of items, or {“items”: [ … ]}", path=path)
        items = list(_items(text, path))
    except JSONDecodeError as error:
        raise ConfigError(f"is no valid JSON: {error.msg}", path=path, line=error.lineno) from error
    except RecursionError as error:
        raise ConfigError("is nested too deeply for a bibliography", path=path) from error
    except ValueError as error:  # a number of thousands of digits
        raise ConfigError("has a number that cannot be read", path=path) from error
    for item, line in items:
        yield _item(item, path, line)


def _items(text: str, path: Path) -> Iterator[tuple[Any, int]]:
    """Each item of the list with its line, in a text that is valid."""
    at, line, last = _start(text), 1, 0
    while text[at] != "]":
        line, last = line + text.count("\n", last, at), at

        def unique(pairs: list[tuple[str, Any]], line: int = line) -> dict[str, Any]:
            values = dict(pairs)
            if len(values) < len(pairs):
                names = [name for name, _ in pairs]
                twice = next(name for name in names if names.count(name) > 1)
                raise ConfigError(f"an item has “{_short(twice)}” twice; keep one", path=path, line=line)
            return values

        item, at = JSONDecoder(object_pairs_hook=unique).raw_decode(text, at)
        yield item, line
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _start(text: str) -> int:
    """Where the first item of the list stands: the text is a list, or an object that has one under “items”."""
    at, decoder, found = _skip(text, 0), JSONDecoder(), -1
    if text[at] == "[":
        return _skip(text, at + 1)
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if name == "items":
            found = _skip(text, at + 1)
        at = _skip(text, decoder.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found else at


def _item(item: Any, path: Path, line: int) -> _Record:
    if not isinstance(item, dict):
        raise ConfigError("an item must be an object with an “id”", path=path, line=line)
    key = item.get("citation-key") or item.get("id")
    if isinstance(key, bool) or not isinstance(key, str | int) or not str(key).strip():
        raise ConfigError("an item has no “id”; give it the key that drafts cite", path=path, line=line)
    key = " ".join(str(key).split())
    people = item.get("author") or item.get("editor") or []
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        message = f"“{key}” has authors that cannot be read; write [{{“family”: …, “given”: …}}, …]"
        raise ConfigError(message, path=path, line=line)
    custom = item.get("custom")
    fields = {
        "title": item.get("title"),
        "date": _issued(item.get("issued")),
        "doi": item.get("DOI"),
        "pmid": item.get("PMID"),
        "url": item.get("URL"),
        "note": item.get("note"),
        "genre": item.get("genre"),
        "keyword": item.get("keyword"),
        "journal": item.get("container-title"),
        "studytype": custom.get("study-type") if isinstance(custom, dict) else None,
    }
    texts = {name: _string(value) for name, value in fields.items()}
    return _Record(key, tuple(filter(None, map(_family_name, people))), texts, line)


def _family_name(person: Mapping[str, Any]) -> str:
    particles = (person.get("dropping-particle"), person.get("non-dropping-particle"), person.get("family"))
    return " ".join(filter(None, map(_string, particles))) or _string(person.get("literal"))


def _issued(value: Any) -> str:
    """A date as text, from {“date-parts”: [[2013, 10]]}, {“raw”: “2013-10”}, {“literal”: …} or “2013-10”."""
    if not isinstance(value, dict):
        return _string(value)
    parts = value.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        return _string(parts[0][0])
    return next((_string(value[name]) for name in ("raw", "literal", "year") if name in value), "")


def _string(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_string(each) for each in value if not isinstance(each, list))
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return " ".join(re.sub(r"</?(?:i|b|sup|sub|sc|span)\b[^<>]*>", "", text).split()) if "\n" not in text else text
