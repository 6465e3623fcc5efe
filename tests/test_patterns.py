"""The pattern language: tokens, inflection, matching, complaints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimlint.patterns import Lexicon, Matcher, PatternSyntaxError, Text, fold, inflect, parse, tokenize


def forms(text):
    return [token.form for token in tokenize(text)]


def matched(pattern, text, lists=None):
    lexicon = Lexicon()
    for name, terms in (lists or {}).items():
        for term in terms:
            lexicon.add_term(name, term)
    matcher = Matcher(lexicon)
    matcher.add(pattern, "key")
    ready = Text(text, lexicon)
    return [text[ready.tokens[first].start : ready.tokens[end - 1].end] for _, first, end, _ in matcher.matches(ready)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It isn’t side‑effect‑free.", ["it", "is", "not", "side", "effect", "free", "."]),
        ("We can't, cannot, won't", ["we", "can", "not", ",", "can", "not", ",", "will", "not"]),
        ("it does n't", ["it", "does", "not"]),
        ("You'll lose 14.9% — really", ["you", "will", "lose", "14.9", "%", "—", "really"]),
        ("NAD+ and BPC-157", ["nad", "+", "and", "bpc", "157"]),
        ("CBD’s safe", ["cbd", "'s", "safe"]),
    ],
)
def test_tokens(text, expected):
    assert forms(text) == expected


@given(st.text(max_size=200))
def test_tokens_point_into_the_text_in_order(text):
    assert len(fold(text)) == len(text)
    last = 0
    for token in tokenize(text):
        assert last <= token.start < token.end <= len(text)
        last = token.end


@pytest.mark.parametrize(
    ("word", "some"),
    [
        ("treat", {"treat", "treats", "treated", "treating"}),
        ("cure", {"cures", "cured", "curing"}),
        ("stop", {"stopped", "stopping"}),
        ("remedy", {"remedies"}),
        ("child", {"children"}),
        ("be", {"is", "was", "'s"}),
        ("the", {"the"}),
    ],
)
def test_inflection(word, some):
    assert some <= inflect(word)


LISTS = {"CONDITION": ["depression", "chronic low back pain", "pain"], "TREATMENT": ["ketamine", "red light"]}


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("safe option", "Safe options are safe-option.", ["Safe options", "safe-option"]),
        ("=cures {CONDITION}", "It cured pain, it cures pain", ["cures pain"]),
        (
            "{TREATMENT} ~ treat ~ {CONDITION}",
            "Red-light therapy treats severe chronic low back pain.",
            ["Red-light therapy treats severe chronic low back pain"],
        ),
        ("treat ~ {CONDITION}", "We treat adults with depression.", []),
        (
            "no (known|harmful)? side effect",
            "No known side-effects, no side effect",
            ["No known side-effects", "no side effect"],
        ),
        ("# (%|percent)", "92 percent, ninety %, 14.9%", ["92 percent", "ninety %", "14.9%"]),
        ("^ yes", "“Yes, it does", ["Yes"]),
        ("^ yes", "Oh yes", []),
        ("forever $", "It works forever!", ["forever"]),
        ("cure * forever", "cures it; forever", []),
        ("lift|raise mood", "raises moods", ["raises moods"]),
        ("^ myth #? :", "Myth 2: no", ["Myth 2:"]),
        ("^ myth #? :", "Myth: no", ["Myth:"]),
    ],
)
def test_matching(pattern, text, expected):
    assert matched(pattern, text, LISTS) == expected


@given(st.text(alphabet="ketamin curespi ,.;!?“” —0159%'-", max_size=300))
def test_matching_never_raises(text):
    matched("{TREATMENT} ** (cure|ease)? ~ {CONDITION}", text, LISTS)


@pytest.mark.parametrize("pattern", ["(a", "a)", "a||b", "*", "~", "{lower} x", "()"])
def test_bad_patterns(pattern):
    with pytest.raises(PatternSyntaxError):
        parse(pattern)
