"""Patterns at work: which of them stand where in a sentence.

Sets of token positions are the bits of an integer, so that a pattern walks all its possible starts at once, and one
integer a word tells which of thousands of patterns may match at all. Time is linear in the sentence for each pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TypeAlias

from claimlint.patterns.lexicon import Lexicon, Text, indexes
from claimlint.patterns.syntax import Choice, Edge, Element, Gap, Number, Slot, Word, parse, slots

_BARRIERS = frozenset(";:.!?—–|")
# what a noun phrase and its adverbs never hold: marks, pronouns, relatives, prepositions, conjunctions, auxiliaries
_NOT_FILLER = _BARRIERS | frozenset(
    (
        ', ( ) " [ ] i you he she it we they me him us them who whom which that what whether when where while if '
        "because although though unless until since than but or so yet in on at by from with without for to into onto "
        "about between through during before after against over under within upon via per like as not never no nor "
        "cannot can could may might must shall should will would is are was were be been being am do does did has "
        "have had hardly barely scarcely rarely seldom"
    ).split()
)
_COMMON = frozenset(
    "be have do get a an the of in to for with and or not no your our it you we they that this as so 's , % : make more than".split()
)
_LIST = re.compile(r"\{[A-Z_0-9]+\}")
_LAYERS = 4
"""How many of a pattern's necessary elements are looked for before it is tried."""

Step = Callable[[Text, int], int]
"""From the positions reached before an element to those reached after it."""
Row: TypeAlias = tuple[str, int, str]
"""A pattern: its source, the number of the alternative, the key that its owner wants back."""


@lru_cache(maxsize=None, typed=True)
def _step(element: Element) -> Step:
    match element:
        case Word() | Number():
            return _word_step(_key(element))
        case Slot():
            return _slot_step(_key(element))
        case Gap(most, filler):
            return _gap_step(most, _NOT_FILLER if filler else _BARRIERS)
        case Choice(options, optional):
            return _choice_step(options, optional)
        case Edge(start):
            return _start_step if start else _end_step
    raise AssertionError(element)


def _key(element: Word | Slot | Number) -> str:
    if isinstance(element, Word):
        return "=" + element.base if element.exact else element.base
    return f"{{{element.name}}}" if isinstance(element, Slot) else "#"


def _word_step(key: str) -> Step:
    return lambda text, positions: (positions & text.at.get(key, 0)) << 1


def _slot_step(key: str) -> Step:
    def step(text: Text, positions: int) -> int:
        reached = 0
        if positions & text.at.get(key, 0):
            for length, starts in text.terms(key):
                reached |= (positions & starts) << length
        return reached

    return step


def _gap_step(most: int, blocked: frozenset[str]) -> Step:
    shifts, width = [], 1
    while width <= most:
        shifts.append(min(width, most + 1 - width))
        width += shifts[-1]

    def step(text: Text, positions: int) -> int:
        passable, near = text.free(blocked), positions
        for shift in shifts:
            near |= near << shift
        # a carry runs from each position through all that is passable, to the first token that is not
        return near & (positions | (passable ^ (passable + (positions & passable))))

    return step


def _choice_step(options: Sequence[Sequence[Element]], optional: bool) -> Step:
    words = frozenset(
        _key(option[0]) for option in options if len(option) == 1 and isinstance(option[0], Word | Number)
    )
    keyed: dict[str, list[list[Step]]] = {}
    others: list[list[Step]] = []
    for option in options:
        if not isinstance(option[0], Word | Number | Slot):
            others.append([_step(part) for part in option])
        elif len(option) > 1 or isinstance(option[0], Slot):
            keyed.setdefault(_key(option[0]), []).append([_step(part) for part in option])

    firsts = frozenset(keyed)

    def step(text: Text, positions: int) -> int:
        reached = positions if optional else 0
        if words:
            reached |= (positions & text.any_of(words)) << 1
        if firsts and (live := positions & text.any_of(firsts)):
            for key in firsts & text.at.keys():
                for option in keyed[key]:
                    reached |= _walk(option, text, live)
        for option in others:
            reached |= _walk(option, text, positions)
        return reached

    return step


