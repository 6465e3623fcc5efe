"""The language server through a real client on its standard streams: everything that an editor sees of it."""

import asyncio
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="pygls is not installed: pip install 'claimlint-marketing[lsp]'")

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

PROJECT = Path(__file__).parent.parent
EXAMPLES = PROJECT / "examples" / "drafts"
WAIT = 30
CLAIM = "Our tea cures depression.\n"


class Editor:
    """A client with one server; every call runs the loop until it is answered."""

    def __init__(self, *options, folders=(), encoding="utf-16", initial=None, **able):
        self.loop = asyncio.new_event_loop()
        self.client = LanguageClient("test", "1")
        self.published, self.messages, self.registered, self.shown = [], [], [], []
        self.version = {}
        feature = self.client.feature
        feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(partial(Editor._publish, self))
        feature(lsp.WINDOW_SHOW_MESSAGE)(lambda params: self.messages.append(params.message))
        feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda params: self.registered.extend(params.registrations))
        feature(lsp.WINDOW_SHOW_DOCUMENT)(partial(Editor._show, self))
        self.server = self.run(self._start(options, folders, encoding, initial, able))

    def _publish(self, params):
        self.published.append(params)

    def _show(self, params):
        self.shown.append(params)
        return lsp.ShowDocumentResult(True)

    async def _start(self, options, folders, encoding, initial, able):
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        await self.client.start_io(sys.executable, "-m", "claimlint", "lsp", *options, env=environment)
        edits = lsp.WorkspaceEditClientCapabilities(
            document_changes=able.get("versioned"), snippet_edit_support=able.get("snippets")
        )
        watching = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        capabilities = lsp.ClientCapabilities(
            general=lsp.GeneralClientCapabilities(position_encodings=[lsp.PositionEncodingKind(encoding)]),
            workspace=lsp.WorkspaceClientCapabilities(workspace_edit=edits, did_change_watched_files=watching),
            window=lsp.WindowClientCapabilities(
                show_document=lsp.ShowDocumentClientCapabilities(support=able.get("opens", False))
            ),
        )
        result = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities,
                workspace_folders=[lsp.WorkspaceFolder(each.as_uri(), each.name) for each in folders],
                initialization_options=initial,
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return result

    def run(self, coroutine):
        return self.loop.run_until_complete(asyncio.wait_for(coroutine, WAIT))

    def until(self, found):
        """Listen until something was received; what it returns."""

        async def listen():
            while not (value := found()):
                await asyncio.sleep(0.005)
            return value

        return self.run(listen())

    def listen(self, seconds):
        self.run(asyncio.sleep(seconds))

    def open(self, path, text=None, language="markdown"):
        uri = path if isinstance(path, str) else path.as_uri()
        if not isinstance(path, str) and text is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        text = path.read_bytes().decode("utf8", "replace") if text is None else text
        self.version[uri] = 1
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, language, 1, text)))
        return uri

    def change(self, uri, *changes):
        self.version[uri] += 1
        changes = [
            lsp.TextDocumentContentChangeWholeDocument(each)
            if isinstance(each, str)
            else lsp.TextDocumentContentChangePartial(each[0], each[1])
            for each in changes
        ]
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(self.version[uri], uri), changes)
        )

    def save(self, uri, path=None, text=None):
        if path:
            path.write_text(text, encoding="utf8")
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def close(self, uri):
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def diagnostics(self, uri, version=None):
        """Those of the newest version, or of one."""
        wanted = version or self.version.get(uri)
        return self.until(lambda: [each for each in self.published if each.uri == uri and each.version == wanted])[
            -1
        ].diagnostics

    def settles(self, uri, wanted):
        """Wait until the last diagnostics of a file are as wanted."""

        def last():
            found = [each for each in self.published if each.uri == uri]
            return found and wanted(found[-1].diagnostics) and (found[-1].diagnostics or True)

        return self.until(last)

    def text(self, uri):
        return self.command("claimlint.text", uri)

    def command(self, name, *arguments):
        return self.run(self.client.workspace_execute_command_async(lsp.ExecuteCommandParams(name, list(arguments))))

    def hover(self, uri, line, character):
        params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = self.run(self.client.text_document_hover_async(params))
        return found.contents.value if found else ""

    def actions(self, uri, range_, diagnostics=(), only=None):
        """As plain JSON: the client's own types take an action with a command for the command."""
        context = lsp.CodeActionContext(list(diagnostics), only=only)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), range_, context)
        found = self.run(self.client.text_document_code_action_async(params)) or ()
        return {each.title: each for each in found}

    def completions(self, uri, line, character):
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        return {item.label: item for item in self.run(self.client.text_document_completion_async(params)) or ()}

    def hints(self, uri):
        whole = lsp.Range(lsp.Position(0, 0), lsp.Position(9999, 0))
        params = lsp.InlayHintParams(lsp.TextDocumentIdentifier(uri), whole)
        return self.run(self.client.text_document_inlay_hint_async(params)) or ()

    def watched(self, path):
        event = lsp.FileEvent(path.as_uri(), lsp.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))

    def raw(self, data):
        self.client.protocol.writer.write(data)

    def leave(self):
        async def leave():
            await self.client.shutdown_async(None)
            self.client.exit(None)
            await self.client.stop()
            self.client._server._transport.close()
            return self.client._server.returncode

        code = self.run(leave())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        return code


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def editor(folder):
    editor = Editor(folders=[folder], versioned=True, opens=True)
    yield editor
    assert editor.leave() == 0


