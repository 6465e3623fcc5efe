"""Rules about the whole draft, and claims of approval against data."""

import pytest

from claimlint.linter import Linter
from claimlint.packs import load_packs

HEAD = """
name: house
extends: [core]
treatments:
  - name: Skyline drops
    terms: [skyline drop]
    status: approved
    uses: [migraine, tension headache]
    source: {title: Letter, read: 2026-01-01}
  - name: Moon powder
    terms: [moon powder]
    status: unapproved
    source: {title: Letter}
rules:
  - id: RULE
    title: T
    message: "“{match}” T"
    severity: error
    why: W
    basis: [{title: B}]
    suggest: [S]
    examples: {bad: [x], good: [y]}
"""


@pytest.fixture
def found(tmp_path):
    """Findings of one rule, given its other keys, as (rule, excerpt, reasons)."""

    def check(keys, text):
        path = tmp_path / "house.yml"
        path.write_text(HEAD.replace("    title: T\n", f"    title: T\n    {keys}\n").replace("RULE", "one"))
        linter = Linter(load_packs([str(path)]))
        return [item for item in linter.check(text, "a.md").findings if item.rule == "house/one"]

    return check


DRIVING = "scope: draft\n    match: skyline drop\n    lacks: [not drive]\n    needs: disclosure"


def test_it_stands_at_the_first_mention(found):
    (finding,) = found(DRIVING, "We open at nine. Skyline drops help. Ask about Skyline drops.")
    assert (finding.excerpt, finding.scope, finding.missing) == ("Skyline drops", "draft", ("disclosure",))
    assert finding.reasons[0] == "2 sentences in the draft call for it"


def test_the_remedy_may_stand_anywhere_in_the_window(found):
    text = "Skyline drops help.\n\n## Afterwards\n\nDo not drive."
    assert found(DRIVING, text) == []
    assert len(found(DRIVING + "\n    window: section", text)) == 1


def test_so_many_triggers_are_needed(found):
    text = "Skyline drops help. Skyline drops last."
    assert len(found(DRIVING + "\n    at-least: 2", text)) == 1
    assert found(DRIVING + "\n    at-least: 3", text) == []


def test_a_share_asks_for_more_remedies(found):
    text = "Skyline drops help. Skyline drops last. Skyline drops work. Do not drive."
    assert found(DRIVING + "\n    share: 0.3", text) == []
    (finding,) = found(DRIVING + "\n    share: 0.5", text)
    assert finding.reasons[1] == "found 1 of 1.5 in the draft"


CLAIMS = "scope: draft\n    triggers: [core/efficacy-*]\n    features: %s\n    needs: balance"


@pytest.mark.parametrize(
    ("more", "silent"),
    [
        ("", False),
        ("They can cause nausea.", True),
        ("Do they cause nausea?", False),
        ("They never cause nausea.", False),
        ("Myth: they can cause nausea.", False),
    ],
)
def test_a_risk_must_be_named_as_real(found, more, silent):
    assert (found(CLAIMS % "risks", f"Skyline drops cure migraine. They relieve back pain. {more}") == []) is silent


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ("Skyline drops relieve migraine.", False),
        ("By Ada Rossi\n\nSkyline drops relieve migraine.", False),
        ("By week six it is over.\n\nUpdated May 2025\n\nSkyline drops relieve migraine.", False),
        ("By Ada Rossi\n\nUpdated May 2025\n\nSkyline drops relieve migraine.", True),
        ("---\nauthor: Ada\ndate: 2025-05-01\n---\n\nSkyline drops relieve migraine.", True),
    ],
)
def test_author_and_date_are_read_from_text_and_front_matter(found, text, silent):
    assert (found(CLAIMS % "[author, date]", text) == []) is silent


def test_all_features_are_needed(found):
    claim = "Skyline drops relieve migraine. They can cause nausea."
    assert len(found(CLAIMS % "[author, risks]", claim)) == 1
    assert found(CLAIMS % "[author, risks]", f"By Ada Rossi\n\n{claim}") == []


def test_a_citation_needs_its_reference(found):
    rule = "scope: draft\n    triggers: citation\n    features: references\n    needs: citation"
    text = "Skyline drops relieve migraine (Rossi, 2020)."
    assert len(found(rule, text)) == 1
    assert found(rule, text + "\n\n## References\n\n- Rossi A. Drops. 2020.") == []
    assert found(rule, "Skyline drops relieve migraine ([Rossi, 2020](https://doi.org/10.1000/1)).") == []


APPROVED = 'match: "fda approved ~ (for ~)?"\n    facts: approval\n    needs: removal'


@pytest.mark.parametrize(
    ("text", "silent", "reason"),
    [
        ("Skyline drops are FDA-approved for migraine.", True, ""),
        ("Skyline drops are FDA-approved for migraine and tension headache.", True, ""),
        ("Skyline drops are FDA-approved for migraine and gout.", False, "Skyline drops is not approved for gout (Letter, read 2026-01-01)"),
        ("Moon powder is FDA-approved for migraine.", False, "Moon powder is unapproved (Letter)"),
        ("Skyline drops are here. They are FDA-approved for migraine.", True, ""),
        ("Our lamp is FDA-approved for migraine.", False, ""),
    ],
)  # fmt: skip
def test_approval_is_checked_against_the_data(found, text, silent, reason):
    findings = found(APPROVED, text)
    assert (findings == []) is silent
    assert silent or not reason or reason in findings[0].reasons
