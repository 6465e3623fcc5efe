"""What each hedge and each negation of a sentence governs, word for word. The cases are data: tests/data/scopes.yml."""

from pathlib import Path

import pytest
import yaml

from claimlint.linter import Linter, Options
from claimlint.packs import load_packs

CASES = yaml.safe_load((Path(__file__).parent / "data" / "scopes.yml").read_text("utf8"))
LINTER = Linter(load_packs(["core"]), options=Options(memory=10_000))


def read(marked):
    """The sentence without its marks, the range of its cue and the ranges that the cue governs."""
    plain, opened, cue, governed = "", {}, None, []
    for char in marked:
        if char in "{[":
            opened[char] = len(plain)
        elif char == "}":
            cue = (opened["{"], len(plain))
        elif char == "]":
            governed.append((opened["["], len(plain)))
        else:
            plain += char
    return plain, cue, governed


def mark(sentence, cue):
    """A sentence with its marks, as the cases are written."""
    marks = [("{", cue.start, cue.end), *(("[", start, end) for start, end in cue.scope)]
    # at one place ranges end before others begin, and the wider one begins first and ends last
    places = [(start, 1, start - end, char) for char, start, end in marks]
    places += [(end, 0, end - start, "}" if char == "{" else "]") for char, start, end in marks]
    for at, *_, char in sorted(places, key=lambda place: (place[0], place[1], place[2]), reverse=True):
        sentence = sentence[:at] + char + sentence[at:]
    return sentence


@pytest.mark.parametrize("marked", [case for cases in CASES.values() for case in cases])
def test_governs(marked):
    sentence, place, _ = read(marked)
    _, readings = LINTER.inspect(sentence, "a.txt")
    found = [mark(sentence, cue) for cue in readings[0].cues if (cue.start, cue.end) == place]
    assert found == [marked]
