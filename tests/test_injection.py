"""Text from strangers stays text in everything that claimlint writes: each string stands wherever a draft, a pack, a register
or a file name has a say, and every output is taken apart by a parser of its format."""

import csv
import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path

import docx_kit
import pyromark
import pytest
from lxml import etree
from lxml import html as markup

from claimlint import readers
from claimlint.errors import ConfigError, PackError
from claimlint.packs import Pack, load_packs
from claimlint.readers.docx import Manuscript
from claimlint.report import Context, bundle, catalog, comment, html, inventory, reading, reporter, word
from claimlint.report.history import Point, compare
from claimlint.report.manifest import Inputs, manifest
from claimlint.structs import replace
from claimlint.types import (
    Citation,
    Cue,
    Finding,
    Problem,
    Reading,
    Report,
    Rewrite,
    Rule,
    Source,
    Span,
    Treatment,
    Verdict,
)

BENIGN = "plain words"
INJECTIONS = (
    # HTML, its attributes, SVG and CSS
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>", "<iframe src=javascript:alert(1)></iframe>", "<a href='javascript:alert(1)'>x</a>",
    '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", '" onmouseover="alert(1)', "' onfocus='alert(1)' autofocus='",
    "` onclick=alert(1) `", "</textarea><b>x</b>", "</title><b>x</b>", "</style><style>*{display:none}</style>", "<!--", "--><b>x</b>",
    "<base href=//evil.example>", "<meta http-equiv=refresh content=0;url=//evil.example>", "<form action=//evil.example><button>",
    "<details open ontoggle=alert(1)>", "<math><mtext><style><img src=x onerror=alert(1)>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;", "style=background:url(javascript:alert(1))", "expression(alert(1))", "\x3cb\x3e",
    # template languages
    "{{ 7*7 }}", "{% raw %}x{% endraw %}", "{{ ''.__class__.__mro__ }}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{match}", "{0.__class__}", "%s%n",
    # Markdown
    "[x](javascript:alert(1))", "![x](https://evil.example/a.png)", "[x]: https://evil.example", "<https://evil.example>", "https://evil.example/a",
    "www.evil.example", "@everyone", "#1", "a | b | c |", "```\nx", "~~~", "**x** _x_", "\\", "<b>x</b>", "$x$", "- [ ] x", "# x", "> x", "1. x",
    "&copy;", "x<br>y",
    # logs and terminals
    "::error file=a,line=1::x", "::set-output name=a::b", "x\n::error::y", "x\r::warning::y", "##[error]x", "##vso[task.logissue type=error]x",
    "%0A::error::x", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x1b\\x", "\x9b31m", "a\bb", "a\x07b", "a\0b",
    "\r\x1b[2Kgone", "\u202egnp.evil\u202c", "\u2066x\u2069", "a\u2028b\u2029c", "a\x85b", "a\u200bb", "\ufeffx",
    # spreadsheets
    "=1+1", "=HYPERLINK(\"https://evil.example\";\"x\")", "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\ufeff=1+1",
    "＝1+1", "x;=1+1", "x\t=1+1", '","=1+1', "{=1+1}", "'=1+1",
    # XML and JSON
    "]]><x/>", "<![CDATA[x]]>", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>", "&y;", "<?xml-stylesheet href='x'?>", "</failure></testcase>",
    "\udce9", "\ufffe\uffff", '"}],"x":[{"', "\\u0022", "\\\"", "</w:t></w:r><w:instrText>DDE</w:instrText>", "MERGEFIELD x", "HYPERLINK \"https://evil.example\"",
    # paths
    "../../etc/passwd", "a:1:2: error x y", "C:\\x", "-rf", "a%b", "a,b", "~root", "file:///etc/passwd",
)  # fmt: skip
each_string = pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))

