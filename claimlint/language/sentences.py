"""Sentence boundaries in clean block text, without a model, so that the fast and the exhaustive path cut alike."""

from __future__ import annotations

import re

_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]*]*(?:\s*(?:\[\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]|[⁰¹²³⁴⁵⁶⁷⁸⁹]++))*(?=\s)")
_NEXT = re.compile(r"\s++[\"'“‘(\[*•–—-]*\s*+(?:[A-Z0-9À-Þ#]|[^\x00-\x7f\sa-zà-ÿ])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“])(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|cf|al|approx|no|No|vol|Vol|pp|p|Fig|fig|ca|Inc|Ltd|Co|Jr|Sr|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|mg|ml|U\.S|U\.K|a\.m|p\.m|Ph\.D|M\.D|D\.O|R\.N|N\.P|R|[A-Z]\.[A-Z])$"
)
_REACH = 20
"""Characters that an abbreviation stands in."""
_ENUMERATOR = re.compile(r"\W*(?:\d{1,3}|[a-zA-Z])\Z")
LONGEST = 2000
"""Code points of a sentence that are judged at once; a longer run without a full stop is cut at a space."""


def split(text: str) -> list[tuple[int, int]]:
    """Half-open offsets of the sentences of a block's text, surrounding spaces left out.

    A bracketed number or superscript that follows the full stop belongs to the sentence before it.
    """
    bounds: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if not _NEXT.match(text, end):
            continue
        low, high = max(start, match.start() - _REACH), match.start()
        if match.group()[0] == "." and (_ABBREVIATION.search(text[low:high]) or _ENUMERATOR.match(text, start, high)):
            continue
        _append(bounds, text, start, end)
        start = end
    _append(bounds, text, start, len(text))
    return bounds


def _append(bounds: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while end - start > LONGEST:
        cut = text.rfind(" ", start, start + LONGEST)
        cut = cut if cut > start else start + LONGEST
        _append(bounds, text, start, cut)
        start = cut
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        bounds.append((start, end))
