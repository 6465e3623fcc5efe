"""A long run of one target."""

from __future__ import annotations

# ruff: noqa: PLC0415 - atheris watches what is imported after it
import argparse
import faulthandler
import random
import sys
import tempfile
import time
from pathlib import Path

PATIENCE = 60
"""Seconds after which an input is said to hang."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--longest", type=int, default=600, help="bytes of an input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blind", action="store_true", help="without atheris: not guided by coverage, and faster")
    arguments = parser.parse_args()
    found = Path(tempfile.mkdtemp(prefix=f"claimlint-fuzz-{arguments.target}-"))
    print(f"findings go to {found}", flush=True)
    (_blind if arguments.blind else _guided)(arguments, found)


def _blind(arguments: argparse.Namespace, found: Path) -> None:
    """Words and pieces of the corpus in any order, as `test_fuzz.py` makes them."""
    from fuzz.targets import TARGETS

    target, chance = TARGETS[arguments.target], random.Random(arguments.seed)
    corpus = target.corpus(arguments.target)
    words = [word.encode("utf-8", "surrogatepass") for word in target.words]
    for data in corpus:
        target.run(data)  # loads what there is to load
    end, count = time.monotonic() + arguments.seconds, 0
    while time.monotonic() < end:
        parts = [chance.choice(words) for _ in range(chance.randrange(1, 30))]
        data = b"".join(parts) if chance.random() < 0.5 else _spliced(chance, chance.choice(corpus), parts[:4])
        data = data[: arguments.longest]
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        (found / "last").write_bytes(data)
        target.run(data)
        count += 1
    faulthandler.cancel_dump_traceback_later()
    print(f"Done {count} runs in {arguments.seconds} second(s)")


def _spliced(chance: random.Random, data: bytes, parts: list[bytes]) -> bytes:
    for part in parts:
        at = chance.randrange(len(data) + 1)
        data = data[:at] + part + data[at + chance.choice((0, 0, 1, 5, 40)) :]
    return data


def _guided(arguments: argparse.Namespace, found: Path) -> None:
    import atheris

    with atheris.instrument_imports(include=["claimlint"]):
        from fuzz.targets import TARGETS
    target = TARGETS[arguments.target]
    (found / "corpus").mkdir()
    words = found / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in dict.fromkeys(target.words)), encoding="ascii")
    for number, data in enumerate(target.corpus(arguments.target)):
        (found / "corpus" / f"seed-{number}").write_bytes(data)
    options = {
        "max_total_time": arguments.seconds,
        "max_len": arguments.longest,
        "seed": arguments.seed,
        "timeout": PATIENCE,
        "rss_limit_mb": 4000,
        "dict": words,
        "artifact_prefix": f"{found}/",
        "print_final_stats": 1,
    }
    given = [f"-{name}={value}" for name, value in options.items()]
    atheris.Setup([sys.argv[0], *given, str(found / "corpus")], target.run)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass"))


main()
