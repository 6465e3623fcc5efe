"""Findings as comments in a copy of the Word document that they were found in.

Only what comments need is touched: the runs that they begin and end in are split, the part with the comments is made or
added to. Every other part is copied as it is. The same document and findings give the same bytes.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date
from itertools import count
from typing import NamedTuple

from lxml import etree

from claimlint.readers.docx import Manuscript
from claimlint.readers.docx.ooxml import (
    OFFICE,
    OFFICE_STRICT,
    RELATIONS,
    TYPES,
    W_STRICT,
    XML_SPACE,
    Element,
    child,
    namespace,
    number,
    short,
)
from claimlint.readers.docx.package import Package, rels_of
from claimlint.readers.docx.walk import Atom, Line
from claimlint.report import Context
from claimlint.report.elements import legal
from claimlint.report.text import helps, missing
from claimlint.types import Finding, Report, Span

AUTHOR, INITIALS = "claimlint", "cl"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_LIFTED = frozenset("w:hyperlink w:ins w:moveTo w:smartTag w:fldSimple".split())
"""Elements whose edge a comment that covers them to the edge may stand outside of."""
_POINTS = frozenset(
    "w:smartTagPr w:commentRangeStart w:commentRangeEnd w:bookmarkStart w:bookmarkEnd w:proofErr".split()
)
"""Elements of no extent."""
_HAVE_IDS = frozenset({"w:comment", "w:commentRangeStart", "w:commentReference"})
_DEFLATED = zipfile.ZIP_DEFLATED
_NO_DATE = (1980, 1, 1, 0, 0, 0)


class _Ends(NamedTuple):
    """The elements of the body that a comment begins before and ends behind."""

    first: Element
    last: Element


def annotated(manuscript: Manuscript, report: Report, context: Context, today: date) -> bytes:
    """The document with a comment on the words of each finding that the context shows. Raises ReadError.

    The manuscript is used up. Words that Word takes no comments on (in notes, page margins, text boxes, images) are
    commented on where the body refers to them.
    """
    package = manuscript.package
    body, comments = _Body(manuscript), _Comments(manuscript)
    for finding in context.shown(report):
        line = body.line(finding.span)
        id_ = comments.add(_paragraphs(finding, report.source, line.outside if line else "", context), today)
        body.mark(finding.span, line, id_)
    made = {package.main: manuscript.walk.root, **comments.parts()}
    return _packed(package, {name: _xml(tree) for name, tree in made.items()})


def _paragraphs(finding: Finding, source: str, outside: str, context: Context) -> Iterable[str]:
    """What a comment says, a paragraph each."""
    yield finding.message
    if outside:
        yield f"in {outside}: “{finding.excerpt}”"
    if finding.missing:
        yield f"missing: {missing(finding, context)}"
    if finding.reasons:
        yield f"because: {'; '.join(finding.reasons)}"
    for each in helps(finding, source):
        yield f"help: {each}"
    yield f"{finding.severity} {finding.rule}"


class _Body:
    """The XML of the text, into which comments are set."""

    def __init__(self, manuscript: Manuscript) -> None:
        walk = manuscript.walk
        self._root, self._body = walk.root, walk.body
        self._w = namespace(walk.root)
        self._atoms = walk.atoms
        self._starts = [atom.start for atom in walk.atoms]
        self._of = {atom.node: atom for atom in walk.atoms}
        self._lines = walk.lines
        self._line_starts = [line.start for line in self._lines]

    def line(self, span: Span) -> Line | None:
        index = bisect_right(self._line_starts, span.start) - 1
        while index >= 0 and self._lines[index].start == self._lines[index].end:
            index -= 1  # a line of calls only
        return self._lines[index] if index >= 0 else None

    def mark(self, span: Span, line: Line | None, id_: int) -> None:
        ends = self._ends(span, line)
        reference = self._made("r")
        self._add(reference, "commentReference", id_)
        if ends is None:
            paragraph = self._last_paragraph()
            for each in (self._made("commentRangeStart", id_), self._made("commentRangeEnd", id_), reference):
                paragraph.append(each)
            return
        first, last = _lifted(ends.first, before=True), _lifted(ends.last, before=False)
        first.addprevious(self._made("commentRangeStart", id_))
        last.addnext(reference)
        last.addnext(self._made("commentRangeEnd", id_))

    def _ends(self, span: Span, line: Line | None) -> _Ends | None:
        if line is None or (line.outside and line.holder is None):
            return None
        if line.holder is not None:
            run = self._alone(line.holder)
            return _Ends(run, run)
        if span.start >= span.end:
            span = Span(line.start, line.end)
        first, last = self._index(span.start), self._index(span.end - 1)
        if first is None or last is None:
            return None
        # what is cut off at the end goes into a run behind, so that the beginning is cut first
        begins = self._begin(first, span.start)
        return _Ends(begins, self._end(span.end))

    def _index(self, at: int) -> int | None:
        """Of the atom that holds a character of the source."""
        index = bisect_right(self._starts, at) - 1
        return index if index >= 0 and at < self._atoms[index].start + self._atoms[index].size else None

    def _begin(self, index: int, at: int) -> Element:
        """The run that begins with a character, split off if need be."""
        atom = self._atoms[index]
        if short(atom.run.tag) != "w:r":
            return atom.run  # a formula is commented on as a whole
        if at > atom.start and _is_text(atom):
            atom = self._cut(index, at)
        return self._split(atom.run, atom.node) if _precedes(atom.node) else atom.run

    def _end(self, end: int) -> Element:
        """The run that ends before an offset, split off if need be."""
        index = self._index(end - 1) or 0
        atom = self._atoms[index]
        if short(atom.run.tag) != "w:r":
            return atom.run
        if end < atom.start + atom.size and _is_text(atom):
            self._cut(index, end)
        following = atom.node.getnext()
        if following is not None:
            self._split(atom.run, following)
        return atom.run

    def _cut(self, index: int, at: int) -> Atom:
        """Cut the text of an atom in two; returns the second."""
        atom = self._atoms[index]
        size = at - atom.start
        node = etree.Element(atom.node.tag)
        text = atom.node.text or ""
        for each, part in ((atom.node, text[: atom.skip + size]), (node, text[atom.skip + size :])):
            each.text = part
            each.set(XML_SPACE, "preserve")
        if atom.skip:  # it was left out before, and would not be now
            atom.node.text, atom.skip = atom.node.text[atom.skip :], 0
        atom.node.addnext(node)
        rest = Atom(at, atom.size - size, atom.run, node)
        node.text = node.text[: rest.size]
        atom.size = size
        self._of[node] = rest
        self._atoms.insert(index + 1, rest)
        self._starts.insert(index + 1, at)
        return rest

    def _split(self, run: Element, node: Element) -> Element:
        """Move a child of a run and what follows it into a run of the same look behind it."""
        behind = etree.Element(run.tag, run.attrib)
        if (properties := child(run, "w:rPr")) is not None:
            behind.append(deepcopy(properties))
        index = run.index(node)
        for each in run[index:]:
            behind.append(each)
            if atom := self._of.get(each):
                atom.run = behind
        run.addnext(behind)
        return behind

    def _alone(self, holder: Element) -> Element:
        """The run with a note's reference, or a shape, and nothing else."""
        run = holder.getparent()
        if _precedes(holder):
            run = self._split(run, holder)
        if (following := holder.getnext()) is not None:
            self._split(run, following)
        return run

    def _last_paragraph(self) -> Element:
        paragraphs = [each for each in self._body if short(each.tag) == "w:p"]
        if paragraphs:
            return paragraphs[-1]
        made = self._made("p")
        section = child(self._body, "w:sectPr")
        self._body.append(made) if section is None else section.addprevious(made)
        return made

    def _made(self, name: str, id_: int | None = None) -> Element:
        made = etree.Element(f"{{{self._w}}}{name}")
        if id_ is not None:
            made.set(f"{{{self._w}}}id", str(id_))
        return made

    def _add(self, parent: Element, name: str, id_: int) -> None:
        parent.append(self._made(name, id_))