def _start_step(text: Text, positions: int) -> int:
    """Nothing but quotes, dashes, bullets and full stops may stand before."""
    return positions & ((2 << text.edges[0]) - 1)


def _end_step(text: Text, positions: int) -> int:
    """Nothing but such marks may stand after."""
    last = text.edges[1]
    return positions >> (last + 1) << (last + 1)


def _walk(steps: Iterable[Step], text: Text, positions: int) -> int:
    for step in steps:
        positions = step(text, positions)
        if not positions:
            break
    return positions


class Pattern:
    """One alternative of a written pattern, ready to match; `key` is what the owner wants back."""

    def __init__(self, elements: Sequence[Element], key: str, source: str) -> None:
        self.key, self.source, self._elements = key, source, elements

    @cached_property
    def _steps(self) -> list[Step]:
        return [_step(element) for element in self._elements]

    @cached_property
    def _core(self) -> int:
        """How many elements there are before a gap that closes the pattern."""
        core = len(self._elements)
        while isinstance(self._elements[core - 1], Gap):
            core -= 1
        return core

    @cached_property
    def _first(self) -> frozenset[str]:
        """The keys of which one must stand where a match starts, empty if any place may start it."""
        return _first(self._elements)

    def starts(self, text: Text) -> Iterator[int]:
        """Where the pattern matches, whole."""
        everywhere = (1 << len(text.forms)) - 1
        if _walk(self._steps, text, everywhere):
            first = everywhere & text.any_of(self._first) if self._first else everywhere
            yield from (start for start in indexes(first) if self.match(text, start) > start)

    def match(self, text: Text, start: int) -> int:
        """The end (exclusive) of the longest match that starts at token `start`, or -1."""
        return _walk(self._steps, text, 1 << start).bit_length() - 1

    def core(self, text: Text, start: int) -> int:
        """The end of the match without a gap that closes the pattern: what is said for certain."""
        return _walk(self._steps[: self._core], text, 1 << start).bit_length() - 1


def required(elements: Sequence[Element]) -> tuple[frozenset[str], ...]:
    """Of each element that must be there the keys of which one must occur in the sentence, rarest first."""
    found = []
    if elements and elements[0] == Edge(True) and (first := _first(elements)):
        found.append(frozenset("^" + key for key in first))
    for element in elements:
        if isinstance(element, Word | Slot | Number):
            found.append(frozenset({_key(element)}))
        elif isinstance(element, Choice) and not element.optional:
            options = [required(option) for option in element.options]
            if all(options):
                found += [
                    frozenset().union(*(option[min(rank, len(option) - 1)] for option in options))
                    for rank in range(max(map(len, options)))
                ]
    return tuple(sorted(found, key=_cost))


def _cost(keys: frozenset[str]) -> int:
    return sum(20 if key in _COMMON else 10 if key == "#" or _LIST.fullmatch(key) else 1 for key in keys)


def _phrased(elements: Sequence[Element]) -> tuple[Element, ...]:
    """The elements with words that follow each other as one term, which the lexicon finds as it finds those of lists."""
    row: list[Element] = []
    run: list[str] = []
    for element in (*elements, None):
        if isinstance(element, Word) and not element.exact:
            run.append(element.base)
            continue
        row += [Slot(" ".join(run))] if len(run) > 1 else map(Word, run)
        run.clear()
        if isinstance(element, Choice):
            row.append(Choice(tuple(map(_phrased, element.options)), element.optional))
        elif element is not None:
            row.append(element)
    return tuple(row)


