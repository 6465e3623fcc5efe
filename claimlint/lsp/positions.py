"""Places as editors count them: lines from 0, characters in units of UTF-8, UTF-16 or UTF-32, against code points.

A line ends at LF, CRLF or a lone CR, as everywhere in claimlint. (pygls splits at U+2028 and form feeds too and counts
CRLF as one character, so its own documents drift away from the editor's.)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Literal

from claimlint.structs import Struct
from claimlint.types import Lines

Encoding = Literal["utf-8", "utf-16", "utf-32"]
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")

Place = tuple[int, int]
"""Line and character, both from 0."""


def units(text: str, encoding: Encoding) -> int:
    """How many units an editor counts in a text."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text) + sum(character > "\uffff" for character in text)
    return len(text.encode("utf-8", "surrogatepass"))


def _points(text: str, count: int, encoding: Encoding) -> int:
    """How many characters of a line come before `count` units; one that is cut in the middle is left out."""
    if encoding == "utf-32" or text.isascii():
        return min(max(count, 0), len(text))
    passed = 0
    for index, character in enumerate(text):
        passed += units(character, encoding)
        if passed > count:
            return index
    return len(text)


class Source(Struct, frozen=True, dict=True):
    """The text of a file, with its lines, as an editor of some encoding sees it."""

    text: str
    encoding: Encoding = "utf-16"

    @cached_property
    def _starts(self) -> list[int]:
        return Lines(self.text).starts

    def line(self, number: int) -> str:
        """A line counted from 0, without its end."""
        start, end = self.bounds(number)
        return self.text[start:end]

    def bounds(self, number: int) -> tuple[int, int]:
        """Where a line's words start and end; lines past the last one are empty and stand at the end."""
        if number >= len(self._starts):
            return len(self.text), len(self.text)
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return start, end

    def place(self, offset: int) -> Place:
        """The place of a code point; inside a line end it is the end of the line."""
        line = bisect_right(self._starts, offset) - 1
        start, end = self.bounds(line)
        return line, units(self.text[start : min(offset, end)], self.encoding)

    def offset(self, place: Place) -> int:
        """The code point at a place; beyond a line its end is meant, as the protocol has it."""
        line, character = place
        if line < 0:
            return 0
        start, end = self.bounds(line)
        return start + _points(self.text[start:end], character, self.encoding)

    def edited(self, start: Place, end: Place, new: str) -> Source:
        """The source after an editor replaced a range."""
        low, high = sorted((self.offset(start), self.offset(end)))
        return Source(joined(self.text[:low] + new + self.text[high:]), self.encoding)


def joined(text: str) -> str:
    """The text with halves of characters put together that an editor of UTF-16 sent one after the other."""
    if text.isascii() or not _LONE.search(text):
        return text
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def sound(text: str) -> str:
    """The text with “�” for halves of characters, which are no text; every offset stays."""
    return text if text.isascii() else _LONE.sub("\ufffd", text)
