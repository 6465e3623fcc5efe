"""Sentences compared word by word: what changed, and whether a claim says no more than an approved wording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache
from unicodedata import category

from claimlint.patterns import IRREGULAR, inflect, tokenize

_MEANT, _IDLE = frozenset("%‰٪％#&/′″"), frozenset("™®©℠`´¨")
"""Punctuation that carries meaning, and symbols that carry none."""
_IRREGULAR_BASES: dict[str, set[str]] = {}
for _base, _forms in IRREGULAR.items():
    for _form in _forms:
        _IRREGULAR_BASES.setdefault(_form, set()).add(_base)


def difference(old: str, new: str) -> str:
    """The words that changed, as in `“safe” → “completely safe”`; "" if none did."""
    return _shown(old.split(), new.split(), old.split(), new.split())


def departure(approved: str, said: str) -> str:
    """The words in which a sentence departs from an approved wording, inflection and punctuation aside; "" if in none."""
    old, new = _words(approved), _words(said)
    return _shown(_keys(old, new), [word.casefold() for word in new], old, new)


def likeness(old: str, new: str) -> float:
    """How much of two sentences is the same, 0 to 1, inflection and punctuation aside."""
    mine, other = _words(old), _words(new)
    return _matcher(_keys(mine, other), [word.casefold() for word in other]).ratio()


def nearest(sentence: str, candidates: Iterable[str], *, least: float) -> str | None:
    """The candidate that is most like the sentence, the first of equals; None if none is at least so like it."""
    best, found = least, None
    for candidate in candidates:
        if (found is None or likeness(sentence, candidate) > best) and (ratio := likeness(sentence, candidate)) >= best:
            best, found = ratio, candidate
    return found


def bases(word: str) -> frozenset[str]:
    """The words that a form may be an inflection of, itself included; two words are the same if they share one."""
    return _bases(word.casefold())


@cache
def _bases(form: str) -> frozenset[str]:
    stems = {form, form[:-1], form[:-2], form[:-3], f"{form[:-3]}e", f"{form[:-3]}y"}
    stems |= {form[:-4]} if len(form) > 5 else set()  # stopping, stopped
    stems |= {form[:-3]} if form.endswith("ed") else set()
    known = {stem for stem in stems if len(stem) > 2 and form in inflect(stem)}
    return frozenset({form} | known | _IRREGULAR_BASES.get(form, set()))


def _words(text: str) -> list[str]:
    return [
        text[token.start : token.end]
        for token in tokenize(text)
        if token.end > token.start and _says(token.form[0], text[token.start : token.end + 1])
    ]


def _says(first: str, text: str) -> bool:
    """Whether a token is part of what is said: a word, a number, a symbol, a minus before its number."""
    if first == "-":
        return text[1:].isdigit()
    return first.isalnum() or first in _MEANT or (category(first).startswith("S") and first not in _IDLE)


def _keys(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The old words, each written as the new text writes it where that has another form of it."""
    forms = {base: word.casefold() for word in reversed(new) for base in bases(word)}
    exact = {word.casefold() for word in new}
    return [
        word.casefold()
        if word.casefold() in exact
        else next((forms[base] for base in sorted(bases(word)) if base in forms), word.casefold())
        for word in old
    ]


def _matcher(old: Sequence[str], new: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, old, new, autojunk=False)


def _shown(old: Sequence[str], new: Sequence[str], old_words: Sequence[str], new_words: Sequence[str]) -> str:
    parts = []
    for kind, low, high, start, end in _matcher(old, new).get_opcodes():
        gone, come = " ".join(old_words[low:high]), " ".join(new_words[start:end])
        if kind == "replace":
            parts.append(f"“{gone}” → “{come}”")
        elif kind == "delete":
            parts.append(f"without “{gone}”")
        elif kind == "insert":
            parts.append(f"with “{come}”")
    return ", ".join(parts)
