"""Packs: what is refused and how, extends and overrides, the shipped packs and their examples."""

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from claimlint import packs
from claimlint.errors import PackError
from claimlint.linter import Linter, Options
from claimlint.packtest import check_examples, unmark

RULE = """
name: house
rules:
  - id: no-magic
    title: Magic
    message: "“{match}” is magic."
    severity: error
    match: ["magic (pill|potion)"]
    needs: removal
    why: Nothing is magic. Say what it does.
    basis: [{title: House policy}]
    suggest: [say what it does]
    examples:
      bad: ["Our {magic pill} is here."]
      good: ["There is no magic pill."]
"""


def write(tmp_path: Path, text: str, name: str = "house.yml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(PackError) as caught:
        packs.load_packs([str(path)])
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("severity: error", "severity: fatal"), 7, "must be one of advice, warning, error, not “fatal”"),
        (("needs: removal", "need: removal"), 9, "unknown key “need” in a rule; did you mean “needs”?"),
        (
            ("needs: removal", "needs: hegde"),
            9,
            "needs must name hedge, citation, disclosure, balance, removal, not “hegde”; did you mean “hedge”?",
        ),
        (("    why: Nothing is magic. Say what it does.\n", ""), 4, "rule no-magic lacks the key “why”"),
        (('["magic (pill|potion)"]', '["magic (pill"]'), 8, "“(” is not closed in “magic (pill”"),
        (('["magic (pill|potion)"]', '["{MAGIK} pill"]'), 4, "no pack defines the list {MAGIK}"),
        (("id: no-magic", "id: No Magic"), 4, "must be a kebab-case name"),
        (("name: house", "name: house\nname: home"), 3, "the key “name” is given twice"),
        (("title: Magic", "title: &a Magic\n    url: *a"), 6, "YAML aliases are not allowed in a pack"),
        (("title: Magic", "title: !!python/object:os.system x"), 5, "is not allowed in a pack"),
        (("title: Magic", "title: [Magic"), 6, "is no valid YAML"),
        (("basis: [{title: House policy}]", "basis: [{title: x, read: soon}]"), 11, "must be a date like 2026-11-01"),
    ],
)
def test_a_broken_pack_is_refused_with_file_and_line(tmp_path, change, line, message):
    path = write(tmp_path, RULE.replace(*change))
    complaint = refused(path)
    assert complaint.startswith(f"{path}:{line}: "), complaint
    assert message in complaint


def test_refused_as_a_file(tmp_path):
    assert "is empty" in refused(write(tmp_path, ""))
    assert "there is no pack “cor”; did you mean “core”?" in refused(Path("cor"))
    latin = tmp_path / "latin.yml"
    latin.write_bytes(b"name: house\ntitle: caf\xe9\n")
    assert str(latin) + ":2: is not UTF-8" in refused(latin)
    big = write(tmp_path, "#" * (packs.MAX_BYTES + 1), "big.yml")
    assert "is larger than" in refused(big)


def test_circular_extends(tmp_path):
    write(tmp_path, RULE + "extends: [./b.yml]\n", "a.yml")
    write(tmp_path, RULE.replace("house", "home") + "extends: [./a.yml]\n", "b.yml")
    assert "extends itself: a → b → a" in refused(tmp_path / "a.yml")


def test_override_and_list_extension(tmp_path):
    child = "name: child\nextends: [./house.yml]\nlists: {POTION: [elixir]}\noverride:\n  house/no-magic: {severity: advice}\n"
    write(tmp_path, RULE.replace('"magic (pill|potion)"', '"magic {POTION}"') + "lists: {POTION: [pill]}\n")
    loaded = packs.load_packs([str(write(tmp_path, child, "child.yml"))])
    found = Linter(loaded).check("A magic elixir.", "a.md").findings
    assert [(item.rule, item.severity, item.excerpt) for item in found] == [
        ("house/no-magic", "advice", "magic elixir")
    ]
    write(tmp_path, child.replace("no-magic", "no-magik"), "child.yml")
    assert "overrides the rule “house/no-magik”, which no loaded pack has; did you mean “house/no-magic”?" in refused(
        tmp_path / "child.yml"
    )


