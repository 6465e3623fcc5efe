"""A worker: the packs and the model loaded once, parts checked one after the other."""

from __future__ import annotations

import gc
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from claimlint import config as configuration
from claimlint import readers
from claimlint.errors import ConfigError, ReadError
from claimlint.language import model
from claimlint.project import Project
from claimlint.scan.output import Done, Output
from claimlint.scan.parts import Part
from claimlint.scan.places import UnavailableError
from claimlint.scan.plan import differing, settings
from claimlint.scan.records import Bad, Page, Reading, records
from claimlint.structs import replace
from claimlint.types import Lines, Severity

_REFRESH = 50_000
"""Pages after which the model is loaded anew: it remembers every word that it meets."""
_ATTEMPTS = 3
"""How often a part is begun; Ray hands it out again for ever while workers are killed over it."""


class Worker:
    """Checks parts. project: with nothing loaded yet. expected: the settings of the scan; folder: the working directory.

    Raises ClaimlintError if packs or model cannot be used here, or are others than those of the scan.
    """

    def __init__(
        self, project: Project, reading: Reading, output: Output, expected: Mapping[str, Any], folder: str
    ) -> None:
        with suppress(OSError):  # without it, only names relative to it cannot be found
            os.chdir(folder)
        pa.set_cpu_count(1)
        pa.set_io_thread_count(1)
        here = settings(project, expected["version"], reading, expected["part-bytes"])
        if differs := differing(expected, here):
            raise ConfigError(
                f"{os.uname().nodename} has other {', '.join(differs)} than the machine that started the scan"
            )
        self._project, self._reading, self._output = project, reading, output
        self._pages = 0

    def __call__(self, batch: pa.Table) -> Iterator[pa.Table]:
        """One row a part: its key, what it came to as JSON, and why it could not be done, or ""."""
        for text in batch.column("part").to_pylist():
            part, done = Part.load(text), Done()
            if self._output.attempt(part.key) > _ATTEMPTS:
                why = (
                    f"{part.label}: {_ATTEMPTS} workers were killed over it; a page may take more memory than there is"
                )
            else:
                try:
                    done, why = self.check(part), ""
                except UnavailableError as error:
                    why = str(error)
            self._output.settle(part.key)
            yield pa.table({"key": [part.key], "done": [json.dumps(done.dump())], "failed": [why]})

    def check(self, part: Part) -> Done:
        """Check a part and write what is found. Raises UnavailableError if it cannot be read or written now."""
        begun, done = time.process_time(), Done()
        try:
            with self._output.writer(part) as writer:
                for record in records(part, self._reading):
                    bad = record if isinstance(record, Bad) else self._page(record, writer, done)
                    if bad:
                        writer.aside(bad)
                        done.bad[bad.kind] += 1
                done.seconds = time.process_time() - begun
                writer.commit(done)
        except OSError as error:
            raise UnavailableError(str(error), path=part.label) from error
        return done

    def _page(self, page: Page, writer: Any, done: Done) -> Bad | None:
        """Check a page; what comes back has to be set aside."""
        self._pages += 1
        if self._pages % _REFRESH == 0:
            model.forget()
            gc.collect()
        try:
            document = replace(readers.decode(page.data, f"page{page.suffix}"), name=page.url)
            report = self._project.check(document, wanted="findings")
        except ReadError as error:
            return page.aside("unread", error.message)
        except Exception as error:  # whatever it is, the other pages are to be checked
            return page.aside("failed", f"{type(error).__name__}: {error}")
        done.pages += 1
        lines, opened = Lines(report.source), Counter[Severity]()
        for finding in report.findings:
            writer.finding(page.url, finding, lines)
            done.statuses[finding.status] += 1
            if finding.status == "open":
                opened[finding.severity] += 1
                done.rules[finding.rule] += 1
        done.findings += len(report.findings)
        if opened:
            done.flagged += 1
            done.grades.setdefault(self._fail_on(page.url), Counter()).update(opened)
        if report.problems:
            return page.aside("problem", "; ".join(problem.message for problem in report.problems))
        return None

    def _fail_on(self, url: str) -> str:
        """What an override says of this page, or ""."""
        if not any(override.fail_on for override in self._project.config.overrides):
            return ""
        config = replace(self._project.config, fail_on="")
        return configuration.for_path(config, url).fail_on
