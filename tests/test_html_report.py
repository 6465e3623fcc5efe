"""The page of the report: what stands on it, what strangers cannot do to it, and how it behaves in a browser."""

from __future__ import annotations

import base64
import re
from collections import Counter
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from claimlint import drafts, readers
from claimlint.config import Config
from claimlint.project import Project
from claimlint.report import Context, html
from claimlint.report.history import Point, compare
from claimlint.report.html.layout import pages
from claimlint.report.html.runs import Places, address, parts
from claimlint.report.manifest import Inputs, manifest
from claimlint.structs import replace
from claimlint.types import Finding, Problem, Report, Rewrite, Rule, Source, Span

PROJECT = Path(__file__).parent.parent
RULE = Rule(
    id="core/safe",
    pack="core",
    title="Unqualified safety claim",
    message="",
    severity="error",
    match=(),
    why="Nothing is safe for everyone.",
    basis=(
        Source("Guidance", "https://example.org/guidance", "II", "2026-11-01"),
        Source("Book", "javascript:alert(1)"),
    ),
    suggest=("may be an option",),
)
CONTEXT = Context({RULE.id: RULE}, "1.2.3")
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Outline(HTMLParser):
    """The elements of a page, and whether each that is opened is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words = ""
        self.marked: Counter[str] = Counter()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        self.elements.append((tag, values))
        self.marked.update(values.get("data-f", "").split() if tag == "mark" else ())
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words += data

    def ids(self) -> Counter[str]:
        return Counter(values["id"] for _, values in self.elements if "id" in values)


def finding(source: str, words: str, rule: str = RULE.id, **fields) -> Finding:
    start = source.index(words)
    known = {"severity": "error", "message": f"“{words}” is a promise.", "sentence": words, "fingerprint": "f0"}
    known |= {"rule": rule, "pack": "core", "span": Span(start, start + len(words)), "excerpt": words}
    return Finding(**(known | fields))


def report(source: str, *findings: Finding, name: str = "post.md") -> Report:
    document = readers.read(source, name)
    return Report(name, source, findings, document.problems, document.comments, document)


def written(*reports: Report, context: Context = CONTEXT, changes=None) -> str:
    inputs = Inputs("1.2.3", date(2026, 11, 29), {"name": "en_core_web_sm", "version": "3.8.0"}, (), {"a.yml": b"a"})
    return html.page(reports, context, manifest(reports, inputs), changes)


@pytest.fixture(scope="session")
def examples():
    """Reports on the example drafts and what reporters know, one finding settled in every way that there is."""
    project = Project(Config(root=PROJECT, path=None), today=date(2026, 11, 29))
    names = drafts.asked([str(PROJECT / "examples/drafts"), str(PROJECT / "examples/nothing.md")], project.config)
    reports = [replace(each, name=each.name.removeprefix(f"{PROJECT}/")) for each in project.reports(names)]
    settled = iter((("waived", "a reason"), ("substantiated", "approved"), ("baselined", "known before")))
    most = max(range(len(reports)), key=lambda index: len(reports[index].findings))
    findings = (
        replace(item, status=state[0], justification=state[1]) if (state := next(settled, None)) else item
        for item in reports[most].findings
    )
    reports[most] = replace(reports[most], findings=tuple(findings))
    return reports, Context(project.rules, "1.2.3")


def test_every_finding_has_one_card_and_its_words_are_marked(examples):
    reports, context = examples
    outline = Outline(written(*reports, context=context))
    ids = outline.ids()
    findings = [item for each in reports for item in each.findings]
    assert len(findings) > 30
    assert max(ids.values()) == 1
    cards = [values for _, values in outline.elements if values.get("class", "").startswith("card ")]
    assert [values["id"] for values in cards] == [f"f{number}" for number in range(1, len(findings) + 1)]
    assert [values["data-rule"] for values in cards] == [item.rule for item in findings]
    assert set(outline.marked) == {values["id"][1:] for values in cards}
    targets = {values["href"][1:] for _, values in outline.elements if values.get("href", "").startswith("#")}
    assert {unquote(each) for each in targets} <= set(ids)
    headings = [tag for tag, _ in outline.elements if re.fullmatch(r"h\d", tag)]
    assert headings.count("h1") == 1


def test_same_bytes_from_the_same_reports(examples):
    reports, context = examples
    assert written(*reports, context=context) == written(*reports, context=context)


def test_highlight_is_the_text_of_the_span():
    source = (
        "---\ntitle: A **safe** &amp; sound drip\n---\n\nOur [drip is\n*safe*](/drip) &amp; *quick*.\n\n- really safe\n"
    )
    document = readers.read(source, "post.md")
    for words in ("drip is\n*safe", "safe*](/drip) &amp; *quick", "really", "& sound"):
        wanted = words.replace("& sound", "&amp; sound")
        start = source.index(wanted)
        ((index, low, high),) = Places(document.blocks).of(Span(start, start + len(wanted)))
        shown = document.blocks[index].text[low:high]
        assert shown == " ".join(re.sub(r"\*|\]\(/drip\)", "", wanted).replace("&amp;", "&").split())


def test_overlapping_and_touching_findings():
    source = "Our **safe and [quick](https://example.org/q) drip** heals!"
    outline = Outline(
        written(
            report(
                source,
                finding(source, "safe and [quick](https://example.org/q) drip"),
                finding(source, "quick", severity="warning"),
                finding(source, "quick](https://example.org/q) drip** heals", severity="advice"),
                finding(source, "!"),
            )
        )
    )
    marks = [values for tag, values in outline.elements if tag == "mark" and "data-f" in values]
    assert [values["data-f"] for values in marks] == ["1", "1 2 3", "1 3", "3", "4"]
    assert [values["class"] for values in marks] == ["error", "error", "error", "advice", "error"]
    block = readers.read(source, "post.md").blocks[0]
    assert "".join(run.text for part in parts(block) for run in part.runs) == block.text


def test_finding_outside_the_text_has_its_card_where_it_stands():
    source = "First.\n\n<!-- a comment -->\n\nLast is safe.\n"
    other = "version: 1\n"
    made = [
        report(source, finding(source, "<!-- a comment -->"), finding(source, "safe")),
        Report("waivers.yml", other, (finding(other, "version", severity="warning"),)),
    ]
    first, second = pages(made, CONTEXT)
    assert [[card.number for card in stretch.cards] for stretch in first.stretches] == [[], [1], [2]]
    assert [[card.number for card in stretch.cards] for stretch in second.stretches] == [[3]]
    assert set(Outline(written(*made)).marked) == {"2"}


def test_blocks_by_kind():
    source = """---
