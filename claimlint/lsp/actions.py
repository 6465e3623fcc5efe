"""What an editor offers for a finding: a rewrite, a suppression with a reason, a waiver, the rule itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lsprotocol import types as lsp

from claimlint.config import OWN_PACK, covers
from claimlint.lsp import suppress
from claimlint.lsp.drafts import Checked, range_of
from claimlint.settle.suppressions import PLACEHOLDER
from claimlint.structs import Struct, field
from claimlint.types import Finding, Report, Span

WAIVE = "claimlint.waive"
"""Asks for reason and approver: for an editor to implement. Without one the server says how to do it in a terminal."""
ADD_WAIVER = "claimlint.addWaiver"
OPEN_RULE = "claimlint.openRule"


class Abilities(Struct, frozen=True):
    """What the editor can do with an answer. snippets: place the cursor in an edit; versioned: refuse an edit that was
    made for an older text; opens: show a file when asked to."""

    snippets: bool = False
    versioned: bool = False
    opens: bool = False


class Offer(Struct, frozen=True, dict=True):
    """Makes code actions for the findings of a checked draft. check: the settled report of an edited copy of it."""

    checked: Checked
    able: Abilities
    check: Callable[[str], Report]
    _comments: dict[tuple[str, str, bool], suppress.Comment | None] = field(default_factory=dict)

    def actions(self, found: Sequence[Finding], diagnostics: Sequence[lsp.Diagnostic]) -> list[lsp.CodeAction]:
        """For these findings, first what mends them; diagnostics: those of the editor that they are shown as."""
        open_ = [item for item in found if item.status == "open"]
        shown = {str(each.data): each for each in diagnostics if each.data}
        made = [*map(self._rewrite, open_), *(each for item in open_ for each in self._others(item))]
        return [self._marked(action, shown.get(fingerprint)) for fingerprint, action in filter(None, made)]

    @staticmethod
    def _marked(action: lsp.CodeAction, diagnostic: lsp.Diagnostic | None) -> lsp.CodeAction:
        action.diagnostics = [diagnostic] if diagnostic else None
        return action

    def _rewrite(self, item: Finding) -> tuple[str, lsp.CodeAction] | None:
        if not item.rewrite:
            return None
        span, text = item.rewrite.span, item.rewrite.text
        old = self.checked.file.source.text[span.start : span.end].strip()
        title = f"Write “{text}” instead of “{old}”" if text else f"Leave out “{old}”"
        edit = self._edit(lsp.TextEdit(range_of(self.checked.file.source, span), text))
        preferred = item.rewrite.safe or None
        return item.fingerprint, lsp.CodeAction(title, lsp.CodeActionKind.QuickFix, is_preferred=preferred, edit=edit)

    def _others(self, item: Finding) -> Iterator[tuple[str, lsp.CodeAction]]:
        for whole, where in ((False, "on this line"), (True, "in this file")):
            if comment := self._comment(item, whole=whole):
                some = f" (all {comment.muted} findings)" if comment.muted > 1 else ""
                action = lsp.CodeAction(
                    f"Suppress {item.rule} {where}, with a reason{some}",
                    lsp.CodeActionKind.QuickFix,
                    edit=self._insertion(comment),
                )
                yield item.fingerprint, action
        if not covers(OWN_PACK, item.rule):
            path = self.checked.file.path
            if path and path.exists():
                yield (
                    item.fingerprint,
                    self._command(f"Waive {item.rule} here, with an approver", WAIVE, self._place(item)),
                )
            yield (
                item.fingerprint,
                self._command(f"Open the rule {item.rule}", OPEN_RULE, item.rule, self.checked.file.uri),
            )

    def _comment(self, item: Finding, *, whole: bool) -> suppress.Comment | None:
        """Remembered: editors ask again at every move of the cursor."""
        key = (item.rule, item.fingerprint, whole)
        if key not in self._comments:
            find = suppress.in_file if whole else suppress.on_line
            assert self.checked.report
            self._comments[key] = find(item, self.checked.report, self.check)
        return self._comments[key]

    def _place(self, item: Finding) -> dict[str, object]:
        line, _ = self.checked.file.source.place(item.span.start)
        return {
            "uri": self.checked.file.uri,
            "rule": item.rule,
            "sentence": item.sentence,
            "fingerprint": item.fingerprint,
            "line": line + 1,
        }

    @staticmethod
    def _command(title: str, name: str, *arguments: object) -> lsp.CodeAction:
        return lsp.CodeAction(
            title, lsp.CodeActionKind.QuickFix, command=lsp.Command(title, name, arguments=list(arguments))
        )

    def _insertion(self, comment: suppress.Comment) -> lsp.WorkspaceEdit:
        where = range_of(self.checked.file.source, Span(comment.at, comment.at))
        if not (self.able.snippets and self.able.versioned):
            return self._edit(lsp.TextEdit(where, comment.text()))
        head, tail = (_plain(part) for part in (comment.head, comment.tail))
        return self._edit(lsp.SnippetTextEdit(where, lsp.StringValue(f"{head}${{1:{PLACEHOLDER}}}{tail}")))

    def _edit(self, edit: lsp.TextEdit | lsp.SnippetTextEdit) -> lsp.WorkspaceEdit:
        file = self.checked.file
        if self.able.versioned:
            document = lsp.OptionalVersionedTextDocumentIdentifier(file.uri, file.version)
            return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(document, [edit])])
        assert isinstance(edit, lsp.TextEdit)
        return lsp.WorkspaceEdit(changes={file.uri: [edit]})


def _plain(text: str) -> str:
    """Text inside a snippet that stands for itself."""
    return "".join(f"\\{character}" if character in "$}\\" else character for character in text)
