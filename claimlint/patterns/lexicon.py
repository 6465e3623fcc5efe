"""The words and lists that patterns know, and sentences read by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from claimlint.patterns.words import Token, bases, forms, is_number, tokenize

NOUNS = frozenset({"MUNDANE"})
"""Lists of things: their terms have plurals, but no past or progressive forms."""
_PLAIN = re.compile(r"(?!.*cannot)[a-z ]+", re.IGNORECASE | re.ASCII)
"""Terms whose tokens are their words."""
_REMEMBERED = 100_000

Found = TypeVar("Found")


class Entry(NamedTuple):
    """What a form means wherever it stands.

    bases: the words that it may be an inflection of. keys: what patterns ask for and it is: base words, "=form", "#" for
    a number, "{LIST}" for the lists of which it is a term by itself. longer: the nodes at which longer terms go on.
    """

    bases: tuple[str, ...]
    keys: tuple[str, ...]
    longer: Sequence[dict[str, Any]]


class Lexicon:
    """All words that patterns and lists know, and the lists as one tree of words.

    Terms are looked up base by base, so that a term of n words costs n nodes however its words inflect.
    """

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.asked: set[str] = set()
        """Keys that patterns ask for beside lists: words, "=form", and "^" with what is to start a sentence."""
        self.terms: dict[str, Any] = {}
        self._phrases: set[str] = set()
        self._entries: dict[str, Entry] = {}

    def learn(self, word: str, *, exact: bool = False) -> None:
        """A word that a pattern asks for."""
        self.words.add(word)
        self.asked.add(f"={word}" if exact else word)
        self._entries.clear()

    def add_term(self, name: str, term: str) -> None:
        self._add(name, term.lower().split() if _PLAIN.fullmatch(term) else forms(term))

    def add_phrase(self, words: str) -> None:
        """A list called like the one term that it holds: these words in a row."""
        if words not in self._phrases:
            self._phrases.add(words)
            self._add(words, words.split(" "))

    def _add(self, name: str, words: Sequence[str]) -> None:
        node = self.terms
        for word in words:
            self.words.add(word)
            node = node.setdefault(word, {})
        node.setdefault("", []).append(name)  # "" holds the lists that end here
        self._entries.clear()

    def bases(self, form: str) -> tuple[str, ...]:
        """The words that a form may be an inflection of."""
        return self.entry(form).bases

    def entry(self, form: str) -> Entry:
        found = self._entries.get(form)
        if found is None:
            if len(self._entries) >= _REMEMBERED:  # drafts hold any number of words that nobody knows
                self._entries.clear()
            found = self._entries[form] = self._entry(form)
        return found

    def _entry(self, form: str) -> Entry:
        own = bases(form, self.words)
        nodes = [node for base in own if (node := self.terms.get(base))]
        lists = dict.fromkeys(
            f"{{{name}}}"
            for base in own
            for name in self.terms.get(base, {}).get("", ())
            if not _no_noun(name, form, base)
        )
        words = [key for key in (*own, "=" + form) if key in self.asked]
        number = ("#",) if is_number(form) else ()
        return Entry(own, (*words, *number, *lists), tuple(node for node in nodes if node.keys() - {""}))


def _no_noun(name: str, form: str, base: str) -> bool:
    """documented, tired: no document, no tire"""
    return name in NOUNS and form.endswith(("ed", "ing")) and not base.endswith(("ed", "ing"))


class Text:
    """A sentence made ready for matching; positions are token indexes, sets of them are the bits of an integer.

    forms: its tokens' normal forms. lead: how many tokens in front were borrowed from what introduces the sentence (a
    table's header, a list's lead-in); they have no width. at: key → the positions where it stands; keys are base words,
    "=form", "#" for numbers, and "{LIST}" for the positions at which terms of a list start; with "^" in front, any of
    these where the sentence starts.
    """

    def __init__(self, words: str, lexicon: Lexicon, *, at: int = 0, lead: Sequence[str] = ()) -> None:
        """at: the offset of the words in the text that they were cut from. lead: normal forms of borrowed tokens."""
        own = forms(words)
        self.lead = len(lead) if own else 0
        self.forms = [*lead, *own] if self.lead else own
        self._words, self._offset, self.known = words, at, dict[Hashable, Any]()
        self._joined: dict[frozenset[str], int] = {}
        self._free: dict[frozenset[str], int] = {}
        self.at, self._longer = _located(self.forms, lexicon)

    @cached_property
    def tokens(self) -> list[Token]:
        own = tokenize(self._words, self._offset)
        return [*(Token(form, own[0].start, own[0].start) for form in self.forms[: self.lead]), *own]

    @cached_property
    def tags(self) -> list[dict[str, list[int]]]:
        """Of each token: list name → the ends (exclusive) of its terms that start there."""
        found: list[dict[str, list[int]]] = [{} for _ in self.forms]
        for key in self.at:
            if key[0] == "{":
                for length, starts in self.terms(key):
                    for start in indexes(starts):
                        found[start].setdefault(key[1:-1], []).append(start + length)
        return found

    def terms(self, key: str) -> Iterable[tuple[int, int]]:
        """Where the terms of a list start, by their number of tokens."""
        return self._longer.get(key) or ((1, self.at.get(key, 0)),)

    def count(self, lists: Iterable[str]) -> int:
        """At how many places a term of any of the lists starts."""
        starts = 0
        for name in lists:
            starts |= self.at.get(f"{{{name}}}", 0)
        return starts.bit_count()

    def any_of(self, keys: frozenset[str]) -> int:
        """Where one of the keys stands."""
        found = self._joined.get(keys)
        if found is None:
            found = 0
            for key in keys & self.at.keys():
                found |= self.at[key]
            self._joined[keys] = found
        return found

    @cached_property
    def edges(self) -> tuple[int, int]:
        """The first and last position of a word; all and -1 where there is none."""
        words = [at for at, form in enumerate(self.forms) if form[0].isalnum()]
        return (words[0], words[-1]) if words else (len(self.forms), -1)

    def free(self, blocked: frozenset[str]) -> int:
        """Where none of the forms stands."""
        found = self._free.get(blocked)
        if found is None:
            found = self._free[blocked] = sum(1 << at for at, form in enumerate(self.forms) if form not in blocked)
        return found

    def once(self, asker: Hashable, find: Callable[[Text], Found]) -> Found:
        """What `find` makes of this sentence, worked out the first time only. It may look at nothing but the sentence, and
        nobody may change what it returns: whoever asks next gets the same."""
        if asker not in self.known:
            self.known[asker] = find(self)
        found: Found = self.known[asker]
        return found


def _located(text: Sequence[str], lexicon: Lexicon) -> tuple[dict[str, int], dict[str, list[tuple[int, int]]]]:
    """Where keys stand, and of the lists that have terms of several tokens here where which start."""
    entries = [lexicon.entry(form) for form in text]
    at: dict[str, int] = {}
    longer: dict[str, dict[int, int]] = {}
    bit = 1
    for index, entry in enumerate(entries):
        for key in entry.keys:
            at[key] = at.get(key, 0) | bit
        nodes, end = entry.longer, index + 1
        while nodes and end < len(entries):
            further = []
            for base in entries[end].bases:
                for node in nodes:
                    if child := node.get(base):
                        further.append(child)
                        for name in child.get("", ()):
                            if not _no_noun(name, text[end], base):
                                lengths = longer.setdefault(f"{{{name}}}", {})
                                lengths[end + 1 - index] = lengths.get(end + 1 - index, 0) | bit
            nodes, end = further, end + 1
        bit <<= 1
    found = {}
    for key, lengths in longer.items():
        if single := at.get(key, 0):
            lengths[1] = single
        for starts in lengths.values():
            at[key] = at.get(key, 0) | starts
        found[key] = list(lengths.items())
    first = next((index for index, form in enumerate(text) if form[0].isalnum()), len(text))
    start = (2 << first) - 1
    at |= {
        opening: start & positions
        for key, positions in at.items()
        if start & positions and (opening := "^" + key) in lexicon.asked
    }
    return at, found


def indexes(positions: int) -> Iterator[int]:
    """The positions in a set, in order."""
    while positions:
        low = positions & -positions
        yield low.bit_length() - 1
        positions ^= low