title: A title
faqs:
  - q: Is it safe?
---

# Heading

Lead:

- one
  - inner

> said

| | Dose | Risk |
|---|---|---|
| Drip | 1 g | some ![a photo](x.png) |
| Pill | | none |

Text.[^1] <https://example.org/auto> <button>Book now</button>

[^1]: A note.
"""
    outline = Outline(written(report(source)))
    tags = Counter(tag for tag, _ in outline.elements)
    assert tags["blockquote"] == 1
    assert tags["h4"] == 1
    assert tags["dt"] >= 2
    assert {"deep1"} <= {values.get("class") for _, values in outline.elements}
    for label in ("Alt text", "Button", "Footnote 1", "faqs[0].q"):
        assert label in outline.words
    (page,) = pages([report(source)], CONTEXT)
    (table,) = (unit for stretch in page.stretches for unit in stretch.rest if unit.shape == "table")
    shown = [
        ["|".join(block.parts[0].runs[0].text for block in cell) for cell in row] for row in (table.head, *table.rows)
    ]
    assert shown == [["", "Dose", "Risk"], ["Drip", "1 g", "some|a photo"], ["Pill", "", "none"]]


HOSTILE = """<script>alert(1)</script>" onfocus='alert(2)' \u202egnp.evil\u202c \x07 &lt;img src=x onerror=alert(3)&gt; {{ 7*7 }} {% raw %}"""


def hostile() -> str:
    """A page of a draft, a rule and a finding that try whatever a page may fall for."""
    source = f"""---
title: '{HOSTILE.replace("'", "")} title'
---

# &lt;script&gt;alert(1)&lt;/script&gt;

It is safe. [click](javascript:alert(1)) [click](data:text/html,x) [fine](https://example.org/"onclick=1) {HOSTILE}

`</style></script><b>` safe again
"""
    rule = replace(RULE, title=HOSTILE, why=HOSTILE, suggest=(HOSTILE,))
    bad = finding(
        source, "safe", message=HOSTILE, excerpt=HOSTILE, sentence=HOSTILE, reasons=(HOSTILE,), justification=HOSTILE,
        status="waived", suggestions=(HOSTILE,), related=((Span(0, 3), HOSTILE),), fingerprint=HOSTILE,
        rewrite=Rewrite(Span(0, 3), HOSTILE),
    )  # fmt: skip
    made = [
        report(source, bad, finding(source, "safe again", rule='core/"><script>'), name=f"{HOSTILE}.md"),
        Report("\ud800.md", "", problems=(Problem(HOSTILE),)),
    ]
    return written(*made, context=Context({RULE.id: rule}, HOSTILE))


