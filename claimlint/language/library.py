"""A library of works, indexed: by key, by DOI and PMID, by the family name of the first author."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from claimlint.types import Work

KEY = re.compile(r"(?<![\w@])@(?:\{([^{}\s]+)\}|(\w(?:[:.#$%&\-+?<>~/]?\w)*))")
"""A citation key as Pandoc writes it; punctuation at its end belongs to the sentence, unless the key stands in braces."""
_DOI = re.compile(r"\b10\.\d{4,9}/(?:[^\s\"'<>()\]]|\([^\s\"'<>()\]]*\))+")
_DOI_END = re.compile(r"(?:/(?:full|abstract|pdf|epdf|html|meta)|\.pdf|[?#&]\S*)$")
_MOST_ENDS = 4
_PMID = re.compile(r"\bPMID:?\s*(\d{4,9})\b|\bpubmed(?:\.ncbi\.nlm\.nih\.gov|\.gov)?/(\d{4,9})\b", re.I)
_WORD = re.compile(r"[^\W\d_][\w’'\-]*")
_YEAR = re.compile(r"\b((?:19|20)\d{2})[a-z]?\b")
_PARTICLES = frozenset("van von der den de la le da di del della du dos das ten ter zu af el al bin ibn".split())
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "‐": "-", "‑": "-"})
_NO_NAMES = frozenset(
    "in the see eg reviewed researchers researcher scientists scientist investigators investigator authors author".split()
)


class Cited(NamedTuple):
    """What the library knows of authors and years in a citation: the works that were found, and the names of authors of
    whom it has works, but none of that year."""

    works: tuple[Work, ...]
    misdated: tuple[str, ...]


class Library:
    """Works that citations may resolve to. Costly to make, cheap to ask."""

    def __init__(self, works: Iterable[Work] = ()) -> None:
        self._keys: dict[str, Work] = {}
        self._identified: dict[str, Work] = {}
        self._named: defaultdict[str, list[tuple[frozenset[str], Work]]] = defaultdict(list)
        for work in works:
            self._keys.setdefault(work.key, work)
            for identifier in (work.doi, work.pmid):
                if identifier:
                    self._identified.setdefault(identifier, work)
            words = _words(work.authors[0]) if work.authors else []
            needed = frozenset(word for word in words if word not in _PARTICLES) or frozenset(words)
            for word in words:
                self._named[word].append((needed, work))

    def __bool__(self) -> bool:
        return bool(self._keys)

    def get(self, key: str) -> Work | None:
        return self._keys.get(key)

    def identified(self, text: str) -> Work | None:
        """The first work whose DOI or PMID a text or an URL holds."""
        if not self._identified:
            return None
        candidates = (*_dois(text), *(number for found in _PMID.findall(text) for number in found))
        return next((self._identified[each] for each in candidates if each in self._identified), None)

    def cited(self, text: str) -> Cited:
        """The works meant by authors and years: "(Rossi et al., 2019; Verdi & Bianchi, 2020a)", "Rossi (2019)"."""
        works: list[Work] = []
        misdated: list[str] = []
        known: list[Work] = []
        name = ""
        for part in text.split(";") if self else ():
            raw = [word for word in _WORD.findall(part) if _folded(word).replace(".", "") not in _NO_NAMES]
            if first := next((word for word in raw if word[0].isupper()), ""):
                name, known = first, self._by(first, part)
            if not (years := {int(year) for year in _YEAR.findall(part)}) or not known:
                continue
            found = [work for work in known if work.year in years]
            works += found
            if not found and all(work.year for work in known):
                misdated.append(name)
        return Cited(tuple(dict.fromkeys(works)), tuple(misdated))

    def _by(self, name: str, part: str) -> list[Work]:
        """The works whose first author is the one that this part of a citation begins with."""
        words = set(_words(part))
        return [work for needed, work in self._named.get(_folded(name), ()) if needed <= words]


def keys(text: str) -> list[str]:
    """The citation keys of a text, in order: "[see @rossi2019, p. 3; @verdi2020]"."""
    return [braced or plain for braced, plain in KEY.findall(text)]


def described(work: Work) -> str:
    """A work in a line: "Murrough 2013, Antidepressant efficacy of …. doi:10.1176/…"."""
    head = " ".join(filter(None, (work.authors[0] if work.authors else "", str(work.year or ""))))
    place = f"doi:{work.doi}" if work.doi else f"PMID {work.pmid}" if work.pmid else ""
    title = f"{work.title.rstrip('.')}." if work.title else ""
    return " ".join(filter(None, (f"{head}," if head and title else head, title, place))) or work.key


def doi_of(text: str) -> str:
    """The DOI in a field or an URL, in lower case; "" if there is none."""
    return next(_dois(text), "")


def _dois(text: str) -> Iterator[str]:
    """Each DOI of a text, and what it is without the ends that addresses of publishers put on it."""
    for found in _DOI.findall(unquote(text)):
        doi = found.lower().rstrip(".,;:")
        for _ in range(_MOST_ENDS + 1):
            yield doi
            doi = _DOI_END.sub("", doi).rstrip(".,;:")


def _words(text: str) -> list[str]:
    return [_folded(word) for word in _WORD.findall(text)]


def _folded(word: str) -> str:
    """A name without case, accents and the genitive: Björk’s is bjork."""
    plain = word.casefold().translate(_PLAIN).removesuffix("'s")
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
