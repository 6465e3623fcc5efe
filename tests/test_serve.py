"""The page of `claimlint serve`: who is let in, what is refused, and what a writer does in a browser."""
# ruff: noqa: E402 - what needs the extra comes after the look for it

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zipfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath

import docx_kit
import pytest

from claimlint import cli, readers
from claimlint.project import Project
from claimlint.types import Span

for name in ("starlette", "uvicorn", "httpx"):
    pytest.importorskip(name, reason="the extra “web” is not installed")

import httpx

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have another client
    from starlette.testclient import TestClient

from claimlint.web import beneath, server
from claimlint.web.app import app
from claimlint.web.desk import Desk
from claimlint.web.folder import Folder
from claimlint.web.guard import KEY, LIMIT, Guard, Keys
from claimlint.web.refusals import Refused
from claimlint.web.surface import Surface
from claimlint.web.turns import Turns

PROJECT = Path(__file__).parent.parent
PACK = """\
name: house
version: "1"
rules:
  - id: glow
    title: Glow
    message: "“{match}” glows."
    severity: error
    match: [glowing]
    about: any
    needs: {any: [citation]}
    why: It does not <b>glow</b>.
    basis: [{title: House policy, url: "https://example.org/policy"}]
    suggest: ["pleasant enough", "quiet"]
    fix: [{match: "glowing", replace: "mild", safe: true}]
    examples: {bad: ["It is {glowing}."], good: ["It is fine."]}
  - id: fast
    title: Fast
    message: "“{match}” is fast."
    severity: warning
    match: [rapid]
    about: any
    needs: {any: [citation]}
    why: It takes a while.
    basis: [{title: House policy}]
    suggest: ["gradual"]
    examples: {bad: ["It is {rapid}."], good: ["It is fine."]}
  - id: risks
    title: No risks named
    message: "Names no risk."
    severity: advice
    scope: draft
    match: [glowing]
    lacks: ["risk"]
    needs: disclosure
    why: There are some.
    basis: [{title: House policy}]
    suggest: ["Name the risks."]
    examples: {bad: ["It is {glowing}."], good: ["It is fine."]}
"""
DRAFT = "# Our drip\n\nIt is glowing 🌟 and rapid.\n"
CRLF = "Our 🌟 drip\r\nis glowing.\r\n\r\nIt is rapid 🌟\U0001f469\u200d\U0001f680 and glowing.\nLast\r\n"


def furnish(folder: Path) -> None:
    """A project with drafts, and with what must not be read through it."""
    (folder / "house.yml").write_text(PACK, encoding="utf8")
    (folder / ".claimlint.yml").write_text("packs: [house.yml]\nexclude: [old]\n", encoding="utf8")
    for sub in ("blog", "old", ".hidden"):
        (folder / sub).mkdir(exist_ok=True)
        (folder / sub / "post.md").write_text(DRAFT, encoding="utf8", newline="")
    (folder / "crlf.md").write_text(CRLF, encoding="utf8", newline="")
    (folder / "bad.md").write_bytes(b"\xff\xfeA")
    (folder / "secret.key").write_text("secret", encoding="utf8")


# Offsets


@pytest.mark.parametrize("source", ["", "plain", CRLF, "\r\r\n\n\r", "🌟\r\n🌟", "\ufeff# Ä\u2028\r\nx", "a\U0010ffff"])
def test_units_are_those_of_the_browser(source):
    surface = Surface(source)
    for offset in range(len(source) + 1):
        if source[offset - 1 : offset + 1] == "\r\n" and offset:
            continue  # no place of its own in a field
        shown = re.sub("\r\n?", "\n", source[:offset])
        assert surface.unit(offset) == len(shown.encode("utf-16-le")) // 2
    assert surface.span(Span(0, len(source)))[0] == 0


# Who is let in

HOST = "127.0.0.1:8000"
PAGE = {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
TEXT = {"name": "draft.md", "text": DRAFT}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "outside.md").write_text("It is glowing.", encoding="utf8")
    furnish(inside)
    (inside / "link.md").symlink_to(tmp_path / "outside.md")
    (inside / "up").symlink_to(tmp_path, target_is_directory=True)
    monkeypatch.chdir(inside)
    return inside


def keys() -> tuple[Keys, list[str]]:
    said: list[str] = []
    return Keys(said.append), said


def serving(folder: Path, host: str = "127.0.0.1", seconds: float = 20):
    made, tokens = keys()
    desk = Desk(Project.at(folder), "1.2.3")
    return app(desk, Folder(folder), made, "1.2.3", host=host, seconds=seconds), tokens


@pytest.fixture
def stranger(folder):
    """A client without the key, and the tokens that the terminal showed."""
    made, tokens = serving(folder)
    return TestClient(made, base_url=f"http://{HOST}", headers=PAGE, raise_server_exceptions=False), tokens


def entered(client, token: str, **options):
    """The answer to a page that shows its token; the client has the key from then on, if there is one."""
    response = client.post("/api/session", json={"token": token}, **options)
    if response.status_code == 200:
        client.headers[KEY] = response.json()["key"]
    return response


@pytest.fixture
def client(stranger):
    client, tokens = stranger
    assert entered(client, tokens[0]).status_code == 200
    return client


