"""The verdicts on whole drafts, with every reason. The cases are data: tests/data/verdicts.yml and citations.yml."""

from functools import cache
from pathlib import Path

import pytest
import yaml

from claimlint.linter import Linter, Options
from claimlint.packs import builtin_names, load_packs
from claimlint.types import Work

DATA = Path(__file__).parent / "data"
WORKS = (
    Work("rossi2021", ("Rossi", "Bianchi"), 2021, "Tea for adults", "10.1000/tea.21", "12345678", "rct"),
    Work("rossi1998", ("Rossi",), 1998, "Tea, a cohort", "10.1000/tea.98", study="cohort"),
    Work("neri2020", ("Neri",), 2020, "Tea in mice", "10.1000/lab.20", study="animal"),
    Work("verdi", ("Verdi",), 0, "Tea"),
    Work("tea-trial", ("Neri",), 2022, "Tea", study="rct"),
)


def cases(name):
    return [
        pytest.param(case, id=f"{part}-{number}")
        for part, rows in yaml.safe_load((DATA / name).read_text("utf8")).items()
        for number, case in enumerate(rows)
    ]


@cache
def linter(*, library=False, exhaustive=False):
    """All packs; the draft's publisher is ourclinic.example, and what is older than 2005 is stale."""
    options = Options(
        owned_hosts=("ourclinic.example",),
        citations_since=2005,
        library=WORKS if library else (),
        memory=10_000,
        exhaustive=exhaustive,
    )
    return Linter(load_packs(builtin_names()), options=options)


def verdicts(draft):
    """A line for each claim: its rule, its words, the step that decided (of a frame, the sentence's), every reason; then
    what is missing and what else is pointed at."""
    lines = []
    document, readings = linter().inspect(draft, "a.md")
    for reading in readings:
        for verdict in reading.verdicts:
            step = f"{reading.frame} frame" if verdict.step == "frame" else verdict.step
            line = f"{verdict.rule} “{verdict.excerpt}” {step}: {'; '.join(verdict.reasons[1:])}"
            if verdict.finding:
                near = [f"“{document.source[span.start : span.end]}” {note}" for span, note in verdict.finding.related]
                line += "".join(f" | missing {', '.join(verdict.finding.missing)}" for _ in verdict.finding.missing[:1])
                line += "".join(f" | {note}" for note in near)
            lines.append(line)
    return lines


@pytest.mark.parametrize("case", cases("verdicts.yml"))
def test_verdicts(case):
    found = verdicts(case["draft"])
    assert [line for line in case["verdicts"] if line not in found] == [], found


def citations(draft, *, library=False):
    """A line for each citation that stands for a sentence with a claim: the sentence, form, words, fault, study, entry."""
    _, readings = linter(library=library).inspect(draft, "a.mdx" if "<Cite" in draft else "a.md")
    return [
        f"{reading.text[:24]}… {cited.form} “{cited.text}” {cited.fault or 'counts'}; {cited.study or '-'}; {cited.entry or '-'}"
        for reading in readings
        if reading.verdicts
        for cited in reading.citations
    ]


@pytest.mark.parametrize("case", cases("citations.yml"))
def test_citations(case):
    assert citations(case["draft"], library=case.get("library", False)) == case["citations"]


@pytest.mark.parametrize("case", cases("verdicts.yml"))
def test_shortcuts_change_nothing(case):
    fast = linter().check(case["draft"], "a.md", wanted="findings")
    assert fast.findings == linter(exhaustive=True).check(case["draft"], "a.md").findings