@pytest.fixture
def start():
    """Start a server of one's own; it has to leave in order."""
    editors = []
    yield lambda *options, **able: editors.append(Editor(*options, **able)) or editors[-1]
    assert [editor.leave() for editor in editors] == [0] * len(editors)


@pytest.fixture
def draft(editor, folder, request):
    """Open a draft of this text, in a folder of its own; closed in the end."""
    uris = []

    def open_(text, name="draft.md", language="markdown"):
        path = folder / re.sub(r"\W+", "-", request.node.name) / name
        uris.append(editor.open(path, text, language))
        return uris[-1]

    yield open_
    for uri in uris:
        editor.close(uri)


def whole(line=9999):
    return lsp.Range(lsp.Position(0, 0), lsp.Position(line, 0))


def point(line, character):
    return lsp.Range(lsp.Position(line, character), lsp.Position(line, character))


def applied(text, edits, reason=None):
    """The text after edits, whose places are counted in UTF-16."""
    lines = re.split(r"(?<=\n)", text)

    def offset(place):
        line = lines[place.line] if place.line < len(lines) else ""
        column = len(line.encode("utf-16-le")[: 2 * place.character].decode("utf-16-le"))
        return sum(map(len, lines[: place.line])) + column

    for edit in sorted(edits, key=lambda edit: -offset(edit.range.start)):
        new = edit.new_text.replace("REASON", reason) if reason else edit.new_text
        text = text[: offset(edit.range.start)] + new + text[offset(edit.range.end) :]
    return text


def edits(action):
    (document,) = action.edit.document_changes
    return document.edits


# diagnostics


def test_a_finding_as_a_diagnostic(editor, draft):
    uri = draft("# Tea\n\n🍵 Our **tea** cures depression.\n")
    finding = next(each for each in editor.diagnostics(uri) if each.code == "core/cure")
    assert (finding.range.start.line, finding.source) == (2, "claimlint")
    assert finding.severity == lsp.DiagnosticSeverity.Error
    assert "cures depression" in finding.message
    assert finding.code_description.href.startswith("https://")
    assert re.fullmatch("[0-9a-f]{16}", finding.data)
    assert not finding.tags


def test_severities_and_related_places(editor, draft):
    uri = draft("The drip may start late, but our infusion eases depression.\n\nIt is the best of all infusions.\n")
    found = editor.diagnostics(uri)
    related = [info for each in found for info in each.related_information or ()]
    assert any("governs something else" in info.message and info.location.uri == uri for info in related)
    assert {each.severity for each in found} <= {1, 2, 3}


def test_the_examples_are_diagnosed_as_the_command_line_does(editor, draft):
    command = [sys.executable, "-m", "claimlint", "check", "--format", "json", "--fail-on", "never", str(EXAMPLES)]
    run = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    for document in json.loads(run.stdout)["documents"]:
        path = PROJECT / document["path"]
        uri = draft(path.read_text("utf8"), path.name, "html" if path.suffix == ".html" else "markdown")
        wanted = [
            (item["rule"], item["start"]["line"] - 1, item["fingerprint"])
            for item in document["findings"]
            if item["status"] == "open"
        ]
        found = [(each.code, each.range.start.line, each.data) for each in editor.diagnostics(uri)]
        assert sorted(found) == sorted(wanted)


def test_problems_of_a_draft(editor, draft):
    uri = draft("Tea.\n\n<!-- claimlint-disable-line core/cure -->\n")
    (problem,) = editor.diagnostics(uri)
    assert "without a reason" in problem.message
    assert problem.range.start.line == 2


