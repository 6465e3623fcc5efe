"""Tags of template languages and content systems: Hugo, Liquid and its kin, WordPress.

Citations become calls, strings that readers see become values, the rest is masked: what stands between an
opening and a closing tag stays.
"""

from __future__ import annotations

import re

from claimlint.readers.literals import Leaf, Tree
from claimlint.readers.pieces import words
from claimlint.readers.scan import Scan
from claimlint.readers.values import attribute, cited, gather
from claimlint.types import Span

_CITES = words("cite citet citep citation footnote fn reference")
_BRACKET_CITES = _CITES | words("ref efn_note su_footnote mfn bibcite")
_CODE = words("highlight code raw mermaid math katex schema javascript stylesheet style")
_HUGO = re.compile(r"\{\{([<%])\s*(/?)\s*([\w./-]*)")
_LIQUID = re.compile(r"\{%-?\s*(\w*)")
_ATTRIBUTES = re.compile(r"\{:[^{}\n]*\}|\{[.#][^{}\n]*\}(?=[ \t]*\r?(?:\n|\Z))")
_BRACKET = re.compile(
    r"\[(/?)(?!\w+ needed\])([a-z][a-z0-9_-]*)((?:\s+(?:[\w-]+=)?(?:\"[^\"\]]*\"|'[^'\]]*'|[^\s\]\"'=\[]+))*)\s*/?\](?![(\[:])"
)
_QUOTED = re.compile(r"=[\"']")
_PARAMETER = re.compile(r"(?:([\w-]+)\s*=\s*)?(?:\"((?:[^\"\\]|\\.)*)\"|`([^`]*)`|'([^']*)'|([^\s\"`'=]+))")
_REACH = 5_000  # how far the end of a citation may be


def hugo(scan: Scan, at: int) -> int:
    """`{{< name … >}}`, `{{% name … %}}`."""
    opening = _HUGO.match(scan.page, at)
    if opening is None:
        return at
    inner = scan.find(">}}" if opening[1] == "<" else "%}}", opening.end())
    if inner < 0:
        return at
    name, end = opening[3], inner + 3
    if opening[2]:
        return scan.hide(at, end)
    ending = re.compile(rf"\{{\{{[<%]\s*/\s*{re.escape(name)}\s*[>%]\}}\}}")
    return _tag(scan, name, Span(at, end), Span(opening.end(), inner), ending, cites=name in _CITES)


def liquid(scan: Scan, at: int) -> int:
    """`{% name … %}`, `{{ … }}`, `{# … #}`."""
    page = scan.page
    if page.startswith("{#", at):
        return scan.comment(at, "{#", "#}") if page.find("#}", at, at + _REACH) > 0 else at
    opening = _LIQUID.match(page, at)
    if opening is None and not page.startswith("{{", at):
        return at
    inner = scan.find("%}" if opening else "}}", at)
    if inner < 0:
        return at
    end = inner + 2
    if opening is None:
        return scan.hide(at, end)
    name = opening[1]
    ending = re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}")
    if name == "comment" and (closing := scan.search(ending, end)):
        scan.draft.comment(at, closing.end(), Span(end, closing.start()))
        return scan.hide(at, closing.end())
    return _tag(scan, name, Span(at, end), Span(opening.end(), inner), ending, cites=name in _CITES)


def attributes(scan: Scan, at: int) -> int:
    """`{: .lead}`, and `{.lead}` at the end of a line that is no heading."""
    found = _ATTRIBUTES.match(scan.page, at)
    lead = scan.lead(at)
    return scan.hide(at, found.end()) if found and lead is not None and not lead.lstrip().startswith("#") else at


def wordpress(scan: Scan, at: int) -> int:
    """`[name …]`, unless it looks like words in brackets, as “[citation needed]” does."""
    opening = _BRACKET.match(scan.page, at)
    if opening is None:
        return at
    name, end = opening[2], opening.end()
    if opening[1]:
        return scan.hide(at, end)
    ending = re.compile(re.escape(f"[/{name}]"))
    closed = ending.search(scan.page, end, end + _REACH) is not None
    cites = name in _BRACKET_CITES and (closed or bool(opening[3]))
    if not (cites or closed or _QUOTED.search(opening[3])):
        return at
    return _tag(scan, name, Span(at, end), Span(*opening.span(3)), ending, cites=cites)


def _tag(scan: Scan, name: str, tag: Span, inner: Span, ending: re.Pattern[str], *, cites: bool) -> int:
    page = scan.page
    tree: dict[str, Tree] = {}
    for found in _PARAMETER.finditer(page, inner.start, inner.end):
        group = found.lastindex or 0
        tree.setdefault(found[1] or str(len(tree)), Leaf(*found.span(group), "escaped" if group == 2 else "plain"))
    if cites:
        closing = ending.search(page, tag.end, tag.end + _REACH)
        content = page[tag.end : closing.start()] if closing else ""
        return scan.call(
            tag.start, closing.end() if closing else tag.end, "cite", [(tag.start, cited(tree, page, content))]
        )
    if name in _CODE:
        closing = scan.search(ending, tag.end)
        return scan.hide(tag.start, closing.end() if closing else tag.end)
    gather(scan.draft, tree, name, attribute)
    return scan.hide(tag.start, tag.end)