def test_token_is_good_once(stranger):
    client, tokens = stranger
    assert client.get("/api/start").status_code == 401
    for wrong in ("", "x", tokens[0][:-1], tokens[0] + "x", "ü", "\0"):
        assert entered(client, wrong).status_code == 403
    for page in ("http://127.0.0.1:9000", "http://evil.example", "null"):
        assert entered(client, tokens[0], headers={"Origin": page}).status_code == 403
    response = entered(client, tokens[0])
    assert re.fullmatch(r"[\w-]{43}", client.headers[KEY])
    assert "set-cookie" not in response.headers
    assert client.get("/api/start").status_code == 200
    del client.headers[KEY]
    for _ in range(3):
        spent = entered(client, tokens[0])
        assert (spent.status_code, "terminal shows a new one" in spent.json()["error"]) == (403, True)
    assert len(tokens) == 2
    assert entered(client, "guessed").status_code == 403
    assert entered(client, tokens[1]).status_code == 200


def test_what_a_browser_sends_by_itself_opens_nothing(client):
    """Cookies are sent to every server of the host, and by every page that asks."""
    key = client.headers.pop(KEY)
    for cookie in (f"{KEY}={key}", f"claimlint={key}", f"claimlint-8000={key}"):
        assert client.get("/api/start", headers={"Cookie": cookie}).status_code == 401
    assert client.get("/api/start", params={"key": key, KEY: key}).status_code == 401


def test_headers_of_every_answer(client):
    for path in ("/", "/assets/page.js", "/api/start", "/nowhere", "/api/nowhere", "/?token=x"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert not [name for name in headers if name.startswith("access-control")]
    page = client.get("/").text
    assert not re.search(r"<style|<script(?![^>]*src=)|\son\w+=|\sstyle=|https?://", page)
    assert client.options("/api/check", headers={"Access-Control-Request-Method": "POST"}).status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:8000"}, 421),
        ({"Host": "127.0.0.1.evil.example:8000"}, 421),
        ({"Host": "localhost.evil.example"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "127.0.0.1:8000@evil.example"}, 421),
        ({"Host": "10.0.0.7:8000"}, 421),
        ({"Host": "[::2]:8000"}, 421),
        ({"Host": "127.0.0.1:x"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1:8000"}, 403),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "http://localhost:8000"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({KEY: "x"}, 401),
        ({KEY: "ü"}, 401),
        ({KEY: ""}, 401),
        ({"Content-Length": "x"}, 400),
        ({"Content-Length": "-1"}, 400),
        ({"Content-Length": str(50_000_000)}, 413),
        ({"Content-Length": "9" * 400}, 413),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": ""}, 415),
    ],
)
def test_refused_by_its_headers(client, headers, status):
    headers = {name: value.encode() for name, value in ({"Content-Type": "application/json"} | headers).items()}
    response = client.post("/api/check", content=json.dumps(TEXT), headers=headers)
    assert response.status_code == status
    assert response.json()["error"]
    assert client.get("/").status_code == 200


def test_neither_origin_nor_site(folder):
    made, tokens = serving(folder)
    client = TestClient(made, base_url="http://localhost:8000")
    entered(client, tokens[0], headers={"Origin": "http://localhost:8000"})
    assert client.post("/api/check", json=TEXT).status_code == 403
    assert client.post("/api/check", json=TEXT, headers={"Origin": "http://localhost:8000"}).status_code == 200
    assert client.get("/api/start").status_code == 200


@pytest.mark.parametrize(
    ("told", "host", "ours"),
    [
        ("127.0.0.1", "localhost:1", True),
        ("127.0.0.1", "[::1]:1", True),
        ("127.0.0.1", "LOCALHOST", True),
        ("127.0.0.1", "192.168.1.2:1", False),
        ("0.0.0.0", "192.168.1.2:1", True),
        ("0.0.0.0", "[fe80::1]:1", True),
        ("0.0.0.0", "rebound.example:1", False),
        ("box.example", "box.example:1", True),
        ("box.example", "other.example:1", False),
        ("127.0.0.1", "[::1", False),
    ],
)
def test_names_of_the_server(told, host, ours):
    assert Guard(None, keys()[0], told)._ours(host) is ours


# Bad input


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"text": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"text": 1, "name": "a.md"}', 400),
        (b'{"text": "x"}', 400),
        (b'{"name": "a.md"}', 400),
        (b'{"text": "x", "name": "../a.md"}', 400),
        (b'{"text": "x", "name": "a\\u0000.md"}', 400),
        (b'{"text": "x", "name": ".."}', 400),
        (b'{"text": "x", "name": "a.exe"}', 415),
        (b'{"text": "x", "name": "a.md", "format": "pdf"}', 400),
        (b'{"text": "\\u0000", "name": "a.md"}', 422),
        (b'{"text": "\\ud800", "name": "a.md"}', 422),
        (b'{"text": "x", "name": "\\udfff.md"}', 422),
        (b'{"text": "x", "name": "a.md", "packs": "core"}', 400),
        (b'{"text": "x", "name": "a.md", "packs": [1]}', 400),
        (b'{"text": "x", "name": "a.md", "packs": ["../../etc/pack.yml"]}', 400),
        (b'{"text": "x", "name": "a.md", "packs": ["nothing"]}', 400),
        (b'{"text": "x", "path": "../outside.md"}', 403),
        (b'{"path": "bad.md"}', 422),
    ],
)
def test_bad_input_is_refused_and_the_server_lives(client, body, status):
    response = client.post("/api/check", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")
    assert re.fullmatch(r"[^\n]+", response.json()["error"])
    assert len(client.post("/api/check", json=TEXT).json()["findings"]) == 3


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("../outside.md", 403),
        ("blog/../../outside.md", 403),
        ("blog/../blog/post.md", 403),
        ("/etc/passwd", 403),
        ("//etc/passwd", 403),
        ("C:/x.md", 404),
        ("..\\outside.md", 404),
        ("\\\\host\\share.md", 404),
        ("link.md", 403),
        ("up/outside.md", 403),
        ("up/inside/crlf.md", 403),
        ("", 400),
        ("crlf.md\0", 400),
        ("crlf.md\n", 400),
        ("crlf.md/", 404),
        ("./crlf.md", 404),
        ("secret.key", 404),
        (".claimlint.yml", 404),
        ("house.yml", 404),
        ("old/post.md", 404),
        (".hidden/post.md", 404),
        ("blog", 404),
        ("%2e%2e/outside.md", 404),
        ("nothing.md", 404),
    ],
)
def test_paths_out_of_the_folder(client, folder, path, status):
    before = (folder.parent / "outside.md").read_bytes()
    for url, data in (("check", {}), ("report", {}), ("save", {"text": "x", "digest": "x"})):
        response = client.post(f"/api/{url}", json={"path": path, **data})
        assert response.status_code == (409 if url == "save" and status == 404 else status)
        assert response.json()["error"]
    assert (folder.parent / "outside.md").read_bytes() == before