def test_closing_clears(editor, draft):
    uri = draft(CLAIM)
    assert editor.diagnostics(uri)
    editor.close(uri)
    editor.settles(uri, lambda found: not found)


def test_what_is_not_saved_yet(editor):
    uri = editor.open("untitled:Untitled-1", CLAIM)
    assert any(each.code == "core/cure" for each in editor.diagnostics(uri))
    editor.close(uri)
    for language, count in (("plaintext", True), ("python", False)):
        uri = editor.open(f"untitled:Untitled-{language}", CLAIM, language)
        assert any(each.code == "core/cure" for each in editor.diagnostics(uri)) is count
        editor.close(uri)


def test_settled_findings_are_hidden_or_hints(editor, draft):
    text = "<!-- claimlint-disable-next-line core/cure -- a quotation -->\n" + CLAIM
    uri = draft(text)
    assert not any(each.code == "core/cure" for each in editor.diagnostics(uri))
    assert "suppressed" in editor.hover(uri, 1, 10)
    editor.client.workspace_did_change_configuration(
        lsp.DidChangeConfigurationParams({"claimlint": {"showSettled": True}})
    )
    found = editor.settles(uri, lambda found: any(each.code == "core/cure" for each in found))
    assert next(each for each in found if each.code == "core/cure").severity == lsp.DiagnosticSeverity.Hint
    editor.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({"showSettled": False}))
    editor.settles(uri, lambda found: not any(each.code == "core/cure" for each in found))


# text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_encodings(encoding, tmp_path, start):
    """Places before, in and after astral characters, with line ends of all kinds."""
    editor = start(folders=[tmp_path], encoding=encoding)
    assert editor.server.capabilities.position_encoding == encoding
    size = {"utf-8": lambda text: len(text.encode()), "utf-16": lambda text: len(text.encode("utf-16-le")) // 2}.get(
        encoding, len
    )
    lead = "Ça 🍵𝒜 "
    uri = editor.open(tmp_path / "a.md", f"One\u2028line.\r\n\r\n{lead}our tea cures depression.\r\n")
    finding = next(each for each in editor.diagnostics(uri) if each.code == "core/cure")
    assert finding.range.start == lsp.Position(2, size(f"{lead}our "))
    where = lsp.Range(lsp.Position(2, size(lead)), lsp.Position(2, size(f"{lead}our")))
    editor.change(uri, (where, "🫖🫖"), (point(0, size("One\u2028")), "𝒜"))
    assert editor.text(uri) == f"One\u2028𝒜line.\r\n\r\n{lead}🫖🫖 tea cures depression.\r\n"
    editor.change(uri, (lsp.Range(lsp.Position(0, 99), lsp.Position(1, 5)), ""), (point(77, 7), "Ende"))
    assert editor.text(uri) == f"One\u2028𝒜line.\r\n{lead}🫖🫖 tea cures depression.\r\nEnde"
    finding = next(each for each in editor.diagnostics(uri) if each.code == "core/cure")
    assert finding.range.start == lsp.Position(1, size(f"{lead}🫖🫖 "))


def test_an_edit_of_the_whole_and_halves_of_characters(editor, draft):
    uri = draft(CLAIM)
    editor.change(uri, "Tea", (point(0, 3), "\ud83c"), (point(0, 4), "\udf75"))
    assert editor.text(uri) == "Tea🍵"
    editor.change(uri, (point(0, 0), "\ud83c "))
    assert editor.diagnostics(uri) == ()


def test_only_the_newest_version_is_diagnosed(editor, draft):
    uri = draft("Tea.\n")
    editor.diagnostics(uri)
    for _ in range(30):
        editor.change(uri, (point(0, 0), "Our tea cures depression. "))
    assert len(editor.diagnostics(uri)) >= 30
    assert len([each for each in editor.published if each.uri == uri]) < 10


def test_a_stale_check_is_given_up(editor, draft):
    """The check of a long draft does not hold up that of the next version."""
    long = "".join(f"Our tea number {number} cures depression number {number} for all.\n\n" for number in range(6000))
    uri = draft(long)
    editor.listen(0.3)
    started = time.monotonic()
    editor.change(uri, CLAIM)
    assert editor.diagnostics(uri)
    assert time.monotonic() - started < 5
    assert not [each for each in editor.published if each.uri == uri and each.version == 1]


# configuration


