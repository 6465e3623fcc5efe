"""The routes: the page and its files for everybody who comes by the right name, the interface behind the guard."""

from __future__ import annotations

import asyncio
import json
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from claimlint import readers
from claimlint.errors import ClaimlintError, ReadError
from claimlint.structs import Struct
from claimlint.terminal import harmless
from claimlint.web import view
from claimlint.web.desk import Choice, Desk, Draft, annotatable
from claimlint.web.folder import Folder, digest_of
from claimlint.web.guard import ENTRANCE, Guard, Keys, too_large
from claimlint.web.refusals import Refused
from claimlint.web.turns import SECONDS, Turns

FORMATS = {"md": ".md", "mdx": ".mdx", "html": ".html", "txt": ".txt"}
"""What a text may be read as, whatever it is called."""
_ASSETS = {
    "report.css": ("claimlint.report.html", "text/css"),
    "theme.js": ("claimlint.report.html", "text/javascript"),
    "serve.css": ("claimlint.web", "text/css"),
    **dict.fromkeys(("page.js", "text.js", "list.js", "server.js"), ("claimlint.web", "text/javascript")),
}
_NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,200}")
_HALVES = re.compile("[\ud800-\udfff]")
_TAB = re.compile(r"[\w-]{1,64}")
_BODY_SECONDS = 30


class Asked(Struct, frozen=True):
    """A draft in a request. path: of the folder, if it was opened there. given: whether the page has its text already."""

    draft: Draft
    choice: Choice
    path: str = ""
    given: bool = False


class Pages:
    """folder: whose drafts can be opened. version: of claimlint."""

    def __init__(self, desk: Desk, folder: Folder, keys: Keys, version: str, seconds: float = SECONDS) -> None:
        self._desk, self._folder, self._keys, self._version = desk, folder, keys, version
        self._turns = Turns(seconds)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/assets/{name}", self.asset),
            Route(ENTRANCE, self.session, methods=["POST"]),
            Route("/api/start", self.start),
            Route("/api/drafts", self.drafts),
            Route("/api/check", self.check, methods=["POST"]),
            Route("/api/report", self.report, methods=["POST"]),
            Route("/api/annotate", self.annotate, methods=["POST"]),
            Route("/api/save", self.save, methods=["POST"]),
        ]

    async def page(self, _: Request) -> Response:
        """The page itself holds nothing of anybody's; what it asks for needs the key."""
        accept = ",".join(sorted(readers.SUFFIXES))
        return HTMLResponse(view.TEMPLATES.get_template("serve.html").render(accept=accept, version=self._version))

    async def session(self, request: Request) -> Response:
        """The key, for the token of the address. That stands behind “#”, which browsers send to no server."""
        return JSONResponse({"key": self._keys.redeem(_string(await _json(request), "token"))})

    async def asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _ASSETS:
            raise Refused(404, "there is nothing here")
        package, media = _ASSETS[name]
        return Response((files(package) / name).read_bytes(), media_type=media)

    async def start(self, request: Request) -> Response:
        """What there is to choose from."""
        return JSONResponse(await self._turns.take(f"start {_tab(request)}", self._started))

    def _started(self) -> dict[str, Any]:
        markets = self._desk.markets()
        titles = self._desk.titles()
        packs = [{"name": name, "title": titles.get(name, ""), "on": on} for name, on in self._desk.packs().items()]
        return {
            "folder": harmless(self._folder.root.name),
            "suffixes": sorted(readers.SUFFIXES),
            "limit": readers.MAX_BYTES_PACKED,
            "packs": packs,
            "markets": [{"name": name, "on": on} for name, on in markets.items()],
        }

    async def drafts(self, _: Request) -> Response:
        return JSONResponse({"drafts": await asyncio.to_thread(self._folder.drafts, self._desk.config)})

    async def check(self, request: Request) -> Response:
        """The findings in a text, in the bytes of a file, or in a draft of the folder; the latter two with their text."""
        asked = await self._asked(request)
        return JSONResponse(await self._turns.take(_tab(request), partial(self._checked, asked)))

    def _checked(self, asked: Asked) -> dict[str, Any]:
        report, context = self._desk.check(asked.draft, asked.choice)
        found = view.shown(report, context)
        if not asked.given and isinstance(asked.draft.content, bytes):
            # what is no text of itself is shown and cannot be written
            editable = not (report.document and report.document.digest)
            found |= {"text": report.source, "editable": editable, "digest": digest_of(asked.draft.content)}
            found["annotatable"] = annotatable(asked.draft.name)
        return found

    async def report(self, request: Request) -> Response:
        """The page for reviewers, about one draft."""
        asked = await self._asked(request)
        page = await self._turns.take(f"report {_tab(request)}", partial(self._desk.page, asked.draft, asked.choice))
        return HTMLResponse(page.encode("utf-8", "backslashreplace"))

    async def annotate(self, request: Request) -> Response:
        """A copy of a Word document with the findings as comments."""
        asked = await self._asked(request)
        work = partial(self._desk.annotated, asked.draft, asked.choice)
        copy = await self._turns.take(f"annotate {_tab(request)}", work)
        return Response(copy, media_type="application/octet-stream")

    async def save(self, request: Request) -> Response:
        """Write a draft of the folder back, if it is still what was opened."""
        data = await _json(request)
        path, text, digest = _string(data, "path"), _text(data), _string(data, "digest")
        saved = await asyncio.to_thread(self._folder.save, path, text, digest, self._desk.config)
        return JSONResponse({"digest": saved})

    async def _asked(self, request: Request) -> Asked:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/octet-stream":
            query = request.query_params
            choice = Choice(tuple(query.getlist("pack")), tuple(query.getlist("market")))
            name, content = _name(query.get("name", ""), query.get("format", "")), await _body(request)
            if len(content) > readers.MAX_BYTES and not annotatable(name):
                raise Refused(413, too_large())
            return Asked(Draft(name, content), choice)
        data = await _json(request)
        choice = Choice(_strings(data, "packs"), _strings(data, "market"))
        path = _string(data, "path") if "path" in data else ""
        as_ = _string(data, "format") if "format" in data else ""
        if "text" in data:
            name = path or _name(_string(data, "name"))
            if path:
                await asyncio.to_thread(self._folder.admit, path, self._desk.config)
            return Asked(Draft(_formatted(name, as_), _text(data)), choice, path, given=True)
        content = await asyncio.to_thread(self._folder.read, path, self._desk.config)
        return Asked(Draft(_formatted(path, as_), content), choice, path)


