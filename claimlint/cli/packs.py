"""`claimlint rules` and `packs`: the rules as text or data, patterns tried on drafts, packs listed, tested, started."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from claimlint.cli.arguments import Commands, add, add_packs, project, utf8, warn_of_age
from claimlint.errors import ConfigError, did_you_mean
from claimlint.types import Report, Rule

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from claimlint.packs import Pack


def add_to(commands: Commands) -> None:
    rules = add(commands, "rules", _rules, "list the rules, or print one")
    rules.add_argument("rule", nargs="?", metavar="RULE", help="the id of a rule, or “try” for a pattern of your own")
    rules.add_argument("pattern", nargs="?", metavar="PATTERN", help="with “try”: what it would match in the drafts")
    rules.add_argument("paths", nargs="*", metavar="PATH", help="with “try”: drafts or folders (default: .)")
    rules.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    rules.add_argument("--schema", action="store_true", help="print the JSON Schema of packs instead")
    add_packs(rules)
    packs = commands.add_parser("packs", help="list packs, or run the examples of their rules", allow_abbrev=False)
    actions = packs.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add(actions, "list", _packs_list, "list the packs that ship with claimlint, and those configured")
    test = add(actions, "test", _packs_test, "run the examples of each rule; exit code 2 if one fails")
    test.add_argument("packs", nargs="*", metavar="PACK", help="names or paths (default: the configured packs)")
    test.add_argument("--no-coverage", action="store_true", help="do not ask for an example of each pattern, yet")
    new = add(actions, "new", _packs_new, "write a pack of your own to start from")
    new.add_argument("name", metavar="NAME", help="in kebab-case; NAME.yml is written into this folder")


def rules_of(packs: Iterable[Pack]) -> dict[str, Rule]:
    """The rules of the packs, and those about suppressions and registers, by id."""
    from claimlint.settle import own_rules

    return {rule.id: rule for pack in packs for rule in pack.rules} | dict(own_rules())


def rule(name: str, rules: Mapping[str, Rule]) -> Rule:
    if name not in rules:
        raise ConfigError(f"unknown rule “{name}”{did_you_mean(name, rules)}")
    return rules[name]


def _rules(args: argparse.Namespace) -> int:
    from claimlint.packs import schema
    from claimlint.report import catalog, data

    utf8(sys.stdout)
    if args.schema:
        data.dump(schema(), sys.stdout)
        return 0
    if args.rule == "try":
        return _try(args)
    here = project(args)
    packs = here.load_packs()
    rules = rules_of(packs)
    chosen = rule(args.rule, rules) if args.rule else None
    if args.format == "markdown":
        print("\n".join(line for pack in packs for line in catalog.page(pack)))
    elif args.format == "json":
        data.dump(data.rule(chosen) if chosen else [data.rule(each) for each in rules.values()], sys.stdout)
    else:
        print("\n".join(catalog.explained(chosen) if chosen else catalog.listed(rules)))
    warn_of_age(packs, here.config)
    return 0


def _try(args: argparse.Namespace) -> int:
    """Where a pattern would hit in drafts, before it is written into a pack."""
    from claimlint import drafts
    from claimlint.find import tried
    from claimlint.terminal import printable

    if not args.pattern:
        raise ConfigError("“rules try” needs a pattern: claimlint rules try 'be * calming' drafts/")
    here = project(args)
    unread: dict[str, Report] = {}
    asked = drafts.asked(args.paths or ["."], here.config)
    hits = 0
    for name, line, sentence, start, end in tried(args.pattern, here.load_packs(), drafts.readable(asked, unread)):
        hits += 1
        print(f"{printable(name)}:{line}: {printable(f'{sentence[:start]}[{sentence[start:end]}]{sentence[end:]}')}")
    for report in unread.values():
        print(f"{printable(report.name)}: cannot read: {printable(report.problems[0].message)}", file=sys.stderr)
    print(f"{hits} hit{'' if hits == 1 else 's'} in {len(asked) - len(unread)} drafts")
    return 2 if unread else 0


def _packs_list(args: argparse.Namespace) -> int:
    from claimlint.packs import builtin_dir, builtin_names, load_packs

    used = project(args).load_packs()
    shipped = [load_packs([name], near=builtin_dir())[-1] for name in builtin_names()]
    utf8(sys.stdout)
    for pack in {pack.path: pack for pack in (*shipped, *used)}.values():
        mark = "*" if any(each.path == pack.path for each in used) else " "
        print(f"{mark} {pack.name} {pack.version}: {len(pack.rules)} rules. {pack.title}".rstrip())
    print("* in use here")
    return 0


def _packs_test(args: argparse.Namespace) -> int:
    from claimlint.linter import Linter
    from claimlint.packs import load_packs
    from claimlint.packtest import check_examples

    packs = load_packs(args.packs, near=Path.cwd()) if args.packs else project(args).load_packs()
    linter = Linter(packs)
    failed = False
    utf8(sys.stdout)
    for pack in packs:
        problems = check_examples([pack], linter, coverage=not args.no_coverage)
        examples = sum(len(rule.bad) + len(rule.good) for rule in pack.rules)
        verdict = f"{len(problems)} failed" if problems else "ok"
        print("\n".join([*problems, f"{pack.name}: {len(pack.rules)} rules, {examples} examples, {verdict}"]))
        failed = failed or bool(problems)
    return 2 if failed else 0


def _packs_new(args: argparse.Namespace) -> int:
    from claimlint import store

    path = Path(f"{args.name}.yml")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", args.name):
        raise ConfigError(f"a pack's name is in kebab-case, such as clinic-house-rules, not “{args.name}”")
    if path.exists():
        raise ConfigError("exists already", path=path)
    store.replace(path, _PACK.replace("NAME", args.name))
    print(f"wrote {path}; try it: claimlint packs test {path}")
    return 0


_PACK = """\
# A pack of house rules. Every key is described in docs/packs.md of claimlint; `claimlint rules --schema` is for editors.
name: NAME
title: House rules
version: "0.1"
extends: [core]

# Rules of other packs, changed: severity, needs, message, why, suggest, basis.
override:
  core/superlative:
    severity: error

rules:
  - id: calm-promised
    title: Calm promised
    message: "“{match}” promises calm."
    severity: warning
    match: ["(deliver|bring|give you) ~ (calm|serenity)"]
    about: treatment
    needs: {any: [hedge, citation]}
    why: Nobody can promise calm. Say what happens in a visit instead.
    basis: [{title: House policy}]
    suggest: ["may bring some calm"]
    fix: [{match: "=brings", replace: "may bring", safe: true}]
    examples:
      bad: ["Our infusion {brings deep calm}."]
      good: ["Our infusion may bring some calm.", "Does an infusion bring calm?"]
"""