FORMATS_OF_TERMINALS = ("full", "concise")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def rule(text: str) -> Rule:
    return Rule(
        "core/safe", "core", text, text, "error", (text,), why=text, suggest=(text,), bad=(text,), good=(text,),
        basis=(Source(text, text, text, "2026-01-01"),),
    )  # fmt: skip


def report(text: str) -> Report:
    source = f"---\ntitle: It is safe\n---\n# {text}\n\nIt is safe {text} end.\n\n{text}\n"
    document = replace(readers.read(source, "a.md"), name=f"{text}.md")
    at = source.rindex("It is safe") + 6
    span = Span(at, at + 4)
    shared = {
        "severity": "error",
        "message": text,
        "excerpt": text,
        "sentence": text,
        "reasons": (text,),
        "suggestions": (text,),
    }
    found = [
        Finding("core/safe", "core", span=span, missing=("hedge",), related=((Span(0, 3), text),), fingerprint=str(number),
                status=status, justification=text, rewrite=rewrite, **shared)
        for number, (status, rewrite) in enumerate(
            [("open", None), ("open", Rewrite(Span(at, at + 4 + len(text)), text)), ("waived", None), ("suppressed", None)]
        )
    ]  # fmt: skip
    number = next(
        index for index, block in enumerate(document.blocks) if block.kind != "title" and "is safe" in block.text
    )
    block = document.blocks[number]
    low = block.text.index("safe")
    verdicts = tuple(Verdict("core/safe", span, text, "finding", (text,), each) for each in found[:1])
    said = Reading(
        number, 0, len(block.text), block.span(0, len(block.text)), text, "asserted",
        (Cue("hedge", text, low, low + 4, ((low, low + 4),)),), (Citation("link", text, low, low + 4, entry=text),), verdicts,
    )  # fmt: skip
    return Report(f"{text}.md", source, tuple(found), (Problem(text),), document.comments, document, (said,))


def context(text: str) -> Context:
    return Context({"core/safe": rule(text)}, "1", show=("open", "waived", "suppressed"))


def written(format_: str, text: str) -> str:
    out = io.StringIO()
    reporter(format_)([report(text)], out, context(text))
    return out.getvalue().encode("utf-8", "backslashreplace").decode()


@pytest.mark.parametrize("format_", FORMATS_OF_TERMINALS)
@each_string
def test_a_terminal_is_not_steered(format_: str, text: str) -> None:
    shown = written(format_, text)
    assert not CONTROL.search(shown)
    for line in shown.split("\n"):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
    if format_ == "concise":
        assert shown.count("\n") == written(format_, BENIGN).count("\n")


@each_string
def test_an_explanation_steers_no_terminal(text: str) -> None:
    out = io.StringIO()
    made = report(text)
    assert made.document
    reading.write(made.document, made.readings, out)
    reading.write_unread(made, out)
    lines = [*out.getvalue().split("\n"), *reading.whole(made.findings[2])]
    assert not [line for line in lines if CONTROL.search(line) or line.lstrip().startswith("::")]


@each_string
def test_a_log_gets_our_commands_only(text: str) -> None:
    shown, usual = written("github", text), written("github", BENIGN)
    assert not CONTROL.search(shown)
    commands = [re.match(r"::(\w+) ((?:\w+=[^:,\n]*,?)+)::", line) for line in shown.splitlines()]
    assert len(commands) == len(usual.splitlines())
    for command, other in zip(commands, usual.splitlines(), strict=True):
        assert command
        assert command[1] == other[2:].split()[0]
        assert re.findall(r"(\w+)=", re.sub(r"=[^:,\n]*", "=", command[2]))[:2] == ["title", "file"]


@pytest.mark.parametrize("format_", ["json", "sarif", "gitlab", "rdjson", "jsonl"])
@each_string
def test_data_has_the_shape_that_it_always_has(format_: str, text: str) -> None:
    def parsed(written: str) -> object:
        return [json.loads(line) for line in written.split("\n") if line] if format_ == "jsonl" else json.loads(written)

    made, usual = parsed(written(format_, text)), parsed(written(format_, BENIGN))
    assert shape(made) == shape(usual)
    for address in addresses(made):
        assert re.match(r"https?://", address), address


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {key if BENIGN not in key else "": shape(each) for key, each in sorted(value.items())}
    return [shape(each) for each in value] if isinstance(value, list) else type(value)


