"""The server itself: a socket, the address in the terminal, and quiet until Ctrl-C."""

from __future__ import annotations

import asyncio
import socket
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from claimlint.errors import ConfigError
from claimlint.project import Project
from claimlint.web.app import app
from claimlint.web.desk import Desk
from claimlint.web.folder import Folder
from claimlint.web.guard import Keys, is_loopback

_CONNECTIONS = 100
_SILENCE = 30
"""Seconds between looks at a connection; one that asks for nothing by then is closed, or a hundred would shut others out."""


def serve(project: Project, version: str, *, given: Path | None, host: str, port: int, open_: bool) -> None:
    """Serve the working directory until somebody stops it. given: the configuration file that was named, if one was.

    Raises ConfigError if nothing can listen there, or the project is broken.
    """
    with suppress(KeyboardInterrupt):
        desk = Desk(project, version, given)
        desk.project()
        if not is_loopback(host):
            print(f"claimlint: warning: whoever reaches {host} can reach this page, unencrypted", file=sys.stderr)
        with _listening(host, port) as listener:
            _run(desk, version, host, listener, open_=open_)


class _Prompt(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # chosen when it is imported
    """A connection on which whole requests come: uvicorn waits for the end of a header as long as it takes."""

    cycle: Any
    timeout_keep_alive_task: Any

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        asyncio.get_running_loop().call_later(_SILENCE, self._look, transport)

    def _look(self, transport: Any) -> None:
        if transport.is_closing():
            return
        if (self.cycle is None or self.cycle.response_complete) and self.timeout_keep_alive_task is None:
            transport.close()
        asyncio.get_running_loop().call_later(_SILENCE, self._look, transport)


def _run(desk: Desk, version: str, host: str, listener: socket.socket, *, open_: bool) -> None:
    port = listener.getsockname()[1]
    name = f"[{host}]" if ":" in host else host

    def address(token: str) -> str:
        return f"http://{name}:{port}/#token={token}"

    keys = Keys(lambda token: print(address(token), flush=True))
    print("Ctrl-C stops", file=sys.stderr, flush=True)
    if open_:
        webbrowser.open(address(keys.token))
    settings = uvicorn.Config(
        app(desk, Folder(Path.cwd()), keys, version, host=host),
        http=_Prompt,
        log_level="critical",  # what fails is told by the application; what Ctrl-C cuts off is no failure
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(settings).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ConfigError("--port must be a number from 0 to 65535")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}, port {port}: {error.strerror}") from error
