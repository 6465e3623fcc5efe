"""Drafts of our own making, for measurements: an example of a rule to three everyday sentences, each unlike the others."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from claimlint.packs import builtin_names, load_packs

DRAFTS, WORDS = 298, 550_000
"""The shape of the private corpus."""
ROOMS = "room desk garden kitchen car park lift hall office library".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def draft(words: int, chance: random.Random, packs: Sequence[str] = ("core", "ketamine")) -> str:
    """A Markdown draft of about so many words."""
    return _draft(words, paragraphs(chance, packs))


def fill(folder: Path, count: int, words: int, seed: int) -> None:
    """Fill a folder with drafts that have so many words together: most in Markdown, some in HTML and plain text."""
    source = paragraphs(random.Random(seed), builtin_names())
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = _draft(words // count, source)
        suffix = {3: "html", 7: "txt"}.get(number % 10, "md")
        (folder / f"{number:05}.{suffix}").write_text(_html(text) if suffix == "html" else text, encoding="utf-8")


def plain(chance: random.Random) -> str:
    """A sentence that claims nothing."""
    hours = sorted(chance.sample(range(7, 20), 2))
    return (
        f"The {chance.choice(ROOMS)} on floor {chance.randrange(1, 9)} is open from {hours[0]} to {hours[1]} on "
        f"{chance.choice(DAYS)}, and number {chance.randrange(1000)} is the one to ring."
    )


def paragraphs(chance: random.Random, packs: Sequence[str]) -> Iterator[str]:
    """Paragraphs without end; once every example was used, each comes again behind other words, so that no two are the same."""
    examples = [
        re.sub(r"[{}]", "", each)
        for pack in load_packs(packs)
        for rule in pack.rules
        for each in (*rule.bad, *rule.good)
        if "\n" not in each
    ]
    turn = 0
    while True:
        chance.shuffle(examples)
        for each in examples:
            before = f"In week {turn}, on {chance.choice(DAYS)}, " if turn else ""
            said = [before + each, *(plain(chance) for _ in range(3))]
            chance.shuffle(said)
            yield " ".join(said)
        turn += 1


def _draft(words: int, source: Iterator[str]) -> str:
    lines, count = ["# Our clinic"], 2
    while count < words:
        lines += [f"## Part {len(lines)}"] if len(lines) % 5 == 0 else []
        lines.append(next(source))
        count += len(lines[-1].split())
    return "\n\n".join(lines) + "\n"


def _html(text: str) -> str:
    tags = {"# ": "h1", "##": "h2"}
    parts = [(tags.get(part[:2], "p"), part.lstrip("# ").strip()) for part in text.split("\n\n")]
    return "<html><body>\n" + "".join(f"<{tag}>{part}</{tag}>\n" for tag, part in parts) + "</body></html>\n"
