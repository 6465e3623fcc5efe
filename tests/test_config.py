"""Which configuration is found, what it may say, and what it means for one rule in one draft."""

from __future__ import annotations

from pathlib import Path

import pytest

from claimlint.config import Config, check_references, discover, excludes, for_path, load, selects, severity_of
from claimlint.errors import ConfigError
from claimlint.project import Project

KNOWN = {"core/safe-unqualified", "core/cure", "ketamine/no-addiction", "claimlint/unused-suppression"}


def write(folder: Path, text: str, name: str = ".claimlint.yml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# Discovery


def test_nothing_found_means_the_defaults(tmp_path: Path) -> None:
    assert discover(tmp_path) == Config(root=tmp_path)


def test_the_nearest_file_upwards_is_used_alone(tmp_path: Path) -> None:
    write(tmp_path, "fail-on: error\nignore: [core/cure]")
    write(tmp_path / "site", "packs: [core]")
    config = discover(tmp_path / "site" / "blog")
    assert (config.root, config.packs, config.fail_on, config.ignore) == (tmp_path / "site", ("core",), "warning", ())


def test_the_own_file_beats_pyproject_in_the_same_folder(tmp_path: Path) -> None:
    write(tmp_path, "[tool.claimlint]\nfail-on = 'never'", "pyproject.toml")
    write(tmp_path, "fail-on: error")
    assert discover(tmp_path).fail_on == "error"


@pytest.mark.parametrize("text", ["[tool.ruff]\n", "# claimlint\n", "[tool.ruff]\nbroken = \n", "tool = 'claimlint'"])
def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path, text: str) -> None:
    write(tmp_path, "fail-on: error")
    write(tmp_path / "site", text, "pyproject.toml")
    assert discover(tmp_path / "site").fail_on == "error"


def test_the_same_keys_in_both_formats(tmp_path: Path) -> None:
    own = write(
        tmp_path,
        """\
packs: [core, house/pack.yml]
select: [core]
ignore: ["core/safe-*"]
severity:
  core/cure: off
fail-on: advice
exclude: [archive/**]
owned-hosts: [example.org]
citation-scope: paragraph
citations-since: 2010
overrides:
  - files: ["blog/**"]
    severity: {core: advice}
    fail-on: never
""",
    )
    project = write(
        tmp_path,
        """\
[tool.claimlint]
packs = ["core", "house/pack.yml"]
select = ["core"]
ignore = ["core/safe-*"]
severity = {"core/cure" = "off"}
fail-on = "advice"
exclude = ["archive/**"]
owned-hosts = ["example.org"]
citation-scope = "paragraph"
citations-since = 2010

[[tool.claimlint.overrides]]
files = ["blog/**"]
severity = {core = "advice"}
fail-on = "never"
""",
        "pyproject.toml",
    )
    first, second = load(own), load(project)
    assert first.overrides == second.overrides
    assert first.severity == second.severity == {"core/cure": "off"}
    assert first.packs == second.packs == ("core", "house/pack.yml")
    assert (first.citation_scope, first.owned_hosts) == (second.citation_scope, second.owned_hosts)
    assert first.citations_since == second.citations_since == 2010


@pytest.mark.parametrize("text", ["", "---\n", "# only a comment\n", "ignore:\nseverity:\noverrides:\n"])
def test_an_empty_file_or_key_keeps_the_defaults(tmp_path: Path, text: str) -> None:
    config = load(write(tmp_path, text))
    assert config == Config(root=tmp_path, path=tmp_path / ".claimlint.yml")


# Errors

