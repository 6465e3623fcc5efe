"""Syntax that is neither Markdown nor HTML nor prose: comments, note calls, bare URLs, shortcodes, JSX.

One pass from left to right over the page. What is found is masked, so that the Markdown parser and the HTML
reader see only their own; its comments, citations and strings are noted in the draft.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from claimlint.readers import jsx, templates
from claimlint.readers.pieces import LINK, Draft
from claimlint.readers.scan import Handler, Scan, first_of
from claimlint.readers.tags import RAW_TEXT, TAG

Syntax = Literal["markdown", "mdx", "html", "text"]

_BLANK_LINE = re.compile(r"\n[ \t\r>]*\n")
_FENCE_LEAD = re.compile(r"(?:[-*+>]|\d{1,9}[.)]|[ \t])*\Z")
_LINK = re.compile(r"\]\([ \t]*(?:<[^<>\n]*>|(?:[^\s()<>\\]|\\.|\((?:[^\s()\\]|\\.)*\))*)")
_DEFINITION = re.compile(r"\[(?!\^)[^\]\[\n]+\]:[ \t]*+\n?[ \t]*+\S+")
_AUTOLINK = re.compile(r"<[a-zA-Z][\w+.-]*:[^\s<>]*>")
_DIRECTIVE = re.compile(r":{3,}[ \t]*(?:[\w-]+[ \t]*)?(?:\[([^\]\n]*)\])?(?:\{[^}\n]*\})?")
_NOTE = re.compile(r"\[\^([^\]\[\s]+)\](:?)")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'`|{}\\^\[\]“”«»\v￼]{2,2000}", re.IGNORECASE)
_URL_TAIL = ".,;:!?'’*_~…"
NUMBERS = r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*"
_INLINE = r"</?(?:a|b|i|span|em|strong)\b[^<>]*>"
_SUP = re.compile(
    rf"<sup\b[^<>]*>(?:\s|{_INLINE}|\[)*({NUMBERS})(?:\s|{_INLINE}|\]|\(\#[^\s()]*\))*</sup\s*>", re.IGNORECASE
)
_CARETS = re.compile(rf"(?<=\S)\^({NUMBERS})\^")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED_NUMBERS = re.compile(rf"(?<=\S)[{_RAISED}]+(?:[⁻,˒·][{_RAISED}]+)*")
DIGITS = re.compile(rf"[\d{_RAISED}]+")
_LOWERED = str.maketrans(_RAISED, "0123456789")
_BASE = re.compile(r"(?:\b10|(?<![^\W\d_])[^\W\d_]|\b[kcdmµn]m|\bft|\bCO)\Z")  # what a raised digit is an exponent of
_SPAN = 10_000


def scan(draft: Draft, syntax: Syntax) -> None:
    """Mask the page of a draft and note what was found."""
    found = Scan(draft, _HANDLERS[syntax])
    if syntax == "mdx":
        draft.indented_prose = jsx.LEVELS
        found.position = jsx.module_code(found, draft.start)
    found.run()


def _code_span(scan: Scan, at: int) -> int:
    """Code is left to the Markdown parser, whatever it holds."""
    run = _length(scan.page, at, "`")
    if run >= 3 and (end := _fence(scan, at, run)) is not None:
        return end
    closing = re.compile(f"(?<!`)`{{{run}}}(?!`)")
    needle = "`" * run
    if scan.find(needle, at + run) < 0:
        return at + run
    found = closing.search(scan.page, at + run, at + run + _SPAN)
    if found is None or _BLANK_LINE.search(scan.page, at + run, found.start()):
        return at + run
    return found.end()


def _tildes(scan: Scan, at: int) -> int:
    run = _length(scan.page, at, "~")
    return _fence(scan, at, run) or at + run


def _length(page: str, at: int, char: str) -> int:
    end = at
    while page.startswith(char, end):
        end += 1
    return end - at


def _fence(scan: Scan, at: int, run: int) -> int | None:
    """Where a fenced code block ends, if one begins here."""
    lead = scan.lead(at)
    if lead is None or not _FENCE_LEAD.match(lead):
        return None
    char = scan.page[at]
    closing = re.compile(rf"^[ \t>]*{char}{{{run},}}[ \t]*\r?$", re.MULTILINE).search(scan.page, at + run)
    return closing.end() if closing else len(scan.page)


def _angle(scan: Scan, at: int) -> int:
    page = scan.page
    if page.startswith("<!--", at):
        return scan.comment(at, "<!--", "-->")
    if sup := _SUP.match(page, at):
        return sup.end() if is_exponent(page, at) else _numbers(scan, sup)
    if tag := TAG.match(page, at):
        return _past_raw_text(scan, tag[2].lower(), tag.end()) if not tag[1] else tag.end()
    autolink = _AUTOLINK.match(page, at)
    return autolink.end() if autolink else at


def _past_raw_text(scan: Scan, name: str, at: int) -> int:
    if name not in RAW_TEXT or name == "title":
        return at
    found = scan.search(re.compile(f"</{name}", re.IGNORECASE), at)
    return found.start() if found else at


def _bracket(scan: Scan, at: int) -> int:
    lead = scan.lead(at)
    opens_line = lead is not None and not lead.strip(" \t>")
    if note := _NOTE.match(scan.page, at):
        return note.end() if note[2] and opens_line else scan.call(at, note.end(1) + 1, "note", [(at, note[1])])
    if opens_line and (definition := _DEFINITION.match(scan.page, at)):
        return definition.end()
    return at


def _directive(scan: Scan, at: int) -> int:
    """`:::note[Title]`, as Docusaurus has it: only the title is text."""
    lead = scan.lead(at)
    found = _DIRECTIVE.match(scan.page, at) if lead is not None and not lead.strip(" \t>") else None
    if found is None:
        return at
    if found[1] is None:
        return scan.hide(at, found.end())
    scan.hide(at, found.start(1))
    return scan.hide(found.end(1), found.end(), "\n")  # the title is a paragraph of its own


def _link(scan: Scan, at: int) -> int:
    for opening, closing in (("{{", "}}"), ("{%", "%}")):
        if scan.page.startswith(opening, at + 2) and (end := scan.find(closing, at + 4)) > 0:
            return scan.hide(at + 2, end + 2, LINK)
    link = _LINK.match(scan.page, at)
    return link.end() if link else at


def _escape(_: Scan, at: int) -> int:
    return at + 2


def _url(scan: Scan, at: int) -> int:
    page = scan.page
    start = at
    if page.startswith(":", at):
        start -= 5 if page[at - 5 : at].lower() == "https" else 4
    found = _URL.match(page, start)
    if found is None or (start and (page[start - 1].isalnum() or page[start - 1] in "/@.")) or start < scan.position:
        return at
    end = found.end()
    while (last := page[end - 1]) in _URL_TAIL or (
        last == ")" and page.count("(", start, end) < page.count(")", start, end)
    ):
        end -= 1
    return scan.call(start, end, "link", [(start, page[start:end])])


def _raised(scan: Scan, at: int) -> int:
    found = _RAISED_NUMBERS.match(scan.page, at)
    if found is None:
        return at
    return found.end() if is_exponent(scan.page, at) else _numbers(scan, found)


def _caret(scan: Scan, at: int) -> int:
    found = _CARETS.match(scan.page, at)
    return _numbers(scan, found) if found else at


def _numbers(scan: Scan, found: re.Match[str]) -> int:
    """Mask superscript numbers: each becomes a mark of its own."""
    digits = DIGITS.finditer(scan.page, *found.span(found.lastindex or 0))
    return scan.call(
        found.start(), found.end(), "number", [(number.start(), number[0].translate(_LOWERED)) for number in digits]
    )


def is_exponent(page: str, at: int) -> bool:
    return _BASE.search(page, max(0, at - 4), at) is not None


_PLAIN: dict[str, Handler] = {"://": _url, "www.": _url, **dict.fromkeys(_RAISED, _raised)}
_MARKDOWN: dict[str, Handler] = {
    **_PLAIN,
    "<": first_of(jsx.component, _angle),
    "{": first_of(jsx.comment, templates.hugo, templates.liquid, templates.attributes),
    "[": first_of(templates.wordpress, _bracket),
    "](": _link,
    "`": _code_span,
    "~~~": _tildes,
    "\\": _escape,
    "^": _caret,
    ":::": _directive,
}
_HANDLERS: Mapping[Syntax, Mapping[str, Handler]] = {
    "text": _PLAIN,
    "html": {
        **_PLAIN,
        "<": _angle,
        "{": first_of(templates.hugo, templates.liquid),
        "[": templates.wordpress,
    },
    "markdown": _MARKDOWN,
    "mdx": {
        **_MARKDOWN,
        "<": first_of(jsx.element, _angle),
        "{": jsx.expression,
        "[": _bracket,
        "\nimport": jsx.module_code,
        "\nexport": jsx.module_code,
    },
}
