"""Structure shared by Markdown and HTML: elements open and close, blocks with kinds, leads and marks come out.

Markdown is read as the HTML it means, so that both formats, and HTML inside Markdown, make the same blocks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet

from claimlint.readers.pieces import Draft, Slot, Text, words
from claimlint.structs import Struct, field, replace
from claimlint.types import BlockKind, MarkKind

HEADINGS = {f"h{level}": level for level in range(1, 7)}
# elements of Markdown that HTML has no name for begin with "#"
MUTED = words("nav template noscript svg math pre select datalist object canvas audio video map applet noframes")
_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(HEADINGS, "heading"),
    **dict.fromkeys(("dt", "dd", "summary"), "paragraph"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("caption", "figcaption"), "caption"),
    "#alt": "alt",
    "blockquote": "quote",
    "button": "button",
    "li": "item",
    "#note": "note",
    "title": "title",
}
_MARKS: dict[str, MarkKind] = {
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("del", "s", "strike"), "strike"),
    **dict.fromkeys(("code", "kbd", "samp"), "code"),
}
_LEADS = 8
"""How many blocks introduce an item, beside the one that it stands right below: lists nest without end."""
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_ASIDE = MUTED | {"#alt"}
_CONTAINERS = words("div section article main header footer aside form fieldset figure body dl details table thead tr")
_HELD = MUTED | _LISTS | _KINDS.keys() | _CONTAINERS
_FLOW = words("p legend hr address tbody tfoot html head hgroup search center label option optgroup dialog nav pre") | (
    _HELD - _ASIDE
)
_ENDS_HEADING = frozenset({"p", "section", "article", "table", "blockquote", "dl", *_LISTS, *HEADINGS})
# an opening tag ends these elements, unless one of the bounds stands between
_ENDED_BY: dict[str, tuple[AbstractSet[str], AbstractSet[str]]] = {
    "li": ({"li"}, _LISTS | {"table"}),
    **dict.fromkeys(("dt", "dd"), ({"dt", "dd"}, {"dl", "table"})),
    **dict.fromkeys(("td", "th"), ({"td", "th"}, {"tr", "table"})),
    "tr": ({"tr"}, {"table"}),
    **dict.fromkeys(("tbody", "tfoot"), ({"thead"}, {"table"})),
}


class Table(Struct, eq=False):
    """cells: the first block of the last cell in each column, for cells that reach over several rows."""

    headers: dict[int, Slot] = field(default_factory=dict)
    cells: dict[int, Slot] = field(default_factory=dict)
    rows: int = 0
    column: int = 0
    first: Slot | None = None


class Cell(Struct, frozen=True):
    table: Table
    column: int
    header: bool

    def take(self, slot: Slot) -> None:
        """Let the cell's first block lead those of its row, or of its column if it is a header."""
        self.table.first = self.table.first or slot
        self.table.cells.setdefault(self.column, slot)
        if self.header:
            self.table.headers.setdefault(self.column, slot)


class Scope(Struct, frozen=True):
    """What text becomes where it stands. items: what introduces the items of the list around."""

    kind: BlockKind = "paragraph"
    level: int = 0
    key: str = ""
    leads: tuple[Slot, ...] = ()
    items: tuple[Slot, ...] = ()
    cell: Cell | None = None
    head: bool = False
    muted: bool = False


class Element(Struct, eq=False):
    name: str
    scope: Scope
    flow: bool = False
    mark: MarkKind | None = None
    firm: bool = False
    around: Text | None = None


