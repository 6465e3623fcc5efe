"""Words: tokens of a sentence in their normal form, and the forms that a word takes."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from functools import cache
from typing import NamedTuple

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?![^\W_])|[^\W_]+(?:'[^\W_]+)*|[^\w\s-]|_|(?<![^\W_])-|-(?![^\W_])")
"""Hyphens between word characters are no tokens."""
_FOLD = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "\x91": "'",
        "\x92": "'",
        "\x93": '"',
        "\x94": '"',
        "\x96": "–",
        "\x97": "—",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "“": '"',
        "”": '"',
    }
)
_CLITICS = {"'ll": "will", "'re": "are", "'ve": "have", "'m": "am", "'d": "would", "'s": "'s"}
_STEMS = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_NUMBER_WORDS = frozenset(
    (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half dozen"
    ).split()
)
IRREGULAR: Mapping[str, tuple[str, ...]] = {
    line.split()[0]: tuple(line.split()[1:])
    for line in """\
be is are was were been being am 's
have has had having
do does did done doing
go goes went gone going
get gets got gotten getting
feel feels felt feeling
lose loses lost losing
keep keeps kept keeping
leave leaves left leaving
make makes made making
take takes took taken taking
give gives gave given giving
come comes came coming
become becomes became becoming
say says said saying
tell tells told telling
think thinks thought thinking
see sees saw seen seeing
know knows knew known knowing
show shows showed shown showing
find finds found finding
grow grows grew grown growing
regrow regrows regrew regrown regrowing
fall falls fell fallen falling
rise rises rose risen rising
break breaks broke broken breaking
beat beats beating beaten
bring brings brought bringing
buy buys bought buying
build builds built building
rebuild rebuilds rebuilt rebuilding
fight fights fought fighting
hold holds held holding
stand stands stood standing
win wins won winning
begin begins began begun beginning
sleep sleeps slept sleeping
shrink shrinks shrank shrunk shrinking
put puts putting
cut cuts cutting
shut shuts shutting
hurt hurts hurting
let lets letting
set sets setting
reset resets resetting
rid rids ridding
shed sheds shedding
quit quits quitting
draw draws drew drawn drawing
throw throws threw thrown throwing
blow blows blew blown blowing
wake wakes woke woken waking
drive drives drove driven driving
choose chooses chose chosen choosing
freeze freezes froze frozen freezing
speak speaks spoke spoken speaking
write writes wrote written writing
eat eats ate eaten eating
drink drinks drank drunk drinking
run runs ran running
melt melts melted melting molten
prove proves proved proven proving
swear swears swore sworn swearing
wear wears wore worn wearing
overcome overcomes overcame overcoming
undo undoes undid undone undoing
undergo undergoes underwent undergone undergoing
lie lies lied lay lain lying
die dies died dying
tie ties tied tying
pay pays paid paying
lay lays laid laying
send sends sent sending
spend spends spent spending
mean means meant meaning
meet meets met meeting
read reads reading
lead leads led leading
feed feeds fed feeding
bear bears bore borne bearing
stick sticks stuck sticking
strike strikes struck striking
swing swings swung swinging
sink sinks sank sunk sinking
ring rings rang rung ringing
sit sits sat sitting
sell sells sold selling
teach teaches taught teaching
catch catches caught catching
seek seeks sought seeking
withdraw withdraws withdrew withdrawn withdrawing
child children
woman women
man men
person persons
foot feet
tooth teeth
mouse mice
life lives
wife wives
knife knives
leaf leaves
half halves
diagnosis diagnoses
analysis analyses
metastasis metastases
bacterium bacteria
virus viruses
study studies studied studying
datum data
""".splitlines()
}
_ENDINGS = (
    ("ies", ("y",)), ("ied", ("y",)), ("ing", ("", "e")), ("es", ("",)), ("ed", ("",)), ("s", ("",)), ("d", ("",)),
)  # fmt: skip
"""Endings of regular forms, and what stands in their place in the word."""
_UNINFLECTED = frozenset(
    (
        "a an the of in on at by to for from with without and or but not no nor never none than as so if that this "
        "these those it its our your their his her my we you they he she i all any every each more most less least "
        "very too also only just even may might could would should must can will shall than then there here out up "
        "down off over under into onto away back against"
    ).split()
)


def fold(text: str) -> str:
    """Lower-case text with plain apostrophes and hyphens, of the same length, so that offsets stay."""
    folded = text.translate(_FOLD)
    lower = folded.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in folded)


class Token(NamedTuple):
    """A token of a sentence: its normal form and its place in the text it was cut from."""

    form: str
    start: int
    end: int


def tokenize(text: str, at: int = 0) -> list[Token]:
    """Cut text into tokens; hyphens between word characters vanish, contractions become two tokens.

    `at` is added to all offsets.
    """
    tokens: list[Token] = []
    for match in _TOKEN.finditer(fold(text)):
        form, start = match.group(), at + match.start()
        if "'" in form or form == "cannot":
            cut, parts = _split(form)
            middle = start + cut
            places = ((start, middle), (middle, at + match.end()))
            tokens += [Token(part, *place) for part, place in zip(parts, places, strict=True) if part]
        else:
            tokens.append(Token(form, start, at + match.end()))
    return tokens


def forms(text: str) -> list[str]:
    """The normal forms of the tokens of a text, which are cheaper than the tokens."""
    folded = fold(text)
    found = _TOKEN.findall(folded)
    if "'" not in folded and "cannot" not in folded:
        return found
    return [
        part for form in found for part in (_split(form)[1] if "'" in form or form == "cannot" else (form,)) if part
    ]


def _split(form: str) -> tuple[int, tuple[str, ...]]:
    """Cut a contraction: isn't → is, not; we'll → we, will; cannot → can, not. Where, and the parts."""
    if form == "cannot":
        return 3, ("can", "not")
    if form.endswith("n't"):
        return len(form) - 3, (_STEMS.get(form[:-3], form[:-3]), "not")
    cut = form.rfind("'")
    clitic = _CLITICS.get(form[cut:]) if cut > 0 else None
    return (cut, (form[:cut], clitic)) if clitic else (len(form), (form, ""))


@cache
def inflect(word: str) -> frozenset[str]:
    """The word and its regular inflections (plural, third person, past, participle) or listed irregular ones.

    Over-generation ("safed") is harmless: such forms do not occur.
    """
    forms = {word}
    if word in IRREGULAR:
        return frozenset(forms | set(IRREGULAR[word]))
    if len(word) < 3 or not word.isalpha() or word in _UNINFLECTED:
        return frozenset(forms)
    consonant_y = word.endswith("y") and word[-2] not in "aeiou"
    if consonant_y:
        forms |= {word[:-1] + "ies", word[:-1] + "ied", word + "ing"}
    elif word.endswith("e"):
        forms |= {word + "s", word + "d", word[:-1] + "ing"}
        if word.endswith("ee"):
            forms.add(word + "ing")
    else:
        forms.add(word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s"))
        forms |= {word + "ed", word + "ing"}
        if word[-1] not in "aeiouwxyhsc" and word[-2] in "aeiou" and not (len(word) > 3 and word[-3] in "aeiou"):
            forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return frozenset(forms)


@cache
def _irregular() -> Mapping[str, tuple[str, ...]]:
    """Form → the irregular words that it may be a form of."""
    found: dict[str, tuple[str, ...]] = {}
    for word, inflected in IRREGULAR.items():
        for form in inflected:
            found[form] = (*found.get(form, ()), word)
    return found


def bases(form: str, words: Container[str]) -> tuple[str, ...]:
    """Those of the words that a form may be an inflection of (see `inflect`), itself first."""
    near = [form, *_irregular().get(form, ())]
    for ending, put in _ENDINGS:
        if form.endswith(ending):
            stem = form[: -len(ending)]
            near += [stem + each for each in put]
            if len(stem) > 2 and stem[-1] == stem[-2]:
                near.append(stem[:-1])
    return tuple(word for word in dict.fromkeys(near) if word in words and form in inflect(word))


def is_number(form: str) -> bool:
    return form[0].isdigit() or form in _NUMBER_WORDS


def third_person(form: str, bases: Iterable[str]) -> str:
    """The base whose third person singular a form is (relieves → relieve), or ""."""
    for base in bases:
        regular = {base + "s", base + "es", *([base[:-1] + "ies"] if base.endswith("y") else [])}
        if form != base and form in regular & inflect(base):
            return base
    return ""
