"""Which packs speak about a draft: those named, and those that its topic and its market call for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from claimlint.errors import did_you_mean
from claimlint.packs import AUTO, Pack, builtin_dir
from claimlint.patterns import Matcher, Text
from claimlint.structs import Struct, replace
from claimlint.types import Document

SHORT = 150
"""Words below which one mention makes a topic; a longer draft needs two, or one in a title or heading."""
_LOUD = ("title", "heading")
_DECLARED = ("packs", "market")
_JURISDICTION = re.compile(rb"^jurisdiction:[ \t]*([\w-]+)", re.MULTILINE)


class Choice(Struct, frozen=True):
    """packs: names of those that are on whatever the draft is about; with "auto" among them, the others switch
    themselves on. markets: the jurisdictions in which the draft appears."""

    packs: tuple[str, ...]
    markets: tuple[str, ...] = ("us",)


def declared(meta: Mapping[str, Any], choice: Choice) -> Choice:
    """The choice that a draft makes for itself under “claimlint” in its front matter, else the one given."""
    own = meta.get("claimlint")
    if not isinstance(own, Mapping):
        return choice
    packs, markets = _names(own.get("packs")), tuple(name.lower() for name in _names(own.get("market")))
    return replace(choice, packs=packs or choice.packs, markets=markets or choice.markets)


def faults(meta: Mapping[str, Any], choice: Choice, packs: Collection[Pack]) -> Iterator[str]:
    """What a choice, or a draft under “claimlint” in its front matter, says that nobody can follow."""
    own = meta.get("claimlint", {})
    if not isinstance(own, Mapping):
        yield "“claimlint” in the front matter must be a mapping with “packs” or “market”"
        own = {}
    for key, value in own.items():
        if key not in _DECLARED:
            yield f"“claimlint” in the front matter has an unknown key “{key}”{did_you_mean(str(key), _DECLARED)}"
        elif not _names(value) or (not isinstance(value, str) and len(_names(value)) < len(value)):
            yield f"“{key}” under “claimlint” in the front matter must be a name or a list of names"
    loaded = {*(pack.name for pack in packs), AUTO}
    for name in _names(own.get("packs")) or choice.packs:
        if name not in loaded:
            who = "the front matter asks for" if "packs" in own else "there was asked for"
            yield f"{who} the pack “{name}”, which is not loaded"
    for name in _names(own.get("market")):
        if said := unknown_market(name.lower(), packs):
            yield f"the front matter asks for an {said}"


def unknown_market(name: str, packs: Iterable[Pack]) -> str:
    """What is wrong with the name of a market, or "". Known are those that these packs, or shipped ones, are about."""
    known = {pack.jurisdiction for pack in packs if pack.jurisdiction}
    if name in known or name in (known := known | _shipped_markets()):
        return ""
    return f"unknown market “{name}”{did_you_mean(name.lower(), known)} (known: {', '.join(sorted(known))})"


@cache
def _shipped_markets() -> frozenset[str]:
    """Read off the packs' first lines: to load them all takes half a second."""
    pages = (path if path.is_file() else path / "pack.yml" for path in builtin_dir().iterdir())
    found = (_JURISDICTION.search(page.read_bytes()) for page in pages if page.is_file() and page.suffix == ".yml")
    return frozenset(match[1].decode() for match in found if match)


def _names(value: object) -> tuple[str, ...]:
    named = (value,) if isinstance(value, str) else value
    return (
        tuple(item for item in named if isinstance(item, str) and item.strip()) if isinstance(named, Sequence) else ()
    )


def active(packs: Sequence[Pack], choice: Choice, topics: Iterable[str]) -> frozenset[str]:
    """Names of the packs that are on, with those that they extend.

    A pack that is not named switches itself on if “auto” is: where the draft is about its topic, if it has one, and
    appears in its jurisdiction, if it has one; a pack with neither is on only by name.
    """
    by_name = {pack.name: pack for pack in packs}
    on = {name for name in choice.packs if name in by_name}
    if AUTO in choice.packs:
        about = set(topics)
        on |= {
            pack.name
            for pack in packs
            if (pack.topic or pack.jurisdiction)
            and (not pack.topic or pack.name in about)
            and (not pack.jurisdiction or pack.jurisdiction in choice.markets)
        }
    waiting = list(on)
    while waiting:
        for parent in by_name[waiting.pop()].extends:
            if parent in by_name and parent not in on:
                on.add(parent)
                waiting.append(parent)
    return frozenset(on)


def topics(document: Document, sentences: Iterable[tuple[int, Text]], matcher: Matcher) -> set[str]:
    """Names of the packs whose topic the draft is about. sentences: (block, text) of each."""
    words, counts = 0, Counter[str]()
    for block, text in sentences:
        words += len(text.forms)
        found = {pack for pack, *_ in matcher.matches(text)}
        counts.update(dict.fromkeys(found, 2 if document.blocks[block].kind in _LOUD else 1))
    return {pack for pack, count in counts.items() if count >= (1 if words < SHORT else 2)}