class Weaver:
    """Follows opening and closing tags and fills the draft with slots.

    firm: the element comes from Markdown, so a stray end tag of HTML cannot close it.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.text: Text = draft.text()
        self._stack = [Element("", Scope(), flow=True, firm=True)]
        self._names: Counter[str] = Counter()
        self._tables: list[Table] = []
        self._last: Slot | None = None  # the block that may introduce what comes next
        self._latest: Slot | None = None
        self._term: Slot | None = None
        self._anchor = ""
        self._anchored = False  # by a block element, whose id an inline element must not replace

    @property
    def scope(self) -> Scope:
        return self._stack[-1].scope

    def open(
        self, name: str, at: int, *, firm: bool = False, target: str = "", key: str = "", anchor: str = "",
        width: int = 1, again: bool = False, kind: BlockKind | None = None,
    ) -> None:  # fmt: skip
        """width, again: columns of a cell, and whether it is the one above reaching down, without text. kind: what the
        element's text is, whatever its name says (a link that is a button)."""
        flow = name in _FLOW or kind is not None
        if flow:
            self.flush()
            self._end_implied(name, at)
        if anchor:
            self._keep_anchor(anchor, flow=flow)
        mark: MarkKind | None = "link" if target else _MARKS.get(name)
        if mark:
            self.text.begin(mark, target, at)
        if firm or mark or kind or name in _HELD:
            scope = self._scope(name, key, width, again) if name in _HELD else self.scope
            if kind:
                scope = replace(scope, kind=kind, leads=(), cell=None)
            element = Element(name, scope, flow, mark, firm)
            if name in _ASIDE:
                element.around, self.text = self.text, self.draft.text()
            self._stack.append(element)
            self._names[name] += 1

    def close(self, name: str, at: int, *, firm: bool = False) -> None:
        if name in _FLOW:
            self.flush()
        if not self._names[name]:
            return
        for index in range(len(self._stack) - 1, 0, -1):
            element = self._stack[index]
            if element.name == name and element.firm == firm:
                self._pop_to(index, at)
                return
            if element.firm and not firm:
                return

    def flush(self) -> None:
        """End the running block, if there is text or a mark in it."""
        if not self.text:
            return
        text, self.text = self.text, self.draft.text()
        scope = self.scope
        if scope.muted:
            return
        clean, pieces, marks = text.finish()
        if not clean:
            if self._latest is not None:
                self._latest.append(marks)
        elif scope.kind == "alt":
            self.draft.slots.append(Slot("alt", clean, pieces, marks))
        else:
            slot = Slot(scope.kind, clean, pieces, marks, self._leads(scope), scope.level, scope.key, self._anchor)
            self._anchor, self._anchored = "", False
            self._last = self._latest = slot
            self.draft.slots.append(slot)
            if scope.cell:
                scope.cell.take(slot)

    def interrupt(self) -> None:
        """Something that is no prose stands here: what came before introduces nothing any more."""
        self.flush()
        self._last = None

    def _scope(self, name: str, key: str, width: int, again: bool) -> Scope:
        scope = self.scope
        if name in MUTED:
            return replace(scope, muted=True)
        if name in _LISTS:
            return replace(scope, items=self._introduction())
        if name == "table":
            self._tables.append(Table())
        elif name == "thead":
            return replace(scope, head=True)
        elif name == "tr" and self._tables:
            table = self._tables[-1]
            table.rows, table.column, table.first = table.rows + 1, 0, None
        elif name in {"td", "th"} and self._tables:
            return self._cell_scope(name, width, again)
        elif name == "#alt":
            return replace(scope, kind="alt")
        elif name in _KINDS:
            return self._block_scope(name, key)
        return scope

    def _cell_scope(self, name: str, width: int, again: bool) -> Scope:
        table = self._tables[-1]
        if again:
            table.first = table.first or table.cells.get(table.column)
        else:
            table.cells.pop(table.column, None)
        cell = Cell(table, table.column, self.scope.head or (name == "th" and table.rows <= 1))
        table.column += width
        self._last = None
        return replace(self.scope, kind="cell", level=0, cell=cell)

    def _block_scope(self, name: str, key: str) -> Scope:
        scope, kind = self.scope, _KINDS[name]
        leads: tuple[Slot, ...] = ()
        if kind == "item":
            leads = scope.items
            kind = "note" if scope.kind == "note" else "item"
        elif name == "dd" and self._term:
            leads = (self._term,)
        self._last = None
        return replace(
            scope, kind=kind, level=HEADINGS.get(name, 0), key=key or scope.key, leads=leads, items=(), cell=None
        )

    def _introduction(self) -> tuple[Slot, ...]:
        scope, last = self.scope, self._last
        if last is not None and last.kind in {"paragraph", scope.kind} and last not in scope.leads:
            return (*scope.leads[:_LEADS], last)
        return scope.leads

    def _leads(self, scope: Scope) -> tuple[Slot, ...]:
        cell = scope.cell
        if cell is None:
            return scope.leads
        if cell.header:
            return ()
        found = (cell.table.headers.get(cell.column), cell.table.first)
        return tuple(slot for slot in found if slot is not None)

    def _introduce(self, element: Element) -> None:
        """Let what was said in a term or a summary lead what comes after it."""
        if element.name == "dt":
            self._term = self._last
        elif element.name == "summary" and self._last and self._stack[-1].name == "details":
            self._stack[-1].scope = replace(self.scope, leads=(self._last,))

    def _keep_anchor(self, anchor: str, *, flow: bool) -> None:
        if flow or not self._anchored or not self._anchor:
            self._anchor, self._anchored = anchor, flow

    def _end_implied(self, name: str, at: int) -> None:
        if self.scope.kind == "heading" and name in _ENDS_HEADING:
            self._end(HEADINGS.keys(), frozenset(), at)
        if name in _ENDED_BY:
            self._end(*_ENDED_BY[name], at)

    def _end(self, names: AbstractSet[str], bounds: AbstractSet[str], at: int) -> None:
        if not any(self._names[name] for name in names):
            return
        for index in range(len(self._stack) - 1, 0, -1):
            element = self._stack[index]
            if element.firm or element.name in bounds:
                return
            if element.name in names:
                self._pop_to(index, at)
                return

    def _pop_to(self, index: int, at: int) -> None:
        while len(self._stack) > index:
            element = self._stack[-1]
            if element.mark:
                self.text.end(element.mark, at)
            if element.flow or element.around is not None:
                self.flush()
            self._stack.pop()
            self._names[element.name] -= 1
            if element.around is not None:
                self.text = element.around
            self._introduce(element)
            if element.name == "table" and self._tables:
                self._tables.pop()
