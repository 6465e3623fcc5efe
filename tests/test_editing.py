"""What the language server knows beside the protocol: places, outlines of unfinished YAML, completion, suppressions."""

import re
from datetime import date
from typing import get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from claimlint import config, packs
from claimlint.linter import Linter
from claimlint.lsp import complete, outline
from claimlint.lsp.files import File, opened, path_of, uri_of
from claimlint.lsp.positions import Encoding, Source, sound
from claimlint.packs import load_packs

CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
TEXTS = st.text(st.sampled_from("ab é漢🍵𝒜\n\r\u2028\x0b\x85\t"), max_size=40)


def place(text, offset, encoding):
    """By another way: split what is before the offset at line ends, and encode the rest."""
    before = re.split(r"\r\n|\r|\n", text[:offset])
    codec, width = CODECS[encoding]
    return len(before) - 1, len(before[-1].encode(codec)) // width


def offsets(text):
    """The places that an editor can name: not between CR and LF."""
    return [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n" or at == 0]


@given(TEXTS, st.sampled_from(get_args(Encoding)))
def test_places(text, encoding):
    source = Source(text, encoding)
    for at in offsets(text):
        assert source.place(at) == place(text, at, encoding)
        assert source.offset(source.place(at)) == at


@given(TEXTS, TEXTS, st.sampled_from(get_args(Encoding)), st.randoms())
def test_edits(text, new, encoding, chance):
    low, high = sorted(chance.choice(offsets(text)) for _ in range(2))
    source = Source(text, encoding).edited(place(text, low, encoding), place(text, high, encoding), new)
    assert source.text == text[:low] + new + text[high:]
    assert source.encoding == encoding


@given(TEXTS, st.integers(-2, 50), st.integers(-2, 50), st.sampled_from(get_args(Encoding)))
def test_no_place_is_out_of_reach(text, line, character, encoding):
    assert 0 <= Source(text, encoding).offset((line, character)) <= len(text)


def test_a_place_inside_a_character_is_before_it():
    assert Source("a🍵b", "utf-16").offset((0, 2)) == Source("a🍵b", "utf-8").offset((0, 3)) == 1
    assert Source("a\r\nb").place(2) == (0, 1)
    assert sound("a\ud83cb") == "a\ufffdb"


def test_files(tmp_path):
    path = tmp_path / "a b#é.md"
    assert path_of(uri_of(path)) == path
    assert path_of("untitled:x") is path_of("file:///a%00b") is None
    assert opened("untitled:Untitled-1", "mdx", 1, "", "utf-16").name == "Untitled-1.mdx"
    assert opened("file:///a/post.HTML", "html", 1, "", "utf-16").name == "/a/post.HTML"
    assert [opened(f"file:///{name}", "x", 1, "", "utf-8").is_draft for name in ("a.md", "a.py")] == [True, False]
    assert isinstance(opened("file:///a", "x", 1, "", "utf-8"), File)


# YAML that is being written

TREE = """\
name: clinic
rules:
  - id: a
    match:
      - one
    examples:
      bad: [x]
  -   id: b
      fix:
        - match: c
lists:
  A:
  - x
"""


def walk(node, path=()):
    """Every key of a composed YAML tree: (line, column, path)."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.start_mark, path
            yield from walk(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from walk(value, (*path, outline.ENTRY))


def test_paths_are_those_of_the_parser():
    lines = TREE.splitlines()
    for mark, path in walk(yaml.compose(TREE)):
        assert outline.path(lines, mark.line, lines[mark.line][: mark.column + 1]) == path, lines[mark.line]


def test_siblings():
    lines = TREE.splitlines()
    assert set(outline.siblings(lines, 5, "    exa")) == {"id", "match"}
    assert set(outline.siblings(lines, 2, "  - i")) == {"match", "examples"}
    assert set(outline.siblings(lines, 0, "n")) == {"rules", "lists"}


LOADED = load_packs(["core"])
KNOWN = complete.Known(Linter(LOADED).rules, {"core", "strict"}, {"us", "uk"}, {"TREATMENT"})


def offered(text, write=complete.pack):
    """What can be written at the mark “|”."""
    head, _, tail = text.partition("|")
    lines = (head + tail).split("\n")
    number = head.count("\n")
    return {option.text for option in write(lines, number, head.rpartition("\n")[2], KNOWN)}


RULE = "name: x\nrules:\n  - id: a\n    "


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("|", {"name", "rules", "extends", "override"}, {"id"}),
        ("name: x\n|", {"rules"}, {"name"}),
        ("name: x\nrules:\n  - |", {"id", "title", "match"}, {"name"}),
        (f"{RULE}|", {"title", "needs"}, {"id", "name"}),
        (f"{RULE}needs: |", {"hedge", "citation", "removal"}, {"id"}),
        (f"{RULE}needs: [hedge, |]", {"citation"}, set()),
        (f"{RULE}needs: {{|}}", {"any", "all"}, {"hedge"}),
        (f"{RULE}needs: {{any: [|]}}", {"hedge"}, {"any"}),
        (f"{RULE}needs:\n      |", {"any", "all"}, {"id"}),
        (f"{RULE}needs:\n      any:\n        - |", {"hedge"}, {"id"}),
        (f"{RULE}severity: |", {"error", "warning", "advice"}, set()),
        (f"{RULE}broad: |", {"true", "false"}, set()),
        (f"{RULE}match: '{{TR|", {"TREATMENT"}, {"title"}),
        (f"{RULE}basis:\n      - |", {"title", "url", "read"}, {"match"}),
        (f"{RULE}triggers: [core/|]", {"core/cure"}, set()),
        ("override:\n  |", {"core/cure"}, {"name"}),
        ("override:\n  core/cure:\n    |", {"severity", "needs"}, {"id"}),
        ("extends: [|]", {"core", "auto"}, set()),
        (f"{RULE}title: y\nexamples:\n  |", {"a"}, {"core/cure"}),
        ("lists:\n  CALM: [a]\nrules:\n  - match: '{|", {"CALM", "TREATMENT"}, set()),
        ("treatments:\n  - name: x\n    status: |", {"approved", "withdrawn"}, set()),
        ("cues:\n  |", {"hedge-medium"}, {"name"}),
        ("# na|", set(), {"name"}),
    ],
)
def test_packs(text, wanted, unwanted):
    found = offered(text)
    assert wanted <= found
    assert not unwanted & found


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("|", set(config.KEYS), set()),
        ("fail-on: |", {"error", "never"}, set()),
        ("packs: [|]", {"core", "auto"}, set()),
        ("market: |", {"us", "uk"}, set()),
        ("ignore:\n  - |", {"core/cure"}, {"packs"}),
        ("severity:\n  |", {"core/cure"}, {"packs"}),
        ("severity:\n  core/cure: |", {"off", "error"}, {"packs"}),
        ("overrides:\n  - |", set(config.OVERRIDE_KEYS), {"exclude"}),
        ("overrides:\n  - files: [x]\n    |", {"ignore", "severity"}, {"files"}),
        ("citation-scope: |", {"sentence", "paragraph"}, set()),
    ],
)
def test_configurations(text, wanted, unwanted):
    found = offered(text, complete.configuration)
    assert wanted <= found
    assert not unwanted & found


def test_every_value_that_a_schema_lists_is_offered():
    rule = packs.schema()["properties"]["rules"]["items"]["properties"]
    for key, at in rule.items():
        if "enum" in at:
            assert offered(f"{RULE}{key}: |") == set(map(str, at["enum"]))


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("text <!--", {"claimlint-disable-file"}),
        ("<!-- claim", {"claimlint-disable-next-line"}),
        ("{/* claimlint-", {"claimlint-enable"}),
        ("<!-- claimlint-disable-line ", {"core/cure"}),
        ("<!-- claimlint-disable-line core/miracle, core/", {"core/cure"}),
        ("<!-- claimlint-disable core/cure -- why ", {"by=", "until=2026-06-30"}),
        ("<!-- claimlint-disable core/cure -- why by=x ", {"until=2026-06-30"}),
        ("<!-- claimlint-disable-lime ", set()),
        ("<!-- a remark ", set()),
        ("<!-- claimlint-disable-line core/cure -- x --> claimlint-", set()),
        ("claimlint-", set()),
    ],
)
def test_suppressions(before, wanted):
    found = {option.text for option in complete.suppression(before, KNOWN, date(2026, 1, 1))}
    assert wanted <= found
    assert bool(wanted) == bool(found)


@given(st.text(st.sampled_from("ab:- \n#{}[]'\"|"), max_size=60))
def test_completion_survives_whatever_is_written(text):
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for write in (complete.pack, complete.configuration):
            write(lines, number, line, KNOWN)
