"""Compiled packs on disk, so that a run starts without YAML: JSON, never code, verified against the packs' own content.

A file is named after what was asked for (references to packs, and from where) and holds the digest of every file that
answered; whatever differs now is compiled again. To delete it costs nothing but a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from claimlint import cache
from claimlint.errors import PackError
from claimlint.find import Ruleset, compile_packs
from claimlint.packs import AUTO, Pack, builtin_names, digest, load_packs, name_of
from claimlint.patterns.lexicon import Lexicon
from claimlint.patterns.match import Matcher
from claimlint.structs import Raw, Struct, convert, decode, encode, replace
from claimlint.types import Comment, Finding, Fix, Problem, Report, Rule, Source, Span

if TYPE_CHECKING:
    from claimlint.language.model import Tree

Value = TypeVar("Value")
_TYPES: Mapping[str, Any] = {
    "needs": tuple[tuple[str, ...], bool],
    "examples": dict[str, tuple[str, ...]],
    "basis": tuple[Source, ...],
    "fix": tuple[Fix, ...],
}
"""Of the keys of an override whose values are more than texts."""


class Matched(Struct):
    """What a matcher is made of. sources: of its patterns, each once; rows: the number of the source for the source."""

    sources: list[str]
    rows: list[tuple[int, int, str]]
    bits: dict[str, Raw]


class Sources(Struct):
    """What packs were compiled from. shipped: names of the packs that ship. names: reference → name of the pack. rules: ids
    of all rules. heads: the packs without lists, cues and rules, but with their digests."""

    shipped: list[str]
    names: dict[str, str]
    rules: list[str]
    heads: list[Pack]


class Parts(Struct):
    """What a `Ruleset` is made of, but for the packs."""

    words: set[str]
    asked: set[str]
    terms: dict[str, Raw]
    about: dict[str, frozenset[str]]
    structured: list[tuple[str, dict[str, Any]]]
    matchers: dict[str, Matched]


class Compiled(Struct, frozen=True, dict=True):
    """Packs that were asked for, as they are now. identity: changes when anything does that findings depend on, but for
    the draft and the options of the linter."""

    identity: str
    sources: Sources
    _ruleset: Callable[[], Ruleset]
    _rules: Callable[[], Mapping[str, Rule]]

    @cached_property
    def ruleset(self) -> Ruleset:
        return self._ruleset()

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by id; cheaper than the ruleset where that is not needed."""
        return self._rules()


class _Lazy(dict[str, Any]):
    """Decodes what it is asked for."""

    def __init__(self, raw: Mapping[str, Raw], type_: Any) -> None:
        super().__init__(raw)
        self._type = type_

    def get(self, key: str, default: Any = None) -> Any:
        value = super().get(key, default)
        if isinstance(value, Raw):
            value = self[key] = decode(value, type=self._type)
        return value


def compiled(references: Sequence[str], near: Path, *, keep: bool = True) -> Compiled:
    """The packs that references name, compiled; read from the cache, and written to it, if they may be kept.

    Raises PackError as `load_packs` does.
    """
    name = f"rules-{cache.digest(cache.code(), *references, str(near.absolute()))}.json"
    header, rules, whole, body = _lines(cache.read(name) if keep else b"")
    sources = _current(header)
    if sources is None:
        packs = load_packs(references, near=near, examples=False)
        fresh = compile_packs(packs)
        names = {each: name_of(each, near=near) for each in references if each != AUTO}
        sources = Sources(builtin_names(), names, list(fresh.rules), list(fresh.heads))
        head = encode(sources, enc_hook=str)  # paths
        if keep:
            cache.write(name, b"\n".join([head, encode(fresh.rules), encode(packs, enc_hook=str), _dump(fresh)]))
        return Compiled(cache.digest(cache.code(), head), sources, lambda: fresh, lambda: fresh.rules)

    def again() -> Ruleset:
        cache.file(name).unlink(missing_ok=True)  # it is damaged
        return compile_packs(load_packs(references, near=near, examples=False))

    return Compiled(
        cache.digest(cache.code(), bytes(header)),
        sources,
        lambda: (
            _restored(sources.heads, lambda: _packs(whole) or again().packs, found)
            if (found := _decoded(body, Parts))
            else again()
        ),
        lambda: _decoded(rules, dict[str, Rule]) or again().rules,
    )


def _lines(data: bytes) -> list[memoryview]:
    """The four lines of a file, not copied; empty where there are fewer."""
    view, found, start = memoryview(data), list[memoryview](), 0
    for _ in range(3):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        found.append(view[start:end])
        start = end + 1
    return [*found, view[start:]]


