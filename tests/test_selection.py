"""Which packs speak about a draft: by name, by topic, by market, by path, by front matter; and what overlays change."""

import pytest

from claimlint import packs, selection
from claimlint.errors import PackError
from claimlint.linter import Linter, Options
from claimlint.selection import Choice

RULE = """
rules:
  - id: calm
    title: Calm
    message: "{match}"
    severity: warning
    match: calm
    why: Why.
    basis: [{title: House policy}]
    suggest: [quiet]
    examples: {bad: ["So {calm}."], good: ["So quiet."]}
"""
OVERLAY = "override:\n  base/*: {severity: advice}\n  base/calm: {severity: error, needs: removal}\n"


@pytest.fixture
def load(tmp_path):
    """Write packs, name → (head, rest), and make a linter that chooses among them."""

    def make(choice, **files):
        paths = []
        for name, text in files.items():
            path = tmp_path / f"{name}.yml"
            path.write_text(f"name: {name}\n{text}")
            paths.append(str(path))
        return Linter(packs.load_packs(paths), options=Options(choose=lambda _: choice))

    return make


def rules(linter, text, name="a.md"):
    return [(finding.rule, finding.severity) for finding in linter.check(text, name).findings]


def test_a_named_pack_is_always_on(load):
    linter = load(Choice(("base",)), base="topic: [tea]" + RULE)
    assert rules(linter, "So calm.") == [("base/calm", "warning")]


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("So calm.", False),
        ("Tea makes you calm.", True),
        ("So calm. Tea. " + "Nothing else happens here. " * 50, False),
        ("So calm. Tea, and more tea. " + "Nothing else happens here. " * 50 + "Tea again.", True),
        ("# Teas\n\nSo calm. " + "Nothing else happens here. " * 50, True),
    ],
)
def test_a_topic_switches_its_pack_on(load, text, on):
    linter = load(Choice(("auto",)), base="topic: [tea]" + RULE)
    assert bool(rules(linter, text)) is on


def test_a_market_switches_its_packs_on(load):
    files = {"base": RULE, "overlay": "jurisdiction: au\nextends: [base.yml]\n" + OVERLAY}
    text = "So calm, perhaps."
    assert rules(load(Choice(("base", "auto")), **files), text) == [("base/calm", "warning")]
    assert rules(load(Choice(("base", "auto"), ("us", "au")), **files), text) == [("base/calm", "error")]
    own = f"---\nclaimlint: {{market: AU}}\n---\n\n{text}"
    assert rules(load(Choice(("base", "auto")), **files), own) == [("base/calm", "error")]


def test_a_pack_without_topic_or_jurisdiction_is_on_by_name_only(load):
    files = {"base": RULE, "overlay": OVERLAY}
    assert rules(load(Choice(("base", "auto")), **files), "So calm.") == [("base/calm", "warning")]
    named = "---\nclaimlint: {packs: [base, overlay]}\n---\n\nSo calm."
    assert rules(load(Choice(("base", "auto")), **files), named) == [("base/calm", "error")]


def test_what_a_pack_extends_is_on_with_it(load):
    linter = load(Choice(("overlay",)), base=RULE, overlay="extends: [base.yml]\n" + OVERLAY)
    assert rules(linter, "So calm.") == [("base/calm", "error")]


def test_a_front_matter_that_names_an_unknown_pack_is_a_problem(load):
    (problem,) = (
        load(Choice(("base",)), base=RULE).check("---\nclaimlint: {packs: [nope]}\n---\n\nSo calm.", "a.md").problems
    )
    assert "nope" in problem.message


def test_an_overlay_cannot_change_patterns(load):
    with pytest.raises(PackError, match="cannot change patterns"):
        load(Choice(()), base=RULE, overlay="jurisdiction: au\noverride:\n  base/calm: {match: quiet}\n")


def test_pins(tmp_path):
    path = tmp_path / "base.yml"
    path.write_text(f'name: base\nversion: "1.2"{RULE}')
    digest = packs.load_packs([str(path)])[0].digest
    assert packs.load_packs([f"base.yml==1.2@sha256:{digest[:16]}"], near=tmp_path)[0].name == "base"
    with pytest.raises(PackError, match=r"has version 1\.2, but the configuration asks for 1\.3"):
        packs.load_packs(["base.yml==1.3"], near=tmp_path)
    with pytest.raises(PackError, match="has other content"):
        packs.load_packs(["base.yml@sha256:000000000000"], near=tmp_path)


def test_an_installed_pack_is_found_by_entry_point(tmp_path, monkeypatch):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "pack.yml").write_text("name: acme" + RULE)
    info = tmp_path / "acme-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[claimlint.packs]\nacme = acme\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert packs.load_packs(["acme"])[0].path == tmp_path / "acme"


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (
            "{market: usa}",
            "the front matter asks for an unknown market “usa”; did you mean “us”? (known: au, eu, uk, us,",
        ),
        ("{market: [uk, mars]}", "the front matter asks for an unknown market “mars” (known: "),
        ("{markets: uk}", "“claimlint” in the front matter has an unknown key “markets”; did you mean “market”?"),
        ("{market: [uk, 1]}", "“market” under “claimlint” in the front matter must be a name or a list of names"),
        ("{market: ' '}", "“market” under “claimlint” in the front matter must be a name"),
        ("{packs: 5}", "“packs” under “claimlint” in the front matter must be a name"),
        ("{packs: bose}", "the front matter asks for the pack “bose”, which is not loaded"),
        ("uk", "“claimlint” in the front matter must be a mapping with “packs” or “market”"),
    ],
)
def test_what_the_front_matter_asks_for_in_vain_is_told(load, own, said):
    linter = load(Choice(("base",)), base=RULE)
    (problem,) = linter.check(f"---\ntitle: Tea\nclaimlint: {own}\n---\n\nSo calm.", "a.md").problems
    assert problem.message.startswith(said)
    assert problem.line == 3


def test_a_market_is_known_by_the_packs_about_it(load):
    linter = load(Choice(("base",)), base="jurisdiction: mars" + RULE)
    for market in ("mars", "UK", "[us, us-state, uk, eu, au]"):
        assert linter.check(f"---\nclaimlint: {{market: {market}}}\n---\n\nSo calm.", "a.md").problems == ()


def test_the_known_markets_are_those_of_the_shipped_packs():
    shipped = {pack.jurisdiction for pack in packs.load_packs(["auto"], examples=False)} - {""}
    assert selection._shipped_markets() == shipped


def test_a_pack_that_is_asked_for_and_not_loaded_is_told(load):
    linter = load(Choice(("base",)), base=RULE)
    (problem,) = linter.check("So calm.", packs=("bose",)).problems
    assert "“bose”, which is not loaded" in problem.message