def test_workspaces_have_their_own_configurations(tmp_path, start):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, ignored in ((one, "core/cure"), (other, "core/superlative")):
        folder.mkdir()
        (folder / ".claimlint.yml").write_text(f"ignore: [{ignored}]\nexclude: [archive/]\n")
    (other / "deep").mkdir()
    (other / "deep" / ".claimlint.yml").write_text("ignore: [core]\npacks: [core]\n")
    editor = start(folders=[one, other])
    codes = {
        path: {each.code for each in editor.diagnostics(editor.open(path, CLAIM))}
        for path in (one / "a.md", other / "a.md", other / "deep" / "a.md", other / "archive" / "a.md")
    }
    assert "core/cure" not in codes[one / "a.md"]
    assert "core/cure" in codes[other / "a.md"]
    assert codes[other / "deep" / "a.md"] == codes[other / "archive" / "a.md"] == set()
    (later := tmp_path / "later").mkdir()
    event = lsp.WorkspaceFoldersChangeEvent([lsp.WorkspaceFolder(later.as_uri(), "later")], [])
    editor.client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
    assert "core/cure" in {each.code for each in editor.diagnostics(editor.open(later / "a.md", CLAIM))}


def has(code):
    return lambda found: any(each.code == code for each in found)


def lacks(code):
    return lambda found: not any(each.code == code for each in found)


@pytest.fixture
def project(editor, draft, folder, request):
    """A folder with a configuration, and a draft in it: (folder, uri)."""
    root = folder / re.sub(r"\W+", "-", request.node.name)
    root.mkdir()
    (root / ".claimlint.yml").write_text("ignore: [core/superlative]\n")
    uri = draft(CLAIM)
    editor.settles(uri, has("core/cure"))
    yield root, uri
    shutil.rmtree(root)
    editor.watched(root / ".claimlint.yml")


def test_a_changed_configuration_is_read_again(editor, project):
    root, uri = project
    (registered,) = editor.registered
    assert registered.method == lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
    globs = [each["globPattern"] if isinstance(each, dict) else each.glob_pattern for each in _watchers(registered)]
    assert {"**/.claimlint.yml", "**/pyproject.toml", "**/.claimlint/*"} <= set(globs)
    (root / ".claimlint.yml").write_text("ignore: [core/cure]\n")
    editor.watched(root / ".claimlint.yml")
    editor.settles(uri, lacks("core/cure"))
    (root / ".claimlint.yml").unlink()
    (root / "pyproject.toml").write_text('[tool.claimlint]\nseverity = {"core/cure" = "advice"}\n')
    editor.watched(root / "pyproject.toml")
    found = editor.settles(uri, has("core/cure"))
    assert next(each for each in found if each.code == "core/cure").severity == lsp.DiagnosticSeverity.Information


def _watchers(registration):
    options = registration.register_options
    return options["watchers"] if isinstance(options, dict) else options.watchers


def test_an_address_that_is_none_keeps_nothing_from_being_read_again(editor, project):
    root, uri = project
    odd = editor.open("file://[none/tea.md", CLAIM)
    assert "core/cure" in [each.code for each in editor.diagnostics(odd)]
    (root / ".claimlint.yml").write_text("ignore: [core/cure]\n", encoding="utf8")
    editor.watched(root / ".claimlint.yml")
    editor.settles(uri, lacks("core/cure"))
    editor.close(odd)


def test_a_broken_configuration_is_told_once_and_the_last_one_stays(editor, project):
    root, uri = project
    path = root / ".claimlint.yml"
    before = len(editor.messages)
    path.write_text("ignore: [core/superlative]\nfail-on: allways\n")
    editor.save(uri)
    (fault,) = editor.settles(path.as_uri(), bool)
    assert (fault.range.start.line, fault.source) == (1, "claimlint")
    assert "must be one of" in fault.message
    editor.change(uri, CLAIM + CLAIM)
    editor.save(uri)
    assert any(each.code == "core/cure" for each in editor.diagnostics(uri))
    assert len([each for each in editor.messages[before:] if "must be one of" in each]) == 1
    path.write_text("ignore: [core]\n")
    editor.watched(path)
    editor.settles(path.as_uri(), lambda found: not found)
    editor.settles(uri, lacks("core/cure"))


def test_a_configuration_that_never_worked(editor, draft, folder, request):
    root = folder / request.node.name.replace("_", "-")
    root = folder / re.sub(r"\W+", "-", request.node.name)
    root.mkdir()
    (root / ".claimlint.yml").write_text("packs: [nowhere.yml]\n")
    uri = draft(CLAIM)
    (told,) = editor.diagnostics(uri)
    assert "not checked" in told.message
    (info,) = told.related_information
    assert "nowhere.yml" in info.message
    assert info.location.uri == (root / ".claimlint.yml").as_uri()
    (root / ".claimlint.yml").write_text("packs: [core]\n")
    editor.save(uri)
    editor.settles(uri, has("core/cure"))


