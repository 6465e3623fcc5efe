"""The names of WordprocessingML: elements by short names, whichever of its two dialects a document is written in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

from lxml import etree

Element: TypeAlias = Any
"""An element of lxml, which has no types of its own."""

_OPEN, _STRICT = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
W = f"{_OPEN}/wordprocessingml/2006/main"
W_STRICT = f"{_STRICT}/wordprocessingml/main"
RELATIONS = f"{_OPEN}/package/2006/relationships"
TYPES = f"{_OPEN}/package/2006/content-types"
OFFICE = f"{_OPEN}/officeDocument/2006/relationships"
OFFICE_STRICT = f"{_STRICT}/officeDocument/relationships"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PREFIXES = {
    W: "w",
    W_STRICT: "w",
    f"{_OPEN}/officeDocument/2006/math": "m",
    f"{_STRICT}/officeDocument/math": "m",
    f"{_OPEN}/markup-compatibility/2006": "mc",
    f"{_OPEN}/drawingml/2006/wordprocessingDrawing": "wp",
    f"{_STRICT}/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.microsoft.com/office/drawing/2017/decorative": "adec",
    "urn:schemas-microsoft-com:vml": "v",
    RELATIONS: "rel",
}


@lru_cache(maxsize=4096)
def short(tag: object) -> str:
    """`w:p` for a paragraph in either dialect; "" for what claimlint knows nothing of."""
    if not isinstance(tag, str) or not tag.startswith("{"):
        return ""
    namespace, _, name = tag[1:].partition("}")
    return f"{prefix}:{name}" if (prefix := _PREFIXES.get(namespace)) else ""


def child(parent: Element | None, name: str) -> Element | None:
    """The first child of that short name."""
    if parent is None:
        return None
    return next((each for each in parent if short(each.tag) == name), None)


def attribute(element: Element | None, name: str = "val") -> str:
    """A `w:` attribute, "" if there is none."""
    if element is None:
        return ""
    return str(element.get(f"{{{W}}}{name}") or element.get(f"{{{W_STRICT}}}{name}") or "")


def relation(element: Element, name: str = "id") -> str:
    """An `r:` attribute: the id of a relation."""
    return str(element.get(f"{{{OFFICE}}}{name}") or element.get(f"{{{OFFICE_STRICT}}}{name}") or "")


def number(element: Element | None, name: str = "val") -> int | None:
    text = attribute(element, name)
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 9 else None


def flag(parent: Element | None, name: str) -> bool | None:
    """A switch among the properties: on, off, or not set."""
    found = child(parent, name)
    return None if found is None else attribute(found) not in {"0", "false", "off"}


def branch(choice: Element) -> Element | None:
    """Of alternatives with the same content the one that current versions of Word show."""
    return child(choice, "mc:Choice") if child(choice, "mc:Choice") is not None else child(choice, "mc:Fallback")


def namespace(element: Element) -> str:
    return str(etree.QName(element).namespace)
