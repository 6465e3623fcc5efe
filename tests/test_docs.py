"""The documentation is complete and its examples are valid: options, keys, cues, configurations, packs, links."""

import argparse
import doctest
import re
from pathlib import Path

import pytest
import spacy
import yaml

from claimlint import cli, config, packs, readers
from claimlint.language.topic import HEALTH
from claimlint.linter import Linter
from claimlint.packtest import check_examples

PROJECT = Path(__file__).parent.parent
PAGES = [PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "benchmarks/README.md")] + sorted(
    (PROJECT / "docs").glob("*.md")
)
TEXT = {page: page.read_text(encoding="utf8") for page in PAGES}
USAGE = "".join(TEXT[PROJECT / name] for name in ("README.md", "docs/usage.md", "docs/review.md", "docs/scan.md"))
PACKS = TEXT[PROJECT / "docs" / "packs.md"]
_YAML = re.compile(r"^```yaml ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def options(parser: argparse.ArgumentParser) -> set[str]:
    """All long options of a parser and of its commands."""
    found = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found = found.union(*(options(command) for command in action.choices.values()))
    return found


def missing(names, text: str) -> list[str]:
    return sorted(name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))


def test_every_option_is_documented():
    assert missing(options(cli.parser()), USAGE) == []


def test_every_configuration_key_and_suffix_is_documented():
    assert missing({*config._KEYS, *config._OVERRIDE_KEYS, *readers.SUFFIXES}, USAGE) == []


def test_every_key_of_a_pack_is_documented():
    schema = packs.schema()["properties"]
    rule = schema["rules"]["items"]["properties"]
    basis = rule["basis"]["items"]["properties"]
    assert missing({*schema, *rule, *basis, *packs.CUES, *HEALTH, *packs.REMEDIES, *packs.ABOUT}, PACKS) == []


@pytest.mark.parametrize(("name", "text"), [match for page in TEXT.values() for match in _YAML.findall(page)])
def test_yaml(name, text, tmp_path):
    """What is named like a file is loaded as that file; the rest is at least YAML."""
    path = tmp_path / (name or "other.yml")
    path.write_text(text, encoding="utf8")
    if name == config.FILE_NAME:
        config.load(path)
    elif name:
        loaded = packs.load_packs([str(path)])
        assert check_examples(loaded[-1:], Linter(loaded)) == []
    else:
        yaml.safe_load(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links(page):
    """Relative links lead to files, and to headings that are there."""
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", TEXT[page]):
        path, _, anchor = target.partition("#")
        if path.startswith("/"):  # of an example
            continue
        file = page.parent / path if path else page
        assert file.exists(), target
        headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}


def test_python_examples(monkeypatch):
    monkeypatch.chdir(PROJECT)
    page = PROJECT / "docs" / "python.md"
    blocks = "".join(re.findall(r"^```pycon\n(.*?)^```$", TEXT[page], re.MULTILINE | re.DOTALL))
    example = doctest.DocTestParser().get_doctest(blocks, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner()
    runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


def test_spacy_component():
    """The recipe on the page, in a pipeline of its own."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", TEXT[PROJECT / "docs" / "python.md"], re.MULTILINE | re.DOTALL)
    exec(compile(code, "docs/python.md", "exec"), {})
    nlp = spacy.blank("en")
    nlp.add_pipe("claims")
    doc = nlp("Book our infusion. Ketamine is completely safe for you.")
    assert ("core/risk-free", "is completely safe for") in [(span.label_, span.text) for span in doc.spans["claims"]]
