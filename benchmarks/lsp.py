"""How fast and how exact the language server is: run by hand, prints the figures of benchmarks/README.md.

A real client talks to `claimlint lsp` over its standard streams: from a keystroke to the diagnostics of that version, from
opening a draft to the first ones, and random edits after which both must hold the same text. What is remembered from check to
check must change no finding.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from corpus import draft
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from claimlint.config import Config
from claimlint.linter import Linter, Options
from claimlint.packs import load_packs
from claimlint.project import Project

WORDS = 2000
URI = "file:///nowhere/draft.md"
SNIPPETS = [
    "a", " ", "word ", "may ", "not ", "é", "ﬁ", "漢字", "🍵", "👩‍⚕️", "𝒜", "\n", "\r\n", "\r", "\n\n", "\u2028", "\x0b", "\x85", "\t", "&amp;", "**", "",
    "<!-- claimlint-disable-line core/cure -- x -->", "| a | b |\r\n", "---\n", "Our drip cures colds. ",
]  # fmt: skip


class Client(LanguageClient):
    """A client that knows when the diagnostics of a version have come."""

    def __init__(self, encoding: str = "utf-16") -> None:
        super().__init__("benchmark", "1")
        self.encoding = encoding
        self.came: dict[tuple[str, int | None], tuple[float, Sequence[lsp.Diagnostic]]] = {}
        self._new = asyncio.Event()

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def came(params: lsp.PublishDiagnosticsParams) -> None:
            self.came[params.uri, params.version] = (time.perf_counter(), params.diagnostics)
            self._new.set()

    async def begin(self, *options: str) -> None:
        await self.start_io(sys.executable, "-m", "claimlint", "lsp", *options, env=dict(os.environ))
        general = lsp.GeneralClientCapabilities(position_encodings=[lsp.PositionEncodingKind(self.encoding)])
        await self.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities(general=general)))
        self.initialized(lsp.InitializedParams())

    def open(self, text: str, uri: str = URI) -> None:
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "markdown", 1, text)))

    def change(self, version: int, changes: Sequence[Any], uri: str = URI) -> None:
        identifier = lsp.VersionedTextDocumentIdentifier(version, uri)
        self.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, list(changes)))

    async def diagnosed(self, version: int, uri: str = URI) -> tuple[float, Sequence[lsp.Diagnostic]]:
        while (uri, version) not in self.came:
            self._new.clear()
            await asyncio.wait_for(self._new.wait(), 60)
        return self.came[uri, version]

    async def text(self, uri: str = URI) -> str:
        return str(await self.workspace_execute_command_async(lsp.ExecuteCommandParams("claimlint.text", [uri])))

    async def leave(self) -> None:
        await self.shutdown_async(None)
        self.exit(None)
        await self.stop()


def place(text: str, offset: int, encoding: str) -> lsp.Position:
    """By another way than the server's: split the text before the offset at line ends, and encode what is left."""
    before = re.split(r"\r\n|\r|\n", text[:offset])
    units = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    return lsp.Position(len(before) - 1, len(before[-1].encode(units[0])) // units[1])


def edit(text: str, chance: random.Random, encoding: str) -> tuple[str, lsp.TextDocumentContentChangePartial]:
    """A random edit as an editor would send it; between CR and LF there is no place."""
    places = [chance.randrange(len(text) + 1) for _ in range(2)]
    low, high = (
        sorted(places) if chance.random() < 0.02 else (places[0], min(len(text), places[0] + chance.randrange(6)))
    )
    low, high = (at - 1 if text[at - 1 : at + 1] == "\r\n" else at for at in (low, high))
    new = chance.choice(SNIPPETS) if chance.random() < 0.75 or low == high else ""
    range_ = lsp.Range(place(text, low, encoding), place(text, high, encoding))
    return text[:low] + new + text[high:], lsp.TextDocumentContentChangePartial(range_, new)


async def keystrokes(times: int, text: str, options: Sequence[str]) -> list[float]:
    """Milliseconds from a change of one sentence to the diagnostics of that version."""
    chance, client, took = random.Random(1), Client(), []
    await client.begin(*options)
    client.open(text)
    await client.diagnosed(1)
    for version in range(2, times + 2):
        ends = [match.start() for match in re.finditer(r"[a-z](?= )", text)]
        at = chance.choice(ends) + 1
        where = place(text, at, "utf-16")
        word = f" {chance.choice('also really now well still'.split())}"
        text = text[:at] + word + text[at:]
        sent = time.perf_counter()
        client.change(version, [lsp.TextDocumentContentChangePartial(lsp.Range(where, where), word)])
        came, _ = await client.diagnosed(version)
        took.append((came - sent) * 1000)
        await asyncio.sleep(0.05)
    await client.leave()
    return took


async def first(times: int, text: str) -> tuple[list[float], list[float]]:
    """Seconds from opening a draft at once, and from starting the server, to the first diagnostics."""
    opened, started = [], []
    for _ in range(times):
        client = Client()
        begun = time.perf_counter()
        await client.begin()
        sent = time.perf_counter()
        client.open(text)
        came, _ = await client.diagnosed(1)
        opened.append(came - sent)
        started.append(came - begun)
        await client.leave()
    return opened, started


async def edits(times: int, encoding: str, text: str) -> int:
    """Random edits, one or several at once; how often the server's text was compared with the client's. Raises if they
    differ, or if the findings at the end are not those of a fresh check."""
    chance, client = random.Random(encoding), Client(encoding)
    await client.begin("--debounce", "5")
    client.open(text)
    done, version, compared = 0, 1, 0
    while done < times:
        changes = []
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            text, change = edit(text, chance, encoding)
            changes.append(change)
        version += 1
        client.change(version, changes)
        done += len(changes)
        if version % 5 == 0 or done >= times:
            theirs = await client.text()
            if theirs != text:
                at = next(
                    (i for i, (a, b) in enumerate(zip(theirs, text, strict=False)) if a != b),
                    min(len(theirs), len(text)),
                )
                raise SystemExit(
                    f"{encoding}: after {done} edits the texts differ at {at}: {theirs[at - 9 : at + 9]!r}, {text[at - 9 : at + 9]!r}"
                )
            compared += 1
    _, shown = await client.diagnosed(version)
    report = Project(Config(root=Path("/"))).check(text, "/nowhere/draft.md")
    wanted = {(item.rule, item.fingerprint, str(place(text, item.span.start, encoding))) for item in report.findings}
    if wanted != {(each.code, each.data, str(each.range.start)) for each in shown if each.code}:
        raise SystemExit(f"{encoding}: the findings at the end are not those of a fresh check")
    await client.leave()
    return compared


def remembered(times: int, text: str) -> None:
    """A linter that remembers and one that does not, on the same random edits. Raises if a report differs."""
    packs, chance = load_packs(["core", "auto"]), random.Random(3)
    fresh, remembering = Linter(packs), Linter(packs, options=Options(memory=500))
    for number in range(times):
        if fresh.check(text, "draft.md") != remembering.check(text, "draft.md"):
            raise SystemExit(f"edit {number}: what was remembered changed a finding")
        text, _ = edit(text, chance, "utf-32")


def shown(name: str, values: Sequence[float], unit: str) -> None:
    print(
        f"{name}: median {median(values):.3g} {unit}, 95 % {quantiles(values, n=20)[-1]:.3g} {unit} ({len(values)} times)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--keystrokes", type=int, default=200)
    parser.add_argument("--starts", type=int, default=9)
    args = parser.parse_args()
    text = draft(WORDS, random.Random(0))
    print(f"a draft of {len(text.split())} words")
    shown("keystroke to diagnostics", asyncio.run(keystrokes(args.keystrokes, text, ())), "ms")
    shown("the same without a pause", asyncio.run(keystrokes(args.keystrokes, text, ("--debounce", "0"))), "ms")
    opened, started = asyncio.run(first(args.starts, text))
    shown("opened to first diagnostics", opened, "s")
    shown("server started to first diagnostics", started, "s")
    remembered(args.edits // 50, text[:4000])
    print(f"{args.edits // 50} edits: a linter that remembers says what a fresh one says")
    for encoding in ("utf-8", "utf-16", "utf-32"):
        compared = asyncio.run(edits(args.edits // 3 + 1, encoding, text[:6000]))
        print(f"{args.edits // 3 + 1} edits in {encoding}: the same text, compared {compared} times")


if __name__ == "__main__":
    main()