def test_listed_are_drafts_that_can_be_opened(client, folder):
    names = client.get("/api/drafts").json()["drafts"]
    assert names == ["bad.md", "blog/post.md", "crlf.md"]
    for name in ("Drips: all.md", "a\\b.md", "a\nb.md", "caf\udce9.md"):
        (folder / name).write_text(DRAFT, encoding="utf8")
    more = set(client.get("/api/drafts").json()["drafts"]) - set(names)
    assert more == {"Drips: all.md", "a\\b.md"}
    assert [client.post("/api/check", json={"path": name}).status_code for name in more] == [200, 200]
    for path in ("/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/app.py", "/assets//etc/passwd"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["link.md", "up/outside.md", "up/inside/crlf.md"])
def test_a_link_that_comes_after_the_look_is_not_followed(folder, monkeypatch, name):
    """As if somebody had put it there between the look at the name and the opening of the file."""
    here, config = Folder(folder), Project.at(folder).config
    monkeypatch.setattr(beneath, "linked", lambda *_: False)
    monkeypatch.setattr(Folder, "admit", lambda _self, name, _config: PurePosixPath(name))
    with pytest.raises(Refused, match="symbolic links are not followed"):
        here.read(name, config)
    monkeypatch.setattr(Folder, "read", lambda *_: b"old")
    outside = folder.parent.joinpath("outside.md").read_bytes()
    if name == "link.md":  # the link gives way to the draft; what it led to stays
        here.save(name, "new", sha256(b"old").hexdigest(), config)
        assert not folder.joinpath(name).is_symlink()
    else:
        with pytest.raises(Refused, match="symbolic links are not followed"):
            here.save(name, "new", sha256(b"old").hexdigest(), config)
    assert folder.parent.joinpath("outside.md").read_bytes() == outside
    assert folder.joinpath("crlf.md").read_bytes() == CRLF.encode()
    assert not list(folder.rglob("*.tmp"))


def test_where_folders_cannot_be_opened_links_are_looked_for_first(folder, monkeypatch):
    monkeypatch.setattr(beneath, "_RELATIVE", False)
    here, config = Folder(folder), Project.at(folder).config
    assert here.read("blog/post.md", config) == DRAFT.encode()
    here.save("blog/post.md", "new", sha256(DRAFT.encode()).hexdigest(), config)
    assert folder.joinpath("blog", "post.md").read_text(encoding="utf8") == "new"
    with pytest.raises(beneath.LinkedError):
        beneath.read(folder, PurePosixPath("up/outside.md"), 100)


def streamed(made, size: int, **headers: str) -> tuple[int, int]:
    """Status of a request whose body comes in pieces, and how much of it was read."""
    read, answers = 0, []

    async def receive():
        nonlocal read
        read += 1 << 20
        return {"type": "http.request", "body": bytes(1 << 20), "more_body": read < size}

    async def send(message):
        answers.append(message)

    fields = {"host": HOST, "origin": f"http://{HOST}", "content-type": "application/octet-stream"} | headers
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/api/check",
        "raw_path": b"/api/check", "query_string": b"name=a.md", "scheme": "http", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    asyncio.run(made(scope, receive, send))
    return answers[0]["status"], read


def test_50_megabytes_are_not_read(client):
    status, read = streamed(client.app, 50_000_000, **{KEY: client.headers[KEY]})
    assert status == 413
    assert read <= LIMIT + (2 << 20)
    assert streamed(client.app, 50_000_000) == (401, 0)
    long = client.post("/api/check", json={"name": "a.md", "text": "x" * (readers.MAX_BYTES + 1)})
    assert long.status_code == 413


def test_upload_of_bytes(client):
    def sent(name: str, data: bytes, **query: str):
        options = {"params": {"name": name} | query, "headers": {"Content-Type": "application/octet-stream"}}
        return client.post("/api/check", content=data, **options)

    answer = sent("letter.txt", CRLF.encode()).json()
    assert (answer["text"], answer["editable"]) == (CRLF, True)
    assert [each["severity"] for each in answer["findings"]].count("error") == 2
    for name, data, status in (
        ("a.md", b"\xff", 422),
        ("a.md", b"a\0b", 422),
        ("a.md", "x".encode("utf-16"), 422),
        ("a.exe", b"x", 415),
        ("a", b"x", 415),
        ("../a.md", b"x", 400),
        ("", b"x", 400),
        ("a.md", bytes(readers.MAX_BYTES + 1), 413),
    ):
        response = sent(name, data)
        assert (response.status_code, bool(response.json()["error"])) == (status, True)
        assert tempfile.gettempdir() not in response.json()["error"]


