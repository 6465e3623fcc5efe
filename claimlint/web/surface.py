"""Places in a draft as the browser's text field counts them: UTF-16 units, each line end one unit.

A field turns CRLF and a lone CR into LF; a character beyond U+FFFF takes two units. Both are counted here, so that the
page finds every place by its number alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from claimlint.types import Span

_WIDE = re.compile("[\U00010000-\U0010ffff]")
_PAIR = re.compile("\r(?=\n)")


class Surface:
    """The way from code points of a source to units of the field that shows it."""

    def __init__(self, source: str) -> None:
        self._wide = [match.start() for match in _WIDE.finditer(source)] if not source.isascii() else []
        self._pairs = [match.start() for match in _PAIR.finditer(source)]

    def unit(self, offset: int) -> int:
        return offset + bisect_left(self._wide, offset) - bisect_left(self._pairs, offset)

    def span(self, span: Span) -> tuple[int, int]:
        return self.unit(span.start), self.unit(span.end)
