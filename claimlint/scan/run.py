"""Parts handed to workers by Ray Data. The only module that imports Ray."""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from claimlint.errors import ConfigError
from claimlint.scan.output import Done
from claimlint.scan.parts import Part
from claimlint.scan.places import said
from claimlint.scan.worker import Worker

# ruff: noqa: PLC0415

_STORE = 200_000_000
"""Bytes of Ray's object store on this machine: what goes through it is a row a part."""


def checked(
    parts: Sequence[Part], arguments: Sequence[Any], *, address: str = "", jobs: int = 0
) -> Iterator[tuple[str, Done, str]]:
    """(key, what the part came to, why it could not be done or "") for each part, in the order in which they are done.

    arguments: those of `Worker`. address: of a cluster; default: Ray is started on this machine alone. jobs: workers;
    default: one a core. Raises ConfigError if Ray cannot be started, or workers cannot.
    """
    _prepare_environment(local=not address)
    import ray.data
    import ray.exceptions

    with _cluster(address, jobs):
        most = max(1, min(jobs or int(ray.cluster_resources().get("CPU", 1)), len(parts)))
        # on a cluster that others use too, workers come as cores get free
        compute = ray.data.ActorPoolStrategy(min_size=1 if address else most, max_size=most)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        items = [{"part": part.dump()} for part in parts]
        # a block a part: the unit that Ray hands out, tries again and reports
        found = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
            Worker,
            fn_constructor_args=tuple(arguments),
            batch_size=None,
            batch_format="pyarrow",
            compute=compute,
            num_cpus=1,
        )
        try:
            for table in found.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                for row in table.to_pylist():
                    yield row["key"], Done.load(json.loads(row["done"])), row["failed"]
        except ray.exceptions.RayError as error:
            raise ConfigError(
                f"the workers stopped: {_cause(error)}; once that is mended, the same command goes on"
            ) from error


def _prepare_environment(*, local: bool) -> None:
    """What Ray reads while it is imported: nothing is sent anywhere, and what goes wrong is said by us."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    if local and "RAY_AUTH_MODE" not in os.environ:
        # Ray listens on every address of this machine; without the token nobody gets in
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


@contextmanager
def _cluster(address: str, jobs: int) -> Iterator[None]:
    import ray

    quiet: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    here = {
        "num_cpus": jobs or cores(),
        "include_dashboard": False,
        "object_store_memory": _STORE,
    }
    try:
        with _hushed():
            ray.init(address=address, **quiet) if address else ray.init(address="local", **quiet, **here)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        where = f"at {address}" if address else "on this machine"
        help_ = "; set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN" if "AuthToken" in str(error.__cause__) else ""
        raise ConfigError(f"Ray cannot be used {where}: {said(error)}{help_}") from error
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep what Ray's core writes about its own log level from standard error."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cause(error: BaseException) -> str:
    """What a worker raised, if it was that; of a traceback the line that names the error."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, Exception):
        return str(cause)
    lines = [line for line in str(error).splitlines() if line and not line.startswith((" ", "\t"))]
    named = next((line for line in reversed(lines) if re.match(r"[\w.]+(Error|Exception): ", line)), said(error))
    return re.sub(r"^claimlint\.errors\.\w+: ", "", named)
