"""The zip archive around a Word document, from a stranger: bounded in size, ratio, parts and depth, never unpacked.

Only parts that hold text are inflated, each once. XML may not declare a document type, so that there are no entities
to expand and nothing to fetch.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from claimlint.errors import ReadError
from claimlint.readers.docx.ooxml import Element, short

MAX_PART = 20_000_000
"""Bytes of text parts, inflated, all together: some thousand pages, and half a minute at the very worst."""
MAX_RATIO = 250
"""Inflated to deflated, of text parts above `_SMALL`; Word's own XML stays below 60."""
MAX_ALL = 400_000_000
"""Bytes of all parts, inflated, when a document is copied."""
MAX_PARTS = 5_000
MAX_DEPTH = 150
"""Elements inside each other: about 30 tables in tables."""
_SMALL = 1_000_000
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""All that the format allows. Which others there are, and what they raise on damage, differs between Pythons."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")


class Relation(NamedTuple):
    """What a part refers to. kind: the last step of its type; target: a part's name, or an address if external."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of a document by name. Raises ReadError, here and later, if it is none or not to be trusted."""

    def __init__(self, data: bytes) -> None:
        self._left = MAX_PART
        self._trees: dict[str, Element] = {}
        self._zip = _archive(data)
        self.entries = {info.filename: info for info in self._zip.infolist()}
        _check(self._zip.infolist())
        types = self.required("[Content_Types].xml")
        main = [each.target for each in self.relations("").values() if each.kind == "officeDocument"]
        self.main = main[0] if main else "word/document.xml"
        kinds = {each.get("PartName", "").lstrip("/"): each.get("ContentType", "") for each in types}
        kind = kinds.get(self.main, "document.main+xml")
        if "macroEnabled" in kind or any(name.endswith("vbaProject.bin") for name in self.entries):
            raise ReadError("this Word document holds macros (.docm); save it as .docx without them")
        if "document.main+xml" not in kind and "template.main+xml" not in kind:
            raise ReadError("this is an Office file, but no Word document")

    def tree(self, name: str) -> Element | None:
        """A part as XML, None if there is none of that name."""
        if name not in self._trees and (info := self.entries.get(name)):
            self._trees[name] = _parsed(self._inflated(info), name)
        return self._trees.get(name)

    def required(self, name: str) -> Element:
        """A part without which there is no document."""
        if (tree := self.tree(name)) is None:
            raise ReadError(f"this zip archive holds no Word document (it has no {name}); save it as .docx again")
        return tree

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part ("": the package) refers to, by id."""
        folder = posixpath.dirname(part)
        tree = self.tree(rels_of(part))
        found: dict[str, Relation] = {}
        for each in [] if tree is None else tree:
            if short(each.tag) == "rel:Relationship":
                target, external = each.get("Target", ""), each.get("TargetMode") == "External"
                if not external:
                    target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
                kind = each.get("Type", "").rpartition("/")[2]
                found[each.get("Id", "")] = Relation(kind, target, external)
        return found

    def contents(self) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
        """Every part as it is, in the order of the archive."""
        if sum(info.file_size for info in self._zip.infolist()) > MAX_ALL:
            raise ReadError(f"it is more than {MAX_ALL:,} bytes when unpacked; make its pictures smaller")
        for info in self._zip.infolist():
            yield info, self._bytes(info)

    def _inflated(self, info: zipfile.ZipInfo) -> bytes:
        if info.file_size > self._left:
            raise ReadError(f"its text is more than {MAX_PART:,} bytes when unpacked; split it")
        if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size):
            raise ReadError(
                f"{info.filename} is {info.file_size:,} bytes when unpacked, more than {MAX_RATIO} times its size; "
                "this is no usual Word document"
            )
        self._left -= info.file_size
        return self._bytes(info)

    def _bytes(self, info: zipfile.ZipInfo) -> bytes:
        if info.compress_type not in _PACKED:
            raise ReadError(f"{info.filename} is packed in a way that Word does not use; save it again")
        try:
            return self._zip.read(info)  # never more than the size it declares
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise ReadError(f"the file is damaged: {info.filename} cannot be unpacked; save it again") from error
        except (NotImplementedError, RuntimeError) as error:
            raise ReadError(f"{info.filename} is packed in a way that Word does not use; save it again") from error


def rels_of(part: str) -> str:
    """The name of the part that lists what a part refers to."""
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def _archive(data: bytes) -> zipfile.ZipFile:
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ReadError("this Word document is encrypted; save it without a password")
        raise ReadError("this is a Word 97–2003 document (.doc); save it as .docx")
    if not data.startswith(b"PK"):
        raise ReadError("this is no Word document (not a zip archive); save it as .docx")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise ReadError("the file is damaged or cut short (its zip archive cannot be read); save it again") from error


def _check(entries: list[zipfile.ZipInfo]) -> None:
    """What is declared, before anything is unpacked."""
    if len(entries) > MAX_PARTS:
        raise ReadError(f"{len(entries):,} parts, more than the limit of {MAX_PARTS:,}; this is no usual Word document")
    seen: set[str] = set()
    for info in entries:
        name = info.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
            raise ReadError(
                f"a part is called “{name}”, which leads out of the archive; this is no usual Word document"
            )
        if name in seen:
            raise ReadError(f"two parts are called “{name}”; save the document again")
        seen.add(name)
        if info.flag_bits & 1:
            raise ReadError("this Word document is encrypted; save it without a password")


def _parsed(data: bytes, name: str) -> Element:
    if any(doctype in data for doctype in _DOCTYPES):
        raise ReadError(f"{name} declares a document type, which Word never does; save the document again")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,  # in the middle of a text, too, which goes on behind them
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        why = " ".join(str(error).partition(", line")[0].split())
        raise ReadError(f"{name} is no valid XML: {why}; save the document again") from error
    if root.getroottree().docinfo.doctype:
        raise ReadError(f"{name} declares a document type, which Word never does; save the document again")
    if _TOO_DEEP(root):
        raise ReadError(f"{name} has more than {MAX_DEPTH} elements inside each other; this is no usual Word document")
    return root
