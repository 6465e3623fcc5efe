"""What a draft is about, and in which voice: is it about health at all, does it address readers or describe?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from claimlint.patterns import Text
from claimlint.structs import Struct

STRONG = frozenset({"CONDITION", "SYMPTOM", "TREATMENT", "SUPPLEMENT"})
"""Lists whose terms make a sentence one about health."""
HEALTH = (
    STRONG
    | {"ADDICTION", "RISK"}
    | {"FUNCTION", "BODYPART", "NAMED_RISK", "SIDE_EFFECT", "FORM", "MEDICINE_RIVAL", "DANGER"}
)
SUBJECT = STRONG | {"FORM", "BODYPART", "FUNCTION", "MEDICINE_RIVAL"}
"""Lists whose terms can be what a claim is about; words for risks alone cannot."""
NAMEABLE = frozenset({"TREATMENT", "SUPPLEMENT", "FORM", "MEDICINE_RIVAL"})
"""Lists whose terms make an everyday word that follows them one about treatment ("the laser route")."""
_ADDRESS = frozenset("you your yours we our ours us i my".split())
_OWN = frozenset(["our", "ours"])
_COMMERCE = frozenset(
    "book buy shop order price pricing clinic appointment consultation call contact subscribe $ € £ ™ ®".split()
)
_WORDING = frozenset(
    "wording phrase phrases word words sentence sentences claim claims copy copywriter copywriters compliance compliant ftc say "
    "saying headline slogan testimonial testimonials disclaimer hedge hedges substantiation".split()
)
SHORT = 150
"""Words below which neither topic nor voice can be estimated: the draft is taken for marketing about health."""
_DENSE = 4
"""Terms that make SHORT words about health by themselves: five times the share that a draft needs."""


class Topic(Struct, frozen=True):
    """health: the draft as a whole is about health. voice: "marketing", or "reference" for text that neither
    addresses readers nor sells (an encyclopaedia, clinical notes), where a described effect is no advertised one.
    certain: the draft is long enough to tell that it is about health. education: it is about wording itself, so that
    what it quotes is mentioned, not claimed."""

    health: bool = True
    voice: str = "marketing"
    certain: bool = False
    education: bool = False

    @property
    def open(self) -> bool:
        """Whether every rule may have something to say."""
        return self.health and self.voice == "marketing"

    def leaves_out(self, about: str, *, healthy: bool) -> bool:
        """Whether a rule about this has nothing to say of a sentence, whatever claim that makes. healthy: whether the sentence
        by itself is about health."""
        if about == "any":
            return False
        return not (self.health or healthy) or (about == "treatment" and self.voice == "reference")


def topic(texts: Sequence[Text]) -> Topic:
    """Estimate topic and voice of a draft from its sentences."""
    words = sum(len(text.forms) for text in texts)
    wording = _said(_WORDING, texts)
    education = wording >= 4 and wording > 0.008 * words
    if words < SHORT:
        return Topic(education=education)
    strong = sum(text.count(STRONG) for text in texts)
    address = _said(_ADDRESS, texts)
    commerce = _said(_COMMERCE, texts)
    reference = address < 0.006 * words and commerce < 0.003 * words
    health = strong > 0.008 * words
    return Topic(health=health, voice="reference" if reference else "marketing", certain=health, education=education)


def advertising(texts: Sequence[Text]) -> Iterator[bool]:
    """Whether each sentence of a draft stands in a passage that advertises, whatever the rest is about: the SHORT words
    around it speak of health and of what is ours."""
    words, strong, own = (
        [0, *accumulate(map(count, texts))]
        for count in (lambda text: len(text.forms), lambda text: text.count(STRONG), lambda text: _said(_OWN, [text]))
    )
    for start, end in pairwise(words):
        middle = (start + end) / 2
        low = max(bisect_right(words, middle - SHORT / 2) - 1, 0)
        high = min(bisect_left(words, middle + SHORT / 2), len(texts))
        yield own[high] > own[low] and strong[high] - strong[low] >= _DENSE


def _said(words: frozenset[str], texts: Sequence[Text]) -> int:
    return sum(sum(map(words.__contains__, text.forms)) for text in texts)