BOMB = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 9)}]" for n in range(9))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slect: [core]", "1: unknown key “slect”; did you mean “select”?"),
        ("fail_on: error", "1: unknown key “fail_on”; did you mean “fail-on”?"),
        ("\nselect: core", "2: “select” must be a list"),
        ("exclude:\n  - old\n  - ' '", "3: each entry of “exclude” must be text, and not blank"),
        ("select:\n  - core\n  - [core]", "3: each entry of “select” must be text"),
        (
            "fail-on: eror",
            "1: “fail-on” must be one of advice, warning, error, never, not “eror”; did you mean",
        ),
        ("fail-on: [error]", "1: “fail-on” must be one of advice, warning, error, never"),
        (
            "severity:\n  core/cure: fatal",
            "2: “severity.core/cure” must be one of advice, warning, error, off",
        ),
        ("severity: [core]", "1: “severity” must map rules to severities"),
        ("citations-since: soon", "1: “citations-since” must be a year such as 2010, not “soon”"),
        ("data-max-age: soon", "1: “data-max-age” must be a number of days such as 365, not “soon”"),
        ("overrides: {}", "1: “overrides” must be a list"),
        ("overrides:\n  - ignore: [core]", "2: “overrides[1]” needs “files”"),
        ("overrides:\n  - files: ['*.md']\n    exclude: [core]", "3: unknown key “exclude”"),
        ("- select", "1: the file must be a mapping of keys to values"),
        ("packs: [core]\npacks: [core]", "2: duplicate key “packs”"),
        ("packs: !!python/name:os.system", "1: tags are not allowed: tag:yaml.org,2002:python/name:os.system"),
        ("? [a]\n: b", "1: a key must be text"),
        ("packs: [core", "1: expected ',' or ']', but got '<stream end>'"),
        ("a: *b", "1: found undefined alias 'b'"),
        ("packs: core\n---\npacks: core", "2: but found another document"),
        (BOMB, "1: is too large or too deeply nested"),
        ("packs: &a [*a]", "1: is too large or too deeply nested"),
        ("packs: " + "[" * 3000, " is too deeply nested"),
        ("packs: \x00", " unacceptable character #x0000: special characters are not allowed"),
    ],
)
def test_errors_in_yaml_say_where(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:{message}"), str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.claimlint]\n\nslect = []", "3: unknown key “slect”; did you mean “select”?"),
        ("select = 1\n[tool.claimlint]\nselect = 'core'", "3: “select” must be a list"),
        ("[tool.claimlint]\nselect = [1]", "2: each entry of “select” must be text"),
        ("[tool.claimlint]\nfail-on = 3", "2: “fail-on” must be one of advice, warning, error, never"),
        ("[tool.claimlint.severity]\n'core/cure' = 'fatal'", "2: “severity.core/cure” must be one of advice"),
        ("[tool]\nclaimlint = 3", " the file must be a mapping of keys to values"),
        ("[tool.claimlint]\na = 1\na = 2\n", "3: Cannot overwrite a value"),
        ("[tool.claimlint]\na = 1\na = 2", " Cannot overwrite a value"),
        ("[tool.other]", " has no [tool.claimlint] table"),
    ],
)
def test_errors_in_toml_say_where(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text, "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:{message}"), str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yml: cannot read: No such file or directory"):
        load(tmp_path / "none.yml")
    latin = tmp_path / ".claimlint.yml"
    latin.write_bytes("exclude: [caf\xe9]".encode("latin-1"))
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load(latin)


def test_the_other_yaml_suffix_is_not_ignored_in_silence(tmp_path: Path) -> None:
    write(tmp_path, "packs: [core]", ".claimlint.yaml")
    with pytest.raises(ConfigError, match=r"must be named \.claimlint\.yml"):
        discover(tmp_path)


def test_aliases_are_allowed_in_moderation(tmp_path: Path) -> None:
    config = load(write(tmp_path, "ignore: &old [core]\noverrides:\n  - {files: [a], ignore: *old}"))
    assert config.overrides[0].ignore == config.ignore == ("core",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select: [core, core/cured]", "1: unknown rule “core/cured”; did you mean “core/cure”?"),
        ("ignore:\n  - core\n  - cores", "3: unknown pack “cores”; did you mean “core”?"),
        ("severity:\n  ketamine/*: off\n  oncology/*: off", "3: unknown rule “oncology/*”"),
        (
            "overrides:\n  - files: [a]\n    ignore: [core/curse]",
            "3: unknown rule “core/curse”; did you mean “core/cure”?",
        ),
    ],
)
def test_references_to_nothing(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        check_references(load(path), lambda: KNOWN)
    assert str(caught.value).startswith(f"{path}:{message}")


def test_references_of_toml_have_lines_too(tmp_path: Path) -> None:
    path = write(tmp_path, "[tool.claimlint]\n\nignore = ['core/curse']", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:3: unknown rule “core/curse”"):
        check_references(load(path), lambda: KNOWN)


def test_a_reference_from_the_command_line_has_no_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        check_references(Config(tmp_path, tmp_path / "x.yml", select=("core/curse",)), lambda: KNOWN)
    assert str(caught.value) == "unknown rule “core/curse”; did you mean “core/cure”?"


# Meaning


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("", True),
        ("select: [ketamine]", False),
        ("select: [core]", True),
        ("select: [core/cure]", True),
        ("select: [core/*]", True),
        ("select: ['*/cu*']", True),
        ("select: [cor]", False),
        ("ignore: [core]", False),
        ("select: [core/cure]\nignore: [core]", False),
        ("severity: {core/cure: off}", False),
        ("severity: {core: off}", False),
        ("severity: {core/cure: advice, core: off}", True),
        ("severity: {core: off, core/c*: advice}", True),
        ("overrides:\n  - {files: [blog/**], ignore: [core]}", False),
        ("overrides:\n  - {files: [news/**], ignore: [core]}", True),
        ("overrides:\n  - {files: ['*.md'], select: [ketamine]}", False),
        ("select: [ketamine]\noverrides:\n  - {files: ['*.md'], select: [core]}", True),
        ("severity: {core/cure: error}\noverrides:\n  - {files: [blog], severity: {core: off}}", False),
    ],
)
def test_selection(tmp_path: Path, text: str, selected: bool) -> None:
    config = load(write(tmp_path, text))
    assert selects(config, "core/cure", tmp_path / "blog" / "post.md") is selected


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("", "warning"),
        ("severity: {core: error}", "error"),
        ("severity: {core/cure: advice, core: error}", "advice"),
        ("severity: {core: error}\noverrides:\n  - {files: [blog], severity: {core: advice}}", "advice"),
    ],
)
def test_severity(tmp_path: Path, text: str, severity: str) -> None:
    config = load(write(tmp_path, text))
    assert severity_of(config, "core/cure", tmp_path / "blog" / "post.md", "warning") == severity


