"""Who may talk to the server, from where, and how much.

Only a browser that was given the address of the terminal, and only from the page of this server: other sites, other local
servers and names that resolve to this machine (DNS rebinding) are refused before anything is read. There is no cookie, which
every server on this machine would be sent, whatever its port: the page sends its key in a header.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claimlint import readers
from claimlint.web.refusals import Refused

LIMIT = readers.MAX_BYTES_PACKED + 2_000_000
"""Bytes of a request: the largest file that a reader takes, and some room."""
API = "/api/"
ENTRANCE = "/api/session"
"""Where a page shows the token of its address, and gets the key for all other requests."""
KEY = "x-claimlint-key"
_SAFE = ("GET", "HEAD")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Keys:
    """The token of the address in the terminal, good for one page, and the key that this page gets for it.

    announce: called with each new token.
    """

    def __init__(self, announce: Callable[[str], None]) -> None:
        self._announce = announce
        self._session = secrets.token_urlsafe(32)
        self._spent: set[str] = set()
        self.renew()

    def renew(self) -> None:
        self.token = secrets.token_urlsafe(24)
        self._announce(self.token)

    def redeem(self, token: str) -> str:
        """The key. Raises Refused; whoever shows a spent token sends its owner to the terminal for a new one."""
        if self.token and secrets.compare_digest(token.encode(), self.token.encode()):
            self._spent.add(token)
            self.token = ""
            return self._session
        if token in self._spent:
            if not self.token:
                self.renew()
            raise Refused(403, "this address was used already; the terminal shows a new one")
        raise Refused(403, "this is not the address that the terminal shows")

    def opens(self, key: str) -> bool:
        return secrets.compare_digest(key.encode(), self._session.encode())


class Guard:
    """host: what the server was told to listen on."""

    def __init__(self, app: ASGIApp, keys: Keys, host: str) -> None:
        self._app, self._keys, self._host = app, keys, host.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            self._admit(scope["method"], scope["path"], Headers(scope=scope))
        except Refused as refused:
            await JSONResponse({"error": refused.message}, refused.status)(scope, receive, sealed)
            return
        await self._app(scope, _limited(receive), sealed)

    def _admit(self, method: str, path: str, headers: Headers) -> None:
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self._ours(host):
            raise Refused(421, "this server answers to its own address only")
        if not path.startswith(API):
            return
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        told = site is not None or origin is not None
        if site not in (None, "same-origin") or origin not in (None, f"http://{host}"):
            raise Refused(403, "only the page of this server may ask")
        if not told and method not in _SAFE:
            raise Refused(403, "this needs the header Origin")
        if path != ENTRANCE and not self._keys.opens(headers.get(KEY, "")):
            raise Refused(401, "open the address that the terminal shows")
        size = headers.get("content-length", "0")
        if not (size.isascii() and size.isdigit()):
            raise Refused(400, "the length of the request is no number")
        if int(size[:20]) > LIMIT:
            raise Refused(413, too_large())

    def _ours(self, host: str) -> bool:
        """Whether a Host header names this server: a loopback name, the host that it was told, or, if that is not the
        loopback, any address in digits, which no name service can give a meaning to."""
        name, colon, port = host.lower().rpartition(":")
        if not colon or port.endswith("]"):
            name, port = host.lower(), ""
        if port and not (port.isascii() and port.isdigit()):
            return False
        name = name.removeprefix("[").removesuffix("]")
        return name in (*_LOOPBACK, self._host) or (self._host not in _LOOPBACK and _digits(name))


def too_large() -> str:
    return f"more than {readers.MAX_BYTES:,} bytes ({readers.MAX_BYTES_PACKED:,} of a Word document); a draft may not be larger"


def is_loopback(host: str) -> bool:
    return host.lower() in _LOOPBACK


def _digits(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _limited(receive: Receive) -> Receive:
    """The body as it comes, until it is too much."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LIMIT:
            raise Refused(413, too_large())
        return message

    return limited
