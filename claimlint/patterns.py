"""The pattern language of packs: tokens, inflection, compilation and matching, without spaCy.

A pattern is a row of elements separated by spaces; tokens are compared in lower case, hyphens count as spaces,
typographic apostrophes as plain ones:

    word        the word in any regular or common irregular inflection (treat, treats, treated, treating)
    =word       this form only
    {LIST}      any term of the list, the longest included
    #           a number, in digits or words
    ~           filler inside a noun phrase: up to 6 words that are no verb of ours, pronoun, preposition or mark
    *  **       a gap of up to 3, up to 8 tokens that does not cross ; : . ! ? or a dash
    ,  :  %  …  the mark itself
    (a b|c)     alternatives;  x?  (a b)?  optional
    ^  $        start and end of the sentence

Matching walks sets of positions, so its time is linear in the sentence for each pattern whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, TypeVar

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?![^\W_])|[^\W_]+(?:'[^\W_]+)*|[^\w\s]|_")
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
_PLAIN = re.compile(r"(?!.*cannot)[a-z ]+", re.IGNORECASE | re.ASCII)
"""Terms whose tokens are their words."""
_CLITICS = {"'ll": "will", "'re": "are", "'ve": "have", "'m": "am", "'d": "would", "'s": "'s"}
_STEMS = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_NUMBER_WORDS = frozenset(
    (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half dozen"
    ).split()
)
_BARRIERS = frozenset(";:.!?—–|")
# what a noun phrase and its adverbs never hold: marks, pronouns, relatives, prepositions, conjunctions, auxiliaries
_NOT_FILLER = _BARRIERS | frozenset(
    (
        ', ( ) " [ ] i you he she it we they me him us them who whom which that what whether when where while if '
        "because although though unless until since than but or so yet in on at by from with without for to into onto "
        "about between through during before after against over under within upon via per like as not never no nor "
        "cannot can could may might must shall should will would is are was were be been being am do does did has "
        "have had hardly barely scarcely rarely seldom"
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


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a sentence: its normal form and its place in the text it was cut from."""

    form: str
    start: int
    end: int


def tokenize(text: str, at: int = 0) -> list[Token]:
    """Cut text into tokens; hyphens between word characters vanish, contractions become two tokens.

    `at` is added to all offsets.
    """
    tokens: list[Token] = []
    folded = fold(text)
    for match in _TOKEN.finditer(folded):
        form, start, end = match.group(), match.start(), match.end()
        if form == "-" and start > 0 and end < len(folded) and folded[start - 1].isalnum() and folded[end].isalnum():
            continue
        tokens.extend(_split(form, at + start, at + end))
    return tokens


def _split(form: str, start: int, end: int) -> Iterator[Token]:
    """Cut contractions: isn't → is, not; we'll → we, will; cannot → can, not."""
    if form == "cannot":
        yield from (Token("can", start, start + 3), Token("not", start + 3, end))
        return
    if form.endswith("n't"):
        stem = form[:-3]
        if stem:
            yield Token(_STEMS.get(stem, stem), start, end - 3)
        yield Token("not", end - 3, end)
        return
    cut = form.rfind("'")
    clitic = _CLITICS.get(form[cut:]) if cut > 0 else None
    if clitic is None:
        yield Token(form, start, end)
        return
    yield Token(form[:cut], start, start + cut)
    yield Token(clitic, start + cut, end)


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


def third_person(form: str, bases: Iterable[str]) -> str:
    """The base whose third person singular a form is (relieves → relieve), or ""."""
    for base in bases:
        regular = {base + "s", base + "es", *([base[:-1] + "ies"] if base.endswith("y") else [])}
        if form != base and form in regular & inflect(base):
            return base
    return ""


# ---------------------------------------------------------------------------------------------------------- syntax


