"""The pattern language of packs (see `syntax`), without spaCy."""

from claimlint.patterns.lexicon import Lexicon, Text
from claimlint.patterns.match import Matcher, Pattern, words
from claimlint.patterns.syntax import PatternSyntaxError, parse, slots
from claimlint.patterns.words import IRREGULAR, Token, fold, forms, inflect, third_person, tokenize

__all__ = [
    "IRREGULAR",
    "Lexicon",
    "Matcher",
    "Pattern",
    "PatternSyntaxError",
    "Text",
    "Token",
    "fold",
    "forms",
    "inflect",
    "parse",
    "slots",
    "third_person",
    "tokenize",
    "words",
]
