"""The server: what an editor says, put through the linter, and what the editor is told.

One thread checks, one draft after the other, so that the linter has one user; the loop stays free to listen. A check whose
draft has changed meanwhile is given up at its next sentence. Nothing but the protocol is ever written to standard output.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from claimlint import config as configuration
from claimlint import readers
from claimlint.errors import ClaimlintError, ReadError
from claimlint.lsp import actions, complete, drafts, hints, hover, unsaved, waive, worker
from claimlint.lsp.drafts import Checked
from claimlint.lsp.files import File, opened, path_of, uri_of
from claimlint.lsp.positions import Encoding, Source, sound
from claimlint.lsp.projects import Fault, Projects
from claimlint.packs import builtin_names
from claimlint.project import Project, today
from claimlint.structs import Struct, replace
from claimlint.types import Report, Span

DEBOUNCE = 20
"""Milliseconds without a keystroke before a draft is checked."""
_PATIENCE = 0.5
"""Seconds that even a draft whose checks take long waits at most for the next keystroke."""
_WAIT = 5.0
"""Seconds that a request waits for a check that is under way."""
_LONGEST_MESSAGE = 64_000_000
_WATCHED = (
    "**/.claimlint.yml",
    "**/.claimlint.yaml",
    "**/pyproject.toml",
    "**/.claimlint/*",
    "**/*.{yml,yaml,bib}",
)
_KINDS: Mapping[complete.Kind, lsp.CompletionItemKind] = {
    "keyword": lsp.CompletionItemKind.Keyword,
    "rule": lsp.CompletionItemKind.Reference,
    "key": lsp.CompletionItemKind.Property,
    "value": lsp.CompletionItemKind.Value,
    "list": lsp.CompletionItemKind.Constant,
}
_log = logging.getLogger(__name__)
_Value = TypeVar("_Value")


class Settings(Struct, frozen=True):
    """debounce: milliseconds. settled: show settled findings too, as hints. asks: the editor can ask for what a waiver
    needs."""

    debounce: int = DEBOUNCE
    settled: bool = False
    asks: bool = False

    def updated(self, given: object) -> Settings:
        """With what an editor sent, under the names that editors use; what is no such value is left as it was."""
        values = given if isinstance(given, Mapping) else {}
        values = values["claimlint"] if isinstance(values.get("claimlint"), Mapping) else values
        debounce, settled, asks = (values.get(name) for name in ("debounce", "showSettled", "asksForWaivers"))
        return Settings(
            debounce if isinstance(debounce, int) and 0 <= debounce <= 10_000 else self.debounce,
            settled if isinstance(settled, bool) else self.settled,
            asks if isinstance(asks, bool) else self.asks,
        )


class _StaleError(Exception):
    """The draft has changed, or was closed: nobody waits for this check any more."""


class _Protocol(LanguageServerProtocol):
    """pygls's protocol, but the text of open files is kept by the server, with exact positions, and a request that cannot
    be understood is answered."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except Exception as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=JsonRpcInvalidParams.of(error).to_response_error())
            raise

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class Server(LanguageServer):
    """The state of one connection."""

    def __init__(self, version: str, settings: Settings, thread: ThreadPoolExecutor) -> None:
        super().__init__("claimlint", version, protocol_cls=_Protocol)
        self.settings = settings
        self.files: dict[str, File] = {}
        self.checked: dict[str, Checked] = {}
        self.projects = Projects()
        self._offers: dict[str, actions.Offer] = {}
        self._pending: dict[str, asyncio.Task[None]] = {}
        self._costs: dict[str, float] = {}
        self._unseen: set[str] = set()
        self._unread: dict[str, str] = {}
        self._told: set[Fault] = set()
        self._faulty: set[str] = set()
        self._worker = thread

    def report_server_error(self, error: Exception, source: Any) -> None:
        """A message that cannot be understood is no matter for the writer."""
        _log.error("%s: %s", getattr(source, "__name__", source), error)

    async def work(self, task: Callable[[], _Value]) -> _Value:
        """Have the one thread do something that needs a project."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, task)

    def warm(self, folders: Sequence[Path]) -> None:
        """Make the projects of the workspace while the editor still starts."""
        self.projects.folders = list(folders)
        try:
            for folder in folders or [Path.cwd()]:
                self.projects.of(folder / "draft.md")
        except ClaimlintError as error:
            _log.error("%s", error)
        worker.loaded()

    # checking

    def schedule(self, uri: str, *, wait: bool = True, disk: bool = False) -> None:
        """Check a file when the writer pauses; what was planned for it before is off. disk: its file may have changed."""
        if disk:
            self._unseen.add(uri)
        if planned := self._pending.get(uri):
            planned.cancel()
        long = min(self._costs.get(uri, 0.0) / 2, _PATIENCE)
        pause = max(self.settings.debounce / 1000, long) if wait else 0.0
        self._pending[uri] = asyncio.get_running_loop().create_task(self._check_soon(uri, pause))

    def schedule_all(self) -> None:
        for uri in self.files:
            self.schedule(uri, wait=False)

    async def _check_soon(self, uri: str, pause: float) -> None:
        if pause:
            await asyncio.sleep(pause)
        file = self.files.get(uri)
        if file is None:
            return
        try:
            checked = await self.work(partial(self._check, file, self.settings.settled))
        except _StaleError:
            return
        except Exception as error:  # the server outlives whatever a draft does to the linter
            _log.exception("cannot check %s", uri)
            told = drafts.problem(file.source, 1, f"claimlint failed on this file: {error or type(error).__name__}")
            checked = Checked(file, diagnostics=(told,))
        if self.files.get(uri) is file:
            self.checked[uri] = checked
            self._offers.pop(uri, None)
            self._publish(file, checked.diagnostics)
        self._tell_faults()

    def _check(self, file: File, settled: bool) -> Checked:
        """In the worker: all that there is to say about a version of a file."""
        self._pulse(file)
        path = file.path
        if file.uri in self._unseen:
            self._unseen.discard(file.uri)
            self._look_at_disk(file.uri)
        project, fault = self.projects.of(path), self.projects.fault(path)
        if file.is_yaml and path:
            what = unsaved.kind(path, file.source.text, self.projects.all())
            found = unsaved.check(path, file.source.text, what, project) if what else None
            own = [found] if found else [each for each in self.projects.faults() if each.path == path]
            return Checked(file, project, None, tuple(drafts.faults(file.source, own)))
        if not file.is_draft or (project and path and configuration.excludes(project.config, path)):
            return Checked(file)
        if why := self._unreadable(file):
            return Checked(file, project, None, (drafts.problem(file.source, 1, why),))
        if project is None:
            return Checked(file, None, None, (drafts.unusable(file.source, fault),) if fault else ())
        started = time.monotonic()
        report = project.check(sound(file.source.text), file.name, pulse=partial(self._pulse, file))
        self._costs[file.uri] = 0.7 * self._costs.get(file.uri, 0.0) + 0.3 * (time.monotonic() - started)
        checked = Checked(file, project, report)
        return replace(checked, diagnostics=tuple(drafts.diagnostics(checked, settled=settled)))

    def _pulse(self, file: File) -> None:
        if self.files.get(file.uri) is not file:
            raise _StaleError

    def _unreadable(self, file: File) -> str:
        """Why `claimlint check` would not read the draft: it is too large, or its file is no text in UTF-8."""
        size = len(file.source.text)
        if size * 4 > readers.MAX_BYTES and (size := len(sound(file.source.text).encode())) > readers.MAX_BYTES:
            return f"{size:,} bytes, more than the limit of {readers.MAX_BYTES:,}; split it"
        return self._unread.get(file.uri, "")

    def _look_at_disk(self, uri: str) -> None:
        """In the worker: editors show a file that is not UTF-8 all the same."""
        self._unread.pop(uri, None)
        path = path_of(uri)
        if path is None or not path.is_file():
            return
        try:
            readers.load(path)
        except ReadError as error:
            self._unread[uri] = error.message

    async def current(self, uri: str) -> Checked | None:
        """The result for the text as it is now, waiting for the check of it; None if it does not come in time."""
        deadline = time.monotonic() + _WAIT
        while (file := self.files.get(uri)) is not None and time.monotonic() < deadline:
            checked = self.checked.get(uri)
            if checked and checked.file is file:
                return checked
            pending = self._pending.get(uri)
            if pending is None or pending.done():
                return None
            await asyncio.wait([pending], timeout=max(0.01, deadline - time.monotonic()))
        return None

    async def offer(self, checked: Checked) -> actions.Offer:
        """The maker of code actions for a checked draft, kept as long as the draft stays as it is."""
        uri = checked.file.uri
        if uri not in self._offers or self._offers[uri].checked is not checked:
            project, name = checked.project, checked.file.name
            assert project is not None

            def check(text: str) -> Report:
                return project.check(text, name, pulse=partial(self._pulse, checked.file))

            self._offers[uri] = actions.Offer(checked, self.able, check)
        return self._offers[uri]

    # the editor

    @property
    def able(self) -> actions.Abilities:
        workspace, window = self.client_capabilities.workspace, self.client_capabilities.window
        edits = workspace.workspace_edit if workspace else None
        shows = window.show_document if window else None
        return actions.Abilities(
            snippets=bool(edits and edits.snippet_edit_support),
            versioned=bool(edits and edits.document_changes),
            opens=bool(shows and shows.support),
        )

    @property
    def encoding(self) -> Encoding:
        named = self.workspace.position_encoding
        return {"utf-8": "utf-8", "utf-32": "utf-32"}.get(str(getattr(named, "value", named)), "utf-16")  # type: ignore[return-value]

    def _publish(self, file: File, found: Iterable[lsp.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(file.uri, list(found), file.version))

    def _tell_faults(self) -> None:
        """Faults of files that are not open are published there all the same, and each is told once."""
        found = self.projects.faults()
        by_uri: dict[str, list[Fault]] = {}
        for each in found:
            by_uri.setdefault(uri_of(each.path), []).append(each)
        for uri in (self._faulty | set(by_uri)) - set(self.files):
            path = path_of(uri)
            text = _text(path) if path else ""
            told = drafts.faults(Source(text, self.encoding), by_uri.get(uri, ()))
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, told))
        self._faulty = set(by_uri)
        for each in found:
            if each not in self._told:
                message = f"claimlint: {each.path}:{each.line}: {each.message}"
                self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, message))
        self._told = set(found)

    async def reload(self) -> None:
        """Look at the files of all projects again, and check everything if one changed."""
        if await self.work(partial(self.projects.refresh, [file.path for file in self.files.values()])):
            self.schedule_all()
        self._tell_faults()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def serve(version: str, settings: Settings, thread: ThreadPoolExecutor) -> None:
    """Serve one editor on standard input and output until it leaves."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints, prints there
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="claimlint: %(message)s")
    server = made(version, settings, thread)
    server.start_io(_Bounded(sys.stdin.buffer), out)  # type: ignore[arg-type]  # pygls reads lines and bytes only
    sys.stderr.flush()
    os._exit(0 if server.protocol._shutdown else 1)  # the protocol's exit codes; a check under way is given up


