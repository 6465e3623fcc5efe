"""Bibliography libraries: what is read, what is refused, which study types are told, and what resolves to them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from claimlint import cli, config
from claimlint.bibliography import MAX_BYTES, load, load_all
from claimlint.errors import ConfigError
from claimlint.language.library import Library, described
from claimlint.linter import Linter, Options
from claimlint.packs import load_packs
from claimlint.studies import STUDY_TYPES, named, study_type
from claimlint.types import Work

PROJECT = Path(__file__).parent.parent
EXAMPLE = PROJECT / "examples" / "review-desk" / "references.bib"
PACKS = load_packs(["core"])


def write(folder: Path, text: str | bytes, name: str = "references.bib") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# Reading

BIBTEX = r"""% a comment
@string{tea = "Journal of Tea"}
@comment{some manager's data}

@article{rossi2019,
  author = {Rossi, Anna and Bj{\"o}rk, Bo and van der Kolk, Cas and Garc{\'\i}a M{\'a}rquez, D. and others},
  title = {{Tea} lowers blood pressure in $\beta$ of adults:
           a randomized controlled trial},
  journal = tea, year = 2019, doi = {https://doi.org/10.1000/TEA(19)00001-2}, abstract = {year = {1}},
  note = {PMID: 12345678},
}
@BOOK(who2020, author = "{World Health Organization}", Date = "2020-05", url = {https://doi.org/10.1000/who.20})
@misc{verdi, editor = {Carla Verdi}, year = {forthcoming}, eprint = {87654321}, eprinttype = {pubmed}, studytype = {Cohort study}}
"""
ITEMS = [
    {
        "id": "rossi2019",
        "author": [{"family": "Rossi", "given": "Anna"}, {"family": "Kolk", "non-dropping-particle": "van der"}],
        "title": "<i>Tea</i> and blood pressure",
        "issued": {"date-parts": [["2019", 5]]},
        "DOI": "10.1000/TEA.19",
        "PMID": 12345678,
        "custom": {"study-type": "rct"},
    },
    {"id": 7, "author": [{"literal": "World Health Organization"}], "issued": {"raw": "2020-05"}, "genre": "Guideline"},
    {
        "citation-key": "verdi",
        "id": "x/1",
        "editor": [{"family": "Verdi"}],
        "note": "PMID: 87654321\nStudy Type: cohort",
    },
]


def test_bibtex(tmp_path: Path) -> None:
    path = write(tmp_path, BIBTEX)
    rossi, who, verdi = load(path)
    assert rossi == Work(
        "rossi2019",
        ("Rossi", "Björk", "van der Kolk", "García Márquez"),
        2019,
        "Tea lowers blood pressure in β of adults: a randomized controlled trial",
        "10.1000/tea(19)00001-2",
        "12345678",
        "rct",
    )
    assert (rossi.file, rossi.line) == (str(path), 5)
    assert who == Work("who2020", ("World Health Organization",), 2020, doi="10.1000/who.20")
    assert verdi == Work("verdi", ("Verdi",), pmid="87654321", study="cohort")


@pytest.mark.parametrize("data", [ITEMS, {"version": [1], "items": ITEMS}])
def test_csl_json(tmp_path: Path, data: object) -> None:
    rossi, who, verdi = load(write(tmp_path, json.dumps(data, indent=1), "refs.json"))
    assert rossi == Work(
        "rossi2019", ("Rossi", "van der Kolk"), 2019, "Tea and blood pressure", "10.1000/tea.19", "12345678", "rct"
    )
    assert who == Work("7", ("World Health Organization",), 2020, study="guideline")
    assert verdi == Work("verdi", ("Verdi",), pmid="87654321", study="cohort")
    assert 0 < rossi.line < who.line < verdi.line


def test_the_byte_order_mark_and_any_line_end_are_understood(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbf@misc{a, title = {x}}\r\n\r\n@misc{b,\r  title = {y}}")
    assert [(work.key, work.title, work.line) for work in load(path)] == [("a", "x", 1), ("b", "y", 3)]


@pytest.mark.parametrize(("text", "name"), [("", "a.bib"), ("[]", "a.json"), ('{"items": []}', "a.json")])
def test_an_empty_library_is_no_error(tmp_path: Path, text: str, name: str) -> None:
    assert load(write(tmp_path, text, name)) == ()


BROKEN_BIBTEX = [
    ("@misc{a,\n title = {x}", "1: broken entry: Unexpectedly reached end of file; check its braces"),
    ("\n@misc{a, title = {x}\n\n@misc{b, title = {y}}", "2: broken entry: Unexpected block start: `@misc`"),
    ("@misc{a, title = {x}}\n@misc{a, title = {y}}", "2: duplicate key “a”, first on line 1; rename one"),
    ("@misc{a, title = {x}}\n@misc{, title = {y}}", "2: an entry has no key; write one after the opening brace"),
    ("@misc{a b, title = {y}}", "1: an entry has no key"),
    ("@misc{title = {y}}", "1: broken entry: Expected comma after entry key"),
    ("@misc{a, title = {x}, title = {y}}", "1: the entry has “title” twice; keep one"),
    ("@misc{a, title = {x}, Title = {y}}", "1: “a” has “title” twice; keep one"),
    ("@misc{a,\n title = {x}\n year = {2013}}", "2: a comma is missing after “title”"),
    ("@misc{a,\n year = 2013\n title = {x}}", "2: a comma is missing after “year”"),
    ("\n\nmisc{a,\n title = {x}\n}", "3: “misc{a,” stands outside any entry; check the “@” and the braces"),
    ("@misc{a, title = {x}}, year = {2013}}", "1: “, year =” stands outside any entry"),
    ("@misc{a, author = {Rossi, A, B, C}}", "1: “a” has the unreadable name “Rossi, A, B, C”: too many commas; write"),
    ("@misc{a, author = {Rossi,\n A,\n B, C}}", "1: “a” has the unreadable name “Rossi, A, B, C”"),
    ("\n@string{a = {x}, b = {y}}", "2: broken @string: it holds more than one value"),
    ("@misc{a, title = {x},\n studytype = {hearsay}}", "1: “a” has the unknown study type “hearsay”; use one of meta-"),
    ("\n@misc{a, title = " + "{" * 60 + "}" * 60 + "}", "2: braces are nested too deeply; close those that are open"),
    ("@misc{a,\n title = {\xe9}}".encode("latin-1"), "2: is not UTF-8; save it as UTF-8"),
]
BROKEN_JSON = [
    ('[\n {"id": "a"},\n x]', "3: is no valid JSON: "),
    ('{"works": []}', " is no CSL-JSON; it must be a list of items, or {“items”: [ … ]}"),
    ("3", " is no CSL-JSON"),
    ("", "1: is no valid JSON: "),
    ('[\n {"id": "a"},\n "b"]', "3: an item must be an object with an “id”"),
    ('[\n {"id": "a"},\n {"title": "b"}]', "3: an item has no “id”; give it the key that drafts cite"),
    ('[\n {"id": ""}]', "2: an item has no “id”"),
    ('[\n {"id": "a"},\n {"id": "a"}]', "3: duplicate key “a”, first on line 2; rename one"),
    ('[\n {"id": "a", "title": "x", "title": "y"}]', "2: an item has “title” twice; keep one"),
    ('[\n {"id": "a", "author": "Rossi"}]', "2: “a” has authors that cannot be read; write "),
    ('[\n {"id": "a", "custom": {"study-type": "hearsay"}}]', "2: “a” has the unknown study type “hearsay”"),
    ("[" * 100_000, " is nested too deeply for a bibliography"),
    ('[{"id": ' + "1" * 5000 + "}]", " has a number that cannot be read"),
]


@pytest.mark.parametrize(
    ("text", "message", "name"),
    [(*row, "a.bib") for row in BROKEN_BIBTEX] + [(*row, "a.json") for row in BROKEN_JSON],
)
def test_what_cannot_be_read_is_one_error_with_its_place(
    tmp_path: Path, text: str | bytes, message: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, text, name)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:{message}"), str(caught.value)
    assert "\n" not in str(caught.value)
    assert capsys.readouterr() == ("", "")


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is no bibliography; export it as BibTeX \(\.bib\) or CSL-JSON"):
        load(write(tmp_path, "TY  - JOUR", "refs.ris"))
    with pytest.raises(ConfigError, match=r"cannot read: No such file"):
        load(tmp_path / "none.bib")
    with pytest.raises(ConfigError, match="is larger than 20 MB"):
        load(write(tmp_path, b" " * (MAX_BYTES + 1)))


def test_text_between_entries_is_a_comment_as_in_bibtex(tmp_path: Path) -> None:
    text = "Exported on Monday, 3 entries = all.\n% title = {old}\n@misc{a, title = {x}}}\n"
    assert [work.key for work in load(write(tmp_path, text))] == ["a"]


def test_several_libraries_may_share_a_work_but_not_a_key(tmp_path: Path) -> None:
    one = write(tmp_path, "@misc{a, title = {x}}\n@misc{b, title = {y}}", "one.bib")
    two = write(tmp_path, "@misc{c, title = {z}}\n\n@misc{a, title = {x}}", "two.bib")
    other = write(tmp_path, "\n@misc{a, title = {other}}", "other.bib")
    assert [work.key for work in load_all([one, two])] == ["a", "b", "c"]
    with pytest.raises(ConfigError, match=r"other\.bib:2: key “a” is another work in .*one\.bib:1; rename"):
        load_all([one, other])


# Study types

TITLES = {
    "meta-analysis": [
        "Tea for blood pressure: a systematic review and meta-analysis of randomized trials",
        "Network meta-analysis of teas",
        "Meta-analyses",
    ],
    "systematic-review": [
        "A systematic literature review of tea",
        "Cochrane Database Syst Rev",
        "Umbrella review of tea",
    ],
    "rct": [
        "A two-site randomised controlled trial of tea",
        "Tea for insomnia: a double-blind study",
        "A placebo-controlled study of tea",
        "RCT",
        "Randomized Controlled Trial",
    ],
    "controlled-trial": ["A non-randomized controlled trial of tea", "A controlled clinical trial of tea", "CCT"],
    "cohort": ["Tea and stroke: a prospective cohort study", "Longitudinal study of tea drinkers"],
    "case-control": ["Tea and stroke: a nested case-control study in a cohort", "Case-Control Studies"],
    "cross-sectional": ["Tea drinking in Rome: a cross-sectional study", "A survey of tea drinkers"],
    "case-series": ["Liver injury after tea: case series", "Tea poisoning: a chart review"],
    "case-report": ["Liver injury after tea: a case report", "Case Reports", "A case of tea poisoning"],
    "guideline": ["Clinical practice guideline on tea", "Guidelines for tea", "Position statement on tea", "Guideline"],
    "label": ["TEAZIL prescribing information", "Teazil: summary of product characteristics", "label"],
    "narrative-review": [
        "Tea and the brain: a narrative review",
        "Review",
        "A review of seven randomized trials of tea",
    ],
    "opinion": ["Tea for all? An editorial", "Comment on: tea, a randomized trial", "Letter to the editor: tea"],
    "animal": ["A randomized trial of tea in mice", "Tea in a rat model: systematic review"],
    "in-vitro": ["In vitro effects of tea", "Tea and cell lines: a controlled study"],
    "": [
        "Tea and blood pressure",
        "Off-label use of tea",
        "An open-label study of tea",
        "Mendelian randomization of tea",
        "Curr Opin Tea. Current Opinion in Tea",
        "",
    ],
}


@pytest.mark.parametrize(("kind", "title"), [(kind, title) for kind, titles in TITLES.items() for title in titles])
def test_study_type(kind: str, title: str) -> None:
    assert study_type(title) == kind


def test_every_study_type_has_an_example() -> None:
    assert {kind for kind in TITLES if kind} == set(STUDY_TYPES)
    assert all(study_type(kind) == kind for kind in STUDY_TYPES)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (["Adult; Humans; Randomized Controlled Trial"], "rct"),
        (["Journal Article, Review, Meta-Analysis"], "meta-analysis"),
        (["Animals, Tea"], "animal"),
        (["Animals, Humans, Case Reports"], "case-report"),
        (["rct, animal study"], "animal"),
        (["PMID: 1\nstudy type: Case series"], "case-series"),
        (["randomized trials of tea in general"], ""),
        ([], ""),
    ],
)
def test_keywords_count_word_for_word(fields: list[str], kind: str) -> None:
    assert named(fields) == kind


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ("title = {Tea in mice}, studytype = {rct}", "rct"),
        ("title = {Tea in mice}, keywords = {Tea, Review}", "narrative-review"),
        ("title = {Tea for adults}, type = {Practice Guideline}", "guideline"),
        ("title = {A cohort study of tea}, note = {Conference abstract}", "cohort"),
        ("title = {Tea for adults}, journal = {Cochrane Database of Systematic Reviews}", "systematic-review"),
        ("title = {Tea for adults}, journal = {Journal of Case Reports}", ""),
    ],
)
def test_what_a_record_states_comes_before_its_title(tmp_path: Path, fields: str, kind: str) -> None:
    (work,) = load(write(tmp_path, f"@article{{a, {fields}}}"))
    assert work.study == kind


# The index

WORKS = (
    Work("rossi2019", ("Rossi", "Bianchi"), 2019, "Tea for adults", "10.1000/tea(19)00001-2", "12345678", "rct"),
    Work("rossi1998", ("Rossi",), 1998, "Tea, a cohort", "10.1000/tea.98", study="cohort"),
    Work("kolk2014", ("van der Kolk",), 2014, "Tea and memory", "10.1000/kolk.14"),
    Work("bjork2020", ("Björk",), 2020, "Tea in mice", "10.1000/lab.20", study="animal"),
    Work("who2021", ("World Health Organization",), 2021, "Tea", study="guideline"),
    Work("undated", ("Verdi",), 0, "Tea"),
    Work("tea-trial", ("Neri",), 2022, "Tea", study="rct"),
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("doi:10.1000/TEA(19)00001-2.", "rossi2019"),
        ("https://doi.org/10.1000/tea%2819%2900001-2", "rossi2019"),
        ("https://journal.example/doi/10.1000/tea.98/full?x=1#y", "rossi1998"),
        ("https://journal.example/doi/pdf/10.1000/tea.98.pdf", "rossi1998"),
        ("PMID: 12345678", "rossi2019"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345678/", "rossi2019"),
        ("doi:10.1000/tea.99", ""),
        ("12345678", ""),
    ],
)
def test_identified(text: str, key: str) -> None:
    work = Library(WORKS).identified(text)
    assert (work.key if work else "") == key


@pytest.mark.parametrize(
    ("text", "found", "misdated"),
    [
        ("(Rossi et al., 2019)", ["rossi2019"], []),
        ("Rossi’s (2019)", ["rossi2019"], []),
        ("(Rossi, 1998, 2019a)", ["rossi2019", "rossi1998"], []),
        ("(Rossi, 1998; 2019)", ["rossi1998", "rossi2019"], []),
        ("(Bjork, 2020; World Health Organization, 2021)", ["bjork2020", "who2021"], []),
        ("Kolk (2014)", ["kolk2014"], []),
        ("(see van der Kolk, 2014)", ["kolk2014"], []),
        ("In 2019, researchers Rossi and Bianchi", ["rossi2019"], []),
        ("(Rossi, 2003)", [], ["Rossi"]),
        ("(Kolk, 2014; Rossi, 2003)", ["kolk2014"], ["Rossi"]),
        ("(Bianchi & Rossi, 2003)", [], []),
        ("(World Tea Society, 2021)", [], []),
        ("(Verdi, 2003)", [], []),
        ("(Gallo, 2019)", [], []),
        ("(Rossi, in press)", [], []),
    ],
)
def test_cited(text: str, found: list[str], misdated: list[str]) -> None:
    works, wrong = Library(WORKS).cited(text)
    assert sorted(work.key for work in works) == sorted(found)
    assert list(wrong) == misdated


def test_described() -> None:
    assert described(WORKS[1]) == "Rossi 1998, Tea, a cohort. doi:10.1000/tea.98"
    assert described(Work("a")) == "a"
    assert described(Work("a", ("Rossi",), pmid="7")) == "Rossi PMID 7"


# Drafts

LINTER = Linter(PACKS, options=Options(library=WORKS, citations_since=2005))
WITHOUT = Linter(PACKS, options=Options(citations_since=2005))
CLAIM = "Our tea lowers blood pressure"
LIST = "\n\n## References\n\n"


def citations(text: str, linter: Linter = LINTER, name: str = "a.md") -> list[tuple[str, str, str, str]]:
    """(form, fault, study, start of the entry) of each citation of the first sentence that cites."""
    _, readings = linter.inspect(text, name)
    cited = next(reading.citations for reading in readings if reading.citations)
    return [(each.form, each.fault, each.study, each.entry[:10]) for each in cited]


RESOLVES = {
    "key": (CLAIM + " [@rossi2019].", ("pandoc", "", "rct", "Rossi 2019")),
    "keys": (CLAIM + " [see @rossi2019, p. 3; @kolk2014].", ("pandoc", "", "rct", "Rossi 2019")),
    "key without digits": ("As @tea-trial shows, our tea lowers blood pressure.", ("pandoc", "", "rct", "Neri 2022,")),
    "key of which one is missing": (CLAIM + " [@rossi2019; @gallo2001].", ("pandoc", "dangling", "", "")),
    "key that is missing": (CLAIM + " @gallo2001.", ("pandoc", "dangling", "", "")),
    "component": (CLAIM + ' <Cite id="rossi2019" />.', ("component", "", "rct", "Rossi 2019")),
    "component without its work": (CLAIM + ' <Cite id="gallo2001" />.', ("component", "dangling", "", "")),
    "component with words": (CLAIM + " <Cite>Rossi et al., 2019</Cite>.", ("component", "", "rct", "Rossi 2019")),
    "component with other words": (CLAIM + " <Source>Tea Society</Source>.", ("component", "", "", "")),
    "shortcode": (CLAIM + ' {{< cite "rossi2019" >}}.', ("component", "", "rct", "Rossi 2019")),
    "author and year": (CLAIM + " (Rossi et al., 2019).", ("author-year", "", "rct", "Rossi 2019")),
    "author whom the list lacks": (
        CLAIM + " (Rossi et al., 2019)." + LIST + "- Gallo B. Coffee. 2020.",
        ("author-year", "", "rct", "Rossi 2019"),
    ),
    "author of another year": (CLAIM + " (Rossi et al., 2011).", ("author-year", "dangling", "", "")),
    "author of another year in the list": (
        CLAIM + " (Rossi et al., 2011)." + LIST + "- Rossi A. Tea: a cohort study. 2011.",
        ("author-year", "", "cohort", "Rossi A. T"),
    ),
    "unknown author": (CLAIM + " (Gallo et al., 2011).", ("author-year", "", "", "")),
    "narrative": (
        "Rossi and colleagues (2019) report that our tea lowers blood pressure.",
        ("narrative", "", "rct", "Rossi 2019"),
    ),
    "old": (CLAIM + " [@rossi1998].", ("pandoc", "stale", "cohort", "Rossi 1998")),
    "mice": (CLAIM + " [@bjork2020].", ("pandoc", "preclinical", "animal", "Björk 2020")),
    "mice by author": (CLAIM + " (Björk, 2020).", ("author-year", "preclinical", "animal", "Björk 2020")),
    "DOI": (CLAIM + " (doi:10.1000/tea(19)00001-2).", ("doi", "", "rct", "Rossi 2019")),
    "DOI of mice": (CLAIM + " (doi:10.1000/lab.20).", ("doi", "preclinical", "animal", "Björk 2020")),
    "DOI of nobody": (CLAIM + " (doi:10.1000/tea.1).", ("doi", "", "", "")),
    "PMID": (CLAIM + " (PMID 12345678).", ("pmid", "", "rct", "Rossi 2019")),
    "link": (CLAIM + " ([trial](https://doi.org/10.1000/lab.20)).", ("link", "preclinical", "animal", "Björk 2020")),
    "link to an unknown journal": (
        CLAIM + " ([trial](https://teas.example/doi/10.1000/tea.98)).",
        ("link", "stale", "cohort", "Rossi 1998"),
    ),
    "number": (
        CLAIM + " [1]." + LIST + "1. Gallo B. Coffee: a case series. 2020.",
        ("numeric", "", "case-series", "Gallo B. C"),
    ),
    "number whose DOI the library has": (
        CLAIM + " [1]." + LIST + "1. Rossi A. Tea. 2019. doi:10.1000/tea(19)00001-2",
        ("numeric", "", "rct", "Rossi A. T"),
    ),
    "footnote": (CLAIM + ".[^a]\n\n[^a]: Gallo B. Coffee: a cohort study. 2020.", ("note", "", "cohort", "Gallo B. C")),
}


@pytest.mark.parametrize("name", RESOLVES)
def test_resolves(name: str) -> None:
    text, expected = RESOLVES[name]
    assert citations(text, name="a.md" if "{{" in text else "a.mdx")[0] == expected


@pytest.mark.parametrize(
    ("text", "form"), [(CLAIM + " [@gallo2001].", "pandoc"), (CLAIM + ' <Cite id="x" />.', "component")]
)
def test_without_a_library_a_key_counts(text: str, form: str) -> None:
    assert citations(text, WITHOUT, "a.mdx") == [(form, "", "", "")]


def test_keys_of_the_front_matter_resolve_too() -> None:
    text = "---\nreferences:\n  - id: gallo2020\n    title: A cohort study of tea\n---\n\n" + CLAIM + " [@gallo2020]."
    assert citations(text) == [("pandoc", "", "cohort", "gallo2020 ")]


def test_a_source_about_animals_does_not_spoil_the_others() -> None:
    text = "---\nsources:\n  - Gallo B. Tea in mice. 2020.\n  - Conti C. Tea. 2021.\n---\n\n" + CLAIM
    assert citations(text + " (Conti, 2021).") == [("author-year", "", "", "Conti C. T")]
    assert citations(text + " (Gallo, 2020).") == [("author-year", "preclinical", "animal", "Gallo B. T")]


def test_what_does_not_resolve_is_a_finding_and_says_why() -> None:
    for text, reason in (
        (" [@gallo2001].", "dangling"),
        (" (Rossi, 2011).", "dangling"),
        (" [@bjork2020].", "preclinical"),
    ):
        reasons = [reason for finding in LINTER.check(CLAIM + text, "a.md").findings for reason in finding.reasons]
        assert any(each.endswith(f"does not count: {reason}") for each in reasons), text
    assert [item for item in LINTER.check(CLAIM + " [@rossi2019].", "a.md").findings if item.scope == "claim"] == []


def test_the_shortcut_finds_the_same() -> None:
    exhaustive = Linter(PACKS, options=Options(library=WORKS, citations_since=2005, exhaustive=True))
    text = "\n\n".join(text for text, _ in RESOLVES.values() if LIST not in text)
    assert LINTER.check(text, "a.mdx").findings == exhaustive.check(text, "a.mdx").findings


# The configuration and the command


def test_the_library_beside_the_configuration_is_used(tmp_path: Path) -> None:
    write(tmp_path, "@misc{a}")
    assert config.bibliographies(config.discover(tmp_path)) == ()
    write(tmp_path, "packs: [core]", ".claimlint.yml")
    assert config.bibliographies(config.discover(tmp_path / "drafts")) == (tmp_path / "references.bib",)
    write(tmp_path, "bibliography: []", ".claimlint.yml")
    assert config.bibliographies(config.discover(tmp_path)) == ()


@pytest.mark.parametrize("value", ["refs/a.bib", "[refs/a.bib]"])
def test_paths_are_relative_to_the_configuration(tmp_path: Path, value: str) -> None:
    write(tmp_path, "@misc{a}", "refs/a.bib")
    write(tmp_path, f"bibliography: {value}", ".claimlint.yml")
    assert config.bibliographies(config.discover(tmp_path / "drafts")) == (tmp_path / "refs" / "a.bib",)


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (
            "packs: [core]\nbibliography:\n  - a.bib\n  - b.bib",
            ".claimlint.yml",
            "4: no such bibliography “b.bib”; its path",
        ),
        ("[tool.claimlint]\n\nbibliography = ['b.bib']", "pyproject.toml", "3: no such bibliography “b.bib”"),
        ("bibliography: {a: b}", ".claimlint.yml", "1: “bibliography” must be a list"),
        ("overrides:\n  - files: [x]\n    bibliography: [a.bib]", ".claimlint.yml", "3: unknown key “bibliography”"),
    ],
)
def test_errors_of_the_configuration_say_where(tmp_path: Path, text: str, name: str, message: str) -> None:
    write(tmp_path, "@misc{a}", "a.bib")
    path = write(tmp_path, text, name)
    with pytest.raises(ConfigError) as caught:
        config.bibliographies(config.load(path))
    assert str(caught.value).startswith(f"{path}:{message}"), str(caught.value)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, EXAMPLE.read_bytes())
    write(tmp_path, "packs: [core]", ".claimlint.yml")
    claim = "Ketamine eases depression"
    write(tmp_path, f"{claim} [@murrough2013].\n\n{claim} (Berman et al., 2000).\n\n{claim} [@murrough2014].\n", "a.md")
    assert cli.main(["check", "--format", "concise", "--select", "core/efficacy-unqualified", "a.md"]) == 1
    assert [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()] == ["a.md:5:10:"]
    assert cli.main(["inspect", "--format", "json", "a.md"]) == 0
    sentences = json.loads(capsys.readouterr().out)["documents"][0]["sentences"]
    cited = [(each["fault"], each["study"], each["entry"]) for row in sentences for each in row["citations"]]
    assert [(fault, study, entry[:20]) for fault, study, entry in cited] == [
        ("", "rct", "Murrough 2013, Antid"),
        ("", "rct", "Berman 2000, Antidep"),
        ("dangling", "", ""),
    ]
    assert cited[0][2].endswith("controlled trial. doi:10.1176/appi.ajp.2013.13030392")
    assert cli.main(["explain", "a.md:1"]) == 0
    assert "(pandoc, rct) counts" in capsys.readouterr().out
    write(tmp_path, "@misc{a, title = {x}")
    assert cli.main(["check", "a.md"]) == 2
    assert capsys.readouterr().err.startswith(f"claimlint: {tmp_path / 'references.bib'}:1: broken entry")


def test_the_example_is_what_it_says() -> None:
    assert [(work.key, work.authors[0], work.year, work.study) for work in load(EXAMPLE)] == [
        ("berman2000", "Berman", 2000, "rct"),
        ("zarate2006", "Zarate", 2006, "rct"),
        ("murrough2013", "Murrough", 2013, "rct"),
    ]


def test_bibtexparser_stays_away_from_a_run_without_a_library() -> None:
    code = "import sys, claimlint.bibliography; print('bibtexparser' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
