"""Check a draft as `claimlint check` does, and say on standard error where the time went: used by speed.py."""

# ruff: noqa: PLC0415 - imports are what is measured

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import _bootstrap
from typing import Any

SPACY, MODEL, OTHER = "import of spaCy", "model", "other imports"


class Clock:
    """Seconds by part, each without the parts that run within it."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._open = ["rest"]
        self._since = time.perf_counter()

    def within(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            self._charge()
            self._open.append(part)
            try:
                return function(*arguments, **options)
            finally:
                self._charge()
                self._open.pop()

        return timed

    def importing(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        """Imports that spaCy and its model cause are theirs."""

        def timed(name: str, import_: Any) -> Any:
            part = SPACY if name == "spacy" else self._open[-1] if self._open[-1] in (SPACY, MODEL) else OTHER
            return self.within(part, plain)(name, import_)

        return timed

    def _charge(self) -> None:
        now = time.perf_counter()
        self._seconds[self._open[-1]] = self._seconds.get(self._open[-1], 0.0) + now - self._since
        self._since = now

    def read(self) -> dict[str, float]:
        self._charge()
        return self._seconds


def main() -> None:
    began, clock = time.time(), Clock()
    _bootstrap._find_and_load = clock.importing(_bootstrap._find_and_load)
    from claimlint import cli, kept
    from claimlint.language import model

    kept.compiled = clock.within("packs", kept.compiled)
    ruleset = vars(kept.Compiled)["ruleset"]
    ruleset.func = clock.within("packs", ruleset.func)
    model._load = clock.within(MODEL, model._load)
    model.parse = clock.within("parse", model.parse)
    cli.main(["check", "--format", "concise", sys.argv[1]])
    print(json.dumps({"began": began, **clock.read(), "ended": time.time()}), file=sys.stderr)


if __name__ == "__main__":
    main()
