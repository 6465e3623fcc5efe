"""Where in a YAML file a cursor stands, by indentation alone: the file is being written and may not be YAML yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from claimlint.structs import Struct

ENTRY = "[]"
"""The step from a list to one of its entries."""
_LINE = re.compile(
    r"(?P<indent>[ ]*)(?P<dashes>(?:-(?:[ ]+|\Z))*)"
    r"(?:(?P<key>[\w./*-]+|\"[^\"]*\"|'[^']*')[ ]*:(?=\s|\Z)[ ]*)?(?P<value>.*)",
    re.DOTALL,
)


class Row(Struct, frozen=True):
    """A line: the columns of its dashes, its key and where that (or what there is instead) starts, the rest."""

    dashes: tuple[int, ...]
    key: str
    column: int
    value: str

    @property
    def left(self) -> int:
        return self.dashes[0] if self.dashes else self.column


def row(line: str) -> Row | None:
    """None for a line that says nothing: blank, or a comment."""
    text = line.rstrip("\r\n")
    found = _LINE.fullmatch(text)
    if found is None or text.lstrip().startswith("#") or not text.strip():
        return None
    start = len(found["indent"])
    dashes = tuple(start + at for at, character in enumerate(found["dashes"]) if character == "-")
    return Row(dashes, (found["key"] or "").strip("\"'"), start + len(found["dashes"]), found["value"])


def path(lines: Sequence[str], number: int, before: str) -> tuple[str, ...]:
    """The keys above what is being written on a line (from 0), outermost first; before: that line up to the cursor."""
    own = row(before)
    steps = [ENTRY] * len(own.dashes) if own else []
    column = own.left if own else len(before)
    for line in reversed(lines[:number]):
        above = row(line)
        if above is None:
            continue
        # the dash of an entry may stand as far left as the key of its list
        if above.key and (above.column < column or (above.column == column and steps[-1:] == [ENTRY])):
            steps.append(above.key)
            column = above.column
        for dash in reversed(above.dashes):
            if dash < column:
                steps.append(ENTRY)
                column = dash
        if column == 0 and steps[-1:] != [ENTRY]:
            break
    return tuple(reversed(steps))


def siblings(lines: Sequence[str], number: int, before: str) -> Iterator[str]:
    """The keys that stand in the same mapping as what is being written."""
    own = row(before)
    column = own.column if own else len(before)
    for line in reversed(lines[:number]) if not (own and own.dashes) else ():
        above = row(line)
        if above and above.column == column and above.key:
            yield above.key
        if above and above.left < column:
            break
    for line in lines[number + 1 :]:
        below = row(line)
        if below and below.left < column:
            break
        if below and below.column == column and below.key:
            yield below.key