def _is_text(atom: Atom) -> bool:
    return short(atom.node.tag) == "w:t"


def _precedes(node: Element) -> bool:
    """Whether something stands in a run before this child of it."""
    return any(short(each.tag) != "w:rPr" for each in node.itersiblings(preceding=True))


def _lifted(element: Element, *, before: bool) -> Element:
    """The outermost element that has the same edge: a comment on a whole link stands around the link."""
    parent = element.getparent()
    while short(parent.tag) in _LIFTED and all(
        short(each.tag) in _POINTS for each in element.itersiblings(preceding=before)
    ):
        element, parent = parent, parent.getparent()
    return element


class _Comments:
    """The part with the comments, and what has to know of it if there was none."""

    def __init__(self, manuscript: Manuscript) -> None:
        package, walk = manuscript.package, manuscript.walk
        self._package = package
        self._w = namespace(walk.root)
        self._name = walk.part("comments")
        self._there = self._name in package.entries
        self._tree = (
            package.required(self._name)
            if self._there
            else etree.Element(f"{{{self._w}}}comments", nsmap={"w": self._w})
        )
        used = [number(each, "id") or 0 for each in (*self._tree, *walk.root.iter()) if short(each.tag) in _HAVE_IDS]
        self._next = max(used, default=-1) + 1

    def add(self, paragraphs: Iterable[str], day: date) -> int:
        id_, self._next = self._next, self._next + 1
        when = f"{day.isoformat()}T00:00:00Z"
        comment = self._made(self._tree, "comment", id=str(id_), author=AUTHOR, date=when, initials=INITIALS)
        for index, text in enumerate(paragraphs):
            paragraph = self._made(comment, "p")
            if index == 0:
                self._made(self._made(paragraph, "r"), "annotationRef")
            node = self._made(self._made(paragraph, "r"), "t")
            node.text = legal(text)
            node.set(XML_SPACE, "preserve")
        return id_

    def parts(self) -> dict[str, Element]:
        """The parts that change, by name."""
        if not len(self._tree):
            return {}
        if self._there:
            return {self._name: self._tree}
        folder = posixpath.dirname(self._package.main)
        names = (posixpath.join(folder, f"comments{number}.xml") for number in ("", *range(2, 10_000)))
        name = next(each for each in names if each not in self._package.entries)
        types = self._package.required("[Content_Types].xml")
        etree.SubElement(types, f"{{{TYPES}}}Override", PartName=f"/{name}", ContentType=_KIND)
        rels = rels_of(self._package.main)
        relations = (
            self._package.required(rels)
            if rels in self._package.entries
            else etree.Element(f"{{{RELATIONS}}}Relationships", nsmap={None: RELATIONS})
        )
        used = {each.get("Id") for each in relations}
        id_ = next(each for number in count(1) if (each := f"rId{number}") not in used)
        kind = f"{OFFICE_STRICT if self._w == W_STRICT else OFFICE}/comments"
        etree.SubElement(relations, f"{{{RELATIONS}}}Relationship", Id=id_, Type=kind, Target=posixpath.basename(name))
        return {"[Content_Types].xml": types, rels: relations, name: self._tree}

    def _made(self, parent: Element, name: str, **attributes: str) -> Element:
        made = etree.SubElement(parent, f"{{{self._w}}}{name}")
        for key, value in attributes.items():
            made.set(f"{{{self._w}}}{key}", value)
        return made


def _xml(tree: Element) -> bytes:
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _packed(package: Package, made: Mapping[str, bytes]) -> bytes:
    """The archive with some parts replaced or added. Times are those that were there, or none."""
    out = io.BytesIO()
    left = dict(made)
    with zipfile.ZipFile(out, "w") as archive:
        for info, data in package.contents():
            copied = zipfile.ZipInfo(info.filename, info.date_time)
            copied.external_attr, copied.create_system = info.external_attr, info.create_system
            stored = info.compress_type == zipfile.ZIP_STORED
            archive.writestr(copied, left.pop(info.filename, data), zipfile.ZIP_STORED if stored else _DEFLATED)
        for name, data in left.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), data, _DEFLATED)
    return out.getvalue()
