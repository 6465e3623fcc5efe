"""The report as a page: one file without anything to load, for a browser, a mail or an archive.

Every word on it comes from strangers. Templates escape all of it, and nothing but the style and the script that stand
here may act: the page's own security policy names both by hash. The same reports make the same bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from claimlint.report import Context
from claimlint.report.catalog import needs
from claimlint.report.history import Changes, Point
from claimlint.report.html.cards import rule_of
from claimlint.report.html.charts import HEIGHT, bars, lines
from claimlint.report.html.layout import Page, pages
from claimlint.report.html.runs import address
from claimlint.report.html.tables import GRADES, changed, tables
from claimlint.report.inventory import STATUSES
from claimlint.terminal import harmless
from claimlint.types import SEVERITIES, Report, Rule


def page(
    reports: Sequence[Report], context: Context, manifest: Mapping[str, Any], changes: Changes | None = None
) -> str:
    """The whole report. manifest: what went in, as `report.manifest` has it; changes: since an older report."""
    drafts = list(pages(reports, context))
    every = [card for draft in drafts for card in draft.cards]
    rules = _rules(drafts, context)
    anchors = {rule.id: f"rule-{number}" for number, rule in enumerate(rules, 1)}
    counted = {table.key: table for table in tables(drafts, anchors)}
    return _render(
        "page.html",
        manifest=manifest,
        drafts=drafts,
        cards=every,
        rules=rules,
        anchors=anchors,
        tables=counted,
        by_rule=bars([(row.name, row.counts) for row in counted["rule"].rows]),
        by_status=bars([(row.name, {row.name: row.total}) for row in counted["status"].rows]),
        changes=changed(changes, every, context.rules) if changes else (),
        since=changes.since if changes else "",
        audience=context.audience,
        statuses=[row.name for row in counted["status"].rows],
        standing=sum(len(draft.standing) for draft in drafts),
    )


def trend(points: Sequence[Point], version: str) -> str:
    """Open findings over many reports: a line chart, and the table behind it."""
    statuses = [status for status in STATUSES if any(status in point.statuses for point in points)]
    return _render("trend.html", points=points, statuses=statuses, chart=lines(points), version=version)


def _rules(drafts: Sequence[Page], context: Context) -> list[Rule]:
    """The rules that the page speaks of, by id."""
    found = {card.finding.rule: card.rule for draft in drafts for card in draft.cards}
    found |= {each.claim.rule: each.rule for draft in drafts for each in draft.standing}
    return [rule_of(id_, rule.pack, context) for id_, rule in sorted(found.items())]


def _render(template: str, **values: object) -> str:
    style, script = _asset("report.css"), _asset("theme.js") + _asset("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hashed(style)}'; script-src '{_hashed(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return templates().get_template(template).render(policy=policy, style=style, script=script, **values)


@cache
def _asset(name: str) -> Markup:
    """A file of this package, to stand in the page as it is."""
    return Markup((files(__name__) / name).read_text(encoding="utf-8"))


def _hashed(text: str) -> str:
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def templates(*packages: str) -> Environment:
    """The templates here, and those of other packages that show findings the same way."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(name, ".") for name in (__name__, *packages)]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"SEVERITIES": tuple(reversed(SEVERITIES)), "GRADES": GRADES, "HEIGHT": HEIGHT}
    made.filters |= {"address": address, "needs": needs, "words": _words}
    return made


def _shown(value: object) -> object:
    """Whatever a template writes, without what would turn the text around; markup has been through here before."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _words(text: str) -> str:
    return " ".join(text.split())