def addresses(value: object) -> list[str]:
    """What a program may open: the values of keys that say so."""
    if isinstance(value, dict):
        own = [
            each for key, each in value.items() if key in ("helpUri", "url", "informationUri") and isinstance(each, str)
        ]
        return own + [found for each in value.values() for found in addresses(each)]
    return [found for each in value for found in addresses(each)] if isinstance(value, list) else []


@pytest.mark.parametrize("format_", ["junit", "checkstyle"])
@each_string
def test_xml_has_the_elements_that_it_always_has(format_: str, text: str) -> None:
    def elements(written: str) -> list[tuple[str, list[str]]]:
        return [(each.tag, sorted(each.attrib)) for each in etree.fromstring(written.encode()).iter()]

    assert elements(written(format_, text)) == elements(written(format_, BENIGN))


def inputs(text: str) -> Inputs:
    pack = Pack(text, Path("a.yml"), text, text)
    return Inputs("1", date(2027, 1, 1), {"name": text, "version": text}, (pack,), {text: b"a"})


def elements(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes; what a draft's own markup may become is left out."""
    return [
        (each.tag, tuple(sorted(each.attrib))) for each in markup.fromstring(page).iter() if isinstance(each.tag, str)
    ]


ACTIVE = {
    "script",
    "style",
    "img",
    "svg",
    "iframe",
    "form",
    "base",
    "meta",
    "link",
    "object",
    "embed",
    "input",
    "button",
    "textarea",
    "math",
}


def check_page(page: str, usual: str) -> None:
    """Nothing that acts comes from text: as many of these elements as always, no handlers, no addresses but of the web."""
    found, other = elements(page), elements(usual)
    for tag in ACTIVE:
        assert [each for each in found if each[0] == tag] == [each for each in other if each[0] == tag], tag
    names = {name for _, attributes in other for name in attributes}
    assert not {name for _, attributes in found for name in attributes if name.startswith("on")}
    assert {name for _, attributes in found for name in attributes} <= names | {"href", "rel", "title", "id"}
    for each in markup.fromstring(page).iter():
        for name in ("href", "src", "action"):
            target = each.get(name) if isinstance(each.tag, str) else None
            assert target is None or re.match(r"#|https?://|data:,$|data:image/", target), target
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)


def page(text: str) -> str:
    reports = [report(text)]
    about = manifest(reports, inputs(text))
    older = manifest([replace(report(text), name="b.md")], inputs(text))
    return html.page(reports, context(text), about, compare(older, about, text))


@each_string
def test_a_page_does_nothing(text: str) -> None:
    check_page(page(text), page(BENIGN))


@each_string
def test_a_trend_does_nothing(text: str) -> None:
    def trend(text: str) -> str:
        points = [Point("2027-01-01", text, 1, {"error": 1}, {"open": number}) for number in (1, 2)]
        return html.trend(points, text)

    check_page(trend(text), trend(BENIGN))


@each_string
def test_a_comment_makes_no_markup(text: str) -> None:
    def events(text: str) -> list[str]:
        about = manifest([report(text)], inputs(text))
        older = manifest([replace(report(text), name="b.md")], inputs(text))
        made = comment.page([report(text)], context(text), compare(older, about, text))
        assert not CONTROL.search(made)
        assert not re.search(r"(?<!\w)@\w|https?://\w|www\.\w", made)
        options = (
            pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TASKLISTS
        )
        return [
            kind(event) for event in pyromark.events(made, options=options) if kind(event) not in ("Text", "SoftBreak")
        ]

    def kind(event: object) -> str:
        if isinstance(event, dict):
            ((name, value),) = event.items()
            return f"{name} {kind(value)}" if name in ("Start", "End") else name
        return str(event)

    assert events(text) == events(BENIGN)


