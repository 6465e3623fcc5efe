"""HTML documents."""

from __future__ import annotations

from claimlint.readers import frontmatter, markdown
from claimlint.readers.masks import scan
from claimlint.readers.pieces import Draft
from claimlint.readers.tags import Tags
from claimlint.readers.values import settle
from claimlint.readers.weave import Weaver
from claimlint.types import Document


def read(source: str, name: str) -> Document:
    draft = Draft(source, name)
    frontmatter.read(draft)
    scan(draft, "html")
    weaver = Weaver(draft)
    if draft.start < len(source):
        Tags(weaver).feed([(draft.start, len(source))])
    weaver.flush()
    settle(draft, markdown.weave)
    return draft.finish()
