"""Study types: what kind of study a reference is, by what its record says or by the words of its title.

The designs and their order follow the levels of evidence of the Oxford Centre for Evidence-Based Medicine (March 2009:
systematic reviews, randomized trials, cohort studies, case-control studies, case series, opinion and bench research);
cross-sectional studies stand in its tables of 2011, trials that are controlled and not randomized in the code system
study-type of HL7. Records often carry names of MEDLINE publication types ("Case Reports"), which are understood. Labels
and guidelines are outside those levels: they report evidence of several kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

STUDY_TYPES = (
    "meta-analysis",
    "systematic-review",
    "rct",
    "controlled-trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "case-series",
    "case-report",
    "guideline",
    "label",
    "narrative-review",
    "opinion",
    "animal",
    "in-vitro",
)
"""All study types: those about people by strength, then documents, then what supports no claim about people."""
PRECLINICAL = frozenset({"animal", "in-vitro"})

_NAMES: Mapping[str, str] = {
    name: kind
    for kind, names in {
        "meta-analysis": "meta-analysis|meta-analyses|metaanalysis|meta analysis|network meta-analysis",
        "systematic-review": "systematic review|systematic reviews|umbrella review",
        "rct": "rct|rcts|randomized controlled trial|randomised controlled trial|randomized clinical trial|randomised clinical trial|"
        "randomized trial|randomised trial|pragmatic clinical trial|equivalence trial",
        "controlled-trial": "controlled trial|controlled clinical trial|cct|non-randomized trial|non-randomised trial|"
        "nonrandomized controlled trial|non-randomized controlled trial|non-randomised controlled trial|quasi-experimental study",
        "cohort": "cohort|cohort study|cohort studies|prospective cohort|prospective cohort study|retrospective cohort|"
        "retrospective cohort study|longitudinal study|follow-up study",
        "case-control": "case-control|case control|case-control study|case control study|case-control studies",
        "cross-sectional": "cross-sectional|cross sectional|cross-sectional study|cross sectional study|cross-sectional studies|survey",
        "case-series": "case series|chart review",
        "case-report": "case report|case reports|case study",
        "guideline": "guideline|guidelines|practice guideline|clinical practice guideline|consensus statement|position statement|"
        "consensus development conference",
        "label": "label|drug label|prescribing information|package insert|summary of product characteristics|smpc",
        "narrative-review": "narrative review|review|literature review|review article|scoping review|mini-review|mini review",
        "opinion": "opinion|expert opinion|editorial|commentary|comment|letter|viewpoint|perspective",
        "animal": "animal|animals|animal study|animal studies|animal experiment",
        "in-vitro": "in vitro|in vitro study|in-vitro study|in vitro techniques|cell study|ex vivo",
    }.items()
    for name in names.split("|")
} | {kind: kind for kind in STUDY_TYPES}
"""Names that mean a study type when they stand alone, as in a list of keywords."""

_ANIMAL = re.compile(
    r"\b(?:rats?|mice|mouse|murine|rodents?|rabbits?|zebrafish|hamsters?|guinea pigs?|piglets?|macaques?|drosophila|"
    r"non-?human primates?|animal models?)\b",
    re.I,
)
_IN_VITRO = re.compile(r"\b(?:in[ -]vitro|cell lines?|ex[ -]vivo|cultured cells|organoids?)\b", re.I)
# what a text is by its words: the first that is found decides, so that what is about a kind of study precedes the kind
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        (
            "label",
            r"\bprescribing information\b|\bpackage (?:insert|leaflet)\b|\bsummary of product characteristics\b|\bmedication guide\b"
            r"|\b(?:drug|product) label(?:ing)?\b|\bdailymed\b",
        ),
        ("opinion", r"\b(?:comment(?:ary)?|reply|response) (?:on|to)\b|\beditorial\b|\bletter to the editor\b"),
        ("meta-analysis", r"\bmeta-? ?analy[sz]\w*"),
        (
            "systematic-review",
            r"\bsystematic(?:ally)?\s+(?:\w+\s+){0,2}(?:re)?views?\b|\bumbrella review\b|\boverview of (?:systematic )?reviews\b"
            r"|\bcochrane (?:database|review)",
        ),
        (
            "guideline",
            r"\bpractice (?:guidelines?|parameters?)\b|\bguidelines? (?:for|on|of|from)\b|\b(?:consensus|position|recommendation) statement\b",
        ),
        (
            "narrative-review",
            r"\b(?:narrative|literature|scoping|mini|critical|clinical|perspective|brief|comprehensive|qualitative)[ -]review\b"
            r"|\breview of (?:\S+ ){0,5}?(?:literature|evidence|trials?|studies)\b|[:,] an? (?:(?!chart|record|peer)\w+ )?review\b",
        ),
        ("controlled-trial", r"\bnon-?randomi[sz]ed\b|\bquasi-?(?:experiment|randomi[sz])\w*|\bhistorically controlled\b"),
        (
            "rct",
            r"\brandomi[sz]ed\b|\brandomly (?:assigned|allocated)\b|\bRCTs?\b|\bdouble-blind(?:ed)?\b|\b(?:placebo|sham)-controlled\b",
        ),
        ("controlled-trial", r"\bcontrolled (?:\w+ )?(?:trial|study)\b"),
        ("case-control", r"\bcase[- –](?:control|referent)\b"),
        (
            "cohort",
            r"\bcohorts?\b|\blongitudinal\b|\bprospective observational\b|\bfollow-up study\b|\bregistry(?:-based)? (?:study|analysis)\b",
        ),
        ("cross-sectional", r"\bcross-? ?sectional\b|\bsurveys?\b|\bprevalence study\b"),
        ("case-series", r"\bcase[- ]series\b|\bseries of (?:\w+ )?(?:cases|patients)\b|\bchart review\b|\bconsecutive (?:cases|patients)\b"),
        ("case-report", r"\bcase (?:reports?|rep|presentation)\b|\b(?:a|one|two|three) cases? of\b"),
        ("guideline", r"\bguidelines?\b|\bconsensus\b"),
        ("narrative-review", r"(?<!peer )(?<!peer-)\breview\b|\boverview\b"),
        ("opinion", r"\b(?:viewpoint|commentary|(?<!current )opinion(?! (?:in|on)\b))\b"),
    )
)  # fmt: skip
_SEPARATORS = re.compile(r"[,;|\n]+")
_LABELLED = re.compile(r"(?im)^\s*study[ -_]?type\s*[:=]\s*(.+)$")


def study_type(text: str) -> str:
    """The study type that a title, a reference or a name of a type speaks of; "" if none is to be seen.

    Animals and cells come first: a randomized trial in mice is about mice.
    """
    if name := _NAMES.get(_normal(text)):
        return name
    if _ANIMAL.search(text):
        return "animal"
    if _IN_VITRO.search(text):
        return "in-vitro"
    return next((kind for kind, pattern in _WORDS if pattern.search(text)), "")


def preclinical(text: str) -> bool:
    """Whether a text speaks of animals or cells in a laboratory."""
    return bool(_ANIMAL.search(text) or _IN_VITRO.search(text))


def named(fields: Iterable[str]) -> str:
    """The study type that a record's keywords, genre or notes name, word for word; "" if none.

    Of several the strongest, unless one is preclinical. "Animals" beside "Humans" tells nothing, as in MEDLINE.
    """
    parts = [part for text in fields for part in _SEPARATORS.split(_LABELLED.sub(r"\1", text))]
    names = {_normal(part) for part in parts}
    if names & {"human", "humans"}:
        names -= {"animal", "animals"}
    found = {_NAMES[name] for name in names if name in _NAMES}
    return strongest(found & PRECLINICAL or found)


def strongest(kinds: Iterable[str]) -> str:
    """The first of these study types in the order of `STUDY_TYPES`; "" if there is none."""
    known = set(kinds)
    return next((kind for kind in STUDY_TYPES if kind in known), "")


def _normal(text: str) -> str:
    return " ".join(text.split()).casefold().strip(" .")