def test_word_documents_are_shown_and_annotated(client, folder):
    letter = docx_kit.word(docx_kit.p("It is glowing 🌟.") + docx_kit.p("It is rapid."))
    headers = {"Content-Type": "application/octet-stream"}
    for body, options in (
        ({"content": letter, "headers": headers}, {"params": {"name": "letter.docx"}}),
        ({"json": {"path": "letter.docx"}}, {}),
    ):
        (folder / "letter.docx").write_bytes(letter)
        answer = client.post("/api/check", **body, **options).json()
        assert answer["text"].split("\n")[:2] == ["It is glowing 🌟.", "It is rapid."]
        assert (answer["editable"], answer["annotatable"], len(answer["findings"])) == (False, True, 3)
        copy = client.post("/api/annotate", **body, **options).content
        with zipfile.ZipFile(io.BytesIO(copy)) as parts:
            assert "glows" in parts.read("word/comments.xml").decode()
    for name, data, status in (("a.docx", b"PK", 422), ("a.docx", letter[:200], 422), ("a.md", b"x", 415)):
        response = client.post("/api/annotate", params={"name": name}, content=data, headers=headers)
        assert (response.status_code, bool(response.json()["error"])) == (status, True)
    assert client.post("/api/annotate", json={"name": "a.docx", "text": "x"}).status_code == 415
    assert client.get("/api/drafts").json()["drafts"] == ["bad.md", "blog/post.md", "crlf.md", "letter.docx"]
    digest = sha256(letter).hexdigest()
    written = client.post("/api/save", json={"path": "letter.docx", "text": "x", "digest": digest})
    assert (written.status_code, (folder / "letter.docx").read_bytes()) == (415, letter)


def test_save(client, folder):
    path = folder / "crlf.md"
    opened = client.post("/api/check", json={"path": "crlf.md"}).json()
    assert (opened["text"], opened["digest"]) == (CRLF, sha256(path.read_bytes()).hexdigest())
    path.chmod(0o640)
    text = CRLF.replace("glowing", "mild")
    saved = client.post("/api/save", json={"path": "crlf.md", "text": text, "digest": opened["digest"]})
    assert (saved.status_code, path.read_bytes()) == (200, text.encode())
    assert path.stat().st_mode & 0o777 == 0o640
    assert saved.json()["digest"] == sha256(text.encode()).hexdigest()
    again = client.post("/api/save", json={"path": "crlf.md", "text": "x", "digest": opened["digest"]})
    assert (again.status_code, path.read_bytes()) == (409, text.encode())
    assert "was changed on disk" in again.json()["error"]
    path.unlink()
    gone = client.post("/api/save", json={"path": "crlf.md", "text": "x", "digest": saved.json()["digest"]})
    assert (gone.status_code, path.exists()) == (409, False)
    assert sorted(each.name for each in folder.iterdir() if each.name.endswith(".tmp")) == []


def test_what_drafts_and_packs_say_is_text(client):
    hostile = "<img src=x onerror=alert(1)>"
    text = f"# {hostile}\n\nIt is glowing {hostile} \u202eevil."
    answer = client.post("/api/check", json={"name": f"{hostile[:-1]}.md".replace("/", ""), "text": text}).json()
    html = "".join(each["html"] for each in answer["findings"])
    assert "<img" not in html
    assert "<b>glow" not in html
    assert "\u202e" not in html
    assert "&lt;img src=x" in html
    assert 'href="https://example.org/policy" rel="noopener noreferrer"' in html
    report = client.post("/api/report", json={"name": "a.md", "text": text}).text
    assert "Claims report" in report
    assert "<img" not in report


def test_packs_markets_and_formats_are_chosen(client, folder):
    start = client.get("/api/start").json()
    assert {"name": "house.yml", "title": "", "on": True} in start["packs"]
    assert {"core", "auto", "us-fda"} <= {each["name"] for each in start["packs"]}
    assert [each["name"] for each in start["markets"] if each["on"]] == ["us"]
    text = "<p>It is glowing.</p>\n\n    It is rapid.\n"

    def found(**data) -> list[str]:
        answer = client.post("/api/check", json={"name": "a.md", "text": text} | data).json()
        return [each["key"].split()[0] for each in answer["findings"]]

    assert found() == ["house/glow", "house/risks"]
    assert "house/fast" in found(format="txt")
    assert "house/glow" in found(packs=["house.yml"], market=["uk"])
    assert found(packs=["strict"]) == []
    # the configuration is read again once it was written, broken or not
    (folder / ".claimlint.yml").write_text("packs: [house.yml]\nignore: [house/glow]\n", encoding="utf8")
    assert found() == ["house/risks"]
    (folder / ".claimlint.yml").write_text("nonsense: 1\n", encoding="utf8")
    broken = client.post("/api/check", json={"name": "a.md", "text": text})
    assert (broken.status_code, "nonsense" in broken.json()["error"]) == (422, True)
    (folder / ".claimlint.yml").write_text("packs: [house.yml]\n", encoding="utf8")
    assert found() == ["house/glow", "house/risks"]


def test_what_fails_inside_is_an_answer(client, monkeypatch, capsys):
    monkeypatch.setattr(Desk, "check", lambda *_: 1 / 0)
    response = client.post("/api/check", json=TEXT)
    assert (response.status_code, "claimlint failed" in response.json()["error"]) == (500, True)
    assert "ZeroDivisionError" in capsys.readouterr().err


# Turns