def _first(elements: Sequence[Element]) -> frozenset[str]:
    keys: set[str] = set()
    for element in elements:
        if isinstance(element, Word | Slot | Number):
            return frozenset(keys | {_key(element)})
        if isinstance(element, Choice):
            options = [_first(option) for option in element.options]
            if not all(options):
                return frozenset()
            keys.update(*options)
            if not element.optional:
                return frozenset(keys)
        elif not isinstance(element, Edge):
            return frozenset()
    return frozenset()


class Matcher:
    """All patterns of a kind as one: only those whose necessary words and lists occur are tried.

    Each pattern has `_LAYERS` bits in an integer, one for each of its rarest necessary elements. A key sets the bits of what
    it is necessary for, and a pattern is tried if the keys of a sentence set all of its bits.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.rows: list[Row] = []
        self.bits: dict[str, list[int]] = {}
        """Key → the bits that it sets; "" sets those of what patterns do not ask for."""
        self._patterns: dict[int, Pattern] = {}
        self._masks: dict[str, int] = {}
        self._first = (0, 0)

    def add(self, source: str, key: str) -> None:
        for option, elements in enumerate(parse(source)):
            for word in words(elements):
                self._lexicon.learn(word.base, exact=word.exact)
            phrased = _phrased(elements)
            for name in slots([phrased]):
                if " " in name:
                    self._lexicon.add_phrase(name)
            necessary = required(phrased)
            self._lexicon.asked |= {key for keys in necessary for key in keys if key[0] == "^"}
            for layer in range(_LAYERS):
                for each in necessary[layer] if layer < len(necessary) else ("",):
                    self.bits.setdefault(each, []).append(_LAYERS * len(self.rows) + layer)
            self.rows.append((source, option, key))
        self._masks.clear()

    def matches(self, text: Text, keys: frozenset[str] | None = None) -> list[tuple[str, int, int, Pattern]]:
        """(key, first token, end token, pattern) of every match; of matches of one pattern that overlap, the first.

        keys: those of the patterns that matter; default: all.
        """
        return text.once((self, keys), lambda text: self._matches(text, keys))

    def _matches(self, text: Text, keys: frozenset[str] | None) -> list[tuple[str, int, int, Pattern]]:
        found = []
        for number in self._candidates(text):
            if keys is not None and self.rows[number][2] not in keys:
                continue
            pattern, covered = self._pattern(number), -1
            for start in pattern.starts(text):
                if start >= covered:
                    covered = pattern.match(text, start)
                    found.append((pattern.key, start, covered, pattern))
        found.sort(key=lambda match: (match[1], -match[2], match[3].source))
        return found

    def _candidates(self, text: Text) -> Iterator[int]:
        """The patterns of which enough is there."""
        masks = self._masks
        if not masks:
            masks[""] = self._mask("")
        met = masks[""]
        for key in text.at:
            mask = masks.get(key)
            if mask is None:
                mask = masks[key] = self._mask(key)
            met |= mask
        all_ = met
        for _ in range(_LAYERS - 1):
            met >>= 1
            all_ &= met
        return (bit // _LAYERS for bit in indexes(all_ & self._first_bits))

    @property
    def _first_bits(self) -> int:
        """The first bit of each pattern."""
        size = len(self.rows)
        if self._first[0] != size:
            self._first = size, int("0" + f"{1:0{_LAYERS}b}" * size, 2)
        return self._first[1]

    def _mask(self, key: str) -> int:
        mask = bytearray(_LAYERS * len(self.rows) // 8 + 1)
        for bit in self.bits.get(key, ()):
            mask[bit >> 3] |= 1 << (bit & 7)
        return int.from_bytes(mask, "little")

    def _pattern(self, number: int) -> Pattern:
        if number not in self._patterns:
            source, option, key = self.rows[number]
            self._patterns[number] = Pattern(_phrased(parse(source)[option]), key, source)
        return self._patterns[number]


def words(option: Sequence[Element]) -> Iterator[Word]:
    """The words of a parsed alternative."""
    for element in option:
        if isinstance(element, Word):
            yield element
        elif isinstance(element, Choice):
            for inner in element.options:
                yield from words(inner)
