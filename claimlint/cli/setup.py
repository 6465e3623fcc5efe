"""`claimlint init`: a configuration and a hook to start from."""

from __future__ import annotations

import argparse
from pathlib import Path

from claimlint import __version__
from claimlint import config as configuration
from claimlint.cli.arguments import Commands, add
from claimlint.errors import ConfigError


def add_to(commands: Commands) -> None:
    init = add(commands, "init", _init, "write a configuration and a pre-commit hook into this folder")
    init.add_argument("--force", action="store_true", help=f"overwrite {configuration.FILE_NAME}")


_CONFIGURATION = """\
# Configuration of claimlint; every key is optional. The nearest file upwards from where claimlint runs is used.

# Packs of rules: names of shipped ones (claimlint packs list), or paths of your own. “auto” switches the shipped ones on
# by what a draft is about and by the markets in which it appears.
packs: [core, auto]
market: [us]

# Findings from this severity up make the check fail: advice, warning, error or never.
fail-on: warning

# A rule is named by its id (core/safe-unqualified), its pack (core) or a glob (core/safe-*).
ignore: []
severity: {}
#  core/safe-unqualified: error
#  ketamine: off

# Drafts that are none of ours, as in .gitignore.
exclude: []

# Your own sites: a link to them is no citation.
owned-hosts: []

# Whether a citation at the end of a paragraph covers its last sentence or the whole: sentence or paragraph.
citation-scope: sentence

# A reference from before this year is stale and does not count; without it, age does not matter.
# citations-since: 2010

# Libraries of references (BibTeX, CSL-JSON) to which citations may resolve. Default: references.bib beside this file, if
# there is one.
# bibliography: [refs/references.bib]

# Days after which the packs' data on approvals are called old, on standard error.
data-max-age: 365

# What is different for some drafts.
overrides: []
#  - files: [archive/**]
#    fail-on: never
"""

_HOOK = """\
  - repo: local
    hooks:
      - id: claimlint
        name: claimlint
        entry: claimlint check --force-exclude
        language: python
        additional_dependencies: [{requirement}]
        files: \\.(md|mdx|markdown|html?|xhtml|txt)$
        require_serial: true
"""


def _init(args: argparse.Namespace) -> int:
    from claimlint import store  # noqa: PLC0415 - start-up time

    own, hooks = Path(configuration.FILE_NAME), Path(".pre-commit-config.yaml")
    if own.exists() and not args.force:
        raise ConfigError("exists already; --force overwrites it", path=own)
    store.replace(own, _CONFIGURATION)
    print(f"wrote {own}")
    this = __version__
    stanza = _HOOK.format(requirement=f"claimlint-marketing=={this}" if this[0].isdigit() else "claimlint-marketing")
    if hooks.exists():
        print(f"{hooks} exists; add this under its “repos:”\n\n{stanza}", end="")
    else:
        store.replace(hooks, f"repos:\n{stanza}")
        print(f"wrote {hooks}; “pre-commit install” turns it on")
    return 0
