"""JSX in Markdown: components, expressions, imports and exports.

Components vanish and what stands between their tags is Markdown; their attributes and exported literals are
values, and those that cite are calls.
"""

from __future__ import annotations

import re
from contextlib import suppress

from claimlint.readers.literals import COMMENT, Brackets, Leaf, Literals, NotLiteralError, Tree
from claimlint.readers.pieces import MASK, words
from claimlint.readers.scan import Scan
from claimlint.readers.values import attribute, cited, gather
from claimlint.structs import Struct, field

LEVELS = 8

_CITES = words("cite citation ref reference footnote footnoteref fn source")
_HTML = words(
    """a abbr b blockquote br center code div em font h1 h2 h3 h4 h5 h6 hr i img li ol p pre s span strike strong sub
    sup table tbody td th thead tr u ul"""
)
# in MDX these only group, and what they hold is Markdown
_GROUPS = words("article aside center div figure footer header main p section span") | {""}
_OPENING = re.compile(r"<(/?)([A-Za-z][\w.:-]*(?=[\s/>])|(?=>))")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_SPACE = re.compile(rf"(?:\s|{COMMENT})*+", re.DOTALL)
_NAME = re.compile(r"([A-Za-z_@:#][\w.:@-]*)(\s*=\s*)?")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`{}]+)")
_STRING = re.compile(r"\{\s*(?:\"([^\"\\]*)\"|'([^'\\]*)'|`([^`$\\]*)`)\s*\}")
_IMPORT = re.compile(
    r"import\s++(?:(?:[\w$]++\s*+,?+\s*+){0,2}(?:\*\s*+as\s++[\w$]++|\{(?:[^{}\n]|\n(?!\s*\n)){0,2000}+\})?+\s*+from\s*+)?"
    r"(?:\"[^\"\n]+\"|'[^'\n]+')[^\r\n]*"
)
_EXPORT = re.compile(
    r"export\s+(?:(?:const|let|var)\s+([\w$]+)\s*(?::[^=\n]+)?=\s*|(?:default|function|async|class)\b|[{*])"
)
_EXPRESSION_REACH = 20_000
_CITATION_REACH = 2_000


class _Tag(Struct):
    name: str
    start: int
    closing: bool
    end: int = 0
    empty: bool = False
    attributes: dict[str, Tree] = field(default_factory=dict)
    code: list[tuple[int, int]] = field(default_factory=list)  # with its "=", where there is one


def component(scan: Scan, at: int) -> int:
    """A component in Markdown that is not MDX, where other tags are HTML."""
    tag = _parse(scan.page, at, scan.brackets)
    if tag is None or not tag.name[:1].isupper() or (tag.name.isupper() and tag.name.lower() in _HTML):
        return at
    return _component(scan, tag)


def element(scan: Scan, at: int) -> int:
    """A component in MDX, or a tag of HTML that has code in it or holds Markdown."""
    tag = _parse(scan.page, at, scan.brackets)
    if tag is None:
        return at
    if tag.name[:1].isupper() or "." in tag.name or tag.name in _GROUPS:
        return _component(scan, tag)
    for start, end in tag.code:
        opening = scan.page.index("{", start)
        if _STRING.fullmatch(scan.page, opening, end):
            scan.hide(opening, opening + 1)
            scan.hide(end - 1, end)
        else:
            scan.hide(start, end)
    return tag.end if tag.code else at


def comment(scan: Scan, at: int) -> int:
    return scan.comment(at, "{/*", "*/}") if scan.page.startswith("{/*", at) else at


def expression(scan: Scan, at: int) -> int:
    """`{…}` in MDX: code, but for a comment and a string."""
    if (end := comment(scan, at)) > at:
        return end
    if string := _STRING.match(scan.page, at):
        start, end = string.span(string.lastindex or 0)
        scan.hide(at, start)
        return scan.hide(end, string.end())
    end = scan.brackets.end(at)
    return scan.hide(at, end) if 0 < end < at + _EXPRESSION_REACH else at


def module_code(scan: Scan, at: int) -> int:
    """Imports and exports, at the start of the body or after a blank line."""
    page = scan.page
    start = at + page.startswith("\n", at)
    if at > scan.position and page[max(0, at - 80) : at].rstrip(" \t\r")[-1:] not in {"", "\n"}:
        return at
    if imported := _IMPORT.match(page, start):
        return scan.hide(at, imported.end())
    exported = _EXPORT.match(page, start)
    if exported is None:
        return at
    after = exported.end()
    if exported[1]:
        tree, after = _literal(page, after, len(page), scan.brackets)
        gather(scan.draft, tree, exported[1], attribute)
    return scan.hide(at, scan.brackets.statement_end(after))


def _component(scan: Scan, tag: _Tag) -> int:
    page, name = scan.page, tag.name
    scan.draft.indented_prose = LEVELS
    if tag.closing:
        # what stands in two elements is no one word
        beside = _OPENING.match(page, tag.end)
        return scan.hide(scan.hide(tag.start, tag.end - 1), tag.end, " " if beside and not beside[1] else MASK)
    if name.lower() in _CITES and (end := _citation_end(page, tag)) is not None:
        inner = page[tag.end : max(tag.end, page.rfind("<", tag.end, end))]
        return scan.call(tag.start, end, "cite", [(tag.start, cited(tag.attributes, page, inner))])
    gather(scan.draft, tag.attributes, name, attribute)
    return scan.hide(tag.start, tag.end)


def _citation_end(page: str, tag: _Tag) -> int | None:
    """Where a citation's element ends; None if it goes on over paragraphs."""
    if tag.empty:
        return tag.end
    closing = page.find(f"</{tag.name}", tag.end, tag.end + _CITATION_REACH)
    if closing < 0 or _BLANK_LINE.search(page, tag.end, closing):
        return None
    return page.find(">", closing) + 1 or None


def _parse(page: str, at: int, brackets: Brackets) -> _Tag | None:
    opening = _OPENING.match(page, at)
    if opening is None:
        return None
    tag = _Tag(opening[2], at, bool(opening[1]))
    position = opening.end()
    while True:
        space = _SPACE.match(page, position)
        position = space.end() if space else position
        if page.startswith((">", "/>"), position):
            tag.empty = page.startswith("/", position)
            tag.end = position + 1 + tag.empty
            return tag
        name = _NAME.match(page, position)
        position = name.end() if name else position
        if page.startswith("{", position) and (name is None or name[2]):
            end = brackets.end(position)
            if end < 0:
                return None
            tag.code.append((name.start(2) if name else position, end))
            if name:
                tag.attributes[name[1]] = _braced(page, position, end, brackets)
            position = end
        elif name and name[2]:
            value = _QUOTED.match(page, position)
            if value is None:
                return None
            tag.attributes[name[1]] = Leaf(*value.span(value.lastindex or 0), "entities")
            position = value.end()
        elif name is None:
            return None


def _braced(page: str, start: int, end: int, brackets: Brackets) -> Tree:
    """The literal in an attribute's braces; nothing if there is other code."""
    tree, after = _literal(page, start + 1, end - 1, brackets)
    return tree if not page[after : end - 1].strip() else None


def _literal(page: str, start: int, end: int, brackets: Brackets) -> tuple[Tree, int]:
    with suppress(NotLiteralError):
        return Literals(page, end, brackets=brackets).value(start)
    return None, start
