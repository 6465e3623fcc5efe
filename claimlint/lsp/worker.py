"""The one thread that loads, checks and reads files. It begins to load before the protocol's own modules are imported."""

from __future__ import annotations

import gc
import logging
from concurrent.futures import ThreadPoolExecutor

_SAMPLE = "Our infusions may ease pain and do not cause harm."


def started() -> ThreadPoolExecutor:
    """The thread, on its way to the model that nearly every draft needs."""
    gc.disable()  # what is loaded stays; `loaded` turns it on again
    worker = ThreadPoolExecutor(1, "claimlint")
    worker.submit(_load)
    return worker


def _load() -> None:
    from claimlint.errors import ClaimlintError  # noqa: PLC0415 - in the thread
    from claimlint.language.model import parse  # noqa: PLC0415

    try:
        parse([_SAMPLE])
    except ClaimlintError as error:
        logging.getLogger(__name__).error("%s", error)


def loaded() -> None:
    """All is there: the collector need never look at it again. What is garbage by now is little, and not worth the time
    of looking for it before the first draft."""
    gc.freeze()
    gc.enable()
