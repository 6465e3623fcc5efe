"""Where sentences end when nothing ends them."""

from claimlint.language.sentences import LONGEST, split


def test_what_never_ends_is_cut_between_words():
    text = "tea " * LONGEST
    cut = [text[start:end] for start, end in split(text)]
    assert max(map(len, cut)) <= LONGEST
    assert " ".join(cut).split() == text.split()


def test_one_endless_word_is_cut_anywhere():
    text = "x" * (2 * LONGEST + 1)
    assert split(text) == [(0, LONGEST), (LONGEST, 2 * LONGEST), (2 * LONGEST, 2 * LONGEST + 1)]


def test_space_around_a_sentence_is_no_part_of_it():
    assert split("  Our tea is warm.  It is green. ") == [(2, 18), (20, 32)]