def _decoded(data: bytes | memoryview, type_: type[Value]) -> Value | None:
    try:
        return decode(data, type=type_, dec_hook=_path)
    except (ValueError, RecursionError):
        return None


def _current(header: memoryview) -> Sources | None:
    """What packs were compiled from, if that is what they are now."""
    try:
        sources = decode(header, type=Sources, dec_hook=_path)
    except ValueError:  # never written, or damaged: it is written again
        return None
    try:
        same = sources.shipped == builtin_names() and all(digest(pack.path) == pack.digest for pack in sources.heads)
    except PackError:  # which loading says better
        return None
    return sources if same else None


def parser(results: cache.Results) -> Callable[[Sequence[str]], list[Tree]]:
    """The model's `parse`, which is asked only for sentences whose trees are not kept."""

    def parse(sentences: Sequence[str]) -> list[Tree]:
        from claimlint.language import model  # noqa: PLC0415 - for drafts that need trees

        by = f"{cache.code()} {model.VERSION} {model.DIGESTS} {model.spacy_version()}"
        keys = {text: cache.digest("tree", by, text) for text in sentences}
        kept = {text: data for text, key in keys.items() if (data := results.get(key))}
        trees = {text: tree for text, data in kept.items() if (tree := _decoded(data, model.Tree)) is not None}
        new = [text for text in keys if text not in trees]
        for text, tree in zip(new, model.parse(new) if new else (), strict=True):
            trees[text] = tree
            results.put(keys[text], encode(tree))
        return [trees[text] for text in sentences]

    return parse


class Findings(Struct):
    """What a report on a draft holds beside the draft."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    comments: tuple[Comment, ...]
    packs: frozenset[str]
    empty: bool
    unparsed: tuple[Span, ...]


def dump(report: Report) -> bytes:
    said = (report.findings, report.problems, report.comments)
    return encode(Findings(*said, report.packs, report.empty, report.unparsed))


def report(name: str, source: str, data: bytes) -> Report | None:
    """The report on a draft that was kept, without document and readings; None if it is damaged."""
    try:
        kept = decode(data, type=Findings)
    except ValueError:
        return None
    return Report(
        name,
        source,
        kept.findings,
        kept.problems,
        kept.comments,
        packs=kept.packs,
        empty=kept.empty,
        unparsed=kept.unparsed,
    )


def _restored(heads: Sequence[Pack], packs: Callable[[], Sequence[Pack]], kept: Parts) -> Ruleset:
    lexicon = Lexicon()
    lexicon.words, lexicon.asked, lexicon.terms = kept.words, kept.asked, _Lazy(kept.terms, dict[str, Any])
    found = Ruleset(heads, packs, lexicon)
    found.about, found.structured = kept.about, kept.structured
    for name, matched in kept.matchers.items():
        matcher = getattr(found, name)
        matcher.rows = [(matched.sources[source], option, key) for source, option, key in matched.rows]
        matcher.bits = _Lazy(matched.bits, list[int])
    return found


def _dump(compiled: Ruleset) -> bytes:
    return encode(
        {
            "words": compiled.lexicon.words,
            "asked": compiled.lexicon.asked,
            "terms": compiled.lexicon.terms,
            "about": compiled.about,
            "structured": compiled.structured,
            "matchers": {name: _matched(getattr(compiled, name)) for name in Ruleset.MATCHERS},
        }
    )


def _matched(matcher: Matcher) -> dict[str, Any]:
    sources = {source: number for number, source in enumerate(dict.fromkeys(row[0] for row in matcher.rows))}
    rows = [(sources[source], option, key) for source, option, key in matcher.rows]
    return {"sources": list(sources), "rows": rows, "bits": matcher.bits}


def _packs(whole: memoryview) -> tuple[Pack, ...]:
    """The packs; none if they are damaged."""
    return tuple(
        replace(
            pack,
            overrides={
                name: {key: _change(key, value) for key, value in values.items()}
                for name, values in pack.overrides.items()
            },
        )
        for pack in _decoded(whole, list[Pack]) or ()
    )


def _change(key: str, value: Any) -> Any:
    """What an override puts in the place of a rule's own, as packs have it."""
    plain = tuple(value) if isinstance(value, list) else value
    return convert(value, _TYPES[key]) if key in _TYPES else plain


def _path(type_: type[Value], value: Any) -> Value:
    return type_(value)  # type: ignore[call-arg]
