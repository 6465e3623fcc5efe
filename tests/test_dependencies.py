"""pyproject.toml, the lock file and docs/dependencies.md say the same."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parent.parent
ABOUT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf8"))
LOCK = (PROJECT / "requirements" / "dev.txt").read_text(encoding="utf8")
PAGE = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf8")
EXTRAS = ABOUT["project"]["optional-dependencies"]
DIRECT = [
    requirement
    for group in (ABOUT["project"]["dependencies"], *EXTRAS.values(), ABOUT["build-system"]["requires"])
    for requirement in map(Requirement, group)
    if requirement.name != ABOUT["project"]["name"]
]
ENTRY = re.compile(
    r"^([a-z0-9-]+)==(\S+)(?: ; (.*?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)
LOCKED = ENTRY.findall(LOCK)


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_the_lock_file_has_what_is_asked_for(requirement):
    versions = [version for name, version, _, _ in LOCKED if name == canonicalize_name(requirement.name)]
    assert versions, "run requirements/update --keep"
    assert all(map(requirement.specifier.contains, versions)), "run requirements/update"


def test_every_locked_package_has_hashes_and_nothing_names_an_index():
    entries = [line for line in LOCK.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(entries) == len(LOCKED) > 80
    assert "://" not in LOCK
    assert not re.search(r"^ *-(?!-hash=)", LOCK, re.MULTILINE)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_the_lock_file_has_one_version_of_each_package_for_every_python(python, system):
    place = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    here = [name for name, _, marker, _ in LOCKED if not marker or Marker(marker).evaluate(place)]
    assert len(here) == len(set(here))
    assert {canonicalize_name(requirement.name) for requirement in DIRECT} <= set(here)


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_the_page_says_what_each_is_for(requirement):
    rows = [line for line in PAGE.partition("## All packages")[0].splitlines() if line.startswith("|")]
    assert any(re.search(rf"\| [^|]*(?<![\w-]){re.escape(requirement.name)}(?![\w-])[^|]* \|", row) for row in rows)


def test_the_table_of_licences_is_of_this_lock_file():
    tools = runpy.run_path(str(PROJECT / "requirements" / "licences.py"))
    licences = tools["rows"](PAGE)
    assert list(licences) == list(tools["needed"](LOCK)), "run requirements/update --keep"
    assert [name for name, licence in licences.items() if licence == "?"] == []


def test_pythons():
    """The classifiers name the versions that the page says the tests were run on."""
    named = {each.rpartition(" ")[2] for each in ABOUT["project"]["classifiers"] if "Python :: 3." in each}
    pythons = PAGE.partition("## Pythons")[2].partition("\n## ")[0]
    assert named == set(re.findall(r"^\| (3\.\d+) \|", pythons, re.MULTILINE))
    assert ABOUT["project"]["requires-python"] == f">={min(named, key=lambda each: int(each[2:]))}"