def test_structured_patterns(tmp_path):
    tokens = "{tokens: [{LEMMA: pay}, {LOWER: only, OP: '?'}, {LOWER: cash}], anchors: [cash]}"
    tree = (
        "{tree: [{RIGHT_ID: v, RIGHT_ATTRS: {LEMMA: sell}}, {LEFT_ID: v, REL_OP: '>', RIGHT_ID: o,"
        " RIGHT_ATTRS: {DEP: dobj}}], anchors: [sells]}"
    )
    path = write(tmp_path, RULE.replace('["magic (pill|potion)"]', f"[{tokens}, {tree}]"))
    found = Linter(packs.load_packs([str(path)])).check("She paid only cash. He sells old cars.", "a.md").findings
    assert [item.excerpt for item in found] == ["paid only cash", "sells old cars"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("tokens: [{TEXT: {REGEX: '(a+)+b'}}]", "regular expressions (REGEX) are not allowed"),
        ("tokens: [{_: {x: {REGEX: a}}}]", "regular expressions (REGEX) are not allowed"),
        ("tokens: [{OP: '*'}, {LOWER: x}, {OP: '+'}]", "at most one token may be repeated"),
        ("tokens: [{OP: '{1,5}'}, {OP: '*'}]", "at most one token may be repeated"),
        ("tokens: [{LOWER: x, OP: '{3,1000000}'}]", "or a count up to 10"),
        ("tokens: [" + ", ".join(["{LOWER: x, OP: '?'}"] * 5) + "]", "4 may be left out"),
        ("tokens: 5", "must be lists of mappings"),
        ("tree: [{RIGHT_ID: a, RIGHT_ATTRS: {}}]", "a tree may have 5 nodes, each with RIGHT_ATTRS"),
        ("tree: [" + ", ".join(["{RIGHT_ID: a, RIGHT_ATTRS: {LOWER: x}}"] * 6) + "]", "a tree may have 5 nodes"),
    ],
)
def test_structured_patterns_are_bounded(tmp_path, pattern, message):
    text = RULE.replace('match: ["magic (pill|potion)"]', f"match: [{{{pattern}, anchors: [x]}}]")
    assert text != RULE
    assert message in refused(write(tmp_path, text))


def test_examples_that_fail_are_named(tmp_path):
    path = write(
        tmp_path, RULE.replace("Our {magic pill}", "Our magic {pill}").replace("no magic pill", "a magic pill")
    )
    loaded = packs.load_packs([str(path)])
    assert check_examples(loaded, Linter(loaded)) == [
        f"{path}:4: house/no-magic: marks “magic pill” instead of “pill” in “Our magic pill is here.”",
        f"{path}:4: house/no-magic: fires on the good example “There is a magic pill.” at “magic pill”",
    ]


def test_unmark():
    assert unmark("a {b} c {d}") == ("a b c d", [(2, 3), (6, 7)])


@cache
def shipped():
    return packs.load_packs(packs.builtin_names())


@cache
def remembering():
    """A linter that is asked about the same examples again and again where mutants of the judgement are tried."""
    return Linter(shipped(), options=Options(memory=100_000))


def test_shipped_packs_pass_their_examples():
    assert check_examples(shipped(), remembering()) == []


def test_shipped_rules_are_complete():
    for rule in (rule for pack in shipped() for rule in pack.rules):
        assert rule.basis, rule.id
        assert rule.suggest, rule.id
        assert len(rule.bad) >= 4, rule.id
        assert len(rule.good) >= 4, rule.id


def test_shipped_files_follow_the_published_schema():
    validator = jsonschema.Draft202012Validator(packs.schema())
    files = [*packs.builtin_dir().rglob("*.yml"), *Path("examples/house-pack").glob("*.yml")]
    assert files
    for file in files:
        errors = [
            f"{file}: {error.json_path}: {error.message}"
            for error in validator.iter_errors(
                json.loads(json.dumps(yaml.safe_load(file.read_text("utf8")), default=str))
            )
        ]
        assert errors == []


def test_a_file_of_a_pack_that_would_not_be_read_is_told(tmp_path):
    write(tmp_path, RULE)
    write(tmp_path, "rules: []", "more.yaml")
    assert "more.yaml: the files of a pack must be named .yml; this one would not be read" in refused(tmp_path)
