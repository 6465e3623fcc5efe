"""Packs, configurations and drafts from whoever means ill: each is read, or refused in one line; none does anything else.

All are made with one seed, so that a run can be repeated."""

import copy
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from claimlint import config, readers
from claimlint.cli import main
from claimlint.errors import ClaimlintError, ConfigError, PackError, ReadError
from claimlint.linter import Linter
from claimlint.packs import load_packs
from claimlint.terminal import printable

PROJECT = Path(__file__).parent.parent
COUNT = 500
PACK = {
    "name": "a", "title": "A", "version": "1", "language": "en", "jurisdiction": "us", "topic": ["pain"], "extends": [],
    "lists": {"ILL": ["pain"]}, "cues": {"negation": ["not"]},
    "treatments": [{"name": "b", "terms": ["b"], "status": "approved", "uses": ["pain"], "boxed": True, "rems": False, "note": "n",
                    "source": {"title": "c", "url": "https://example.org", "section": "1", "read": "2026-01-01"}}],
    "rules": [{"id": "c", "title": "t", "message": "m", "severity": "error", "match": ["cure {ILL}"], "denied": ["cure"], "unless": ["not cure"],
               "about": "any", "needs": {"any": ["hedge"]}, "broad": False, "fix": [{"match": "cure", "replace": "ease", "safe": True}],
               "why": "w", "basis": [{"title": "d"}], "suggest": ["s"], "examples": {"bad": ["It {cures pain}."], "good": ["No."]}}],
    "examples": {"c": {"bad": ["It {cures pain}."], "good": ["No."]}}, "override": {"a/c": {"severity": "warning"}},
}  # fmt: skip
CONFIGURATION = {
    "packs": ["core"], "market": ["us"], "select": ["core"], "ignore": ["core/cure"], "severity": {"core/cure": "off"}, "fail-on": "error",
    "exclude": ["a/**"], "owned-hosts": ["a.example"], "citation-scope": "sentence", "citations-since": 2010, "bibliography": ["a.bib"],
    "data-max-age": 365, "overrides": [{"files": ["b/**"], "select": ["core"], "severity": {"core": "error"}, "fail-on": "never"}],
}  # fmt: skip
WRONG = (
    None, "", " ", "x", "\0", "\x1b[31m", "\u202e", "é" * 300, "x" * 5000, "../../etc/passwd", "/dev/null", "/", "{match}", "{ILL", "((((", "|",
    "*" * 300, "(a)?" * 200, "(" * 3000, "{UNKNOWN}", 0, -1, 10**30, 1e308, float("nan"), float("inf"), True, [], [[]], [None], [{}], {}, {"x": {}},
    {"any": []}, {"any": ["hedge"], "all": ["hedge"]}, ["x"] * 1000, {"": ""}, {"x" * 300: "x"}, "2026-99-99", "javascript:alert(1)", [1, [2, [3]]],
    {"tokens": [{"TEXT": {"REGEX": "(a+)+$"}}], "anchors": ["pain"]}, {"tokens": "x", "anchors": ["pain"]}, {"tree": [{"RIGHT_ID": []}], "anchors": ["pain"]},
    {"tokens": [{"NOPE": 1}], "anchors": ["pain"]}, {"tokens": [], "anchors": []},
)  # fmt: skip
FILES = (
    b"", b"\0", b"\xff\xfea\0", b"\xfe\xff\0a", b"caf\xe9: 1", b"\xef\xbb\xbf\xef\xbb\xbfa: 1", b"\x80" * 100, b"%YAML 9.9\n---\na: 1", b"---\n---\n", b"a: 1\n---\nb: 2",
    b"a", b"- a", b"[", b"{", b"'", b'"', b"|", b">", b"&a", b"*a", b"!", b"!!", b"? ", b": ", b"- : -", b"\t", b"a:\tb", b"@a", b"`a", b"%", b"a: b: c", b"a: [b", b"{a: b",
    b"!!python/object/apply:os.system ['touch executed']", b"name: !!python/object/apply:os.system ['touch executed']",
    b"packs: !!python/name:os.system", b"packs: [!!python/module:os]", b"!<tag:yaml.org,2002:python/object/new:os.system> [x]", b"a: !!binary aGk=", b"a: !!set {b, c}",
    b"packs: &a [x, *a]", b"a: &a [b]\n<<: *a", b"<<: {packs: [core]}", b"name: a\nname: b", b"packs: [core]\npacks: [core]", b"1: 2", b"null: 1", b"~: 1", b"[a]: 1", b"{a: 1}: 2",
    b"\n".join(b"k%d: &k%d [%s]" % (n, n, b", ".join([b"*k%d" % (n - 1)] * 9) if n else b"x") for n in range(9)),
    b"a: " + b"[" * 500, b"a: " + b"[" * 20_000, b"a: " + b"{a: " * 5000, b"- " * 5000, b"a:\n" + b"".join(b" " * n + b"a:\n" for n in range(300)), b"? " * 3000, b"a: " + b"[" * 900 + b"]" * 900, b"lists: " + b"{A: " * 300 + b"}" * 300, b"name: a\nrules: [{match: " + b"[" * 60 + b"]" * 60 + b"}]",
    b"name: a\nextends: hostile.yml", b"name: a\nextends: [loop-a.yml]", b"name: a\nextends: [../../../../../etc/passwd]", b"name: a\nextends: [/dev/zero]", b"name: a\nextends: [link.yml]",
    b"name: a\nextends: ['" + b"x" * 300 + b"']", b"name: a\nextends: [\"a\\0b\"]", b"name: a\nextends: ['.']", b"packs: [hostile.yml]", b"packs: [/dev/zero]", b"bibliography: /dev/zero", b"packs: ['.']",
    b"name: " + b"a" * 1_000_000, b"x" * 4_000_001, b"a: " + b"1" * 100_000, b"\r" * 1000, b"a: \"\\x1b[31m\\u202e\"", b"\"\\e[31m\": 1", b"a: \x1b", "a: \u2028".encode(),
)  # fmt: skip