def test_the_latest_wins_and_one_runs_at_a_time():
    running, most, order = 0, 0, []
    first, lock = threading.Event(), threading.Lock()

    def work(name: str):
        def run() -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            if name == "a1":
                first.wait(5)
            order.append(name)
            with lock:
                running -= 1
            return name

        return run

    async def all_() -> list[object]:
        turns = Turns(5)
        asked = []
        for name in ("a1", "a2", "b1", "a3"):
            asked.append(asyncio.create_task(turns.take(name[0], work(name))))
            await asyncio.sleep(0.01)
        first.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    results = asyncio.run(all_())
    assert [result if isinstance(result, str) else result.status for result in results] == ["a1", 409, "b1", "a3"]
    assert (order, most) == (["a1", "b1", "a3"], 1)


def test_time_and_number_are_bounded():
    stop = threading.Event()

    async def all_() -> list[object]:
        turns = Turns(0.2)
        asked = [turns.take(str(number), lambda: stop.wait(5)) for number in range(20)]
        results = await asyncio.gather(*asked, return_exceptions=True)
        stop.set()
        await asyncio.sleep(0.05)
        return [*results, await turns.take("later", lambda: "ok")]

    *refused, later = asyncio.run(all_())
    assert all(isinstance(each, Refused) and each.status == 503 for each in refused)
    assert later == "ok"


# The command


@pytest.mark.usefixtures("folder")
def test_missing_extra(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for module in [each for each in sys.modules if each.startswith("claimlint.web.server")]:
        monkeypatch.delitem(sys.modules, module)
    assert cli.main(["serve"]) == 2
    assert "pip install 'claimlint-marketing[web]'" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_port_that_is_taken_or_none(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 2
    assert f"cannot listen on 127.0.0.1, port {port}" in capsys.readouterr().err
    assert cli.main(["serve", "--port", "70000"]) == 2
    assert cli.main(["serve", "--config", "nothing.yml"]) == 2


class Server:
    """The command in a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        environment = {key: value for key, value in os.environ.items() if key not in ("BROWSER", "DISPLAY")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "claimlint", "serve", *options],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()
        self.base, _, self.token = self.url.partition("/#token=")

    def stop(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=10)
        return self.process.returncode, errors

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def test_ctrl_c_stops_quietly_even_in_the_middle(folder):
    with Server(folder) as started:
        stopped_in_the_middle(started)


def stopped_in_the_middle(started: Server) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#token=[\w-]{32}", started.url)
    with httpx.Client(base_url=started.base, headers={"Origin": started.base}) as client:
        assert entered(client, started.token).status_code == 200
        assert client.post("/api/check", json=TEXT).status_code == 200
        # more than may be sent: the answer comes before the end, or the connection is closed; the server lives
        try:
            status = client.post(
                "/api/check?name=a.md",
                content=iter([bytes(1 << 20)] * 50),
                headers={"Content-Type": "application/octet-stream"},
            ).status_code
        except httpx.TransportError:
            status = 413
        assert status == 413
        assert client.get("/api/start").status_code == 200
        slow = threading.Thread(
            target=lambda: _swallow(lambda: client.post("/api/check", json=TEXT | {"text": DRAFT * 20000}))
        )
        slow.start()
        time.sleep(0.5)
        code, errors = started.stop()
        slow.join(10)
    assert (code, errors) == (0, "Ctrl-C stops\n")


def _swallow(work) -> None:
    with suppress(httpx.TransportError):
        work()


def test_half_a_request_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(server, "_SILENCE", 0.2)
    whole = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

    async def asked(*said: bytes) -> bytes:
        config = server.uvicorn.Config(lambda *_: None, lifespan="off", log_level="critical")
        config.load()
        made = await asyncio.get_running_loop().create_server(
            lambda: server._Prompt(config, server.uvicorn.server.ServerState(), {}), "127.0.0.1", 0
        )
        async with made, asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(*made.sockets[0].getsockname())
            for each in said:
                writer.write(each)
                await asyncio.sleep(0.1)
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

    assert asyncio.run(asked()) == asyncio.run(asked(whole[:20])) == b""
    assert asyncio.run(asked(whole, whole[:20])).startswith(b"HTTP/1.1 500")


def test_other_hosts_are_warned_about(folder):
    with Server(folder, "--host", "0.0.0.0") as started:
        code, errors = started.stop()
    assert code == 0
    assert "warning: whoever reaches 0.0.0.0 can reach this page" in errors


@pytest.mark.usefixtures("folder")
def test_open(monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(server.webbrowser, "open", opened.append)
    monkeypatch.setattr(server.uvicorn.Server, "run", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert cli.main(["serve"]) == 0
    assert opened == []
    assert cli.main(["serve", "--open"]) == 0
    assert opened == [capsys.readouterr().out.split()[-1]]


# In a browser


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The command on a folder of its own, and the key to it."""
    folder = tmp_path_factory.mktemp("served")
    furnish(folder)
    with Server(folder) as started, httpx.Client(base_url=started.base, headers={"Origin": started.base}) as client:
        entered(client, started.token)
        yield folder, started.base, client.headers[KEY]


@pytest.fixture
def visit(browser, running):
    """Opens the page; a message on the console, an exception or a request to anybody else fails the test."""
    folder, base, key = running
    furnish(folder)
    contexts, trouble, allowed = [], [], []

    def open_(*, expect: str = "", **options):
        allowed.append(expect)
        contexts.append(browser.new_context(permissions=["clipboard-read", "clipboard-write"], **options))
        contexts[-1].add_init_script(f"if (origin === '{base}') sessionStorage.setItem('claimlint-key', '{key}')")
        page = contexts[-1].new_page()
        page.set_default_timeout(8000)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((f"{base}/", f"blob:{base}/", "data:,")) else trouble.append(request.url)
            ),
        )
        page.goto(base)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_
    for each in contexts:
        each.close()
    assert [each for each in trouble if not any(expect and expect in each for expect in allowed)] == []


