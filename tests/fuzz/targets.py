"""The targets, what each of them promises, and the words that their inputs are made of."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any
from xml.etree import ElementTree

import docx_kit
from mapped import checked

from claimlint import bibliography, config, patterns, readers, settle
from claimlint.config import Config
from claimlint.errors import ClaimlintError
from claimlint.language import citations
from claimlint.linter import Linter
from claimlint.packs import Pack, load_packs
from claimlint.patterns import PatternSyntaxError
from claimlint.report import REPORTERS, Context, reporter
from claimlint.settle import baseline, substantiation, suppressions, waivers
from claimlint.terminal import printable
from claimlint.types import Comment, Finding, Report, Span, Work

TODAY = date(2027, 1, 1)
CORPUS = Path(__file__).parent / "corpus"
_SAID = "Our tea cures depression, and it may be safe [1]. Studies show that it cures."
_RULES = ("tiny/cure", "tiny/safe")
_TINY = """name: tiny
lists:
  ILL: [depression, pain]
cues:
  hedge-strong: [may]
rules:
  - {id: cure, title: t, message: "“{match}” cures", severity: error, match: "cure * {ILL}", why: w, basis: [], suggest: [s],
     examples: {bad: ["It {cures pain}."], good: [No.]}}
"""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@cache
def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="claimlint-fuzz-"))
    (made / "tiny.yml").write_text(_TINY, encoding="utf-8")
    (made / ".claimlint.yml").write_text("packs: [tiny.yml]\n", encoding="utf-8")
    return made


@cache
def _linter() -> Linter:
    return Linter(load_packs(["tiny.yml"], near=_folder()))


@cache
def _whole() -> Linter:
    return Linter(load_packs(["core", "auto"], near=_folder(), examples=False))


def _refused(use: Callable[[], object]) -> object:
    """What a reader of untrusted files makes of one; it may refuse it, in one line."""
    try:
        return use()
    except ClaimlintError as error:
        refusal = error.message
    assert refusal
    assert printable(refusal) == refusal
    return None


def _file(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _reader(suffix: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        checked(readers.read(_text(data), f"draft{suffix}"))

    return read


def _front_matter(data: bytes) -> None:
    for mark in ("---", "+++"):
        checked(readers.read(f"{mark}\n{_text(data)}\n{mark}\nSafe.\n", "draft.md"))


def _any_bytes(data: bytes) -> None:
    """A draft as it lies on the disk."""
    for suffix in sorted(readers.SUFFIXES):
        _refused(lambda name=f"draft{suffix}": readers.decode(data, name))  # type: ignore[misc]


def _docx(data: bytes) -> None:
    """A whole archive, or the body of its document."""
    made = data if data.startswith(b"PK") else docx_kit.word(_text(data))
    document = _refused(lambda: readers.decode(made, "draft.docx"))
    if document is not None:
        checked(document)  # type: ignore[arg-type]


def _check(data: bytes) -> None:
    """From the source to every format of reports."""
    linter = _whole()
    report = settle.settle(linter.check(_text(data), "draft.md"), Config(_folder()), linter.rules, TODAY)
    for item in report.findings:
        assert 0 <= item.span.start <= item.span.end <= len(report.source)
    assert report.document is not None
    for reading in report.readings:
        block = report.document.blocks[reading.block]
        assert block.text[reading.start : reading.end] == reading.text
        for verdict in reading.verdicts:
            assert verdict.excerpt in block.text or verdict.finding is None or verdict.reasons
    _written(report, Context(linter.rules, "1"))


def _written(report: Report, context: Context) -> None:
    for name in REPORTERS:
        out = io.StringIO()
        reporter(name)([report], out, context)
        text = out.getvalue().encode("utf-8", "backslashreplace").decode()
        if name in ("json", "sarif", "gitlab", "rdjson"):
            json.loads(text)
        elif name == "jsonl":
            assert all(json.loads(line) for line in text.splitlines(keepends=False) if line) or "\u2028" in text
        elif name in ("junit", "checkstyle"):
            ElementTree.fromstring(text)
        else:
            assert "\x1b" not in text


def _pack(data: bytes) -> None:
    packs = _refused(lambda: load_packs([str(_file("hostile.yml", data))], near=_folder()))
    if packs:
        _with_packs(packs)  # type: ignore[arg-type]


def _with_packs(packs: tuple[Pack, ...]) -> None:
    linter = Linter(packs)
    report = linter.check(_SAID, packs=tuple(pack.name for pack in packs))
    _written(report, Context(linter.rules, "1"))


def _configuration(data: bytes) -> None:
    for name, content in ((".claimlint.yml", data), ("pyproject.toml", b"[tool.claimlint]\n" + data)):
        path = _file(f"configured/{name}", content)
        found = _refused(lambda path=path: config.load(path))  # type: ignore[misc]
        if isinstance(found, Config):
            _configured(found)


def _configured(found: Config) -> None:
    _refused(lambda: config.check_references(found, lambda: _RULES))
    _refused(lambda: config.bibliographies(found))
    for rule in _RULES:
        config.selects(found, rule, "posts/draft.md")
        config.severity_of(found, rule, "posts/draft.md", "error")
    config.excludes(found, "posts/draft.md")
    _refused(lambda: load_packs(found.packs, near=found.root, examples=False))


def _registers(data: bytes) -> None:
    root = _folder()
    report = _linter().check("Our tea cures depression.", "draft.md")
    here = Config(root)
    for file, load in (
        (waivers.FILE, lambda path: settle.Registers(waivers=waivers.load(path, _RULES))),
        (substantiation.FILE, lambda path: settle.Registers(substantiation=substantiation.load(path, root, ("a",)))),
        (baseline.FILE, lambda path: settle.Registers(baseline=baseline.load(path, root))),
    ):
        path = _file(f"registers/{Path(file).name}", data)
        kept = _refused(lambda load=load, path=path: load(path))  # type: ignore[misc]
        if isinstance(kept, settle.Registers):
            _written(settle.settle(report, here, _RULES, TODAY, (), kept), Context({}, "1"))


def _suppressions(data: bytes) -> None:
    comment = f"<!-- claimlint-{_text(data)} -->"
    source = f"{comment}\nIt cures.\n"
    at = source.index("It cures", len(comment))
    found = Finding("tiny/cure", "tiny", "error", "“It cures” cures", Span(at, at + 8), "It cures", "It cures.")
    for text in (comment[4:-3], _text(data)):
        report = Report("draft.md", source, (found,), (), (Comment(text, Span(0, len(comment))),))
        settled = suppressions.settle(report, _RULES, TODAY)
        assert len(settled.findings) >= 1
        for problem in settled.problems:
            assert 1 <= problem.line <= source.count("\n") + 1
        _written(settled, Context({}, "1"))


_WORK = Work("smith2019", ("Smith",), 2019, "A trial", "10.1000/a", "12345678", "rct", "a.bib", 1)


def _citations(data: bytes) -> None:
    document = readers.read(_text(data), "draft.md")
    known = citations.references(document, ("own.example",), 2000, (_WORK,))
    for block in document.blocks:
        for found in citations.find(block, known):
            assert 0 <= found.start <= found.end <= len(block.text)


def _library(suffix: str) -> Callable[[bytes], None]:
    def load(data: bytes) -> None:
        works = _refused(lambda: bibliography.load(_file(f"library{suffix}", data)))
        for work in works or ():  # type: ignore[attr-defined]
            assert work.key
            assert work.line >= 1

    return load


def _pattern(data: bytes) -> None:
    text = " ".join(_text(data).split())
    try:
        patterns.parse(text)
    except PatternSyntaxError:
        return
    lexicon = patterns.Lexicon()
    matcher = patterns.Matcher(lexicon)
    matcher.add(text, "rule")
    said = patterns.Text(_SAID, lexicon)
    for _, first, end, _ in matcher.matches(said):
        assert 0 <= first < end <= len(said.tokens)


class _AtOnce(Executor):
    """Does what it is given before it returns, so that a run can be repeated."""

    def submit(self, task: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(task(*given, **named))
        except Exception as error:
            future.set_exception(error)
        return future


class _Stream:
    """What an editor sends, and what it is sent."""

    def __init__(self, data: bytes) -> None:
        self._data, self.sent = io.BytesIO(data), bytearray()

    async def readline(self) -> bytes:
        await asyncio.sleep(0)
        return self._data.readline(65_536)

    async def readexactly(self, count: int) -> bytes:
        await asyncio.sleep(0)
        return self._data.read(count)

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        pass


def _editor(data: bytes) -> None:
    """A line is a message, unless the first one is “raw”: then what follows is the stream itself."""
    from claimlint.lsp import server as lsp  # noqa: PLC0415 - an extra

    raw, _, rest = data.partition(b"\n")
    if raw == b"raw":
        stream = _Stream(rest)
    else:
        stream = _Stream(
            b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(line), line) for line in data.split(b"\n") if line)
        )
    failed: list[Any] = []

    async def serve() -> None:
        from pygls.io_ import run_async  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failed.append(context))
        server = lsp.made("1", lsp.Settings(debounce=0), _AtOnce())  # type: ignore[arg-type]
        server.warm = lambda _: None  # type: ignore[method-assign]
        server.projects.folders = [_folder()]
        server.protocol.set_writer(stream)
        await run_async(Event(), stream, server.protocol, logging.getLogger("quiet"), lambda *_: None)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel() if not server._pending else None
        await asyncio.gather(*server._pending.values(), return_exceptions=False)

    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(serve())
    except SystemExit:
        pass  # “exit” was asked for
    finally:
        logging.disable(logging.NOTSET)
    assert not failed, failed
    for message in _messages(bytes(stream.sent)):
        assert message["jsonrpc"] == "2.0"
        assert "claimlint failed" not in json.dumps(message)
        assert message.get("error", {}).get("code") != -32603, message


def _messages(sent: bytes) -> Iterable[dict[str, Any]]:
    while sent:
        head, _, sent = sent.partition(b"\r\n\r\n")
        size = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        yield json.loads(sent[:size])
        sent = sent[size:]


@dataclass(frozen=True, slots=True)
class Target:
    """run: fails if a promise is broken. words: what inputs are made of, beside any bytes."""

    run: Callable[[bytes], None]
    words: tuple[str, ...]

    def corpus(self, name: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]


def _split(*parts: str) -> tuple[str, ...]:
    """Words between blanks, with \\n, \\t and \\_ (a blank) for those that cannot be seen."""
    return tuple(
        word.replace("\\n", "\n").replace("\\t", "\t").replace("\\_", " ") for part in parts for word in part.split()
    )


_ODD = (" ", "\n", "\n\n", "\r\n", "\r", "\t", "\f", "\v", "\x85", "\u2028", "\xa0", "\xad", "\u200b", "\u200d", "\u2060", "\ufeff",
        "\0", "\x1b", "\ufffc", "\ufffd", "e\u0301", "\u202e", "😀", "👩\u200d⚕️", "安", "²", "¹²", "İ", "ß")  # fmt: skip
_PROSE = _split(
    "safe cures may not depression It's “so” Is\\_it\\_safe? . , ; : – … e.g. Dr. 100% a A 1 12 pain. relief"
)
_MARKUP = _split(
    "* ** *** _ __ ~~ ~~~\\n ` `` ```\\n [ ]( ] ( ) ![ \\ \\* ^3^ [^1] [^1]: [1] [1]: <b> </b> < > & &amp; &#8217; &bogus;",
    ">\\_ -\\_ 1.\\_ #\\_ ##\\_ \\n===\\n \\n---\\n | |a|b|\\n|-|-|\\n|c|d|\\n https://x.example/a_b www. 10.1000/a <!-- -->",
    ":::note[a] ::: \\n:\\_ [l](u) ![i](u) <sup>1,2</sup> &nbsp; -\\_[\\_] >\\_[!NOTE]\\n",
)
_HTML = _split(
    "<p> </p> <br> <div\\_id=d> </div> <ul> <li> </ul> <table> <tr> <td\\_colspan=2> <th> </table> <a\\_href=u\\_class=btn> </a>",
    "<img\\_alt=' ' > \" <sup> </sup> <svg> </svg> <pre> </pre> <details> <summary> </summary> <h2> </h2> <button> <script>",
    '</script> <title> </title> <blockquote> <dl><dt> <dd> <script\\_type=\'application/ld+json\'> {"text":"a\\_b"} <!-- -->',
    "<meta\\_name=description\\_content='a\\_b'> </li> <thead> <tbody> <!doctype\\_html> <![CDATA[ ]]> <? ?> /> <input\\_value=a",
)
_TEMPLATES = _split(
    '{/* */} {x} {"a\\_b"} { } {{< >}} {{<\\_cite\\_"k"\\_>}} {{ }} {{% %}} {{/* */}} {% %} {%\\_if\\_x\\_%} {%\\_endif\\_%} {# #} {: .x}',
    "{%\\_comment\\_%} {%\\_endcomment\\_%} {%\\_raw\\_%} [ref] [/ref] [caption\\_id=\"a\"] [/caption] <Cite\\_id='k'/> <Box </Box> />",
    "\\nimport\\_x\\_from\\_'y'\\n \\nexport\\_const\\_a\\_=\\_ {t:'a\\_b'} ['a\\_b'] <Box\\_a={ `a${b}` // /* => ; <> </> style={{a:1}} ...",
)
_DATA = _split(
    "title: 'a\\_b' \"a\\_b\" >-\\n |2\\n &a *a - [ ] { } , : # ! !!python/object/apply:os.system << '' \\\" \\u00e9 \\x41 ? ~ null",
    "= [a] [[a]] \"\"\" ''' true 1e9 0x1f .inf 2027-01-01 a.b --- ... %YAML\\_1.1 a: q: faqs: alt: description: market: claimlint:",
)
_KEYS = _split(
    "name: title: version: extends: lists: cues: rules: override: id: message: severity: match: why: basis: suggest: examples:",
    "bad: good: needs: about: unless: scope: triggers: lacks: features: window: at-least: share: fix: replace: safe: tokens: tree:",
    "anchors: treatments: terms: status: topic: jurisdiction: - [ ] { } \" ' & * ! # \\n \\n\\_\\_ error removal draft {ILL} LOWER REGEX OP",
)
_CONFIGURED = _split(
    "packs: market: select: ignore: severity: fail-on: exclude: owned-hosts: citation-scope: citations-since: bibliography:",
    "data-max-age: overrides: files: = [ ] { } \" ' , \\n \\n\\_\\_ -\\_ tiny/cure tiny tiny/* ** ../ /dev/null tiny.yml error off auto",
)
_REGISTERED = _split(
    "version: 1 waivers: claims: path: rule: sentence: reason: approver: author: created: expires: ticket: evidence: id: wordings:",
    "products: {product} owner: review-by: type: year: doi: pmid: key: url: file: 2027-06-30 2019 tiny/cure rct - [ ] { } \" ' , \\n",
    '\\n\\_\\_ {"version":1,"findings":[ {"path":"draft.md","rule":"a","fingerprint":"b","sentence":"c"} ]}',
)
_COMMENT = _split(
    'disable-next-line disable-line disable enable disable-file tiny/cure tiny/safe , -- until= by= 2027-01-31 2026-01-31 "Ada\\_L."',
    "why REASON \\n \\_ \\_--\\_ claimlint-disable\\_tiny/cure\\_--\\_why --> - :",
)
_CITED = _split(
    "(Smith\\_et\\_al.,\\_2019) (Smith\\_2019; (Smith) and\\_colleagues Smith\\_& of\\_the [1] [1,2–3] ¹⁻³ ^1^ @smith2019 [@smith2019] [-@a]",
    "10.1000/a doi:\\_10.1000/ https://doi.org/10.1000/a PMID:\\_12345678 NCT12345678 (source: ) [citation\\_needed] [TK] In\\_2019,",
    "a\\_study studies trials the\\_PRECISION\\_trial \\n\\n##\\_References\\n\\n 1.\\_ [^a] \\n[^a]:\\_ [a](https://own.example/) ( ) [ ] n.d. ; ,",
)
_BIB = _split(
    '@article{ @book{ a, smith, } author={ title={ year=2019, doi= {10.1000/a}, " # @string{ @comment{ @preamble{ {\\"o} \\\\ $ and Smith,\\_John',
    ", = { } % ( ) \\n others url= note= {PMID:\\_12345678} studytype={rct} keywords= month=jan",
)
_CSL = _split(
    '[ ] { } , : "id" "a" "author" "family" "given" "issued" "date-parts" [[2019,1]] "DOI" "10.1000/a" "items" "title" null true 1e999',
    '-0 "\\u0000" "\\ud800" "custom" "study-type" "literal" "note" "PMID:\\_1" 1',
)
_PATTERNS = _split(
    "( ) | ? * ** ~ ^ $ # #? {ILL} {ILL}? =safe safe be 's n't - ' “ ” % { } = cannot {A } )? the of -ing"
)
_METHODS = _split(
    '{"jsonrpc":"2.0", "id":1, "method":" textDocument/didOpen", textDocument/didChange", textDocument/codeAction", textDocument/hover",',
    'textDocument/completion", initialize", initialized", shutdown", exit", workspace/executeCommand", "params":{ "params":[] "textDocument":{',
    '"uri":"file:///tmp/a.md", "uri":"untitled:a", "languageId":"markdown", "version":1, "text":"It\\_cures\\_pain." } }} , "contentChanges":[',
    '"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}} "position":{"line":0,"character":3} "context":{"diagnostics":[]}',
    '"command":"claimlint. "arguments":[ null -1 1e9 "\\ud83d" \\n Content-Length:\\_10\\r\\n\\r\\n raw\\n "result":null "capabilities":{}',
)

TARGETS: Mapping[str, Target] = {
    "markdown": Target(_reader(".md"), _ODD + _PROSE + _MARKUP + _HTML + _TEMPLATES),
    "mdx": Target(_reader(".mdx"), _ODD + _PROSE + _MARKUP + _HTML + _TEMPLATES),
    "html": Target(_reader(".html"), _ODD + _PROSE + _HTML + _TEMPLATES),
    "text": Target(_reader(".txt"), _ODD + _PROSE + _MARKUP),
    "front-matter": Target(_front_matter, _ODD + _DATA + _MARKUP),
    "docx": Target(_docx, _ODD + _PROSE),
    "bytes": Target(_any_bytes, _ODD + _PROSE + _MARKUP + _DATA),
    "check": Target(_check, _ODD + _PROSE + _MARKUP + _CITED),
    "pack": Target(_pack, _ODD + _KEYS + _DATA),
    "configuration": Target(_configuration, _ODD + _CONFIGURED + _DATA),
    "registers": Target(_registers, _ODD + _REGISTERED + _DATA),
    "suppressions": Target(_suppressions, _ODD + _COMMENT),
    "citations": Target(_citations, _ODD + _CITED + _PROSE),
    "bibtex": Target(_library(".bib"), _ODD + _BIB),
    "csl": Target(_library(".json"), _ODD + _CSL),
    "pattern": Target(_pattern, _ODD + _PATTERNS),
    "editor": Target(_editor, _ODD + _METHODS),
}