def places(value: object, keys: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The way to every value."""
    yield keys
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(each, (*keys, key))


def put(tree: object, keys: tuple[object, ...], value: object) -> object:
    if not keys:
        return value
    made = copy.deepcopy(tree)
    holder = made
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = value
    return made


def made(base: dict[str, object], seed: int) -> list[bytes]:
    """Files that are no YAML of ours, then each value of a good one wrong in some way, then bytes changed at random."""
    chance = random.Random(seed)
    written = [yaml.safe_dump(put(base, keys, chance.choice(WRONG)), allow_unicode=True, sort_keys=False).encode()
               for keys in list(places(base)) * 4]  # fmt: skip
    good = yaml.safe_dump(base, sort_keys=False).encode()
    torn = []
    while len(torn) < COUNT:
        at, size = chance.randrange(len(good)), chance.choice((0, 1, 1, 5, 30))
        torn.append(good[:at] + chance.choice(FILES)[:200] + good[at + size :])
    return [*FILES, *written, *torn][: max(COUNT, len(FILES) + len(written) + 100)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("loop-a.yml").write_text("name: la\nextends: [loop-b.yml]\n", encoding="utf8")
    Path("loop-b.yml").write_text("name: lb\nextends: [loop-a.yml]\n", encoding="utf8")
    Path("link.yml").symlink_to("link.yml")
    Path("draft.md").write_text("It cures pain.\n", encoding="utf8")
    return tmp_path


def refused(error: ClaimlintError) -> None:
    assert error.message
    assert printable(str(error)) == str(error)
    assert len(str(error)) < 20_000


def test_packs(here: Path) -> None:
    read = 0
    hostile = made(PACK, 1)
    assert len(hostile) >= COUNT
    for data in hostile:
        Path("hostile.yml").write_bytes(data)
        try:
            packs = load_packs(["hostile.yml"], near=here)
            Linter(packs).check("It cures pain, and it is safe.", packs=tuple(pack.name for pack in packs))
            read += 1
        except PackError as error:
            refused(error)
    assert 0 < read < len(hostile) / 2
    assert not Path("executed").exists()


def test_configurations(here: Path) -> None:
    read = 0
    hostile = made(CONFIGURATION, 2)
    assert len(hostile) >= COUNT
    for data in hostile:
        Path(".claimlint.yml").write_bytes(data)
        try:
            found = config.discover(here)
            config.check_references(found, lambda: ["core/cure"])
            config.bibliographies(found)
            config.selects(found, "core/cure", "b/draft.md")
            config.excludes(found, "b/draft.md")
            load_packs(found.packs, near=here, examples=False)
            read += 1
        except (ConfigError, PackError) as error:
            refused(error)
    assert 0 < read < len(hostile) / 2
    assert not Path("executed").exists()


def test_toml(here: Path) -> None:
    for data in (
        b"[tool.claimlint]\n", b"[tool.claimlint]\nx = 1", b"[tool.claimlint\n", b"[tool]\nclaimlint = 1", b"tool = 1", b"[tool.claimlint]\npacks = " + b"[" * 5000,
        b"[tool.claimlint" + b".a" * 3000 + b"]", b"[tool.claimlint]\nfail-on = 2026-01-01", b"[tool.claimlint]\ncitations-since = inf", b"[tool.claimlint]\nx = " + b"9" * 5000,
        b"[tool.claimlint]\npacks = ['\\u0000']", b'[tool.claimlint]\npacks = ["\\u0000"]', b"[tool.claimlint]\nselect = [1979-05-27T07:32:00Z]", b"\xff[tool.claimlint]", b"[tool.claimlint]\n\0",
    ):  # fmt: skip
        Path("pyproject.toml").write_bytes(data)
        try:
            found = config.discover(here)
            load_packs(found.packs, near=here, examples=False)
        except (ConfigError, PackError) as error:
            refused(error)


PIECES = (
    "---\n", "+++\n", "a: &a [*a]\n", "!!python/object/apply:os.system ['touch executed']\n", "[" * 2000, "> " * 500, "<div>" * 300, "*" * 500, "`" * 300, "{{" * 300, "{%" * 300,
    "<a href=\"", "<!--", "<script>", "\0", "\ud800", "\x1b]0;x\x07", "\u202e", "\ufeff", "\r", "\u2028", "It cures pain. ", "| a " * 200, "\n|-|-|\n", "[^1]: x\n", "[^1]" * 100, "(" * 1000,
    "<!-- claimlint-disable core/cure -- x -->", "<!-- claimlint-disable-file * -- x -->", "{/*", "import x from '", "export const a = {", "a" * 5000, "1" * 3000, "=\n" * 200, "https://" * 200,
    "&#x110000;", "&#0;", "&" + "a" * 300 + ";", "\\u0000", "- " * 300, "1. " * 300, "0: x y\n", "\n\n", "title: x\n", "…" * 2000, "?" * 2000, "; " * 500, "Smith et al. (2019) " * 50,
)  # fmt: skip


def test_drafts(here: Path) -> None:
    chance = random.Random(3)
    linter = Linter(load_packs(["core"], near=here, examples=False))
    for number in range(COUNT):
        name = f"draft{chance.choice(sorted(readers.SUFFIXES))}"
        text = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 8)))
        data = text.encode("utf-8", "surrogatepass")
        if number % 7 == 0:
            data = bytes(chance.randrange(256) for _ in range(200)) + data
        if name.endswith(".docx") and number % 2:
            data = b"PK\x03\x04" + data
        try:
            report = linter.check(readers.decode(data, name), name)
        except ReadError as error:
            refused(error)
            continue
        for item in report.findings:
            assert 0 <= item.span.start < item.span.end <= len(report.source)
    assert not Path("executed").exists()


@pytest.mark.usefixtures("here")
def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be used ends the run with 2 and one line, whatever it is."""
    for data in FILES[:60]:
        Path(".claimlint.yml").write_bytes(data)
        code = main(["check", "--no-progress", "draft.md"])
        said = capsys.readouterr().err.splitlines()
        assert (code, len(said)) in ((2, 1), (0, 0), (1, 0)), (data, code, said)
        assert code == 2 or yaml.safe_load(data) is None, data
    Path(".claimlint.yml").unlink()
    for data in FILES[:60]:
        Path("hostile.yml").write_bytes(data)
        assert main(["check", "--no-progress", "--pack", "hostile.yml", "draft.md"]) == 2
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "data", "arguments", "code"),
    [
        (".claimlint.yml", FILES[33], ["check", "draft.md"], 2),
        (".claimlint.yml", b"a: " + b"[" * 20_000, ["check", "draft.md"], 2),
        ("hostile.yml", FILES[34], ["check", "--pack", "hostile.yml", "draft.md"], 2),
        ("hostile.yml", b"name: a\nextends: [link.yml]", ["packs", "test", "hostile.yml"], 2),
        ("bad.md", b"\xff", ["check", "bad.md", "draft.md"], 2),
        ("bad.md", b"+++\nt = 'x'\na" + b".a" * 3000 + b" = 'x y'\n+++\n", ["check", "bad.md"], 2),
        ("0.md", b"---\n0: two words\n---\nIt is warm.\n", ["check", "0.md"], 0),
        ("draft.md", b"It cures pain.\n", ["check", "draft.md", "x" * 300], 2),
    ],
)
def test_the_command(name: str, data: bytes, arguments: list[str], code: int) -> None:
    Path(name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "claimlint", *arguments], capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert len(done.stderr.splitlines()) <= 1
    assert not Path("executed").exists()


def test_no_expression_takes_for_ever() -> None:
    """Of strings that are made from it; one that goes back and forth without end takes years for these."""
    command = [sys.executable, str(PROJECT / "tests" / "pumped.py"), "200"]
    subprocess.run(command, check=True, timeout=1800, env={**os.environ, "PYTHONPATH": str(PROJECT)})
