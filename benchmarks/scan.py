"""What `claimlint scan` costs: run by hand, prints the tables of docs/scan.md.

Pages are made up of examples of the rules, the example drafts and everyday sentences. They are checked by the linter alone,
in this process; then scanned; then scanned again by a command that is killed half-way and started anew, which must leave
the same findings. Those of the first pages must be what `Project.check` says.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from claimlint.config import Config
from claimlint.packs import load_packs
from claimlint.project import Project

SAMPLE = 2000
"""Pages that the linter checks by itself."""
ROWS = 10_000
ROOMS = "room desk garden kitchen car park lift hall office library".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
DRAFTS = Path(__file__).parent.parent / "examples" / "drafts"


def pages(count: int) -> Iterator[tuple[str, str]]:
    """(url, text): an example of a rule to two everyday sentences, once or twice; each 500th an example draft."""
    chance = random.Random(7)
    examples = [
        re.sub(r"[{}]", "", each)
        for pack in load_packs(["core", "auto"])
        for rule in pack.rules
        for each in (*rule.bad, *rule.good)
        if "\n" not in each
    ]
    drafts = [(path.suffix, path.read_text(encoding="utf-8")) for path in sorted(DRAFTS.iterdir())]
    for number in range(count):
        url = f"https://clinic-{number % 997}.example/{number}"
        if number % 500 == 499:
            suffix, text = drafts[number % len(drafts)]
            yield url + suffix, text
            continue
        blocks = [f"# Page {number}"]
        for _ in range(chance.randint(1, 2)):
            said = [chance.choice(examples), *(plain(chance) for _ in range(2))]
            chance.shuffle(said)
            blocks.append(" ".join(said))
        yield url, "\n\n".join(blocks) + "\n"


def plain(chance: random.Random) -> str:
    hours = sorted(chance.sample(range(7, 20), 2))
    return (
        f"The {chance.choice(ROOMS)} on floor {chance.randrange(1, 9)} is open from {hours[0]} to {hours[1]} on "
        f"{chance.choice(DAYS)}, and number {chance.randrange(1000)} is the one to ring."
    )


def written(path: Path, count: int) -> tuple[int, int]:
    """Write the pages; how many words and bytes of text they hold."""
    words = size = 0
    found = pages(count)
    schema = pa.schema([("url", pa.string()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while rows := list(islice(found, ROWS)):
            words += sum(len(text.split()) for _, text in rows)
            size += sum(len(text.encode()) for _, text in rows)
            writer.write_table(pa.table({"url": [url for url, _ in rows], "text": [text for _, text in rows]}, schema))
    return words, size


def alone(count: int) -> tuple[float, float, list[tuple[str, str, str, int]]]:
    """Pages and words a second of processor time, of the linter alone; what it finds in them."""
    project = Project(Config(root=Path.cwd()), keep=False)
    sample = list(pages(count))
    project.check("Ketamine may ease depression.", "warm.md", wanted="findings")
    begun = time.process_time()
    found = [
        (url, item.rule, item.fingerprint, item.span.start)
        for url, text in sample
        for item in project.check(text, url, wanted="findings").findings
    ]
    took = time.process_time() - begun
    return len(sample) / took, sum(len(text.split()) for _, text in sample) / took, found


def scan(pages_: Path, output: Path, jobs: int, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "claimlint", "scan", str(pages_), "--output", str(output), "--jobs", str(jobs)]
    return subprocess.Popen([*command, "--fail-on", "never", *options], cwd=output.parent)


def watched(process: subprocess.Popen[bytes]) -> int:
    """Wait for a scan; the most memory that one of its workers had, in MB (0 where /proc does not tell)."""
    most = 0
    while process.poll() is None:
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                text = status.read_text(encoding="utf-8")
            except OSError:
                continue
            if text.startswith("Name:\tray::MapWorker") and (peak := re.search(r"^VmHWM:\s+(\d+)", text, re.MULTILINE)):
                most = max(most, int(peak[1]) // 1024)
        time.sleep(1)
    if process.returncode:
        raise SystemExit(f"the scan ended with {process.returncode}")
    return most


def killed(pages_: Path, output: Path, jobs: int, total: int) -> int:
    """Kill a scan when half of its parts are there, and start it again; how many were there."""
    process = scan(pages_, output, jobs)
    while done(output) < total // 2 and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(2)  # until its workers have gone
    there = done(output)
    watched(scan(pages_, output, jobs))
    return there


def done(output: Path) -> int:
    return len(list(output.glob("findings/part-*.parquet")))


def compared(one: Path, other: Path) -> int:
    """How many findings two outputs hold. Raises if they differ."""
    names = {path.name for path in one.glob("findings/*.parquet")}
    if names != {path.name for path in other.glob("findings/*.parquet")}:
        raise SystemExit("the scan that was killed has other parts")
    rows = 0
    for name in sorted(names):
        first, second = (pq.read_table(each / "findings" / name) for each in (one, other))
        if not first.equals(second):
            raise SystemExit(f"{name}: the scan that was killed has other findings")
        rows += first.num_rows
    return rows


def agrees(output: Path, found: list[tuple[str, str, str, int]]) -> None:
    """Raises if the scan found anything else in the sample than the linter alone."""
    urls = pa.array(sorted({url for url, *_ in found}))
    rows = []
    for path in output.glob("findings/*.parquet"):
        table = pq.read_table(path, columns=["url", "rule", "fingerprint", "span"])
        rows += table.filter(pa.compute.is_in(table["url"], urls)).to_pylist()
    if sorted(found) != sorted((row["url"], row["rule"], row["fingerprint"], row["span"]["start"]) for row in rows):
        raise SystemExit("the scan and the linter alone differ")


def machine(jobs: int) -> str:
    model = platform.processor() or platform.machine()
    if (cpus := Path("/proc/cpuinfo")).exists() and (name := re.search(r"model name\s*: (.*)", cpus.read_text())):
        model = name[1]
    versions = ", ".join(f"{name} {version(name)}" for name in ("claimlint-marketing", "ray", "pyarrow", "spacy"))
    return f"{model}, {os.cpu_count()} cores, {jobs} workers, Python {platform.python_version()}, {versions}"


def table(rate: float, size: float) -> Iterator[str]:
    """What larger corpora of such pages cost. rate: pages a second and core; size: bytes of output a page."""
    yield "| pages | core-hours | 2 cores | 64 cores | 1,000 cores | findings |"
    yield "|---|---|---|---|---|---|"
    for exponent in range(6, 10):
        hours = 10**exponent / rate / 3600
        took = " | ".join(span(hours / cores) for cores in (2, 64, 1000))
        yield f"| 10^{exponent} | {hours:,.1f} | {took} | {10**exponent * size / 1e9:,.1f} GB |"


def span(hours: float) -> str:
    if hours >= 48:
        return f"{hours / 24:,.1f} days"
    return (
        f"{hours:,.1f} h" if hours >= 1 else f"{hours * 60:,.0f} min" if hours >= 1 / 20 else f"{hours * 3600:,.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--no-kill", action="store_true", help="scan once only")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="claimlint-scan-") as folder:
        work, here = Path(folder), Path(folder, "pages.parquet")
        words, size = written(here, args.pages)
        print(f"{machine(args.jobs)}\n{args.pages:,} pages, {words:,} words, {size / 1e6:,.0f} MB of text", flush=True)
        rate, word_rate, found = alone(min(SAMPLE, args.pages))
        print(f"the linter alone: {rate:,.1f} pages/s, {word_rate:,.0f} words/s", flush=True)

        begun = time.perf_counter()
        memory = watched(scan(here, work / "whole", args.jobs))
        took = time.perf_counter() - begun
        totals = json.loads((work / "whole" / "summary.json").read_text(encoding="utf-8"))
        if totals["pages"] != args.pages or totals["bad"]:
            raise SystemExit(f"of {args.pages} pages {totals['pages']} were checked, {totals['bad']} were set aside")
        agrees(work / "whole", found)
        worker = args.pages / totals["seconds"]
        output = sum(path.stat().st_size for path in (work / "whole").rglob("*") if path.is_file())
        print(
            f"scan: {took:,.1f} s, {args.pages / took:,.1f} pages/s, {words / took:,.0f} words/s\n"
            f"a worker: {worker:,.1f} pages/s, {worker * words / args.pages:,.0f} words/s of processor time, "
            f"up to {memory:,} MB\n"
            f"workers had {totals['seconds'] / args.jobs / took:.0%} of {args.jobs} cores (the rest: start, Ray, the end, "
            "other programs)\n"
            f"{totals['findings']:,} findings in {totals['parts']:,} parts, {output / 1e6:,.1f} MB"
        )
        if not args.no_kill:
            there = killed(here, work / "killed", args.jobs, totals["parts"])
            rows = compared(work / "whole", work / "killed")
            print(f"killed with {there:,} of {totals['parts']:,} parts done, started again: the same {rows:,} findings")
        print("", *table(worker, output / args.pages), sep="\n")


if __name__ == "__main__":
    main()
