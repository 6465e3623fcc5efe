"""Approval claims against dated data: does the treatment that is named hold the status for the use that is claimed?"""

from __future__ import annotations

from collections.abc import Sequence

from claimlint.find import Hit, Ruleset
from claimlint.patterns import Matcher, Text
from claimlint.types import Treatment

_USES = ("CONDITION", "SYMPTOM")
_POSITIVE = ("approved", "cleared")


def approval(hit: Hit, text: Text, above: Sequence[Text], ruleset: Ruleset) -> tuple[bool, str]:
    """Whether the data bear the claim out, and what they say ("" if they do not know the treatment).

    above: the heading and the sentence before, in which the treatment may be named if the claim's sentence names none.
    All uses that the claim's sentence names must be among those that the treatment holds its status for.
    """
    key = _named(hit, text, above, ruleset.treatments)
    if not key:
        return False, ""
    treatment = ruleset.treatment(key)
    read = (
        f"{treatment.source.title}, read {treatment.source.read}" if treatment.source.read else treatment.source.title
    )
    if treatment.status not in _POSITIVE:
        return False, f"{treatment.name} is {treatment.status} ({read})" + _note(treatment)
    held = [range(first, end) for use, first, end, _ in ruleset.uses.matches(text) if use == key]
    claimed = [
        (index, max(text.tags[index][name]))
        for index in range(hit.first, len(text.tokens))
        for name in _USES
        if name in text.tags[index]
    ]
    outside = [
        " ".join(token.form for token in text.tokens[first:end])
        for first, end in claimed
        if not any(first in use or end - 1 in use for use in held)
    ]
    if held and not outside:
        return True, f"{treatment.name} is {treatment.status} for this use ({read})"
    what = f"for {outside[0]}" if outside else "for a use that is not named here"
    return False, f"{treatment.name} is not {treatment.status} {what} ({read})" + _note(treatment)


def _note(treatment: Treatment) -> str:
    return f": {treatment.note}" if treatment.note else ""


def _named(hit: Hit, text: Text, above: Sequence[Text], treatments: Matcher) -> str:
    """The key of the treatment named nearest before the claim's end, else nearest in what stands above; of names that
    overlap the longest; "" if there is none."""
    for row, end in ((text, hit.last + 1), (text, len(text.tokens)), *((each, len(each.tokens)) for each in above)):
        found = [(stop, stop - first, key) for key, first, stop, _ in treatments.matches(row) if first < end]
        if found:
            best = max(found, key=lambda item: (item[0], item[1]))
            return best[2]
    return ""