class PatternSyntaxError(ValueError):
    """A pattern cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Word:
    base: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    most: int
    filler: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    start: bool


@dataclass(frozen=True, slots=True)
class Number:
    pass


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[tuple[Element, ...], ...]
    optional: bool = False


Element = Word | Slot | Gap | Edge | Number | Choice

_LEX = re.compile(r"\{[A-Z][A-Z_0-9]*\}\??|\*\*|[*~^$]|#\??|[()|]\??|=?[^\s()|{}~*^$#]+|\S")
_MAX_DEPTH = 20


@cache
def parse(pattern: str) -> tuple[tuple[Element, ...], ...]:
    """Read a pattern into its alternatives.

    Raises:
        PatternSyntaxError: unbalanced brackets, or too many in each other; an empty alternative; no word or list at all.
    """
    lexemes = _LEX.findall(pattern)
    options, rest = _alternatives(lexemes, 0, pattern)
    if rest != len(lexemes):
        raise PatternSyntaxError(f"unbalanced “)” in “{pattern}”")
    for option in options:
        if not any(isinstance(element, Word | Slot | Number | Choice) for element in option):
            raise PatternSyntaxError(f"“{pattern}” holds no word and no list, so it would match anything")
    return options


def _alternatives(
    lexemes: list[str], at: int, pattern: str, depth: int = 0
) -> tuple[tuple[tuple[Element, ...], ...], int]:
    if depth > _MAX_DEPTH:
        raise PatternSyntaxError(f"more than {_MAX_DEPTH} brackets in each other")
    options: list[tuple[Element, ...]] = []
    row: list[Element] = []
    while at < len(lexemes):
        lexeme = lexemes[at]
        if lexeme in (")", ")?"):
            break
        at += 1
        if lexeme == "|":
            options.append(tuple(row))
            row = []
        elif lexeme == "(":
            inner, at = _alternatives(lexemes, at, pattern, depth + 1)
            if at >= len(lexemes):
                raise PatternSyntaxError(f"“(” is not closed in “{pattern}”")
            row.append(Choice(inner, optional=lexemes[at] == ")?"))
            at += 1
        else:
            row.extend(_elements(lexeme))
    options.append(tuple(row))
    if not all(options):
        raise PatternSyntaxError(f"an alternative is empty in “{pattern}”")
    return tuple(options), at


_SIMPLE: Mapping[str, Element] = {
    "*": Gap(3), "**": Gap(8), "~": Gap(6, filler=True), "^": Edge(True), "$": Edge(False), "#": Number(),
}  # fmt: skip


@cache
def _elements(lexeme: str) -> tuple[Element, ...]:
    if lexeme in _SIMPLE:
        return (_SIMPLE[lexeme],)
    optional = lexeme.endswith("?") and len(lexeme) > 1
    text = lexeme[:-1] if optional else lexeme
    row: tuple[Element, ...]
    if text == "#":
        row = (Number(),)
    elif text.startswith("{"):
        if not text.endswith("}") or len(text) < 3:
            raise PatternSyntaxError(f"“{lexeme}” is no list name: write {{UPPER_CASE}}")
        row = (Slot(text[1:-1]),)
    else:
        exact = text.startswith("=") and len(text) > 1
        row = tuple(Word(token.form, exact) for token in tokenize(text[1:] if exact else text))
    return (Choice((row,), optional=True),) if optional else row


def slots(options: Iterable[Sequence[Element]]) -> Iterator[str]:
    """The names of the lists that a parsed pattern asks for."""
    for option in options:
        for element in option:
            if isinstance(element, Slot):
                yield element.name
            elif isinstance(element, Choice):
                yield from slots(element.options)


# --------------------------------------------------------------------------------------------------------- lexicon


@dataclass(slots=True)
class Lexicon:
    """All words that patterns and lists know, and the lists as one tree of words.

    bases: form → the base words it may be an inflection of. Terms are looked up base by base, so that a term of
    n words costs n nodes however its words inflect.
    """

    bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)

    def learn(self, word: str) -> None:
        if word in self.bases.get(word, ()):
            return
        for form in inflect(word):
            known = self.bases.get(form, ())
            if word not in known:
                self.bases[form] = (*known, word)

    def add_term(self, name: str, term: str) -> None:
        plain = term.lower().split() if _PLAIN.fullmatch(term) else ()
        node = self.terms
        for word in plain or [token.form for token in tokenize(term)]:
            self.learn(word)
            node = node.setdefault(word, {})
        node.setdefault("", set()).add(name)  # "" holds the lists that end here


NOUNS = frozenset({"MUNDANE"})
"""Lists of things: their terms have plurals, but no past or progressive forms."""


Found = TypeVar("Found")


@dataclass(slots=True)
class Text:
    """A sentence made ready for matching.

    tags: token index → list name → the ends (exclusive) of its terms that start there. at: key → the token indexes
    where it stands; keys are base words, "=form", "{LIST}" and "#" for numbers. lead: how many tokens in front were
    borrowed from what introduces the sentence (a table's header, a list's lead-in); they have no width. known: what was
    found out about the sentence alone, by who asked (see `once`).
    """

    tokens: list[Token]
    tags: list[dict[str, list[int]]]
    at: dict[str, set[int]]
    lead: int = 0
    known: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, asker: Hashable, find: Callable[[Text], Found]) -> Found:
        """What `find` makes of this sentence, worked out the first time only. It may look at nothing but the sentence, and
        nobody may change what it returns: whoever asks next gets the same."""
        if asker not in self.known:
            self.known[asker] = find(self)
        found: Found = self.known[asker]
        return found

    @classmethod
    def of(cls, tokens: list[Token], lexicon: Lexicon, *, lead: Sequence[str] = ()) -> Text:
        """lead: normal forms of borrowed tokens, put in front."""
        if lead and tokens:
            tokens = [*(Token(form, tokens[0].start, tokens[0].start) for form in lead), *tokens]
        bases = [lexicon.bases.get(token.form, ()) for token in tokens]
        at: dict[str, set[int]] = {}
        tags: list[dict[str, list[int]]] = []
        for index, token in enumerate(tokens):
            found: dict[str, list[int]] = {}
            _walk(lexicon.terms, tokens, bases, index, found)
            tags.append(found)
            number = ("#",) if is_number(token.form) else ()
            for key in (*bases[index], "=" + token.form, *(f"{{{name}}}" for name in found), *number):
                at.setdefault(key, set()).add(index)
        return cls(tokens, tags, at, len(lead))


def _walk(
    node: dict[str, Any], tokens: list[Token], bases: list[tuple[str, ...]], at: int, found: dict[str, list[int]]
) -> None:
    if at >= len(bases):
        return
    form = tokens[at].form
    for base in bases[at]:
        child = node.get(base)
        if child is None:
            continue
        for name in child.get("", ()):
            if name in NOUNS and form.endswith(("ed", "ing")) and not base.endswith(("ed", "ing")):
                continue  # documented, tired: no document, no tire
            ends = found.setdefault(name, [])
            if at + 1 not in ends:
                ends.append(at + 1)
        _walk(child, tokens, bases, at + 1, found)


def is_number(form: str) -> bool:
    return form[0].isdigit() or form in _NUMBER_WORDS


# -------------------------------------------------------------------------------------------------------- matching

Step = Callable[[Text, set[int]], set[int]]
"""From the token indexes reached before an element to those reached after it."""


def _step(element: Element) -> Step:
    match element:
        case Word() | Number():
            return _word_step(_key(element))
        case Slot(name):
            return _slot_step(name)
        case Gap(most, filler):
            return _gap_step(most, _NOT_FILLER if filler else _BARRIERS)
        case Choice(options, optional):
            return _choice_step([[_step(part) for part in option] for option in options], optional)
        case Edge(True):
            return lambda text, positions: {at for at in positions if _only_marks(text.tokens[:at])}
        case Edge(False):
            return lambda text, positions: {at for at in positions if _only_marks(text.tokens[at:])}
    raise AssertionError(element)


def _key(element: Word | Slot | Number) -> str:
    if isinstance(element, Word):
        return "=" + element.base if element.exact else element.base
    return f"{{{element.name}}}" if isinstance(element, Slot) else "#"


def _word_step(key: str) -> Step:
    def step(text: Text, positions: set[int]) -> set[int]:
        there = text.at.get(key)
        return {at + 1 for at in positions & there} if there else set()

    return step


def _slot_step(name: str) -> Step:
    def step(text: Text, positions: set[int]) -> set[int]:
        there = text.at.get(f"{{{name}}}")
        return {end for at in positions & there for end in text.tags[at][name]} if there else set()

    return step


def _gap_step(most: int, blocked: frozenset[str]) -> Step:
    def step(text: Text, positions: set[int]) -> set[int]:
        reached = set(positions)
        size = len(text.tokens)
        for at in positions:
            for end in range(at, min(at + most, size)):
                if text.tokens[end].form in blocked:
                    break
                reached.add(end + 1)
        return reached

    return step


def _choice_step(options: Sequence[Sequence[Step]], optional: bool) -> Step:
    def step(text: Text, positions: set[int]) -> set[int]:
        reached = set(positions) if optional else set()
        for option in options:
            inner = positions
            for part in option:
                inner = part(text, inner)
                if not inner:
                    break
            reached |= inner
        return reached

    return step


def _only_marks(tokens: Iterable[Token]) -> bool:
    """Whether nothing but quotes, dashes, bullets and full stops stands there."""
    return all(not token.form[0].isalnum() for token in tokens)


class Pattern:
    """One alternative of a written pattern, ready to match; `key` is what the owner wants back.

    required: sets of keys of each of which one must occur in the sentence. first: keys of which one must stand where
    the match starts, empty if any place may start it.
    """

    def __init__(self, elements: Sequence[Element], key: object, source: str) -> None:
        self.key, self.source, self._elements = key, source, elements
        self._core = len(elements)
        while isinstance(elements[self._core - 1], Gap):
            self._core -= 1
        self.required = _required(elements)
        self.first = _first(elements)

    @cached_property
    def _steps(self) -> list[Step]:
        """Built when the pattern is first tried: most patterns never are."""
        return [_step(element) for element in self._elements]

    def match(self, text: Text, start: int) -> int:
        """The end (exclusive) of the longest match that starts at token `start`, or -1."""
        return self._end(self._steps, text, start)

    def core(self, text: Text, start: int) -> int:
        """The end of the match without a gap that closes the pattern: what is said for certain."""
        return self._end(self._steps[: self._core], text, start)

    @staticmethod
    def _end(steps: Sequence[Step], text: Text, start: int) -> int:
        positions = {start}
        for step in steps:
            positions = step(text, positions)
            if not positions:
                return -1
        return max(positions)


def _required(elements: Sequence[Element]) -> tuple[frozenset[str], ...]:
    """The necessary keys of each element that must be there, rarest first."""
    found = []
    for element in elements:
        if isinstance(element, Word | Slot | Number):
            found.append(frozenset({_key(element)}))
        elif isinstance(element, Choice) and not element.optional:
            options = [_required(option) for option in element.options]
            if all(options):
                found.append(frozenset().union(*(option[0] for option in options)))
    return tuple(sorted(found, key=_cost))


def _cost(keys: frozenset[str]) -> int:
    return sum(10 if key[0] in "{#" else 20 if key in _COMMON else 1 for key in keys)


_COMMON = frozenset(
    "be have do get a an the of in to for with and or not no your our it you we they that this as so 's , % : make more than".split()
)


def _first(elements: Sequence[Element]) -> frozenset[str]:
    keys: set[str] = set()
    for element in elements:
        if isinstance(element, Word | Slot | Number):
            return frozenset(keys | {_key(element)})
        if isinstance(element, Choice):
            options = [_first(option) for option in element.options]
            if not all(options):
                return frozenset()
            keys.update(*options)
            if not element.optional:
                return frozenset(keys)
        elif not isinstance(element, Edge):
            return frozenset()
    return frozenset()


class Matcher:
    """All patterns of a kind as one: only those whose necessary words and lists occur are tried, and only where they
    can start."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._by_key: dict[str, list[Pattern]] = {}

    def add(self, source: str, key: object) -> None:
        for option in parse(source):
            pattern = Pattern(option, key, source)
            for word in words(option):
                self.lexicon.learn(word)
            for necessary in pattern.required[0] if pattern.required else ("",):
                self._by_key.setdefault(necessary, []).append(pattern)

    def matches(self, text: Text) -> list[tuple[object, int, int, Pattern]]:
        """(key, first token, end token, pattern) of every match; of matches of one pattern that overlap, the first."""
        return text.once(self, self._matches)

    def _matches(self, text: Text) -> list[tuple[object, int, int, Pattern]]:
        keys = text.at.keys()
        candidates = {
            id(pattern): pattern
            for key in ("", *keys)
            for pattern in self._by_key.get(key, ())
            if all(not necessary.isdisjoint(keys) for necessary in pattern.required)
        }
        found = []
        for pattern in candidates.values():
            covered = -1
            for start in self._starts(pattern, text):
                if start < covered:
                    continue
                end = pattern.match(text, start)
                if end > start:
                    found.append((pattern.key, start, end, pattern))
                    covered = end
        found.sort(key=lambda match: (match[1], -match[2], match[3].source))
        return found

    @staticmethod
    def _starts(pattern: Pattern, text: Text) -> Iterable[int]:
        if not pattern.first:
            return range(len(text.tokens))
        return sorted(set().union(*(text.at[key] for key in pattern.first if key in text.at)))


def words(option: Sequence[Element]) -> Iterator[str]:
    """The base words of a parsed alternative."""
    for element in option:
        if isinstance(element, Word):
            yield element.base
        elif isinstance(element, Choice):
            for inner in element.options:
                yield from words(inner)