MARKED = """name => [...(CSS.highlights.get(`claim-${name}`) ?? [])].map(String).sort()"""


def counts(page, words: str) -> None:
    page.wait_for_function("words => document.getElementById('count').textContent === words", arg=words)


def paste(page, text: str) -> None:
    """As somebody does: through the clipboard."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.focus("#text")
    page.keyboard.press("Control+V")


def choose(page, name: str) -> None:
    page.click("#open")
    page.click(f"#drafts button:text-is('{name}')")
    page.wait_for_function("name => document.getElementById('name').textContent === name", arg=name)


def selected(page) -> str:
    return page.evaluate(
        "(() => { const f = document.getElementById('text'); return f.value.slice(f.selectionStart, f.selectionEnd); })()"
    )


def downloaded(page, button: str) -> tuple[str, bytes]:
    page.click("#downloads summary")
    with page.expect_download() as waiting:
        page.click(button)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_paste_see_click_apply_undo(visit):
    page = visit()
    assert page.inner_text("#count") == "No draft yet"
    paste(page, DRAFT)
    counts(page, "1 error, 1 warning, 1 piece of advice")
    assert page.evaluate(MARKED, "error") == ["glowing"]
    assert page.evaluate(MARKED, "warning") == ["rapid"]
    # from the list to the text, and to the reasons
    page.click(".card.error .go")
    assert (selected(page), page.evaluate("document.activeElement.id")) == ("glowing", "text")
    assert page.evaluate(MARKED, "current") == ["glowing"]
    page.click(".card.error .reasons summary")
    assert "It does not <b>glow</b>." in page.inner_text(".card.error .body")
    # from the text to the list
    place = page.evaluate(
        "(() => { const [r] = CSS.highlights.get('claim-warning'); const b = r.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
    )
    page.mouse.click(*place)
    assert (
        DRAFT.index("rapid")
        < page.evaluate("() => document.getElementById('text').selectionStart")
        < DRAFT.index("rapid") + 5
    )
    page.wait_for_selector(".card.warning.current")
    # rewrite, and other words
    page.click(".card.error [data-do=rewrite]")
    counts(page, "1 warning")
    assert (selected(page), page.input_value("#text")) == ("mild", DRAFT.replace("glowing", "mild"))
    page.click(".card.warning [data-do=use]")
    counts(page, "No findings")
    assert page.input_value("#text") == DRAFT.replace("glowing", "mild").replace("rapid", "gradual")
    page.keyboard.press("Control+Z")
    counts(page, "1 warning")
    page.click("#undo")
    counts(page, "1 error, 1 warning, 1 piece of advice")
    assert page.input_value("#text") == DRAFT
    page.keyboard.press("Control+Y")
    counts(page, "1 warning")


def test_marks_move_with_the_words(visit):
    page = visit()
    paste(page, DRAFT)
    counts(page, "1 error, 1 warning, 1 piece of advice")
    page.route("**/api/check", lambda _: None)  # nobody answers any more
    page.focus("#text")
    page.keyboard.press("Control+Home")
    page.keyboard.type("So 🌟 it\nwas ")
    assert page.evaluate(MARKED, "error") == ["glowing"]
    page.click(".card.error .go")
    assert selected(page) == "glowing"
    page.keyboard.press("Delete")
    assert page.evaluate(MARKED, "error") == [""]
    page.unroute_all(behavior="ignoreErrors")


def test_filter_and_settled(visit):
    page = visit()
    paste(page, f"{DRAFT}\n<!-- claimlint-disable-next-line house/glow -- the lamp -->\nIt is glowing.\n")
    counts(page, "1 error, 1 warning, 1 piece of advice")
    assert page.locator(".card:visible").count() == 3
    page.check("#filter [value=settled]")
    assert page.locator(".card:visible").count() == 4
    assert "the lamp" in page.inner_text(".card.settled")
    page.uncheck("#filter [value=error]")
    assert page.locator(".card:visible").count() == 3
    assert page.evaluate(MARKED, "error") == []
    for value in ("warning", "advice", "settled"):
        page.uncheck(f"#filter [value={value}]")
    assert page.inner_text("#empty") == "4 findings hidden by the filter."


def test_formats_packs_and_markets(visit):
    page = visit()
    paste(page, "<p>It is fine.</p>\n\n    It is rapid.\n")
    counts(page, "No findings")
    page.select_option("#format", "txt")
    counts(page, "1 warning")
    assert page.inner_text("#name") == "draft.txt"
    page.click("#choices summary")
    page.uncheck("#packs [value='house.yml']")
    page.check("#packs [value=strict]")
    counts(page, "No findings")
    page.check("#markets [value=uk]")
    page.click("#usual")
    counts(page, "1 warning")


def test_open_edit_save_conflict(visit, running):
    folder = running[0]
    path = folder / "crlf.md"
    page = visit(expect="409 (Conflict)")
    page.click("#open")
    page.fill("#find", "cr")
    page.wait_for_selector("#drafts li:visible")
    assert page.locator("#drafts li:visible").count() == 1
    page.keyboard.press("Escape")  # empties the field
    page.keyboard.press("Escape")
    choose(page, "crlf.md")
    counts(page, "2 errors, 1 warning, 1 piece of advice")
    assert page.evaluate(MARKED, "error") == ["glowing", "glowing"]
    assert page.evaluate(MARKED, "warning") == ["rapid"]
    assert page.is_disabled("#save")
    page.click(".card.warning .go")
    page.keyboard.type("slow\nand 🌟 ")
    assert page.inner_text("#state") == "changed"
    page.keyboard.press("Control+S")
    page.wait_for_selector("#save:disabled")
    edited = CRLF.replace("rapid", "slow\r\nand 🌟 ")
    assert path.read_bytes() == edited.encode()
    # somebody else writes it
    path.write_text("Changed.\n", encoding="utf8")
    page.keyboard.type("X")
    page.click("#save")
    page.wait_for_selector("#alert:has-text('was changed on disk')")
    assert path.read_text() == "Changed.\n"
    assert "X" in page.input_value("#text")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#alert button:text-is('Open it again')")
    counts(page, "No findings")
    assert page.input_value("#text") == "Changed.\n"


def test_saving_twice_in_a_moment_is_no_conflict(visit, running):
    page = visit()
    choose(page, "blog/post.md")
    page.focus("#text")
    page.keyboard.press("Control+End")
    page.keyboard.type("More.")
    page.evaluate("() => { for (let n = 0; n < 3; n += 1) document.getElementById('save').click(); }")
    page.wait_for_function("() => document.getElementById('save').disabled")
    page.wait_for_timeout(300)
    assert page.is_hidden("#alert")
    assert (running[0] / "blog" / "post.md").read_text("utf8") == DRAFT + "More."


def test_line_ends_and_emoji_are_kept(visit):
    page = visit()
    choose(page, "crlf.md")
    counts(page, "2 errors, 1 warning, 1 piece of advice")
    for element in page.query_selector_all(".card .go"):
        element.click()
        assert selected(page) in {"glowing", "rapid"}
    page.click("#copy")
    page.wait_for_function("() => document.getElementById('said').textContent === 'copied'")
    name, data = downloaded(page, "#download")
    assert (name, data) == ("crlf.md", CRLF.encode())
    page.dblclick(".card.error [data-do=rewrite] >> nth=0")
    counts(page, "1 error, 1 warning, 1 piece of advice")
    page.click(".card.error [data-do=rewrite]")
    counts(page, "1 warning")
    assert downloaded(page, "#download")[1] == CRLF.replace("glowing", "mild").encode()
    page.evaluate("document.getElementById('text').select()")
    page.keyboard.press("Delete")
    counts(page, "No draft yet")
    page.keyboard.press("Control+Z")
    counts(page, "1 warning")


def test_upload_drop_and_report(visit, tmp_path):
    page = visit(expect="4")
    letter = tmp_path / "letter.txt"
    letter.write_text(CRLF, encoding="utf8", newline="")
    page.click("#open")
    page.set_input_files("#upload", letter)
    counts(page, "2 errors, 1 warning, 1 piece of advice")
    assert (page.inner_text("#name"), page.input_value("#format")) == ("letter.txt", "txt")
    name, data = downloaded(page, "#report")
    assert (name, b"Claims report" in data, b"letter.txt" in data) == ("letter.txt.report.html", True, True)

    def drop(name: str, data: list[int]) -> None:
        page.evaluate(
            """([name, data]) => {
                const held = new DataTransfer();
                held.items.add(new File([new Uint8Array(data)], name));
                document.getElementById("text").dispatchEvent(new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
            }""",
            [name, data],
        )

    drop("note.md", list(b"It is rapid."))
    counts(page, "1 warning")
    assert page.inner_text("#name") == "note.md"
    for name, data, message in (
        ("a.exe", b"x", "no format that can be read here"),
        ("a.md", b"\xff", "not UTF-8"),
        ("a.md", b"a\0b", "NUL bytes"),
    ):
        drop(name, list(data))
        page.wait_for_selector(f"#alert:has-text('{message}')")
        assert page.input_value("#text") == "It is rapid."
        page.click("#alert button")
    page.evaluate(
        "window.big = () => { const held = new DataTransfer(); held.items.add(new File([new Uint8Array(50e6)], 'a.md')); dispatchEvent(new DragEvent('drop', { dataTransfer: held })); }; big()"
    )
    page.wait_for_selector("#alert:has-text('may not be larger')")


def test_word_document(visit, tmp_path):
    """It is shown with its findings and cannot be changed; a copy has them as comments."""
    letter = tmp_path / "letter.docx"
    letter.write_bytes(docx_kit.word(docx_kit.p("Our 🌟 drip.") + docx_kit.p("It is glowing and rapid.")))
    page = visit()
    page.click("#open")
    page.set_input_files("#upload", letter)
    counts(page, "1 error, 1 warning, 1 piece of advice")
    assert page.inner_text("#state") == "read only"
    assert page.evaluate("() => document.getElementById('text').readOnly")
    assert page.locator("[data-do=rewrite]:visible, [data-do=use]:visible, #save:visible").count() == 0
    assert page.evaluate(MARKED, "error") == ["glowing"]
    page.click(".card.error .go")
    assert selected(page) == "glowing"
    page.keyboard.type("X")
    assert "X" not in page.input_value("#text")
    page.click("#choices summary")
    page.check("#packs [value=strict]")
    page.uncheck("#packs [value='house.yml']")
    counts(page, "No findings")
    page.click("#usual")
    counts(page, "1 error, 1 warning, 1 piece of advice")
    page.keyboard.press("Escape")
    name, data = downloaded(page, "#annotated")
    assert name == "letter.annotated.docx"
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert "glows" in parts.read("word/comments.xml").decode()
    assert downloaded(page, "#report")[0] == "letter.docx.report.html"


def test_by_keyboard_alone(visit, running):
    page = visit()
    press = page.keyboard.press
    focused = "document.activeElement.closest('.card')?.className ?? document.activeElement.id"

    def tab_to(selector: str, key: str = "Tab") -> None:
        for _ in range(60):
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            press(key)
        pytest.fail(f"Tab does not reach {selector}")

    tab_to("#open")
    press("Enter")
    page.wait_for_selector("#drafts button")
    tab_to("#find")
    page.keyboard.type("post")
    tab_to("#drafts button")
    press("Enter")
    counts(page, "1 error, 1 warning, 1 piece of advice")
    assert page.evaluate(focused) == "text"
    press("F8")
    assert selected(page) == "glowing"
    press("F8")
    press("F8")
    assert selected(page) == "rapid"
    press("Shift+F8")
    press("Alt+Enter")
    assert "card" in page.evaluate(focused)
    press("ArrowUp")
    press("ArrowUp")
    first = page.evaluate(focused)
    assert first.startswith("card error")
    press("ArrowDown")
    assert page.evaluate(focused) != first
    press("ArrowUp")
    press("Enter")
    assert (page.evaluate(focused), selected(page)) == ("text", "glowing")
    press("Alt+Enter")
    tab_to("[data-do=rewrite]")
    press("Enter")
    counts(page, "1 warning")
    assert page.evaluate(focused) == "text"
    press("Control+S")
    page.wait_for_selector("#save:disabled")
    assert (running[0] / "blog/post.md").read_text(encoding="utf8") == DRAFT.replace("glowing", "mild")
    press("Alt+Enter")
    press("Escape")
    assert page.evaluate(focused) == "text"
    tab_to("#help-button", "Shift+Tab")
    press("Enter")
    page.wait_for_selector("#help[open]")
    press("Escape")
    assert page.evaluate(focused) == "help-button"


def test_status_is_announced_and_focus_stays(visit):
    page = visit()
    assert page.get_attribute("#count", "aria-live") == "polite"
    paste(page, DRAFT)
    counts(page, "1 error, 1 warning, 1 piece of advice")
    page.focus(".card.warning .reasons summary")
    page.keyboard.press("Enter")
    page.select_option("#format", "txt")
    page.focus(".card.warning .reasons summary")
    page.wait_for_timeout(400)
    assert page.evaluate("document.activeElement.closest('.card.warning')?.querySelector('.reasons').open") is True
    assert page.get_attribute("#mirror", "aria-hidden") == "true"


@pytest.mark.parametrize("width", [320, 1360])
def test_fits(visit, width):
    page = visit(viewport={"width": width, "height": 700})
    paste(page, DRAFT + "word " * 200 + "x" * 400)
    counts(page, "1 error, 1 warning, 1 piece of advice")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for menu in ("#choices", "#downloads"):
        page.click(f"{menu} summary")
        box = page.locator(f"{menu} > div").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
    # the copy that carries the marks lies exactly under the field
    for field in ("#text", "#mirror"):
        assert page.locator(field).bounding_box() == page.locator("#field").bounding_box()
    assert page.evaluate(
        "(() => { const f = document.getElementById('text'); return f.scrollHeight <= f.clientHeight && f.scrollWidth <= f.clientWidth; })()"
    )
    if width == 320:
        page.evaluate(
            "at => { const f = document.getElementById('text'); f.focus(); f.setSelectionRange(at, at); }",
            DRAFT.index("glow") + 1,
        )
        page.click("#here-go")
        assert page.evaluate("document.activeElement.closest('.card.error') !== null")
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(visit, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(color_scheme=scheme)
    choose(page, "crlf.md")
    counts(page, "2 errors, 1 warning, 1 piece of advice")
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    def serious() -> list[tuple[str, str]]:
        found = axe.run(page).response["violations"]
        return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}]

    assert serious() == []
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = false")
    page.click("#open")
    page.wait_for_selector("#drafts button")
    assert serious() == []
    page.keyboard.press("Escape")
    page.click("#help-button")
    assert serious() == []
    page.keyboard.press("Escape")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground


def test_hostile_words_do_nothing(visit):
    page = visit()
    paste(page, "# <img src=x onerror=alert(1)>\n\nIt is glowing <script>alert(1)</script> &lt;b&gt; \u202eevil.\n")
    counts(page, "1 error, 1 piece of advice")
    page.click(".card.error .reasons summary")
    assert page.locator("img, .card script, .card .sentence b").count() == 0


def test_a_stranger_sees_an_empty_page(browser, running):
    context = browser.new_context()
    page = context.new_page()
    page.goto(running[1])
    page.wait_for_selector("#alert:has-text('open the address that the terminal shows')")
    page.goto(f"{running[1]}/#token=guessed")
    page.wait_for_selector("#alert:has-text('not the address')")
    context.close()


def test_the_address_lets_one_tab_in_and_leaves_no_trace(browser, tmp_path):
    furnish(tmp_path)
    with Server(tmp_path) as started:
        context = browser.new_context()
        page, other = context.new_page(), context.new_page()
        page.goto(started.url)
        page.wait_for_selector("html[data-ready]")
        assert page.inner_text("#folder") == tmp_path.name
        assert page.url == f"{started.base}/"
        assert context.cookies() == []
        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert page.inner_text("#folder") == tmp_path.name
        other.goto(started.url)
        other.wait_for_selector("#alert:has-text('the terminal shows a new one')")
        context.close()
