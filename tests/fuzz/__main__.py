"""A long run of one target, guided by coverage."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["claimlint"]):
    from fuzz.targets import CORPUS, TARGETS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--longest", type=int, default=600, help="bytes of an input")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    target = TARGETS[arguments.target]
    found = Path(tempfile.mkdtemp(prefix=f"claimlint-fuzz-{arguments.target}-"))
    (found / "corpus").mkdir()
    words = found / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in dict.fromkeys(target.words)), encoding="ascii")
    for number, data in enumerate(target.corpus(arguments.target)):
        (found / "corpus" / f"seed-{number}").write_bytes(data)
    print(f"findings go to {found}; seeds are those of {CORPUS}", flush=True)
    options = {
        "max_total_time": arguments.seconds,
        "max_len": arguments.longest,
        "seed": arguments.seed,
        "timeout": 10,
        "rss_limit_mb": 4000,
        "dict": words,
        "artifact_prefix": f"{found}/",
        "print_final_stats": 1,
        "verbosity": 1,
    }
    atheris.Setup(
        [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(found / "corpus")], target.run
    )
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass"))


main()
