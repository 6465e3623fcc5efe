"""The published schema and the catalogue of rules are what the packs say. UPDATE_README=1 rewrites them."""

import json
import os
from pathlib import Path

import pytest

from claimlint.packs import builtin_dir, builtin_names, load_packs, schema
from claimlint.report import catalog

DOCS = Path(__file__).parent.parent / "docs"
NAMES = builtin_names()


def same(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_README"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf8")
    assert path.read_text(encoding="utf8") == text, (
        "if the packs are right: UPDATE_README=1 pytest tests/test_catalogue.py"
    )


def loaded(name):
    return load_packs([name], near=builtin_dir())[-1]


def test_schema():
    same(DOCS / "pack.schema.json", json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")


@pytest.mark.parametrize("name", NAMES)
def test_page(name):
    same(DOCS / "rules" / f"{name}.md", "\n".join(catalog.page(loaded(name))))


def test_index():
    packs = [loaded(name) for name in NAMES]
    rows = [f"| [{pack.name}]({pack.name}.md) | {pack.title} | {len(pack.rules)} |" for pack in packs]
    head = ["# The shipped rules", "", "Generated from the packs.", "", "| pack | about | rules |", "|---|---|---|"]
    same(DOCS / "rules" / "README.md", "\n".join([*head, *rows, ""]))
    pages = {path.stem for path in (DOCS / "rules").glob("*.md")} - {"README"}
    assert pages == set(NAMES), "a page of a pack that is gone"