def test_a_fault_goes_with_its_file(editor, project):
    root, uri = project
    (root / ".claimlint.yml").write_text("nonsense: 1\n")
    editor.save(uri)
    editor.settles((root / ".claimlint.yml").as_uri(), bool)
    (root / ".claimlint.yml").unlink()
    editor.watched(root / ".claimlint.yml")
    editor.settles((root / ".claimlint.yml").as_uri(), lambda found: not found)
    editor.settles(uri, has("core/cure"))


PACK = """\
name: clinic
rules:
  - id: calm
    title: Calm promised
    message: "“{match}” promises calm."
    severity: warning
    match: deep calm
    needs: removal
    why: Nobody can promise calm.
    basis: [{title: House policy}]
    suggest: [may bring some calm]
    examples:
      bad: ["It brings {deep calm}."]
      good: ["It is calm."]
"""


def test_a_pack_is_read_again_and_diagnosed_while_it_is_edited(editor, project):
    root, uri = project
    pack = root / "clinic.yml"
    pack.write_text(PACK)
    (root / ".claimlint.yml").write_text("packs: [core, clinic.yml]\n")
    editor.save(uri)
    editor.change(uri, "Our tea brings deep calm.\n")
    editor.settles(uri, has("clinic/calm"))
    opened = editor.open(pack, language="yaml")
    assert editor.diagnostics(opened) == ()
    editor.change(opened, PACK.replace("severity: warning", "severity: warming"))
    (fault,) = editor.diagnostics(opened)
    assert (fault.range.start.line, "did you mean" in fault.message) == (5, True)
    assert editor.diagnostics(uri)
    editor.change(opened, PACK.replace("deep calm", "great calm"))
    assert editor.diagnostics(opened) == ()
    editor.save(opened, pack, PACK.replace("deep calm", "great calm"))
    editor.settles(uri, lacks("clinic/calm"))
    editor.close(opened)


def test_the_configuration_is_diagnosed_while_it_is_edited(editor, project):
    root, _ = project
    opened = editor.open(root / ".claimlint.yml", language="yaml")
    assert editor.diagnostics(opened) == ()
    editor.change(opened, "market: [us]\nignore:\n  - core/cuer\n")
    (fault,) = editor.diagnostics(opened)
    assert (fault.range.start.line, "core/cure" in fault.message) == (2, True)
    editor.close(opened)


def test_yaml_of_others_is_none_of_ours(editor, folder):
    for name, text in (
        ("compose.yml", "name: x\nservices:\n  a: {image: b}\n"),
        ("lint.yml", "rules:\n  no-var: error\n"),
    ):
        uri = editor.open(folder / name, text, "yaml")
        assert editor.diagnostics(uri) == ()
        editor.close(uri)


def test_registers_are_read_again(editor, project):
    root, uri = project
    register = root / ".claimlint" / "waivers.yml"
    register.parent.mkdir()
    register.write_text(
        "version: 1\nwaivers:\n  - path: draft.md\n    rule: core/cure\n    sentence: Our tea cures depression.\n"
        "    reason: a quotation\n    approver: Ada Moe\n    author: Bo Lin\n    created: 2026-01-01\n    expires: 2099-01-01\n"
    )
    editor.watched(register)
    editor.settles(uri, lacks("core/cure"))
    opened = editor.open(register, language="yaml")
    assert editor.diagnostics(opened) == ()
    editor.change(opened, register.read_text().replace("Bo Lin", "Ada Moe"))
    (fault,) = editor.diagnostics(opened)
    assert "somebody else must approve" in fault.message
    editor.close(opened)
    register.unlink()
    editor.watched(register)
    editor.settles(uri, has("core/cure"))


# hover, actions, hints


def test_hover(editor, draft):
    uri = draft("Our tea cures depression ([as *we* wrote](/blog/tea)).\n")
    editor.diagnostics(uri)
    text = editor.hover(uri, 0, 10)
    for part in ("**core/cure** (error)", "missing:", "because:", "instead:", "Basis:", "](<https://"):
        assert part in text
    assert editor.hover(uri, 0, 1) == ""


def test_hover_makes_no_links_of_the_words_of_a_draft(editor, draft):
    uri = draft("Our tea cures ![x](https://example.org/x.png) \\`depression\\` completely.\n")
    editor.diagnostics(uri)
    assert "![" not in editor.hover(uri, 0, 10)


