"""A cache of its own for every run; a browser for tests that look at pages, which are skipped where there is none."""

import os
import shutil
import signal

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as behind a shell's “&”; commands under test would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    os.environ["CLAIMLINT_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium; nothing is downloaded. Not longer than a module: while it runs, asyncio.run cannot be used."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(_NAMES)} is on the path")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=_QUIET.split())
        yield started
        started.close()
