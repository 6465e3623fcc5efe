"""What a hedge or a negation governs, by syntax.

The recipes follow the annotation of BioScope and the SFU Review corpus as measured there: a cue covers its anchor and
what hangs below and to the right of it, never what is above it, never a clause that precedes it, never a conjunct with
its own subject or its own finite verb (Vincze et al. 2008, BMC Bioinformatics 9 S11:S9; Velldal et al. 2012,
Computational Linguistics 38:2; Özgür & Radev 2009, EMNLP).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from claimlint.language.model import Tree, ancestors, children, subtree

_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass", "expl")
_FINITE = ("VBZ", "VBP", "VBD", "MD")
_APART = frozenset("because since although though whereas while if unless so as but however yet".split())
_RAISING = frozenset(
    (
        "seem seems seemed seeming appear appears appeared appearing tend tends tended happen happens prove proves "
        "proved"
    ).split()
)
_ASIDE = frozenset("advcl prep acl relcl npadvmod appos parataxis dep ccomp advmod".split())
_QUANTIFIERS = frozenset(
    (
        "all every everyone everybody everything each any anyone anybody anything many much more one a an single both "
        "only"
    ).split()
)
_COMPLEMENTS = ("xcomp", "ccomp", "dobj", "prep", "acomp", "attr")
_GLUED = re.compile(r"n\W?t$")
"""A contracted "not" that the parser did not split off ("don\x92t" with an apostrophe of another encoding)."""
_EMPTY_SUBJECTS = frozenset(["nobody", "none", "nothing", "neither", "no-one"])
COPULAS = frozenset("be is are was were 's am been being 're 'm".split())
_LIGHT = frozenset(
    (
        "have has had play plays played show shows showed offer offers offered represent represents be is are was "
        "were 's hold holds"
    ).split()
)


def governed(tree: Tree, first: int, last: int, kind: str) -> set[int]:
    """Indexes of the tokens in the scope of a cue that stands at tokens first..last (inclusive).

    The empty set means that the tree says nothing: the caller falls back to a window.
    """
    head = _root(tree, first, last)
    node = tree[head]
    if kind == "negation":
        return _negated(tree, head, first)
    if kind == "limiter":
        verb = clause_of(tree, head)
        return _clause(tree, verb, 0) | _subject(tree, verb)
    if node.tag == "MD" or node.dep == "aux":
        return _clause(tree, node.head, first) | _passive_subject(tree, node.head)
    if node.tag.startswith("VB"):
        return _hedge_verb(tree, head)
    if node.tag.startswith("RB") or node.dep in ("advmod", "npadvmod"):
        return _adverb(tree, head, first, last)
    if node.tag.startswith("JJ"):
        return _adjective(tree, head, first)
    if node.lower == "whether" and head == 0 and tree[node.head].dep != "advcl":
        return set(range(len(tree)))  # a whether-clause as subject: the sentence says that it is open
    if node.tag == "IN":
        return set(subtree(tree, node.head if node.dep == "mark" else head))
    if node.tag.startswith("NN"):
        return _noun(tree, head)
    return _clause(tree, head, first)


def _root(tree: Tree, first: int, last: int) -> int:
    """The token of the cue that the others hang on; of several, the first."""
    inside = range(first, last + 1)
    return next((index for index in inside if tree[index].head not in inside or tree[index].head == index), first)


def _clause(tree: Tree, verb: int, start: int) -> set[int]:
    """The verb and what hangs on it to the right of `start`, without what asserts by itself."""
    covered = {verb}
    stack = [verb]
    while stack:
        parent = stack.pop()
        for child in children(tree, parent):
            if child < start or not _shares(tree, parent, child, verb):
                continue
            covered.add(child)
            stack.append(child)
    return covered


def _shares(tree: Tree, parent: int, child: int, verb: int) -> bool:
    """Whether a dependent stays under the cue that governs its head."""
    node = tree[child]
    if node.lower in (";", ":", "—", "–"):
        return False
    if node.dep == "conj":
        if not node.tag.startswith(("VB", "MD")) or not tree[parent].tag.startswith(("VB", "MD")):
            return True
        return not _independent(tree, child) and not _contrasted(tree, parent, child)
    if node.dep == "advcl":
        marks = {tree[mark].lower for mark in children(tree, child, "mark", "advmod")}
        return not marks & _APART
    if node.dep in ("ccomp", "parataxis") and parent == verb and child < parent:
        return False
    if node.dep == "relcl" and _comma_before(tree, child):
        return False  # "perhaps you know our market, where our kefir controls asthma"
    # a second main clause after "so" or a comma that the parser hangs below the first as ccomp
    return not (
        node.dep == "ccomp" and tree[parent].dep == "ROOT" and _independent(tree, child) and _comma_before(tree, child)
    )


def _independent(tree: Tree, verb: int) -> bool:
    """Own subject or own finite form: a conjunct that a modal or negation of the first verb does not reach."""
    if children(tree, verb, *_SUBJECTS):
        # "could be simplified and a larger number studied": a bare participle shares the auxiliaries
        return not (tree[verb].tag == "VBN" and not children(tree, verb, "aux", "auxpass"))
    auxiliaries = children(tree, verb, "aux", "auxpass")
    return tree[verb].tag in ("VBZ", "VBD") or any(tree[aux].tag in _FINITE for aux in auxiliaries)


def _contrasted(tree: Tree, parent: int, child: int) -> bool:
    return any(tree[index].lower in ("but", "yet") for index in children(tree, parent, "cc") if index < child)


def _comma_before(tree: Tree, index: int) -> bool:
    left = min(subtree(tree, index))
    return left > 0 and tree[left - 1].lower in (",", ";", "—", "–", ":")


def _subject(tree: Tree, verb: int) -> set[int]:
    return {index for child in children(tree, verb, *_SUBJECTS) for index in subtree(tree, child)}


def _passive_subject(tree: Tree, verb: int) -> set[int]:
    return {index for child in children(tree, verb, "nsubjpass") for index in subtree(tree, child)}


def _hedge_verb(tree: Tree, verb: int) -> set[int]:
    complements = [
        child
        for child in children(tree, verb, "xcomp", "oprd", "acomp", "ccomp", "dobj", "attr", "advcl")
        if child > verb
    ]
    if tree[verb].lower not in _RAISING:
        complements = [child for child in complements if tree[child].dep != "advcl"]
    complements += [
        child for child in children(tree, verb, "prep") if tree[child].lower == "like" and tree[verb].lower in _RAISING
    ]
    covered = {index for child in complements for index in _clause(tree, child, 0)}
    for child in complements:
        covered |= _subject(tree, child) if tree[child].dep == "ccomp" else set()
        covered |= _that_conjuncts(tree, child)
    if tree[verb].tag == "VBN" or tree[verb].lower in _RAISING:
        covered |= _subject(tree, verb)
    if tree[verb].dep == "parataxis" or _aside(tree, verb):
        covered |= set(subtree(tree, tree[verb].head))
    return covered


def _that_conjuncts(tree: Tree, complement: int) -> set[int]:
    """The second of two that-clauses, which the parser hangs on the first or on the verb."""
    siblings = [*children(tree, complement, "conj"), *children(tree, tree[complement].head, "conj")]
    return {
        index
        for child in siblings
        if any(tree[mark].lower == "that" for mark in children(tree, child, "mark"))
        for index in subtree(tree, child)
    }


def _aside(tree: Tree, verb: int) -> bool:
    """A parenthetical such as ", studies suggest," or a sentence-final ", it seems."."""
    own = [index for index in subtree(tree, verb) if tree[index].dep not in ("ccomp", "punct")]
    small = [index for index in own if abs(index - verb) <= 3]
    left, right = min(small, default=verb), max(small, default=verb)
    return (
        left > 0
        and tree[left - 1].lower == ","
        and (right + 1 >= len(tree) or tree[right + 1].lower in (",", ".", "!", "?"))
    )


def _adverb(tree: Tree, adverb: int, first: int, last: int) -> set[int]:
    head = tree[adverb].head
    if head == adverb:
        return set(subtree(tree, adverb))
    if tree[head].tag.startswith("VB"):
        after_comma = first > 0 and tree[first - 1].lower == ","
        if head > first or not after_comma:
            verb = tree[head].head if tree[head].dep in ("aux", "auxpass") else head
            covered = _clause(tree, verb, first if verb > first else verb) | _passive_subject(tree, verb)
            return {index for index in covered if index > first} if tree[verb].lower in COPULAS else covered
        following = [child for child in children(tree, head) if child > last]
        return {index for child in following[:1] for index in subtree(tree, child)}
    return {index for index in subtree(tree, head) if index > last or index == head}


def _adjective(tree: Tree, adjective: int, first: int) -> set[int]:
    node = tree[adjective]
    if node.dep == "amod":
        phrase = set(subtree(tree, node.head))
        verb = tree[node.head].head
        if tree[node.head].dep in ("dobj", "attr") and tree[verb].lower in _LIGHT:
            phrase.add(verb)
        return {index for index in phrase if index >= first or index == verb}
    copula = node.head if node.dep in ("acomp", "oprd") else adjective
    complements = [
        child
        for parent in (adjective, copula)
        for child in children(tree, parent, "xcomp", "ccomp", "advcl")
        if child > adjective
    ]
    covered = {index for child in complements for index in subtree(tree, child)}
    return covered | {adjective} | _subject(tree, copula)


def _noun(tree: Tree, noun: int) -> set[int]:
    covered = {
        index
        for child in children(tree, noun, "acl", "relcl", "ccomp", "prep", "appos")
        for index in subtree(tree, child)
    }
    above = tree[noun].head
    if tree[noun].dep in ("nsubj", "nsubjpass"):
        covered |= {index for child in children(tree, above, "ccomp", "xcomp") for index in subtree(tree, child)}
    return covered | {noun}


def _negated(tree: Tree, head: int, first: int) -> set[int]:
    node = tree[head]
    above = node.head
    if _GLUED.search(node.lower) and not node.tag.startswith(("RB", "VB")):
        above = next((index for index in range(head + 1, len(tree)) if tree[index].tag.startswith("VB")), head)
        return _before_aside(tree, {index for index in _clause(tree, above, first) if index > head}, first)
    if node.lower == "without" or node.dep == "prep":
        return _before_aside(tree, set(subtree(tree, head)) - {head}, first)
    if node.dep == "det" or (node.tag == "DT" and tree[above].tag.startswith("NN")):
        while tree[above].dep in ("poss", "compound", "nmod"):
            above = tree[above].head
        return _negated_phrase(tree, above)
    if node.lower == "nor" and (second := [child for child in children(tree, above, "conj") if child > head]):
        return _before_aside(tree, _clause(tree, second[0], 0) | _subject(tree, second[0]), first)
    if phrase := _contrast(tree, head):
        return phrase
    if node.dep in ("neg", "advmod", "preconj") and tree[above].dep in ("nsubj", "nsubjpass"):
        return _negated_phrase(tree, above)
    if node.lower in _EMPTY_SUBJECTS or node.lower == "one":
        if node.dep in ("pobj", "dative", "dobj") and not children(tree, head):
            return _clause(tree, clause_of(tree, head), 0)  # restores vision to nobody
        return _negated_phrase(tree, head)
    if node.tag.startswith("NN") or (above == head and not node.tag.startswith(("VB", "JJ"))):
        return set(subtree(tree, head))
    if (node.tag.startswith("VB") and node.dep != "aux") or node.tag.startswith("JJ"):
        return _before_aside(tree, _negative_word(tree, head, first), first)
    return _negative_adverb(tree, head, first)


def _negative_word(tree: Tree, head: int, first: int) -> set[int]:
    """What a verb (fail, lack) or an adjective (unable, with its copula) denies."""
    node = tree[head]
    if node.tag.startswith("JJ"):
        return _adjective(tree, head, first) | ({node.head} if tree[node.head].tag.startswith("VB") else set())
    # "cells lacking p53 divide": a verb below "lack" is the parser's mistake
    kinds = ("dobj", "prep") if node.lower.startswith("lack") else _COMPLEMENTS
    return {index for child in children(tree, head, *kinds) if child > head for index in subtree(tree, child)}


def _negative_adverb(tree: Tree, adverb: int, first: int) -> set[int]:
    above = tree[adverb].head
    while tree[above].tag.startswith("RB") and tree[above].head != above:
        if adverb < above < len(tree) - 1 and tree[above + 1].lower == ",":
            return {above}  # not surprisingly, …
        above = tree[above].head  # hardly ever
    if tree[above].lower in _QUANTIFIERS and tree[tree[above].head].tag.startswith("NN"):
        return _negated_phrase(tree, tree[above].head)  # not many people
    if tree[above].dep in ("aux", "auxpass"):
        above = tree[above].head
    if tree[above].tag.startswith(("VB", "MD")) and tree[above].dep != "amod":
        covered = {index for index in _clause(tree, above, first) if index > first} | _passive_subject(tree, above)
        return _before_aside(tree, covered | _indefinite_subject(tree, above), first)
    return {index for index in subtree(tree, above) if index >= first}


def _indefinite_subject(tree: Tree, verb: int) -> set[int]:
    """A subject with a, an or any: "A cure has never been found" denies the cure itself."""
    return {
        index for child in children(tree, verb, "nsubj")
        if any(tree[det].lower in ("a", "an", "any") for det in children(tree, child, "det"))
        for index in subtree(tree, child)
    }  # fmt: skip


def _negated_phrase(tree: Tree, noun: int) -> set[int]:
    """A noun phrase with “no”: as subject it negates its clause, elsewhere itself and what hangs on it."""
    phrase = set(subtree(tree, noun))
    node = tree[noun]
    while node.dep in ("conj", "pobj", "prep") and tree[node.head].dep in ("nsubj", "nsubjpass", "prep", "pobj"):
        noun, node = node.head, tree[node.head]
    if node.dep in ("nsubj", "nsubjpass") and tree[node.head].tag.startswith("VB"):
        phrase |= _clause(tree, node.head, noun)
    return _before_aside(tree, phrase, noun)


def _contrast(tree: Tree, head: int) -> set[int]:
    """The phrase of "X, but not Y, does it": a negation between two subjects denies the second one alone."""
    before = tree[head - 1].lower if head else ""
    if tree[head].lower != "not" or before not in ("but", "and", ",", "("):
        return set()
    if head + 1 < len(tree) and tree[head + 1].lower in _QUANTIFIERS:
        return set()  # "but not everyone recovers"
    above = tree[head].head
    subjects = [above] if tree[above].dep in ("nsubj", "nsubjpass") else children(tree, above, "nsubj", "nsubjpass")
    return next(({i for i in subtree(tree, noun) if i > head} for noun in subjects if noun > head), set())


def _before_aside(tree: Tree, covered: set[int], first: int) -> set[int]:
    """Without what a comma or bracket sets apart behind the cue (", suggesting …", ", which …", ", unlike …"): it comments
    on the denial or asserts by itself."""
    trailing = {
        index for root in covered
        if tree[root].head in covered and _set_apart(tree, root, first)
        for index in subtree(tree, root)
    }  # fmt: skip
    return covered - trailing


def _set_apart(tree: Tree, root: int, first: int) -> bool:
    node, left = tree[root], min(subtree(tree, root))
    if node.dep == "conj":  # "no effect on X but increases Y": a verb that the parser hangs on a noun
        joined = {tree[index].lower for index in children(tree, node.head, "cc")}
        return node.tag in ("VBD", "VBZ", "VBP") and tree[node.head].tag.startswith("NN") and "or" not in joined
    apart = _comma_before(tree, root) or (left > 0 and tree[left - 1].lower in ("(", "--"))
    return apart and node.dep in _ASIDE and left - 1 > first


def clause_of(tree: Tree, index: int) -> int:
    """The verb of the clause that a token belongs to (the root where there is none)."""
    if _heads_clause(tree, index):
        return index
    last = index
    for last in ancestors(tree, index):
        if _heads_clause(tree, last):
            return last
    return last


def _heads_clause(tree: Tree, index: int) -> bool:
    return tree[index].dep in ("ccomp", "advcl", "relcl", "acl", "parataxis", "csubj") or (
        tree[index].dep == "conj" and tree[index].tag.startswith("VB")
    )


def conditional(tree: Tree, indexes: Iterable[int]) -> bool:
    """Whether all tokens stand in a clause with if, whether, unless, in case: asked or supposed, not asserted."""
    return all(any(_supposed(tree, index) for index in (token, *ancestors(tree, token))) for token in indexes)


def _supposed(tree: Tree, verb: int) -> bool:
    return tree[verb].dep != "ROOT" and any(
        tree[mark].lower in ("if", "whether", "unless") for mark in children(tree, verb, "mark")
    )


def has_verb(tree: Tree) -> bool:
    return any(node.tag.startswith("VB") or node.tag == "MD" for node in tree)
