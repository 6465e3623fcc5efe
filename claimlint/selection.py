"""Which packs speak about a draft: those named, and those that its topic and its market call for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from claimlint.packs import AUTO, Pack
from claimlint.patterns import Matcher, Text
from claimlint.structs import Struct, replace
from claimlint.types import Document

SHORT = 150
"""Words below which one mention makes a topic; a longer draft needs two, or one in a title or heading."""
_LOUD = ("title", "heading")


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


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, Sequence) else ()


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
        found = {str(pack) for pack, *_ in matcher.matches(text)}
        counts.update(dict.fromkeys(found, 2 if document.blocks[block].kind in _LOUD else 1))
    return {pack for pack, count in counts.items() if count >= (1 if words < SHORT else 2)}