def test_a_rewrite(editor, draft):
    text = (EXAMPLES / "vitamin-drip.html").read_text("utf8")
    uri = draft(text, "drip.html", "html")
    found = editor.diagnostics(uri)
    finding = next(each for each in found if "ends jet lag" in each.message)
    offered = editor.actions(uri, finding.range, [finding])
    rewrite = next(action for title, action in offered.items() if title.startswith("Write “may ease"))
    assert rewrite.is_preferred
    assert rewrite.kind == lsp.CodeActionKind.QuickFix
    assert rewrite.diagnostics[0].data == finding.data
    editor.change(uri, *((edit.range, edit.new_text) for edit in edits(rewrite)))
    assert editor.text(uri) == applied(text, edits(rewrite))
    assert finding.data not in {each.data for each in editor.diagnostics(uri)}
    assert editor.actions(uri, finding.range, only=["refactor"]) == {}


PLACES = {
    "paragraph.md": "Tea.\n\nOur tea cures depression.\n",
    "wrapped.md": "We love tea, and\nour tea cures depression\nas nothing else.\n",
    "item.md": "- Tea is warm.\n- Our tea cures depression.\n- Tea is wet.\n",
    "table.md": "| what | does |\n|---|---|\n| tea | Our tea cures depression. |\n| milk | nothing |\n",
    "crlf.md": "# Tea\r\n\r\nOur tea cures depression.\r\n",
    "heading.md": "# Our tea cures depression\n\nTea is wet.\n",
    "page.mdx": "import X from 'x'\n\n<X>\n\nOur tea cures depression.\n\n</X>\n",
    "page.html": "<!doctype html>\n<html><body>\n  <p>Our tea\n  cures depression.</p>\n</body></html>\n",
    "front.md": "---\ntitle: Tea\ndescription: Our tea cures depression.\n---\n\nTea is wet.\n",
}
LANGUAGES = {".md": "markdown", ".mdx": "mdx", ".html": "html"}


@pytest.mark.parametrize("name", PLACES)
def test_suppressions_do_what_they_say(name, editor, draft):
    """On the line and in the file: the finding is gone, nothing else is, and without a reason nothing is muted."""
    text = PLACES[name]
    uri = draft(text, name, LANGUAGES[Path(name).suffix])
    before = editor.diagnostics(uri)
    finding = next(each for each in before if each.code == "core/cure")
    offered = editor.actions(uri, finding.range, [finding])
    wanted = [action for title, action in offered.items() if title.startswith("Suppress core/cure ")]
    assert [("line" in each.title) for each in wanted] == ([False] if name == "front.md" else [True, False])
    for action in wanted:
        new = applied(text, edits(action), "a quotation")
        assert ("{/*" in new) is name.endswith(".mdx")
        assert "\r" not in re.sub("\r\n", "", new)
        editor.change(uri, new)
        assert sorted(each.data for each in editor.diagnostics(uri)) == sorted(
            each.data for each in before if each.data != finding.data
        )
        editor.change(uri, applied(text, edits(action)))
        after = editor.diagnostics(uri)
        assert any("still “REASON”" in each.message for each in after)
        assert finding.data in {each.data for each in after}


@pytest.mark.parametrize(
    ("name", "text", "line", "file"),
    [
        ("closed.md", "Tea.\n# Our tea cures depression #\n", "Tea.\n//# Our tea cures depression #\n", "//\nTea.\n"),
        ("break.md", "Tea\\\nOur tea cures depression\\\nand milk.\n", None, "//\nTea\\\n"),
        ("dots.md", "---\ntitle: T\n...\n\nOur tea cures depression.\n", "...\n\n//Our tea", "depression.\n\n//"),
        ("tag.html", "<p>x <img\nalt='Our tea cures depression'\nsrc=x> y</p>\n", None, "y</p>\n\n//"),
        ("title.html", "<title>\nOur tea cures depression\n</title><p>x</p>\n", None, "x</p>\n\n//"),
        ("line.html", "<!doctype html><p>Our tea cures depression</p>\n", "</p> //", "</p>\n\n//"),
    ],
)
def test_a_suppression_leaves_the_draft_what_it_is(editor, draft, name, text, line, file):
    uri = draft(text, name, LANGUAGES[Path(name).suffix])
    (finding,) = (each for each in editor.diagnostics(uri) if each.code == "core/cure")
    offered = editor.actions(uri, finding.range, [finding])
    for place, wanted in (("on this line", line), ("in this file", file)):
        made = [edits(action) for title, action in offered.items() if place in title]
        assert bool(made) is (wanted is not None)
        if made:
            assert wanted in re.sub(r"<!--.*-->\n?", "//", applied(text, made[0]))


