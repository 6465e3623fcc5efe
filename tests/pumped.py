"""Attack strings for regular expressions, made from the expressions themselves; `python tests/pumped.py` prints how the time
of every expression of claimlint grows with the length of its worst string. An expression that is only asked at one place is
quick all the same; `python tests/pumped.py --drafts 100000` reads drafts of that size that hold these strings in each place
where a reader looks, and prints which take more than a second."""

from __future__ import annotations

import contextlib
import heapq
import re
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from pkgutil import walk_packages
from re import _constants as sre
from re import _parser as parser

import claimlint
from claimlint import readers
from claimlint.errors import ReadError

_PLACES = {
    ".md": (
        "{}", "---\n{}\n---\nx", "---\na: {}\n---\nx", "+++\n{}\n+++\nx", "+++\na = {}\n+++\nx", "- {}", "# {}", "[a]: {}", "[a]({})", "![{}](b)",
        "| {} |\n|-|\n", "```\n{}\n```", "<p {}>", "<p a={}>", "<!-- {} -->", "{{{{< a {} >}}}}", "{{% a {} %}}", "a [^1]\n\n[^1]: {}", ":::{}",
    ),
    ".mdx": ("{}", "import {}", "export {}", "export const a = {}", "<A {}>", "<A b={{{}}}>", "{{/* {} */}}", "{{{}}}"),
    ".html": ("{}", "<p {}>", "<a href='{}'>b</a>", "<!-- {} -->", "<title>{}</title>", "<script type='application/ld+json'>{}</script>"),
    ".txt": ("{}", "a\n{}", "- {}", "# {}"),
}  # fmt: skip
_ALPHABET = "aZ5_-.,;:!?'\"()[]{}<>|/\\@#&=*^~`+ \t\n\xa0“”’–é⁰¹"


def expressions() -> Mapping[str, re.Pattern[str]]:
    """Every compiled expression for text that a module of claimlint holds, by its name."""
    found: dict[str, re.Pattern[str]] = {}
    for module in walk_packages(claimlint.__path__, "claimlint."):
        if module.name != "claimlint.__main__":
            for name, value in vars(import_module(module.name)).items():
                for key, each in _inside(name, value):
                    if isinstance(each.pattern, str) and each not in found.values():
                        found[f"{module.name}.{key}"] = each
    return found


def _inside(name: str, value: object) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _inside(f"{name}[{key}]", each)
    elif isinstance(value, list | tuple):
        for key, each in enumerate(value):
            yield from _inside(f"{name}[{key}]", each)


def attacks(expression: re.Pattern[str], size: int) -> Iterator[str]:
    """Strings of some `size` characters: each repetition's body over and over, behind what leads to it, and with an end that
    makes the expression go back."""
    tree = parser.parse(expression.pattern, expression.flags)
    seen: set[str] = set()
    for lead, body in _pumps(tree, ""):
        for unit in (body, lead + body):
            for made in (lead + unit * (size // len(unit)), unit * (size // len(unit))):
                for end in ("", "\0", "\n\n"):
                    if made + end not in seen:
                        seen.add(made + end)
                        yield made + end


def _pumps(tree: object, lead: str) -> Iterator[tuple[str, str]]:
    """(what leads to it, its body) of each unbounded repetition, and of any two characters that one may match."""
    for code, argument in tree:  # type: ignore[attr-defined]
        if code in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = argument
            if most > 20:
                for sample in _samples(body):
                    yield lead, sample
            yield from _pumps(body, lead)
        elif code is sre.SUBPATTERN:
            yield from _pumps(argument[3], lead)
        elif code is sre.ATOMIC_GROUP:
            yield from _pumps(argument, lead)
        elif code is sre.BRANCH:
            for option in argument[1]:
                yield from _pumps(option, lead)
        elif code in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _pumps(argument[1], lead)
        lead += _sample([(code, argument)])


def _samples(body: object) -> Iterator[str]:
    """Some strings that a body matches: its usual one, one of each alternative, and of each kind of character."""
    found = {_sample(body, pick) for pick in range(6)}
    yield from sorted(each for each in found if each)


def _sample(tree: object, pick: int = 0) -> str:
    """A string that a tree matches; pick: which of its alternatives and characters."""
    made = ""
    for code, argument in tree:  # type: ignore[attr-defined]
        if code is sre.LITERAL:
            made += chr(argument)
        elif code in (sre.NOT_LITERAL, sre.ANY, sre.IN, sre.CATEGORY):
            fitting = [each for each in _ALPHABET if _fits(code, argument, each)] or _listed(code, argument)
            made += fitting[pick % len(fitting)] if fitting else ""
        elif code in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            made += _sample(argument[2], pick) * max(argument[0], 1)
        elif code is sre.SUBPATTERN:
            made += _sample(argument[3], pick)
        elif code is sre.ATOMIC_GROUP:
            made += _sample(argument, pick)
        elif code is sre.BRANCH:
            made += _sample(argument[1][pick % len(argument[1])], pick)
    return made


def _fits(code: object, argument: object, character: str) -> bool:
    built = parser.SubPattern(parser.State(), [(code, argument)])
    return re._compiler.compile(built).match(character) is not None  # type: ignore[attr-defined]


def _listed(code: object, argument: object) -> list[str]:
    return [chr(value) for kind, value in argument if kind is sre.LITERAL] if code is sre.IN else []  # type: ignore[attr-defined]


def seconds(expression: re.Pattern[str], text: str) -> float:
    start = time.process_time()
    for _ in expression.finditer(text):
        pass
    return time.process_time() - start


def drafts(size: int) -> Iterator[tuple[str, str]]:
    """(name, text) of drafts of some `size` characters that hold an attack in a place that a reader looks at."""
    seen: set[str] = set()
    for expression in expressions().values():
        found = {text[:500] for text in attacks(expression, 500)}
        for attack in heapq.nlargest(2, found, partial(seconds, expression)):
            lead, body = attack[:30], attack[60:120] or attack
            for text in {attack * (size // len(attack)), lead + body * (size // len(body))} - seen:
                seen.add(text)
                for suffix, places in _PLACES.items():
                    for place in places:
                        yield f"draft{suffix}", place.format(text)


def _print_slow_drafts(size: int) -> None:
    for name, text in drafts(size):
        start = time.process_time()
        with contextlib.suppress(ReadError):
            readers.decode(text.encode("utf-8", "surrogatepass"), name)
        if (taken := time.process_time() - start) > 1:
            print(f"{taken:8.3f} s: {name} of {text[:60]!r}", flush=True)


def main() -> None:
    """With --drafts and a size: see above. With one size: meet every attack once. With two: print the expressions whose time
    grows faster than the size."""
    if sys.argv[1:2] == ["--drafts"]:
        _print_slow_drafts(int(sys.argv[2]))
        return
    sizes = [int(size) for size in sys.argv[1:]] or [500, 2_000]
    for name, expression in expressions().items():
        least, *most = [
            max(((seconds(expression, text), text[:40]) for text in attacks(expression, size)), default=(0.0, ""))
            for size in sizes
        ]
        for longest, text in most:
            growth = longest / max(least[0], 1e-5) / (sizes[1] / sizes[0])
            if growth > 1.8 and longest > 0.001:
                print(f"{longest:8.3f} s, {growth:5.1f} times a linear growth: {name} on {text!r}", flush=True)


if __name__ == "__main__":
    main()
