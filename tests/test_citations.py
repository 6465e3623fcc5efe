"""Which references count for a claim, and what is wrong with those that do not, by code."""

import pytest

from claimlint.linter import Linter, Options
from claimlint.packs import load_packs

LINTER = Linter(
    load_packs(["core"]), options=Options(owned_hosts=("ourclinic.example",), citations_since=2005, memory=1_000)
)
CLAIM = "Our tea lowers blood pressure"
LIST = "\n\n## References\n\n"

COUNTS = {
    "author and year": CLAIM + " (Rossi et al., 2021).",
    "DOI": CLAIM + " (doi:10.1000/xyz123).",
    "trial number": CLAIM + " (NCT01234567).",
    "number with entry": CLAIM + " [1]." + LIST + "1. Rossi A. Tea and blood pressure. J Tea. 2021.",
    "footnote": CLAIM + ".[^a]\n\n[^a]: Rossi A. Tea and blood pressure. 2021.",
    "superscript": CLAIM + "<sup>1</sup>." + LIST + "1. Rossi A. Tea and blood pressure. 2021.",
    "link to a registry": CLAIM + " ([trial](https://clinicaltrials.gov/study/NCT01234567)).",
    "narrative": "Rossi and colleagues (2021) report that our tea lowers blood pressure.",
    "continuation": "Rossi and colleagues (2021) followed 80 adults. The authors found that our tea lowers blood pressure.",
    "lead-in of a list": "In one trial (Rossi et al., 2021) our tea:\n\n- lowers blood pressure\n- eases insomnia",
    "animals for animals": "Our tea lowers blood pressure in rats [1]." + LIST + "1. Rossi A. Tea in rats. 2021.",
}
FAULTS = {
    "dangling": [
        CLAIM + " [7].",
        CLAIM + ".[^b]",
        CLAIM + " (Rossi, 2021)." + LIST + "- Bianchi B. Coffee. 2020.",
    ],
    "no-locator": [CLAIM + " [1]." + LIST + "1. Rossi, personal talk."],
    "own-site": [
        CLAIM + " ([proof](/tea)).",
        CLAIM + " ([proof](https://www.ourclinic.example/tea)).",
    ],
    "commercial": [CLAIM + " ([proof](https://teas.example/shop/green))."],
    "news": [CLAIM + " ([proof](https://www.youtube.com/watch?v=1))."],
    "study-without-link": [
        "A recent clinical study found that our tea lowers blood pressure.",
        "Two large trials show that our tea lowers blood pressure.",
    ],
    "own-data": [CLAIM + " (source: in-house survey, 2023)."],
    "undated": [CLAIM + " (Rossi, n.d.)."],
    "stale": [
        CLAIM + " (Rossi et al., 1998).",
        CLAIM + " [1]." + LIST + "1. Rossi A. Tea and blood pressure. J Tea. 1998.",
    ],
    "preclinical": [
        CLAIM + " [1]." + LIST + "1. Rossi A. Tea lowers blood pressure in rats. 2021.",
        CLAIM + " (Rossi, 2021)." + LIST + "- Rossi A. In vitro effects of tea. 2021.",
    ],
    "placeholder": [CLAIM + " [citation needed].", CLAIM + " (source?)."],
}


def claims(linter, text):
    """What is found in single claims; that a list of references is missing is another matter."""
    return [finding for finding in linter.check(text, "a.md").findings if finding.scope == "claim"]


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    assert claims(LINTER, COUNTS[name]) == []


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in FAULTS.items() for text in texts])
def test_does_not_count(code, text):
    findings = claims(LINTER, text)
    assert any(reason.endswith(f"does not count: {code}") for finding in findings for reason in finding.reasons)


def test_age_is_no_fault_unless_a_year_is_set():
    assert claims(Linter(load_packs(["core"])), CLAIM + " (Rossi et al., 1998).") == []
