"""Measure the installed claimlint on the benchmark corpora and write the tables of README.md and accuracy.md here.

    python benchmarks/accuracy.py [--bench ../shared/bench]

The corpora are private and lie beside the checkout; without them nothing is written. It takes a few minutes.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from claimlint.packs import builtin_names

PROJECT = Path(__file__).resolve().parent.parent
PAGES = (PROJECT / "benchmarks" / "README.md", PROJECT / "benchmarks" / "accuracy.md")
CLAIMLINT = str(Path(sys.executable).parent / "claimlint")

Figures = dict[str, dict[str, dict[str, float]]]

# What a word list with same-sentence excuses scores, measured once; source: README.md of the corpora.
WORD_LIST = {
    "pairs, risky flagged": "34 %",
    "pairs, harmless silent": "79 %",
    "pairs, both right": "13 %",
    "drafts, claims flagged": "15 %",
    "drafts, findings that are right": "29 %",
    "drafts, tempting passages flagged": "22 %",
    "regulator, flagged": "19 %",
    "docs, marketing": "3.2",
    "docs, neutral": "0.90",
    "docs, off-topic": "1.53",
    "gold, P / R / F1": "38 / 26 / 31",
    "gold, P on the unbiased sample": "",
    "seed, claims flagged": "4/35",
    "seed, harmless flagged": "1/25",
}
DOCS = {"marketing": "marketing", "neutral": "neutral", "off-topic": "offtopic"}
KINDS = {"speculation": "hedges", "negation": "negations"}
LOWER_IS_BETTER = ("docs, neutral", "docs, off-topic", "tempting", "harmless flagged")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--bench", type=Path, default=PROJECT.parent / "shared" / "bench", metavar="FOLDER")
    bench = parser.parse_args().bench
    if not (bench / "score.py").is_file():
        print(f"no corpora in {bench}: they are private; --bench FOLDER says where they are. Nothing was changed.")
        return 2
    figures = json.loads(score(bench / "score.py", bench / "dev", "--json"))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".claimlint.yml").write_text(f"packs: [{', '.join(builtin_names())}]\n", encoding="utf8")
        everything = json.loads(
            score(bench / "score.py", bench / "dev", "--json", "--set", "docs", "regulator", at=folder)
        )
    scopes = [
        (corpus, kind, score(bench / "score_scope.py", bench / "dev" / "ling" / f"{corpus}.jsonl", "--kind", kind))
        for corpus in ("reviews", "abstracts")
        for kind in KINDS
    ]
    tables = {"accuracy": accuracy(figures, everything), "scope": scope(scopes)}
    print(*tables.values(), sep="\n")
    for page in PAGES:
        text = page.read_text(encoding="utf8")
        for name, table in tables.items():
            text = between(text, name, table)
        page.write_text(text, encoding="utf8")
    return 0


def score(script: Path, *arguments: object, at: str = "") -> str:
    """The output of a scorer; at: the folder whose configuration claimlint is to use (default: none)."""
    command = [
        sys.executable,
        str(script.resolve()),
        *(str(each.resolve() if isinstance(each, Path) else each) for each in arguments),
        "--claimlint",
        CLAIMLINT,
    ]
    result = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf8", check=False, cwd=at or script.parent)
    if result.returncode:
        sys.exit(f"{script.name} failed")
    return result.stdout


def measured(figures: Figures) -> dict[str, str]:
    """The rows of the table, in the order and by the names of WORD_LIST."""
    pairs, drafts = figures["pairs"]["ALL"], figures["drafts"]["ALL"]
    gold, seed = figures["gold"], figures["seed"]
    values = (
        percent(pairs["risky flagged"]),
        percent(pairs["ok silent"]),
        percent(pairs["both"]),
        percent(drafts["must flag, flagged"]),
        percent(drafts["precision of findings"]),
        percent(drafts["tempting, falsely flagged"]),
        percent(figures["regulator"]["ALL"]["recall"]),
        *(rate(figures, kind) for kind in DOCS.values()),
        " / ".join(f"{gold['ALL'][key]:.0f}" for key in "PRF"),
        f"{gold['unbiased sample']['P']:.0f}",
        str(seed["must flag"]),
        str(seed["must be quiet, flagged"]),
    )
    return dict(zip(WORD_LIST, values, strict=True))


def percent(value: float) -> str:
    return f"{value:.0f} %"


def accuracy(figures: Figures, everything: Figures) -> str:
    every = {
        "regulator, flagged": percent(everything["regulator"]["ALL"]["recall"]),
        **{f"docs, {name}": rate(everything, kind) for name, kind in DOCS.items()},
    }
    rows = [
        (
            f"{name} ↓" if any(part in name for part in LOWER_IS_BETTER) else name,
            WORD_LIST[name] or "–",
            value,
            every.get(name, "–"),
        )
        for name, value in measured(figures).items()
    ]
    return table(("set, figure (↓: lower is better)", "word list", "claimlint", "all packs on"), rows)


def rate(figures: Figures, kind: str) -> str:
    return f"{figures['docs'][kind]['findings per 1,000 words']:.2f}"


def scope(results: Iterable[tuple[str, str, str]]) -> str:
    rows = []
    for corpus, kind, output in results:
        found = re.findall(r"^\w+ +P ([\d.]+)  R ([\d.]+)  F ([\d.]+)", output, re.MULTILINE)
        rows.append((f"{corpus}, {KINDS[kind]}", *(f"{f} ({p} / {r})" for p, r, f in found)))
    return table(("corpus, cue", "predicates", "cues", "sentences"), rows)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *rows))


def between(text: str, name: str, content: str) -> str:
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, _, rest = text.partition(start)
    return before + start + content + end + rest.partition(end)[2]


if __name__ == "__main__":
    sys.exit(main())