def test_findings_about_suppressions_are_there_unless_ignored(tmp_path: Path) -> None:
    rule = "claimlint/unused-suppression"
    assert selects(Config(tmp_path, select=("core/cure",)), rule, "a.md")
    assert not selects(Config(tmp_path, ignore=("claimlint",)), rule, "a.md")
    assert not selects(Config(tmp_path, severity={rule: "off"}), rule, "a.md")


def test_the_last_override_decides_the_threshold(tmp_path: Path) -> None:
    config = load(write(tmp_path, "overrides:\n  - {files: [a], fail-on: never}\n  - {files: [a/b], fail-on: error}"))
    assert for_path(config, tmp_path / "a" / "x.md").fail_on == "never"
    assert for_path(config, tmp_path / "a" / "b" / "x.md").fail_on == "error"
    assert for_path(config, tmp_path / "x.md").fail_on == "warning"


@pytest.mark.parametrize(
    ("glob", "path", "excluded"),
    [
        ("archive", "archive/old/a.md", True),
        ("archive", "site/archive/a.md", True),
        ("archive/", "site/archive/a.md", True),
        ("/archive", "site/archive/a.md", False),
        ("/archive", "archive/a.md", True),
        ("site/archive", "site/archive/a.md", True),
        ("site/*.md", "site/a.md", True),
        ("site/*.md", "site/b/a.md", False),
        ("site/**/*.md", "site/a.md", True),
        ("site/**/*.md", "site/b/c/a.md", True),
        ("./site/**", "site/b/c/a.md", True),
        ("*.draft.md", "site/a.draft.md", True),
        ("?.md", "site/a.md", True),
        ("?.md", "site/ab.md", False),
        ("[slug].mdx", "site/[slug].mdx", True),
        ("a.md", "site/aXmd", False),
    ],
)
def test_globs_work_as_in_gitignore(tmp_path: Path, glob: str, path: str, excluded: bool) -> None:
    assert excludes(Config(tmp_path, exclude=(glob,)), tmp_path / path) is excluded


def test_paths_outside_the_root_match_by_name_only(tmp_path: Path) -> None:
    config = Config(tmp_path / "site", exclude=("archive",))
    assert excludes(config, tmp_path / "archive" / "a.md")
    assert not excludes(config, tmp_path / "news" / "a.md")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("market: usa", "1: unknown market “usa”; did you mean “us”? (known: au, eu, uk, us, us-state)"),
        ("market:\n  - us\n  - mars", "3: unknown market “mars” (known: "),
        ("overrides:\n  - files: [a.md]\n    market: [ukk]", "3: unknown market “ukk”; did you mean “uk”?"),
    ],
)
def test_an_unknown_market_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, f"{text}\n")
    with pytest.raises(ConfigError) as caught:
        _ = Project(load(path), packs=("us-fda",)).linter
    assert str(caught.value).startswith(f"{path}:{message}"), str(caught.value)


def test_markets_are_known_by_the_packs_and_written_in_any_case(tmp_path: Path) -> None:
    assert load(write(tmp_path, "market: UK\n")).market == ("uk",)
    write(tmp_path, "name: mars\nversion: '1'\njurisdiction: mars\n", "mars.yml")
    assert Project(load(write(tmp_path, "packs: [mars.yml]\nmarket: [mars, uk]\n"))).linter.rules == {}
    with pytest.raises(ConfigError, match="unknown market “UK”; did you mean “uk”"):
        _ = Project(Config(root=tmp_path), market=("UK",)).linter
