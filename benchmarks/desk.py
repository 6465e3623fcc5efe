"""Whether the reviewer's decisions hold: run by hand, prints the figures of benchmarks/README.md.

Random edits outside a decided sentence must change nothing that was decided, edits inside must be reported; writers at the same
time lose nothing, and a kill leaves the old or the new file; two reports are the same to the byte.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from claimlint import drafts, readers
from claimlint.config import Config, relative
from claimlint.language import sentences
from claimlint.project import Project
from claimlint.settle import Registers, baseline, settle, waivers
from claimlint.settle.waivers import Waiver, one_line
from claimlint.types import Report, Span

PROJECT = Path(__file__).parent.parent
CORPUS = PROJECT.parent / "shared" / "bench" / "dev" / "docs"
WORDS = "also often really quite our the new gentle morning we offer and then perhaps today every calm".split()
TODAY = date(2026, 1, 1)


def spans(report: Report) -> list[Span]:
    """The sentences of a draft, by their place in the source."""
    assert report.document is not None
    return [block.span(start, end) for block in report.document.blocks for start, end in sentences.split(block.text)]


def edited(source: str, span: Span, chance: random.Random) -> str:
    """The source with a word put in, taken out or replaced inside a sentence."""
    text = source[span.start : span.end]
    gaps = [
        at
        for at, character in enumerate(text)
        if character == " " and text[at - 1].isalnum() and text[at + 1].isalpha()
    ]
    if not gaps:
        return source
    at = chance.choice(gaps)
    end = next((each for each in gaps if each > at), None)
    kind = chance.choice(["insert", "delete", "replace"]) if end else "insert"
    word = chance.choice(WORDS)
    if kind == "insert":
        text = f"{text[:at]} {word}{text[at:]}"
    else:
        text = text[:at] + (f" {word}" if kind == "replace" else "") + text[end:]
    return source[: span.start] + text + source[span.end :]


def decided(project: Project, names: list[str], chance: random.Random) -> Iterator[tuple[Report, Registers, str]]:
    """A draft with findings, one of its sentences waived, the others in the baseline."""
    while True:
        name = chance.choice(names)
        report = project.linter.check(readers.load(name))
        claims = [each for each in report.findings if each.scope == "claim"]
        if not claims:
            continue
        chosen = chance.choice(claims)
        waiver = Waiver(
            *(relative(project.config, name), chosen.rule, one_line(chosen.sentence), "agreed", "Ada Moe", "Bo Lie"),
            TODAY,
            date(2030, 1, 1),
        )
        entries = baseline.entries(report, project.config)
        kept = Registers((waiver,), baseline=baseline.baseline(entries, project.config.root))
        yield report, kept, one_line(chosen.sentence)


def edits(project: Project, names: list[str], outside: int, inside: int, seed: int) -> None:
    chance = random.Random(seed)
    tally: Counter[str] = Counter()
    for report, kept, sentence in decided(project, names, chance):
        apart = tally["outside"] < outside
        if not apart and tally["inside"] == inside:
            break
        places = spans(report)
        quoted = {item.sentence for item in report.findings}
        own = {
            span
            for span in places
            if any(span.overlaps(item.span) for item in report.findings)
            or any(one_line(report.source[span.start : span.end]) in each for each in quoted)
        }
        target = [span for span in places if (span in own) != apart]
        if not apart:
            # a sentence that stands twice may lose one of its places
            waived = {item.span for item in report.findings if one_line(item.sentence) == sentence}
            target = [span for span in target if len(waived) == 1 and any(span.overlaps(each) for each in waived)]
        if not target:
            continue
        after = edited(report.source, chance.choice(target), chance)
        if after == report.source:
            continue
        changed = settled(project, after, report.name, kept)
        rules = Counter(item.rule for item in changed.findings)
        if apart:
            tally["outside"] += 1
            before = {item.fingerprint for item in report.findings}
            decided_on = {(item.rule, one_line(item.sentence)) for item in report.findings if item.scope == "claim"}
            same = [item for item in changed.findings if (item.rule, one_line(item.sentence)) in decided_on]
            tally["outside: fingerprint changed"] += any(item.fingerprint not in before for item in same)
            tally["outside: decided finding open again"] += any(item.status == "open" for item in same)
            tally["outside: waiver called drifted"] += rules[waivers.DRIFTED]
            tally["outside: claim gone with its context"] += bool(rules[waivers.ORPHANED])
        else:
            tally["inside"] += 1
            tally["inside: reported"] += bool(rules[waivers.DRIFTED] or rules[waivers.ORPHANED])
            tally["inside: still waived"] += any(item.status == "waived" for item in changed.findings)
    for name, count in sorted(tally.items()):
        print(f"{name}: {count}")


def settled(project: Project, source: str, name: str, kept: Registers) -> Report:
    report = project.linter.check(source, name)
    return settle(report, project.config, project.linter.rules, TODAY, lambda: project.known, kept)


@contextlib.contextmanager
def repository() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        draft = "\n\n".join(f"For you, our infusion number {number} is a safe option." for number in range(60))
        Path("draft.md").write_text(draft, encoding="utf-8")
        Path(".claimlint.yml").write_text("packs: [core]\n", encoding="utf-8")
        yield Path(folder)


def waive(line: int) -> list[str]:
    return [
        *(sys.executable, "-m", "claimlint", "waive", f"draft.md:{line}", "--rule", "core/safe-unqualified"),
        *("--reason", "agreed", "--approver", "Ada Moe", "--author", "Bo Lie"),
    ]


def concurrency(calls: int) -> None:
    with repository() as folder:
        running = [
            subprocess.Popen(waive(1 + 2 * number), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for number in range(calls)
        ]
        failed = [each.stderr.read() for each in running if each.wait() and each.stderr]
        there = waivers.load(folder / waivers.FILE, {"core/safe-unqualified"})
        print(f"concurrent waive calls: {calls}, failed {len(failed)}, waivers {len(set(there))}")


def kills(count: int, seed: int) -> None:
    """Kill writers at random moments of the writing itself; the register must stay whole."""
    chance = random.Random(seed)
    code = (
        "import sys\nfrom datetime import date\nfrom pathlib import Path\nfrom claimlint.settle import ledger, waivers\n"
        "ledger.add(Path(waivers.FILE), [waivers.Waiver('draft.md', 'core/cure', f's {sys.argv[1]}', 'r', 'a', 'b', date(2026,1,1), date(2030,1,1))], {'core/cure'})"
    )
    with repository() as folder:
        subprocess.run([sys.executable, "-c", code, "0"], check=True)
        register = folder / waivers.FILE
        torn, finished, number = 0, 0, 0
        for number in range(1, count + 1):
            process = subprocess.Popen([sys.executable, "-c", code, str(number)])
            time.sleep(chance.uniform(0.1, 0.6))
            process.send_signal(signal.SIGKILL)
            finished += process.wait() == 0
            before = register.read_text("utf-8")
            try:
                waivers.load(register, {"core/cure"})
            except Exception as error:
                torn += 1
                print(error, before[-200:])
        print(f"kills: {number - finished} of {number} while running, torn files {torn}")


def report_twice(corpus: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sums = []
        for name in ("one", "two"):
            start = time.monotonic()
            subprocess.run(
                [sys.executable, "-m", "claimlint", "report", str(corpus), "-o", f"{folder}/{name}", "--fail-on", "never"],
                check=False, env={**os.environ, "PYTHONHASHSEED": "random"}, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            taken = time.monotonic() - start
            files = sorted(Path(folder, name).iterdir())
            sums.append([(each.name, hashlib.sha256(each.read_bytes()).hexdigest()) for each in files])
        index = Path(folder, "one", "index.html")
        size = index.stat().st_size / 1e6
        print(f"report: {taken:.0f} s, page {size:.1f} MB, two runs {'the same' if sums[0] == sums[1] else 'DIFFER'}")
        page(index)


def page(index: Path) -> None:
    """The page of the report in a browser: errors, requests, how many findings the keyboard reaches, one filter each."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        visit = browser.new_page()
        troubles: list[str] = []
        visit.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        visit.on("pageerror", lambda error: troubles.append(str(error)))
        visit.on(
            "request", lambda request: troubles.append(request.url) if not request.url.startswith("file:") else None
        )
        visit.goto(index.as_uri())
        cards = visit.locator(".card").count()
        reached = {"j": set[str](), "Tab": set[str]()}
        for key, seen in reached.items():
            visit.evaluate("document.activeElement.blur()")
            visit.goto(index.as_uri())
            for _ in range(cards if key == "j" else 20 * cards):
                visit.keyboard.press(key)
                seen.add(visit.evaluate("document.activeElement.closest('.card')?.id ?? ''"))
                if len(seen - {""}) == cards:
                    break
        counts = []
        for name in ("error", "warning", "advice"):
            visit.goto(f"{index.as_uri()}#severity={name}")
            visit.reload()
            counts.append(visit.locator(".card:visible").count())
        browser.close()
        by_key = ", ".join(f"{key} {len(seen - {''})}" for key, seen in reached.items())
        print(
            f"page: {cards} findings, reached by {by_key}; by severity {counts}; errors and requests {len(troubles)}",
            *troubles[:3],
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--corpus", type=Path, default=CORPUS if CORPUS.exists() else PROJECT / "examples" / "drafts"
    )
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--outside", type=int, default=1000)
    arguments.add_argument("--inside", type=int, default=200)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--calls", type=int, default=50)
    args = arguments.parse_args()
    project = Project(Config(root=args.corpus.absolute()))
    names = list(drafts.asked([str(args.corpus)], project.config))
    edits(project, names, args.outside, args.inside, args.seed)
    concurrency(args.calls)
    kills(args.kills, args.seed)
    report_twice(args.corpus)


if __name__ == "__main__":
    main()