def test_strangers_can_do_nothing():
    text = hostile()
    text.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
    assert "{{ 7*7 }}" in text
    outline = Outline(text)
    tags = Counter(tag for tag, _ in outline.elements)
    assert (tags["script"], tags["style"], tags["img"], tags["b"] > 0) == (1, 1, 0, True)
    for tag, values in outline.elements:
        assert not [name for name in values if name.startswith("on") or name == "style"], tag
        assert "src" not in values
        assert re.match(r"#|https?://|data:,$", values.get("href", "#")), values
    assert "<script>alert(1)</script>" in outline.words


def test_only_addresses_of_the_web_are_links():
    assert address("https://example.org/a?b=c#d")
    assert address("HTTP://example.org")
    for bad in (
        "javascript:alert(1)",
        " https://a",
        "https://a b",
        "https:/a",
        "//a",
        "/a",
        "data:,",
        "https://a\u202eb",
        "https://\\a",
    ):
        assert address(bad) == ""


def test_policy_names_style_and_script_by_hash():
    text = written(report("Safe."))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_problems_changes_and_nothing_at_all():
    source = "It is safe and quick.\n"
    old, new = report(source, finding(source, "quick")), report(source, finding(source, "safe", fingerprint="f1"))
    inputs = Inputs("1", date(2026, 11, 29), {}, (), {})
    changes = compare(manifest([old], inputs), manifest([new], inputs), "last week")
    text = written(new, Report("gone.md", "", problems=(Problem("not UTF-8", 3),)), changes=changes)
    words = " ".join(Outline(text).words.split())
    assert "Changes since last week" in words
    assert "gone.md:3 could not be read: not UTF-8" in words
    assert "Nothing was found." in Outline(written()).words


def test_trend():
    points = [
        Point(
            f"2026-0{month}-01",
            f"report <{month}>",
            4,
            {"error": month, "warning": 9 - month, "advice": 0},
            {"open": 9},
        )
        for month in range(1, 9)
    ]
    text = html.trend(points, "1.2.3")
    outline = Outline(text)
    assert text == html.trend(points, "1.2.3")
    assert sum(tag == "tr" for tag, _ in outline.elements) == 2 + len(points)
    assert "report <3>" in outline.words
    for few in ([], points[:1]):
        Outline(html.trend(few, "1.2.3"))


# In a browser


@pytest.fixture(scope="module")
def address_of(examples, tmp_path_factory):
    """The page of the examples, and that of a trend, as files."""
    folder = tmp_path_factory.mktemp("pages")
    reports, context = examples
    (folder / "index.html").write_text(written(*reports, context=context), encoding="utf8")
    (folder / "hostile.html").write_text(hostile(), encoding="utf8")
    points = [
        Point(f"2026-{m:02}-01", f"r{m}", 4, {"error": m, "warning": 9 - m, "advice": 1}, {"open": 9}) for m in (1, 2)
    ]
    (folder / "trend.html").write_text(html.trend(points, "1.2.3"), encoding="utf8")
    return lambda name, hash_="": f"{(folder / name).as_uri()}{hash_}"


@pytest.fixture
def visit(browser, address_of):
    """Opens a page; a message on the console, an exception or a request for anything else fails the test."""
    contexts, trouble = [], []

    def open_(name: str = "index.html", hash_: str = "", **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request",
            lambda request: trouble.append(request.url) if request.url.partition("#")[0] != address_of(name) else None,
        )
        page.goto(address_of(name, hash_))
        return page

    yield open_
    for each in contexts:
        each.close()
    assert [each for each in trouble if each != "data:,"] == []


def shown(page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('.card')].filter(e => e.checkVisibility()).map(e => e.id)")


def values(page, name: str) -> set[str]:
    script = "name => [...document.querySelectorAll('.card')].filter(e => e.checkVisibility()).map(e => e.dataset[name] || '')"
    return set(page.evaluate(script, name))


@pytest.mark.parametrize("key", ["j", "n"])
def test_keys_go_through_all_findings(visit, key):
    page = visit()
    every = shown(page)
    reached = []
    for _ in every:
        page.keyboard.press(key)
        reached.append(page.evaluate("document.activeElement.id"))
    assert reached == every
    for back in ("k", "p"):
        page.keyboard.press(back)
        reached.pop()
        assert page.evaluate("document.activeElement.id") == reached[-1]
        assert page.evaluate("document.querySelector('mark.current').dataset.f.split(' ')").count(reached[-1][1:]) == 1