def test_there_is_no_comment_in_plain_text(editor, draft):
    uri = draft("Our tea cures depression.\n", "draft.txt", "plaintext")
    finding = next(each for each in editor.diagnostics(uri) if each.code == "core/cure")
    offered = editor.actions(uri, finding.range)
    assert offered
    assert not any(title.startswith("Suppress") and "{" in title for title in offered)


def test_suppressions_as_snippets(tmp_path, start):
    editor = start(folders=[tmp_path], versioned=True, snippets=True)
    uri = editor.open(tmp_path / "a.mdx", CLAIM, "mdx")
    finding = next(each for each in editor.diagnostics(uri) if each.code == "core/cure")
    action = next(each for title, each in editor.actions(uri, finding.range).items() if "on this line" in title)
    (edit,) = edits(action)
    assert edit.snippet.value == "{/* claimlint-disable-next-line core/cure -- ${1:REASON} */\\}\n"


def test_waiving(editor, project):
    root, uri = project
    finding = next(each for each in editor.diagnostics(uri) if each.code == "core/cure")
    action = editor.actions(uri, finding.range)["Waive core/cure here, with an approver"]
    # the client's types have one name for both
    command = (
        action.command if isinstance(action.command, lsp.Command) else json.loads(action.command.replace("'", '"'))
    )
    name, (claim,) = (
        (command.command, command.arguments)
        if isinstance(command, lsp.Command)
        else (command["command"], command["arguments"])
    )
    assert name == "claimlint.waive"
    editor.command(name, claim)
    editor.until(lambda: any("claimlint waive" in each and ":1" in each for each in editor.messages))
    refused = editor.command(
        "claimlint.addWaiver", {**claim, "reason": "a quotation", "approver": "Bo", "author": "Bo"}
    )
    assert refused["ok"] is False
    assert not (root / ".claimlint" / "waivers.yml").exists()
    for wrong in ({}, {"reason": "x"}, {"reason": "x", "approver": "A", "author": "B", "expires": "soon"}):
        assert editor.command("claimlint.addWaiver", {**claim, **wrong})["ok"] is False
    given = {"reason": "a quotation", "approver": "Ada Moe", "author": "Bo Lin", "expires": "2099-01-01"}
    done = editor.command("claimlint.addWaiver", {**claim, **given})
    assert done["ok"], done
    assert "a quotation" in (root / ".claimlint" / "waivers.yml").read_text()
    editor.settles(uri, lacks("core/cure"))


def test_an_editor_that_asks_keeps_the_command(tmp_path, start):
    editor = start(folders=[tmp_path], initial={"asksForWaivers": True})
    commands = editor.server.capabilities.execute_command_provider.commands
    assert "claimlint.waive" not in commands
    assert "claimlint.addWaiver" in commands


def test_opening_a_rule(editor, draft):
    uri = draft(CLAIM)
    assert editor.command("claimlint.openRule", "core/cure", uri)["ok"]
    shown = editor.shown[-1]
    path = Path(shown.uri.removeprefix("file://"))
    line = path.read_text("utf8").splitlines()[shown.selection.start.line]
    assert re.search(r"id: cure\b", line)
    assert editor.command("claimlint.openRule", "core/none", uri) is None


def test_hints_for_citations_that_do_not_count(editor, draft):
    text = (
        "Our tea eases depression ([we said so](/blog)). It ends pain.[^1] It soothes migraine (Rossi et al., 2019).\n"
    )
    uri = draft(text)
    found = {hint.label: hint.position.character for hint in editor.hints(uri)}
    assert found["is one of your own pages"] == text.index("](/blog")
    assert found["leads to no entry"]
    assert len(found) == 2


# completion


def test_completion_in_a_suppression(editor, draft):
    text = "<!-- claimlint-disa -->\n<!-- claimlint-disable-line core/cur -->\n{/* x\n<!-- claimlint-disable-line core/cure -- why u -->\nclaimlint-\n"
    uri = draft(text)
    verbs = editor.completions(uri, 0, len("<!-- claimlint-disa"))
    assert {"claimlint-disable-next-line", "claimlint-disable-file"} <= set(verbs)
    edit = verbs["claimlint-disable-file"].text_edit
    assert (edit.range.start.character, edit.range.end.character) == (5, 19)
    rules = editor.completions(uri, 1, len("<!-- claimlint-disable-line core/cur"))
    assert rules["core/cure"].detail
    ends = editor.completions(uri, 3, len("<!-- claimlint-disable-line core/cure -- why u"))
    assert any(re.fullmatch(r"until=\d{4}-\d\d-\d\d", label) for label in ends)
    assert "by=" in ends
    assert editor.completions(uri, 4, 10) == {}


