"""Word documents (.docx): their text in the accepted view, one line a paragraph, and where it stands in the document.

The source of such a draft is no file but this text: a line a paragraph, cell paragraph, note paragraph or alt text,
in reading order, so that a position is a paragraph and a character in it.
"""

from __future__ import annotations

import re
from functools import cached_property
from hashlib import sha256

from claimlint.readers.docx.layout import lay
from claimlint.readers.docx.package import Package
from claimlint.readers.docx.walk import Walk
from claimlint.readers.pieces import Draft
from claimlint.structs import replace
from claimlint.types import Comment, Document, Span

_DASHES = re.compile(r"\s[–—]\s")
_QUOTES = str.maketrans("“”„", '"""')


def read(data: bytes, name: str) -> Document:
    """Raises ReadError if the bytes are no Word document, or one that cannot be trusted."""
    return Manuscript(data).document(name)


class Manuscript:
    """A Word document taken apart: its text, and where in its XML each character stands. Raises ReadError."""

    def __init__(self, data: bytes) -> None:
        self.package = Package(data)
        self.walk = Walk(self.package)
        self._digest = sha256(data).hexdigest()

    @cached_property
    def source(self) -> str:
        return self.walk.source

    def document(self, name: str) -> Document:
        draft = Draft(self.source, name)
        draft.start = 0
        lay(draft, self.walk.steps, self.walk.size)
        draft.comments += [Comment(_typed(text), Span(at, at)) for text, at in self.walk.remarks]
        for at in self.walk.unread:
            draft.problem("a file is embedded here (altChunk); open the document in Word and save it again", at)
        return replace(draft.finish(), digest=self._digest)


def _typed(text: str) -> str:
    """A comment as it was typed, if it is a suppression: Word makes dashes, quotes and capitals of its own."""
    text = text.strip()
    if not text.lower().startswith("claimlint-"):
        return text
    return _DASHES.sub(" -- ", text[0].lower() + text[1:].translate(_QUOTES), count=1)
