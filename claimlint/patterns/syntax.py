"""The pattern language of packs: tokens, inflection, compilation and matching, without spaCy.

A pattern is a row of elements separated by spaces; tokens are compared in lower case, hyphens count as spaces,
typographic apostrophes as plain ones:

    word        the word in any regular or common irregular inflection (treat, treats, treated, treating)
    =word       this form only
    {LIST}      any term of the list, the longest included
    #           a number, in digits or words
    ~           filler inside a noun phrase: up to 6 words that are no verb of ours, pronoun, preposition or mark
    *  **       a gap of up to 3, up to 8 tokens that does not cross ; : . ! ? or a dash
    ,  :  %  …  the mark itself
    (a b|c)     alternatives;  x?  (a b)?  optional
    ^  $        start and end of the sentence

Matching walks sets of positions, so its time is linear in the sentence for each pattern whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from claimlint.patterns.words import tokenize


class PatternSyntaxError(ValueError):
    """A pattern cannot be read; the message says where."""


class Word(NamedTuple):
    base: str
    exact: bool = False


class Slot(NamedTuple):
    name: str


class Gap(NamedTuple):
    most: int
    filler: bool = False


class Edge(NamedTuple):
    start: bool


class Number(NamedTuple):
    pass


class Choice(NamedTuple):
    options: tuple[tuple[Element, ...], ...]
    optional: bool = False


Element = Word | Slot | Gap | Edge | Number | Choice

_LEX = re.compile(r"\{[A-Z][A-Z_0-9]*\}\??|\*\*|[*~^$]|#\??|[()|]\??|=?[^\s()|{}~*^$#]+|\S")

_MAX_DEPTH = 20


@cache
def parse(pattern: str) -> tuple[tuple[Element, ...], ...]:
    """Read a pattern into its alternatives.

    Raises:
        PatternSyntaxError: unbalanced brackets, or too many in each other; an empty alternative; no word or list at all.
    """
    lexemes = _LEX.findall(pattern)
    options, rest = _alternatives(lexemes, 0, pattern)
    if rest != len(lexemes):
        raise PatternSyntaxError(f"unbalanced “)” in “{pattern}”")
    for option in options:
        if not any(isinstance(element, Word | Slot | Number | Choice) for element in option):
            raise PatternSyntaxError(f"“{pattern}” holds no word and no list, so it would match anything")
    return options


def _alternatives(
    lexemes: list[str], at: int, pattern: str, depth: int = 0
) -> tuple[tuple[tuple[Element, ...], ...], int]:
    if depth > _MAX_DEPTH:
        raise PatternSyntaxError(f"more than {_MAX_DEPTH} brackets in each other")
    options: list[tuple[Element, ...]] = []
    row: list[Element] = []
    while at < len(lexemes):
        lexeme = lexemes[at]
        if lexeme in (")", ")?"):
            break
        at += 1
        if lexeme == "|":
            options.append(tuple(row))
            row = []
        elif lexeme == "(":
            inner, at = _alternatives(lexemes, at, pattern, depth + 1)
            if at >= len(lexemes):
                raise PatternSyntaxError(f"“(” is not closed in “{pattern}”")
            row.append(Choice(inner, optional=lexemes[at] == ")?"))
            at += 1
        else:
            row.extend(_elements(lexeme))
    options.append(tuple(row))
    if not all(options):
        raise PatternSyntaxError(f"an alternative is empty in “{pattern}”")
    return tuple(options), at


_SIMPLE: Mapping[str, Element] = {
    "*": Gap(3), "**": Gap(8), "~": Gap(6, filler=True), "^": Edge(True), "$": Edge(False), "#": Number(),
}  # fmt: skip


@cache
def _elements(lexeme: str) -> tuple[Element, ...]:
    if lexeme in _SIMPLE:
        return (_SIMPLE[lexeme],)
    if lexeme.isascii() and lexeme.isalpha() and lexeme != "cannot":
        return (Word(lexeme.lower()),)
    optional = lexeme.endswith("?") and len(lexeme) > 1
    text = lexeme[:-1] if optional else lexeme
    row: tuple[Element, ...]
    if text == "#":
        row = (Number(),)
    elif text.startswith("{"):
        if not text.endswith("}") or len(text) < 3:
            raise PatternSyntaxError(f"“{lexeme}” is no list name: write {{UPPER_CASE}}")
        row = (Slot(text[1:-1]),)
    else:
        exact = text.startswith("=") and len(text) > 1
        row = tuple(Word(token.form, exact) for token in tokenize(text[1:] if exact else text))
    return (Choice((row,), optional=True),) if optional else row


def slots(options: Iterable[Sequence[Element]]) -> Iterator[str]:
    """The names of the lists that a parsed pattern asks for."""
    for option in options:
        for element in option:
            if isinstance(element, Slot):
                yield element.name
            elif isinstance(element, Choice):
                yield from slots(element.options)
