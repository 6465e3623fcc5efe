"""What a scan has to do: the parts of its inputs, less those that its output holds; and with which settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from claimlint import config as configuration
from claimlint.errors import ConfigError
from claimlint.project import Project
from claimlint.report import counted
from claimlint.scan.output import SCHEMA_VERSION, SETTINGS, SUMMARY, Done, Output
from claimlint.scan.parts import Inputs, Part, part_size, parts
from claimlint.scan.records import Reading, columns
from claimlint.structs import Struct, asdict, field, replace


class Scan(Struct):
    """A scan that may begin or go on. parts: by key. whole: what the parts that are done come to; done_before: how many
    were when it began. unread: messages about inputs that cannot be read; failed: about parts that could not be done."""

    project: Project
    reading: Reading
    output: Output
    settings: Mapping[str, Any]
    parts: Mapping[str, Part]
    missing: list[Part]
    whole: Done
    unread: list[str]
    failed: list[str] = field(default_factory=list)

    @property
    def done_before(self) -> int:
        return len(self.parts) - len(self.missing)

    def run(self, *, address: str = "", jobs: int = 0) -> Iterator[Done]:
        """What each part that is missing comes to, when it is done, or could not be. Raises ConfigError if Ray cannot
        be used, or the workers write where this machine does not see it."""
        if not self.missing:
            return
        from claimlint.scan.run import checked  # noqa: PLC0415 - starting Ray takes seconds

        arguments = (replace(self.project, keep=False), self.reading, self.output, self.settings, str(Path.cwd()))
        for key, done, why in checked(self.missing, arguments, address=address, jobs=jobs):
            if why:
                self.failed.append(why)
            elif not self.output.holds(key):
                raise ConfigError(
                    "workers write into another folder of this name; with --address, the output must be a URL, "
                    "or a folder that all machines share",
                    path=self.output.name,
                )
            self.whole.add(done)
            yield done

    def close(self) -> None:
        """Write the totals, if all parts are there; delete what workers left that were killed."""
        self.output.tidy()
        if not self.failed:
            totals = {"parts": len(self.parts), **self.whole.dump(), "unread": self.unread}
            self.output.put(SUMMARY, {"schema_version": SCHEMA_VERSION, **totals})


def prepare(project: Project, asked: Inputs, output: Output, reading: Reading, *, version: str, size: int = 0) -> Scan:
    """size: bytes of a part; 0 for those of the first run, or by the inputs.

    Raises ClaimlintError if packs or registers cannot be used, or the output holds another scan than this.
    """
    output.tidy()
    stored = output.settings()
    if stored:
        project = replace(project, today=date.fromisoformat(stored["date"]))  # the day decides what has expired
        size = size or stored["part-bytes"]
    _ = project.rules, project.registers
    size = size or part_size(asked.size)
    now = settings(project, version, reading, size)
    if stored and (other := differing(stored, now)):
        message = f"holds a scan with other settings ({', '.join(other)}); use another --output, or the same settings"
        raise ConfigError(message, path=output.name)
    plan = {part.key: part for part in parts(asked, size, partial(columns, reading=reading))}
    done = output.done()
    if stale := [label for key, (label, _) in done.items() if key not in plan]:
        raise ConfigError(
            f"holds {counted(len(stale), 'part')} that these inputs do not have, or not as it was ({stale[0]}); "
            "use another --output, or the same inputs",
            path=output.name,
        )
    if not stored:
        output.put(SETTINGS, now)
    whole = Done()
    for _, each in done.values():
        whole.add(each)
    missing = [part for key, part in plan.items() if key not in done]
    return Scan(project, reading, output, now, plan, missing, whole, asked.unread)


def settings(project: Project, version: str, reading: Reading, size: int) -> dict[str, Any]:
    """All that findings depend on beside the pages, and how the inputs are cut, as JSON has it."""
    inputs, config = project.inputs(version), project.config
    own = configuration.relative(config, config.path) if config.path else ""
    values = {
        "schema_version": SCHEMA_VERSION,
        "version": version,
        "date": inputs.date.isoformat(),
        "model": inputs.model,
        "packs": [{"name": each.name, "version": each.version, "sha256": each.digest} for each in inputs.packs],
        "files": {name: sha256(data).hexdigest() for name, data in sorted(inputs.files.items()) if name != own},
        "baseline": project.baseline,
        "market": project.market or config.market,
        "select": config.select,
        "ignore": config.ignore,
        "severity": config.severity,
        "overrides": [{**asdict(each), "fail_on": None} for each in config.overrides],
        "owned-hosts": config.owned_hosts,
        "citation-scope": config.citation_scope,
        "citations-since": config.citations_since,
        "reading": asdict(reading),
        "part-bytes": size,
    }
    return dict(json.loads(json.dumps(values)))


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The names of the settings that are not the same."""
    return [key for key in {**one, **other} if one.get(key) != other.get(key)]