def app(desk: Desk, folder: Folder, keys: Keys, version: str, *, host: str, seconds: float = SECONDS) -> ASGIApp:
    """The whole server as an ASGI application."""
    made = Starlette(
        routes=Pages(desk, folder, keys, version, seconds).routes(),
        exception_handlers={
            Refused: _refused,
            ReadError: _broken,
            ClaimlintError: _broken,
            HTTPException: _missing,
            ClientDisconnect: _gone,
            Exception: _failed,
        },
    )
    return Guard(made, keys, host)


# What goes wrong, as an answer


def _answer(handler: Callable[[Exception], tuple[int, str]]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def respond(_: Request, error: Exception) -> Response:
        status, message = handler(error)
        return JSONResponse({"error": harmless(" ".join(message.split()))}, status)

    return respond


_refused = _answer(lambda error: (error.status, error.message) if isinstance(error, Refused) else (400, str(error)))
_broken = _answer(lambda error: (422, error.message if isinstance(error, ReadError) else str(error)))
_missing = _answer(lambda error: (error.status_code, error.detail) if isinstance(error, HTTPException) else (404, ""))
_gone = _answer(lambda _: (400, "the request was given up"))


def _told(error: Exception) -> tuple[int, str]:
    """A failure of ours: in full in the terminal."""
    traceback.print_exception(error)
    return 500, "claimlint failed on this; the terminal says how. Your text is still in the page"


_failed = _answer(_told)


# What a request holds


async def _body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await request.body()
    except TimeoutError:
        raise Refused(408, f"the request did not arrive within {_BODY_SECONDS} seconds") from None
    return body


async def _json(request: Request) -> Mapping[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "send application/json, or the bytes of a file as application/octet-stream")
    try:
        data = json.loads(await _body(request))
    except UnicodeDecodeError:
        raise Refused(400, "the request is not UTF-8") from None
    except (ValueError, RecursionError):
        raise Refused(400, "the request is no valid JSON") from None
    if not isinstance(data, dict):
        raise Refused(400, "the request must be a JSON object")
    return data


def _string(data: Mapping[str, Any], key: str) -> str:
    if not isinstance(data.get(key), str):
        raise Refused(400, f"“{key}” must be text")
    text: str = data[key]
    if _HALVES.search(text):
        raise Refused(422, f"“{key}” holds half a character (a lone surrogate), which no file can hold")
    return text


def _strings(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = data.get(key, [])
    if not isinstance(found, list) or len(found) > 50 or not all(isinstance(each, str) for each in found):
        raise Refused(400, f"“{key}” must be a list of names")
    return tuple(found)


def _text(data: Mapping[str, Any]) -> str:
    text = _string(data, "text")
    if "\0" in text:
        raise Refused(422, "the text holds a NUL character, which no draft may have")
    if len(text) > readers.MAX_BYTES or len(text.encode()) > readers.MAX_BYTES:
        raise Refused(413, too_large())
    return text


def _name(name: str, as_: str = "") -> str:
    """The name of a draft that is no file here: one part of a path, for reports and for its suffix."""
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise Refused(400, "this is no name of a draft")
    return _formatted(name, as_)


def _formatted(name: str, as_: str) -> str:
    """The name with the suffix of the format that it is to be read as."""
    if as_ and as_ not in FORMATS:
        raise Refused(400, f"the format must be one of {', '.join(FORMATS)}")
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if as_ and readers.SUFFIXES & {suffix} and _same(suffix, FORMATS[as_]):
        return name
    if as_:
        return str(path.with_suffix(FORMATS[as_]))
    if suffix not in readers.SUFFIXES:
        known = ", ".join(sorted(readers.SUFFIXES))
        raise Refused(415, f"{name}: no format that can be read here; these can: {known}")
    return name


_FAMILIES = ({".md", ".markdown", ".mdown", ".mkd"}, {".html", ".htm", ".xhtml"}, {".txt", ".text"})


def _same(one: str, other: str) -> bool:
    return one == other or any({one, other} <= family for family in _FAMILIES)


def _tab(request: Request) -> str:
    """The tab that asks, so that the checks of one do not overtake those of another."""
    given = request.headers.get("x-claimlint-tab", "")
    return given if _TAB.fullmatch(given) else "-"