def test_tab_reaches_all_findings_and_leaves_the_page(visit):
    page = visit()
    every, reached = set(shown(page)), set()
    script = "document.activeElement === document.body ? null : document.activeElement.closest('.card')?.id || ''"
    for _ in range(3000):
        page.keyboard.press("Tab")
        where = page.evaluate(script)
        if where is None:
            break
        reached.add(where)
    else:
        pytest.fail("Tab never leaves the page")
    assert every <= reached


def test_filters(visit):
    page = visit()
    every = len(shown(page))
    for name, all_of in (("severity", {"error", "warning", "advice"}), ("status", values(page, "status"))):
        assert len(all_of) > 2
        for value in all_of:
            page.uncheck(f"input[value={value}]")
            assert values(page, name) == all_of - {value}
            assert f"{len(shown(page))} of {every}" in page.inner_text("#count")
            page.click("#clear")
    for name, value in (("rule", "core/risk-free"), ("pack", "supplements")):
        page.select_option(f"select[name={name}]", value)
        assert values(page, name) == {value}
        page.click("#clear")
        assert page.evaluate("location.hash") == ""
    page.select_option("select[name=draft]", "examples/drafts/vitamin-drip.html")
    assert page.locator(".draft:visible").count() == 1
    page.reload()
    assert page.locator(".draft:visible").count() == 1
    page.click("#clear")
    page.select_option("select[name=audience]", "writer")
    assert values(page, "severity") == {"error", "warning"}
    assert values(page, "reviewer") == {""}
    assert len(shown(page)) < every


def test_search_and_escape(visit):
    page = visit()
    every = len(shown(page))
    page.keyboard.press("/")
    page.keyboard.type("Jet LAG")
    assert 0 < len(shown(page)) < every
    assert page.evaluate("location.hash") == "#q=Jet+LAG"
    page.keyboard.type(" jjkk??")
    assert shown(page) == []
    assert page.is_visible("#nothing")
    page.keyboard.press("Escape")
    assert len(shown(page)) == every
    page.keyboard.press("?")
    assert page.is_visible("#help")
    page.uncheck("#keys")
    page.keyboard.press("Escape")
    assert not page.is_visible("#help")
    page.keyboard.press("j")
    assert page.evaluate("document.querySelector('.card:focus')") is None


def test_state_in_the_address(visit):
    page = visit(hash_="#severity=error&rule=core%2Frisk-free&standing=off")
    assert values(page, "rule") == {"core/risk-free"}
    assert page.locator(".standing:visible").count() == 0
    page.evaluate("location.hash = 'f5'")
    page.wait_for_selector("#f5:focus")
    page.click("#f5 .number")
    assert page.evaluate("document.activeElement.id") == "t5"
    page.click("#t5")
    assert page.evaluate("document.activeElement.id") == "f5"
    page.click("#f5 summary")
    page.wait_for_selector("#f5 .body")


def test_summary_filters(visit):
    page = visit()
    page.click("table a[data-filter='severity=warning']")
    assert values(page, "severity") == {"warning"}


def test_without_script_everything_is_there(visit):
    page = visit(java_script_enabled=False)
    assert page.locator(".card:visible").count() == page.locator(".card").count() > 30
    assert not page.is_visible("#filters")
    assert not page.is_visible("#theme")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "trend.html"])
def test_accessible(visit, scheme, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(name, color_scheme=scheme)
    page.evaluate("""() => {
        for (const each of document.querySelectorAll("details")) each.open = true;
        for (const each of document.querySelectorAll(".draft")) each.style.contentVisibility = "visible";
    }""")
    found = axe.run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}] == []


@pytest.mark.parametrize("width", [320, 1360])
def test_fits(visit, width):
    page = visit(viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_theme(visit):
    page = visit(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("#theme")
    dark = page.evaluate(ground)
    assert light != dark
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert not page.is_visible("#filters")
    assert not page.is_visible("nav")


def test_strangers_can_do_nothing_in_a_browser(visit):
    page = visit("hostile.html")
    page.keyboard.press("j")
    page.click(".card:focus summary")
    assert page.locator("script").count() == 1
    page.click("table a[data-filter^='rule=core%2F%22']")
    assert shown(page) == ["f2"]


def test_print(visit):
    data = visit().pdf()
    assert data.startswith(b"%PDF")
    assert 5 < data.count(b"/Type /Page\n") < 60