def test_completion_in_a_pack_and_the_configuration(editor, project):
    root, _ = project
    pack = editor.open(root / "clinic.yml", PACK + "    ne\n    scope: d\noverride:\n  co\n", "yaml")
    lines = (PACK + "    ne\n    scope: d\noverride:\n  co\n").splitlines()
    keys = editor.completions(pack, lines.index("    ne"), 6)
    assert "unless" in keys
    assert "title" not in keys
    assert set(editor.completions(pack, lines.index("    scope: d"), 12)) == {"claim", "draft"}
    assert "core/cure" in editor.completions(pack, lines.index("  co"), 4)
    editor.close(pack)
    opened = editor.open(root / ".claimlint.yml", language="yaml")
    editor.change(opened, "fail-on: \nignore: [core/]\nse")
    assert {"error", "never"} <= set(editor.completions(opened, 0, 9))
    assert "core/cure" in editor.completions(opened, 1, 14)
    found = set(editor.completions(opened, 2, 2))
    assert {"severity", "select"} <= found
    assert "ignore" not in found
    editor.close(opened)


# whatever comes


def test_malformed_messages(editor, draft):
    uri = draft(CLAIM)
    for body in (
        b"{",
        b"[]",
        b"42",
        b"null",
        b'"x"',
        b"{}",
        b'{"jsonrpc": "2.0"}',
        b'{"jsonrpc": "1.0", "id": 1}',
        b"\xff\xfe",
        b'{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":5}}',
        b'{"jsonrpc":"2.0","id":77,"result":null}',
        b'{"jsonrpc":"2.0","method":"nothing/known","params":{}}',
    ):
        editor.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    editor.raw(b"Nonsense\r\nContent-Length: many\r\n\r\n\r\n")
    editor.raw(b"Content-Length: 70000000\r\n\r\n" + b" " * 70_000_000)
    body = b'{"jsonrpc": "2.0", "id": "odd", "method": "textDocument/hover", "params": {"textDocument": 5}}'
    answer = editor.client.protocol._request_futures["odd"] = concurrent.futures.Future()
    editor.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    editor.until(answer.done)
    assert "Invalid Params" in str(answer.exception())
    unknown = lsp.VersionedTextDocumentIdentifier(3, "file:///not/open.md")
    editor.client.text_document_did_change(lsp.DidChangeTextDocumentParams(unknown, []))
    assert editor.hover("file:///not/open.md", 0, 0) == ""
    assert editor.text(uri) == CLAIM
    assert not [message for message in editor.messages if "Error in server" in message]


def test_places_that_are_not_there(editor, draft):
    uri = draft(CLAIM)
    editor.diagnostics(uri)
    for place in ((0, 9999), (9999, 0), (9999, 9999)):
        editor.hover(uri, *place)
        editor.completions(uri, *place)
        editor.actions(uri, point(*place))
    assert editor.text(uri) == CLAIM


def test_a_huge_draft_is_one_diagnostic(editor, draft):
    uri = draft("Our tea cures depression. " * 400_000)
    (told,) = editor.diagnostics(uri)
    assert "more than the limit" in told.message


def test_a_draft_that_is_not_utf_8_on_disk(editor, folder):
    path = folder / "latin.md"
    path.write_bytes("Our caf\xe9's tea cures depression.\n".encode("latin-1"))
    uri = editor.open(path)
    (told,) = editor.diagnostics(uri)
    assert "not UTF-8" in told.message
    editor.save(uri, path, CLAIM)
    editor.change(uri, CLAIM)
    editor.settles(uri, has("core/cure"))
    editor.close(uri)


def test_it_leaves_when_the_editor_is_gone(tmp_path):
    command = [sys.executable, "-m", "claimlint", "lsp", "--stdio"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    run = subprocess.run(
        command, input=b"", capture_output=True, timeout=WAIT, check=False, env=environment, cwd=tmp_path
    )
    assert (run.returncode, run.stdout) == (1, b"")


def test_without_pygls():
    code = "import sys; sys.modules['pygls'] = None; from claimlint.cli import main; sys.exit(main(['lsp']))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=PROJECT)
    assert run.returncode == 2
    assert "claimlint-marketing[lsp]" in run.stderr


def test_options():
    for wrong in ("x", "-1", "10001"):
        run = subprocess.run(
            [sys.executable, "-m", "claimlint", "lsp", "--debounce", wrong],
            capture_output=True,
            check=False,
            cwd=PROJECT,
        )
        assert run.returncode == 2
