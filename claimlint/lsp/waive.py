"""A waiver that was asked for in an editor, written into the register as `claimlint waive` does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from claimlint.config import relative
from claimlint.errors import ConfigError
from claimlint.lsp.drafts import Checked
from claimlint.settle import git, ledger, waivers
from claimlint.types import Finding

_DAYS = 180
"""How long a waiver holds if nobody says otherwise."""


def write(asked: Mapping[str, Any], checked: Checked) -> str:
    """Add the waiver, and say so. Raises ConfigError if something is missing or wrong: nothing is written then.

    asked: rule, sentence or fingerprint, reason, approver; optionally author, expires (YYYY-MM-DD), ticket, evidence.
    """
    path, here = checked.file.path, checked.project
    if here is None or path is None or not path.exists():
        raise ConfigError("a waiver needs a draft that is saved, in a project that can be used")
    item = _found(asked, checked)
    line = checked.file.source.place(item.span.start)[0] + 1
    wrote = git.authors(path).get(line, "")
    author = _text(asked, "author") or wrote or git.user(path.parent)
    reason, approver = _text(asked, "reason"), _text(asked, "approver")
    for name, value in (("reason", reason), ("approver", approver), ("author", author)):
        if not value:
            raise ConfigError(f"a waiver needs “{name}”")
    for person in filter(None, (author, wrote)):
        if waivers.same_person(approver, person):
            raise ConfigError(f"{approver} wrote the claim ({person}); somebody else must approve it")
    expires = _day(_text(asked, "expires")) if _text(asked, "expires") else here.today + timedelta(days=_DAYS)
    if expires < here.today:
        raise ConfigError(f"expires: {expires} is past")
    waiver = waivers.Waiver(
        path=relative(here.config, path),
        rule=item.rule,
        sentence=waivers.one_line(item.sentence),
        reason=reason,
        approver=approver,
        author=author,
        created=here.today,
        expires=expires,
        ticket=_text(asked, "ticket"),
        evidence=tuple(str(each) for each in asked.get("evidence") or ()),
    )
    register = here.config.root / waivers.FILE
    ledger.add(register, [waiver], here.known | set(here.rules))
    return f"{relative(here.config, register)}: {item.rule} waived until {expires}"


def in_terminal(asked: Mapping[str, Any], path: Path | None) -> str:
    """How to waive where the editor cannot ask."""
    place = f"{path or 'PATH'}:{asked.get('line', 'LINE')}"
    return f"To waive this claim, run in a terminal: claimlint waive {place} --rule {_text(asked, 'rule') or 'RULE'}"


def _found(asked: Mapping[str, Any], checked: Checked) -> Finding:
    rule, sentence, fingerprint = (_text(asked, name) for name in ("rule", "sentence", "fingerprint"))
    for item in checked.report.findings if checked.report else ():
        same = item.fingerprint == fingerprint if fingerprint else item.sentence == sentence
        if item.status == "open" and item.rule == rule and same:
            return item
    raise ConfigError(f"no open finding of {rule or 'a rule'} with this sentence; was the draft changed?")


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    return value.strip() if isinstance(value, str) else ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"expires: “{text}” is no date; write YYYY-MM-DD") from error
