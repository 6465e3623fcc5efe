"""XML for the formats that want it: elements of any text, and a root whose children are written as they come."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO
from xml.etree.ElementTree import Element, indent, tostring
from xml.sax.saxutils import quoteattr

# what XML 1.0 has no way to write, not even as a reference
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, text: str = "", /, **attributes: object) -> Element:
    """An element that every XML reader takes, whatever its text: a character that XML forbids becomes U+FFFD."""
    made = Element(tag, {name: legal(str(value)) for name, value in attributes.items()})
    made.text = legal(text)
    return made


def write(root: str, children: Iterable[Element], out: TextIO, /, **attributes: str) -> None:
    """A document of this root, each child written as it comes."""
    start = " ".join([root, *(f"{name}={quoteattr(value)}" for name, value in attributes.items())])
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<{start}>\n')
    for child in children:
        indent(child, level=1)
        out.write(f"  {tostring(child, encoding='unicode')}\n")
    out.write(f"</{root}>\n")


def legal(text: str) -> str:
    """The text with U+FFFD for each character that XML forbids."""
    return _FORBIDDEN.sub("\ufffd", text)