@each_string
def test_a_table_holds_no_formula(text: str, tmp_path: Path) -> None:
    bundle.write(tmp_path, [report(text)], context(text), inputs(text))
    with (tmp_path / "findings.csv").open(encoding="utf-8", newline="") as file:
        tables = [file.read()]
    out = io.StringIO()
    inventory.write_csv([report(text)], out)
    for table in [*tables, out.getvalue()]:
        for separator in ",;\t":
            for row in csv.reader(io.StringIO(table, newline=""), delimiter=separator):
                assert not [
                    cell for cell in row if re.match(r"[\W_]*?[=+\-@＝＋－＠]", cell.strip("\ufeff \t\r\n")[:1])
                ], row
    with zipfile.ZipFile(tmp_path / "inventory.xlsx") as book:
        for name in book.namelist():
            tree = etree.fromstring(book.read(name))
            assert not tree.xpath("//*[local-name()='f' or local-name()='hyperlink' or local-name()='externalLink']")
            assert "hyperlink" not in name


@each_string
def test_a_word_comment_is_text(text: str) -> None:
    manuscript = Manuscript(docx_kit.word(docx_kit.p("It is safe here.")))
    made = report(text)
    document = manuscript.document("a.docx")
    at = document.source.index("safe")
    found = tuple(replace(each, span=Span(at, at + 4), rewrite=None) for each in made.findings)
    annotated = word.annotated(
        manuscript, replace(made, source=document.source, findings=found), context(text), date(2027, 1, 1)
    )
    with zipfile.ZipFile(io.BytesIO(annotated)) as package:
        names = {etree.QName(each).localname for each in etree.fromstring(package.read("word/comments.xml")).iter()}
    assert names <= {"comments", "comment", "p", "pPr", "pStyle", "r", "rPr", "rStyle", "t", "annotationRef"}


@each_string
def test_the_catalogue_makes_no_markup(text: str) -> None:
    def events(text: str) -> list[str]:
        item = replace(rule(text), basis=(Source(text, "https://example.org", text),))
        treatment = Treatment(text, (text,), "approved", (text,), source=Source(text, "https://example.org"))
        pack = Pack("a", Path("a.yml"), text, "1", rules=(item,), overrides={}, treatments=(treatment,))
        page = "\n".join(catalog.page(pack))
        options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
        return [
            str(event)
            for event in pyromark.events(page, options=options)
            if "Html" in str(event) or "Image" in str(event) or "Link" in str(event)
        ]

    if text.isprintable():  # a pack with anything else is refused
        assert events(text) == events(BENIGN)


@each_string
def test_a_pack_is_refused_or_its_words_are_harmless(text: str, tmp_path: Path) -> None:
    quoted = json.dumps(text)
    (tmp_path / "a.yml").write_text(
        f"name: a\nrules:\n- {{id: b, title: {quoted}, message: {quoted}, severity: error, match: c, why: {quoted}, suggest: {quoted},\n"
        f"   basis: [{{title: {quoted}, url: {quoted}}}], examples: {{bad: [c], good: [d]}}}}\n",
        encoding="utf-8",
    )
    try:
        (pack,) = load_packs(["a.yml"], near=tmp_path)
    except PackError as error:
        said = str(error)
        assert not CONTROL.search(said)
        assert "\n" not in said
    else:
        assert not [line for line in catalog.explained(pack.rules[0]) if CONTROL.search(line)]
        assert re.match("https?://", pack.rules[0].basis[0].url)


@each_string
def test_an_error_is_one_line(text: str) -> None:
    said = str(ConfigError(f"unknown key “{text}”", path=f"{text}.yml", line=1))
    assert not CONTROL.search(said)
    assert "\n" not in said