class _Bounded:
    """Standard input, from which no header can make the server take all memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        return self._stream.readline(65_536)

    def read(self, size: int) -> bytes:
        if size <= _LONGEST_MESSAGE:
            return self._stream.read(size)
        while size > 0 and (part := self._stream.read(min(size, 1_000_000))):
            size -= len(part)
        return b"null"


def made(version: str, settings: Settings, thread: ThreadPoolExecutor) -> Server:
    """The server with everything that it answers to."""
    server = Server(version, settings, thread)
    _add_life(server)
    _add_files(server)
    _add_answers(server)
    _add_commands(server)
    return server


def _add_life(server: Server) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.settings = server.settings.updated(params.initialization_options)
        uris = [each.uri for each in params.workspace_folders or ()] or ([params.root_uri] if params.root_uri else [])
        folders = [path for uri in uris if (path := path_of(uri))]
        server._worker.submit(server.warm, folders)
        if not server.settings.asks:
            server.command(actions.WAIVE)(partial_command(server, _cannot_ask))

    @server.feature(lsp.INITIALIZED)
    async def initialized(_: lsp.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching and watching.dynamic_registration:
            watchers = [lsp.FileSystemWatcher(glob) for glob in _WATCHED]
            options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
            registration = lsp.Registration("claimlint-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            await server.client_register_capability_async(lsp.RegistrationParams([registration]))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(_: lsp.DidChangeWorkspaceFoldersParams) -> None:
        folders = [path for uri in server.workspace.folders if (path := path_of(uri))]

        def change() -> None:
            server.projects.folders = folders

        await server.work(change)
        await server.reload()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def settings_changed(params: lsp.DidChangeConfigurationParams) -> None:
        server.settings = server.settings.updated(params.settings)
        server.schedule_all()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched_changed(_: lsp.DidChangeWatchedFilesParams) -> None:
        await server.reload()


def _add_files(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        server.files[item.uri] = opened(item.uri, item.language_id, item.version, item.text, server.encoding)
        server.schedule(item.uri, wait=False, disk=True)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        if uri not in server.files:
            _log.error("change of %s, which is not open", uri)
            return
        edits = [_edit(change) for change in params.content_changes]
        server.files[uri] = server.files[uri].changed(params.text_document.version, edits)
        server.schedule(uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def did_save(params: lsp.DidSaveTextDocumentParams) -> None:
        uri = params.text_document.uri
        if uri in server.files:
            server.schedule(uri, wait=False, disk=True)
        await server.reload()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if planned := server._pending.pop(uri, None):
            planned.cancel()
        for kept in (server.files, server.checked, server._offers, server._costs, server._unread):
            kept.pop(uri, None)
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        server._tell_faults()


def _edit(change: lsp.TextDocumentContentChangeEvent) -> tuple[tuple[tuple[int, int], tuple[int, int]] | None, str]:
    if isinstance(change, lsp.TextDocumentContentChangePartial):
        start, end = change.range.start, change.range.end
        return ((start.line, start.character), (end.line, end.character)), change.text
    return None, change.text


def _add_answers(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def on_hover(params: lsp.HoverParams) -> lsp.Hover | None:
        checked = await server.current(params.text_document.uri)
        if checked is None or checked.report is None:
            return None
        at = _offset(checked.file, params.position)
        found = checked.findings_in(Span(at, at))
        if not found:
            return None
        text = server.client_capabilities.text_document
        formats = text.hover.content_format if text and text.hover else None
        markdown = not formats or lsp.MarkupKind.Markdown in formats
        kind = lsp.MarkupKind.Markdown if markdown else lsp.MarkupKind.PlainText
        contents = lsp.MarkupContent(kind, hover.told(found, checked, markdown=markdown))
        return lsp.Hover(contents, drafts.range_of(checked.file.source, found[0].span))

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])
    )
    async def on_code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        only = params.context.only
        if only is not None and not any(str(getattr(kind, "value", kind)) in ("", "quickfix") for kind in only):
            return []
        checked = await server.current(params.text_document.uri)
        if checked is None or checked.report is None:
            return []
        found = checked.findings_in(drafts.span_of(checked.file.source, params.range))
        offer = await server.offer(checked)
        try:
            return await server.work(partial(offer.actions, found, params.context.diagnostics)) if found else []
        except _StaleError:
            return []

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def on_inlay_hint(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        checked = await server.current(params.text_document.uri)
        return hints.hints(checked, drafts.span_of(checked.file.source, params.range)) if checked else []

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=list("-/,{:[")))
    async def on_completion(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        file = server.files.get(params.text_document.uri)
        if file is None:
            return []
        at = _offset(file, params.position)
        options = await server.work(partial(_completed, server, file, at))
        return [_item(file.source, at, option) for option in options]


def _offset(file: File, position: lsp.Position) -> int:
    return file.source.offset((position.line, position.character))


def _completed(server: Server, file: File, at: int) -> list[complete.Option]:
    project, source = server.projects.of(file.path), file.source
    known = _known(project)
    number = Source(source.text, "utf-32").place(at)[0]
    if file.is_yaml and file.path:
        before = source.text[source.bounds(number)[0] : at]
        lines = [source.line(each) for each in range(source.text.count("\n") + source.text.count("\r") + 1)]
        what = unsaved.kind(file.path, source.text, server.projects.all())
        if what == "configuration":
            return complete.configuration(lines, number, before, known)
        return complete.pack(lines, number, before, known) if what == "pack" else []
    return complete.suppression(source.text[max(0, at - 2000) : at], known, today()) if file.is_draft else []


def _known(project: Project | None) -> complete.Known:
    packs = project.linter.packs if project else ()
    return complete.Known(
        project.rules if project else {},
        {*builtin_names(), *(pack.name for pack in packs)},
        {pack.jurisdiction for pack in packs if pack.jurisdiction},
        {name for pack in packs for name in pack.lists},
    )


def _item(source: Source, at: int, option: complete.Option) -> lsp.CompletionItem:
    where = drafts.range_of(source, Span(at - option.replaces, at))
    return lsp.CompletionItem(
        option.text,
        kind=_KINDS[option.kind],
        detail=option.detail or None,
        filter_text=option.text,
        text_edit=lsp.TextEdit(where, option.text),
    )


def partial_command(server: Server, function: Callable[[Server, Mapping[str, Any]], Any]) -> Callable[..., Any]:
    """A command that takes one mapping, whatever an editor sends."""

    async def run(*arguments: Any) -> Any:
        given = arguments[0] if arguments and isinstance(arguments[0], Mapping) else {}
        return await function(server, given)

    return run


async def _cannot_ask(server: Server, asked: Mapping[str, Any]) -> None:
    """An editor that knows nothing of waivers runs this command here."""
    if asked.get("reason") and asked.get("approver"):
        await _add_waiver(server, asked)
        return
    told = waive.in_terminal(asked, path_of(str(asked.get("uri", ""))))
    server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, told))


async def _add_waiver(server: Server, asked: Mapping[str, Any]) -> dict[str, Any]:
    checked = await server.current(str(asked.get("uri", "")))
    if checked is None:
        return _refused(server, "the draft is not open, or is still being checked")
    try:
        done = await server.work(partial(waive.write, asked, checked))
    except ClaimlintError as error:
        return _refused(server, error.message)
    server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, done))
    await server.reload()
    return {"ok": True, "message": done}


def _refused(server: Server, why: str) -> dict[str, Any]:
    server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, f"not waived: {why}"))
    return {"ok": False, "message": why}


def _add_commands(server: Server) -> None:
    server.command(actions.ADD_WAIVER)(partial_command(server, _add_waiver))

    @server.command(actions.OPEN_RULE)
    async def open_rule(*arguments: Any) -> dict[str, Any] | None:
        name, uri = (*map(str, arguments), "", "")[:2]
        project = await server.work(partial(server.projects.of, path_of(uri)))
        rule = project.rules.get(name) if project else None
        if rule is None:
            return None
        if not rule.file:
            where = lsp.ShowDocumentParams(next((each.url for each in rule.basis if each.url), ""), external=True)
        else:
            line = lsp.Position(rule.line - 1, 0)
            where = lsp.ShowDocumentParams(
                uri_of(Path(rule.file)), external=False, take_focus=True, selection=lsp.Range(line, line)
            )
        if server.able.opens and where.uri:
            shown = await server.window_show_document_async(where)
            return {"ok": shown.success, "file": rule.file, "line": rule.line}
        server.window_show_message(
            lsp.ShowMessageParams(lsp.MessageType.Info, f"{name}: {rule.file}:{rule.line}" if rule.file else rule.why)
        )
        return {"ok": False, "file": rule.file, "line": rule.line}

    @server.command("claimlint.text")
    def text(*arguments: Any) -> str | None:
        """What the server takes an open file to be: for tests, and for whoever suspects that it differs."""
        file = server.files.get(str(arguments[0])) if arguments else None
        return file.source.text if file else None
