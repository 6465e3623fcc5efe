"""Every target of `fuzz` on its corpus and on some thousand inputs, always the same ones."""

import os

import pytest
from fuzz.targets import TARGETS, Target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
smoke = settings(
    max_examples=int(os.environ.get("CLAIMLINT_EXAMPLES", "150")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def inputs(name: str, target: Target) -> st.SearchStrategy[bytes]:
    """Words of the target, any bytes, and pieces of the corpus with words in between."""
    words = st.sampled_from(target.words).map(lambda word: word.encode("utf-8", "surrogatepass"))
    pieces = [data[at : at + 40] for data in target.corpus(name) for at in range(0, len(data), 20)] or [b""]
    parts = st.one_of(words, words, st.sampled_from(pieces), st.binary(max_size=8))
    whole = st.sampled_from(target.corpus(name) or [b""])
    spliced = st.builds(
        lambda data, at, cut, new: data[:at] + new + data[at + cut :],
        whole, st.integers(0, 2000), st.integers(0, 20), st.lists(parts, max_size=3).map(b"".join),
    )  # fmt: skip
    return st.one_of(st.lists(parts, max_size=25).map(b"".join), spliced)


@pytest.mark.parametrize("name", TARGETS)
def test_corpus(name: str) -> None:
    found = TARGETS[name].corpus(name)
    assert found, "a target needs inputs to start from"
    for data in found:
        TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_only_what_is_promised_comes_out(name: str) -> None:
    target = TARGETS[name]

    @given(inputs(name, target))
    @smoke
    def run(data: bytes) -> None:
        target.run(data)

    run()
