"""`claimlint scan`: every kind of input, what is set aside, going on after a kill, and the findings of `check`."""

import bz2
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra “scale” is not installed")
pytest.importorskip("warcio", reason="the extra “scale” is not installed")
from pyarrow import parquet as pq  # noqa: E402

from claimlint.config import Config  # noqa: E402
from claimlint.errors import ConfigError  # noqa: E402
from claimlint.packs import load_packs  # noqa: E402
from claimlint.project import Project  # noqa: E402
from claimlint.scan import places, records  # noqa: E402
from claimlint.scan.output import Output  # noqa: E402
from claimlint.scan.parts import Part, inputs, part_size, parts  # noqa: E402
from claimlint.scan.places import UnavailableError  # noqa: E402
from claimlint.scan.plan import prepare  # noqa: E402
from claimlint.scan.records import Bad, Page, Reading  # noqa: E402
from claimlint.scan.worker import Worker  # noqa: E402

PROJECT = Path(__file__).parent.parent
READING = Reading()
CLAIM = "Our drip is completely safe."


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def corpus():
    """(url, text): the examples of the rules, a few to a page, by the suffix of each name in several formats."""
    said = [
        re.sub(r"[{}]", "", each)
        for pack in load_packs(["core", "ketamine"])
        for rule in pack.rules
        for each in (*rule.bad[:3], *rule.good[:1])
    ]
    pages = [said[at : at + 4] for at in range(0, len(said), 4)]
    return [
        (f"https://clinic.example/{n}.html?a=1", f"<p>{'</p><p>'.join(page)}</p>")
        if n % 3 == 0
        else (f"https://clinic.example/{n}", "\n\n".join(page))
        for n, page in enumerate(pages)
    ]


def read(*names, size=10_000_000, reading=READING):
    """All records of these inputs, in parts of this size."""
    asked = inputs(names, Config(Path.cwd()), "out")
    found = parts(asked, size, lambda schema: records.columns(schema, reading))
    assert asked.unread == []
    return [record for part in found for record in records.records(part, reading)]


def urls(found):
    return [record.url for record in found]


def zstd(data):
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as file:
        file.write(data)
    return out.getvalue().to_pybytes()


def jsonl(pages):
    return "".join(json.dumps({"url": url, "text": text}) + "\n" for url, text in pages).encode()


def warc(*pages, packed=True, type_="text/html; charset=utf-8", kind="response", status="200 OK"):
    """One record after the other; a page is (url, bytes)."""
    return b"".join((gzip.compress if packed else bytes)(record(url, body, type_, kind, status)) for url, body in pages)


def record(url, body, type_, kind, status):
    if kind == "response":
        body = f"HTTP/1.1 {status}\r\nContent-Type: {type_}\r\n\r\n".encode() + body
        type_ = "application/http; msgtype=response"
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    return f"{head}Content-Type: {type_}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n"


def test_parquet_rows(corpus):
    table = pa.table(
        {"id": range(len(corpus)), "url": [url for url, _ in corpus], "text": [text for _, text in corpus]}
    )
    pq.write_table(table, "a.parquet", row_group_size=7)
    pq.write_table(table.set_column(2, "text", table["text"].dictionary_encode()), "b.parquet")
    for name in ("a.parquet", "b.parquet"):
        for size in (500, 3000, 10_000_000):
            found = read(name, size=size)
            assert [(each.url, each.data.decode()) for each in found] == corpus
    assert {each.suffix for each in found} == {".html", ".md"}


def test_parquet_oddities():
    text = pa.array([b"fine", b"\xff bad", None, b"<!doctype html><p>x"], pa.binary())
    pq.write_table(pa.table({"id": [7, 8, 9, None], "content": text}), "a.parquet")
    one, two, three, four = read("a.parquet")
    assert isinstance(three, Bad)
    assert (one.url, two.data, three.url, three.at) == ("7", b"\xff bad", "9", 2)
    assert (four.url, four.suffix) == ("a.parquet#3", ".html")


@pytest.mark.parametrize(
    ("table", "reading", "said"),
    [
        ({"a": ["x"]}, READING, "--text-column"),
        ({"text": ["x"]}, Reading(text="body"), "no column “body”; there are text"),
        ({"text": ["x"]}, Reading(url="link"), "no column “link”"),
        ({"text": [1]}, READING, "holds int64, no text"),
    ],
)
def test_columns(table, reading, said):
    pq.write_table(pa.table(table), "a.parquet")
    asked = inputs(["a.parquet"], Config(Path.cwd()), "out")
    assert parts(asked, 1000, lambda schema: records.columns(schema, reading)) == []
    assert said in asked.unread[0]


def test_damaged_row_group(corpus):
    table = pa.table({"url": [url for url, _ in corpus], "text": [text for _, text in corpus]})
    pq.write_table(table, "a.parquet", row_group_size=len(corpus) // 3 + 1, compression="zstd", use_dictionary=False)
    column = pq.read_metadata("a.parquet").row_group(1).column(1)
    data = bytearray(Path("a.parquet").read_bytes())
    middle = column.data_page_offset + column.total_compressed_size // 2
    data[middle : middle + 40] = bytes(40)
    Path("a.parquet").write_bytes(data)
    found = read("a.parquet")
    lost = [each for each in found if isinstance(each, Bad)]
    assert [each.kind for each in lost] == ["damaged"]
    third = len(corpus) // 3 + 1
    assert [each.at for each in found if isinstance(each, Page)] == [*range(third), *range(2 * third, len(corpus))]


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".jsonl.gz", ".json.bz2", ".jsonl.zst"])
def test_json_lines(suffix, corpus):
    data = jsonl(corpus)
    packed = {"gz": gzip.compress, "bz2": bz2.compress, "zst": zstd}
    Path(f"a{suffix}").write_bytes(packed.get(suffix.rpartition(".")[2], bytes)(data))
    for size in (1, 97, 1000, 10_000_000):
        assert [(each.url, each.data.decode()) for each in read(f"a{suffix}", size=size)] == corpus


def test_json_oddities():
    lines = [b'{"text": "a"}', b"", b"no", b"[1]", b'{"text": 3, "url": "u"}', b'{"text": "\\ud800"}', b'"\xff"']
    Path("a.jsonl").write_bytes(b"\n".join([*lines, b'{"text": "last"}']))
    found = read("a.jsonl")
    assert [type(each) for each in found] == [Page, *[Bad] * 5, Page]
    assert (found[0].url, found[3].url, found[-1].data) == ("a.jsonl#0", "u", b"last")
    for each, word in zip(found[1:-1], ("no JSON", "no JSON object", "no text", "surrogate", "UTF-8"), strict=True):
        assert word in each.reason


def test_line_without_end():
    Path("a.jsonl").write_bytes(b'{"text": "' + b"x" * 300_000 + b'"}\n{"text": "short"}\n')
    long, short = read("a.jsonl", reading=Reading(limit=1000))
    assert (long.kind, "300,0" in long.reason, short.data) == ("unread", True, b"short")


def test_packed_file_that_ends_too_early(corpus):
    Path("a.jsonl.gz").write_bytes(gzip.compress(jsonl(corpus))[:-200])
    *pages, last = read("a.jsonl.gz")
    assert [(each.url, each.data.decode()) for each in pages] == corpus[: len(pages)]
    assert (last.kind, "cannot be read" in last.reason) == ("damaged", True)


def test_warc_is_cut_between_records(corpus):
    data = warc(*[(url, text.encode()) for url, text in corpus])
    Path("a.warc.gz").write_bytes(data)
    for size in (1, 300, 5000, len(data)):
        found = read("a.warc.gz", size=size)
        assert [(each.url, each.data.decode(), each.suffix) for each in found] == [(*each, ".html") for each in corpus]


def test_damaged_record_of_warc():
    """The records around it are read."""
    each = [warc((f"https://a.example/{n}", b"<p>" + bytes(range(32, 127)) * 20)) for n in range(5)]
    broken = bytearray(each[2])
    broken[len(broken) // 2 : len(broken) // 2 + 8] = b"\xff" * 8
    Path("a.warc.gz").write_bytes(b"".join([*each[:2], broken, *each[3:]]))
    found = read("a.warc.gz")
    assert [getattr(each, "kind", "") for each in found] == ["", "", "damaged", "", ""]
    Path("b.warc.gz").write_bytes(b"".join(each)[:-30])
    assert [getattr(each, "kind", "") for each in read("b.warc.gz")] == ["", "", "", "", "damaged"]


def test_records_that_are_no_pages():
    url = "https://a.example/"
    Path("a.warc").write_bytes(
        warc((url, b"<p>caf\xe9"), packed=False, type_="text/html; charset=ISO-8859-1")
        + warc((url, b'<meta charset="utf-16"><p>'), packed=False, type_="text/html")  # so far it was ASCII
        + warc((url, b"<p>"), packed=False, type_="text/html; charset=x-none")
        + warc((url, b"\xff"), packed=False, type_="text/html")
        + warc((url, b"GIF89a"), packed=False, type_="image/gif")
        + warc((url, b"gone"), packed=False, status="404 Not Found")
        + warc((url, b"x" * 2000), packed=False)
        + warc((url, b"a: b"), packed=False, kind="metadata", type_="application/warc-fields")
        + warc((url, "naïve".encode()), packed=False, kind="conversion", type_="text/plain")
    )
    found = read("a.warc", reading=Reading(limit=1500))
    assert (found[0].data.decode(), found[0].suffix) == ("<p>café", ".html")
    assert (found[-1].data.decode(), found[-1].suffix) == ("naïve", ".txt")
    assert found[1].data.endswith(b"<p>")
    reasons = [each.reason for each in found[2:-1]]
    for reason, word in zip(reasons, ("not x-none", "not utf-8", "not text: image/gif", "404", "1,500"), strict=True):
        assert word in reason


def test_folder(tmp_path):
    """As `check` finds drafts; files of other kinds are counted, the output is left alone."""
    for name in ("a.md", "sub/b.HTML", ".hidden/c.md", "old/d.md", "style.css", "out/findings/part-1.parquet"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x", encoding="utf8")
    asked = inputs(["."], Config(tmp_path, exclude=("old/",)), "out")
    assert ([file.name for file in asked.files], asked.others) == (["a.md", "sub/b.HTML"], 1)
    by_url = inputs([tmp_path.as_uri()], Config(tmp_path), (tmp_path / "out").as_uri())
    assert [Path(file.name).name for file in by_url.files] == ["a.md", "d.md", "b.HTML"]
    assert [each.data for each in read((tmp_path / "sub").as_uri())] == [b"x"]
    assert inputs(["style.css", "none", "x://y"], Config(tmp_path), "out").unread[1] == "none: no such file or folder"


def test_parts_are_keyed_by_what_they_hold():
    Path("a.jsonl").write_bytes(jsonl([("u", "text")] * 50))

    def keys():
        asked = inputs(["a.jsonl"], Config(Path.cwd()), "out")
        return {part.key for part in parts(asked, 500, lambda _: None)}

    before = keys()
    assert keys() == before
    assert all(Part.load(part.dump()) == part for part in [Part("drafts", files=("a", "b"), stamp="1")])
    os.utime("a.jsonl", ns=(1, 1))
    assert keys().isdisjoint(before)
    assert (part_size(1), part_size(10**10), part_size(10**13)) == (500_000, 2_500_000, 256_000_000)


@pytest.mark.parametrize("name", ["a.jsonl", "a.warc.gz", "a.parquet"])
def test_file_that_cannot_be_read_now(name, monkeypatch):
    """Neither damaged nor bad: its part is not done."""
    Path("a.jsonl").write_bytes(jsonl([("u", "text")]))
    Path("a.warc.gz").write_bytes(warc(("u", b"text")))
    pq.write_table(pa.table({"text": ["a"]}), "a.parquet")
    scan, worker = working([name])
    (part,) = scan.missing

    class Gone(io.BytesIO):
        def read(self, *_):
            raise OSError("the network is gone")

    with monkeypatch.context() as patch:
        patch.setattr(places, "locate", lambda _: (SimpleNamespace(open_input_file=lambda _: Gone(bytes(999))), name))
        with pytest.raises(UnavailableError, match=f"{name}: the network is gone"):
            list(records.records(part, READING))
    Path(name).unlink()
    (table,) = worker(pa.table({"part": [part.dump()]}))
    assert name in table["failed"][0].as_py()
    assert scan.output.done() == {}


def working(names, project=None, **options):
    """A scan into “out”, and a worker in this process."""
    project = project or Project(Config(Path.cwd()))
    output, reading = Output("out"), options.pop("reading", READING)
    asked = inputs(names, project.config, output.name)
    with output.held():
        scan = prepare(project, asked, output, reading, version="1", **options)
    return scan, Worker(project, reading, output, scan.settings, str(Path.cwd()))


def findings(folder="out"):
    return sorted(
        pq.read_table(f"{folder}/findings").to_pylist(), key=lambda row: (row["url"], row["span"]["start"], row["rule"])
    )


def expected(project, pages):
    """The rows that `Project.check` makes of (url, text)."""
    rows = []
    for url, text in pages:
        name = "page.html" if ".html" in url else url if url.endswith(".md") else "page.md"
        for each in project.check(text, name).findings:
            span = {"start": each.span.start, "end": each.span.end}
            rows.append(
                (url, each.rule, each.severity, each.status, span, each.sentence, each.excerpt, each.fingerprint)
            )
    return sorted(rows, key=lambda row: (row[0], row[4]["start"], row[1]))


def told(rows):
    keys = ("url", "rule", "severity", "status", "span", "sentence", "excerpt", "fingerprint")
    return [tuple(row[key] for key in keys) for row in rows]


def test_worker_finds_what_check_finds(corpus, monkeypatch):
    monkeypatch.setattr("claimlint.scan.worker._REFRESH", 10)
    monkeypatch.setattr("claimlint.scan.output._ROWS", 3)
    Path("a.jsonl").write_bytes(jsonl(corpus))
    scan, worker = working(["a.jsonl"], size=2000)
    assert len(scan.missing) > 3
    whole = [worker.check(part) for part in scan.missing]
    rows = findings()
    assert told(rows) == expected(Project(Config(Path.cwd())), corpus)
    assert len(rows) == sum(done.findings for done in whole) > len(corpus)
    assert sum(done.pages for done in whole) == len(corpus)
    again, _ = working(["a.jsonl"])
    assert (again.missing, again.whole.findings, again.done_before) == ([], len(rows), len(scan.parts))


def test_bad_pages_are_kept_aside(monkeypatch):
    """Each with its reason and its beginning; the others are checked."""
    drafts = {"a.md": CLAIM.encode(), "b.md": b"\xff\xfea", "c.md": b"a\0b", "d.md": b"\x80", "e.txt": b"x" * 60}
    drafts |= {"f.md": b"---\ntitle: [\n---\n" + CLAIM.encode(), "g.md": b"a crash", "h.docx": b"none"}
    for name, data in drafts.items():
        Path(name).write_bytes(data)
    scan, worker = working(["."], reading=Reading(limit=50))
    check = Project.check
    monkeypatch.setattr(
        Project, "check", lambda self, page, **rest: 1 / 0 if "crash" in page.source else check(self, page, **rest)
    )
    (part,) = scan.missing
    done = worker.check(part)
    bad = pq.read_table("out/bad").to_pylist()
    assert {row["url"]: row["kind"] for row in bad} == {
        "b.md": "unread", "c.md": "unread", "d.md": "unread", "e.txt": "unread", "h.docx": "unread",
        "f.md": "problem", "g.md": "failed",
    }  # fmt: skip
    assert bad[0]["head"] == b"\xff\xfea"
    assert "ZeroDivisionError" in next(row["reason"] for row in bad if row["kind"] == "failed")
    assert (done.bad, done.pages) == (Counter(unread=5, problem=1, failed=1), 2)
    assert {row["url"] for row in findings()} == {"a.md", "f.md"}


def test_part_over_which_workers_are_killed_is_given_up(corpus):
    Path("a.jsonl").write_bytes(jsonl(corpus[:2]))
    scan, worker = working(["a.jsonl"])
    (part,) = scan.missing
    for _ in range(3):
        scan.output.attempt(part.key)
    (table,) = worker(pa.table({"part": [part.dump()]}))
    assert "workers were killed" in table["failed"][0].as_py()
    working(["a.jsonl"])  # another run begins anew
    (table,) = worker(pa.table({"part": [part.dump()]}))
    assert table["failed"][0].as_py() == ""


def test_part_that_is_torn_is_not_done(corpus):
    Path("a.jsonl").write_bytes(jsonl(corpus[:2]))
    scan, worker = working(["a.jsonl"])
    (part,) = scan.missing
    worker.check(part)
    (file,) = Path("out/findings").glob("*.parquet")
    whole = findings()
    file.write_bytes(file.read_bytes()[:100])
    Path("out/findings/.left.tmp").touch()
    again, _ = working(["a.jsonl"])
    assert again.missing == [part]
    worker.check(part)
    assert (findings(), list(Path("out/findings").glob(".*"))) == (whole, [])


def test_exit_codes():
    from claimlint.cli.scan import _code  # noqa: PLC0415

    Path(".claimlint.yml").write_text("overrides: [{files: [drafts/**], fail-on: never}]\n", encoding="utf8")
    Path("drafts").mkdir()
    Path("drafts/a.md").write_text(CLAIM, encoding="utf8")
    scan, worker = working(["drafts"], Project.at(Path.cwd()))
    scan.whole.add(worker.check(scan.missing[0]))
    assert (_code(scan, "", "warning"), _code(scan, "warning", "warning")) == (0, 1)
    scan.whole.bad.update(unread=5, failed=1)
    assert _code(scan, "", "warning") == 0
    scan.whole.bad["damaged"] += 1
    assert _code(scan, "", "warning") == 2


def test_other_settings_on_another_machine(corpus):
    Path("a.jsonl").write_bytes(jsonl(corpus[:1]))
    scan, _ = working(["a.jsonl"])
    with pytest.raises(Exception, match="has other select than"):
        Worker(Project(Config(Path.cwd(), select=("core",))), READING, scan.output, scan.settings, ".")


def test_what_keeps_a_scan_from_going_on():
    Path("a.jsonl").write_bytes(jsonl([("u", CLAIM)]))
    Path("b.jsonl").write_bytes(jsonl([("v", CLAIM)]))
    scan, worker = working(["a.jsonl"])
    worker.check(scan.missing[0])
    more, _ = working(["a.jsonl", "b.jsonl"], Project(Config(Path.cwd(), fail_on="never")))
    assert [part.file for part in more.missing] == ["b.jsonl"]  # inputs may be added
    with pytest.raises(ConfigError, match=r"out: holds a scan with other settings \(ignore\); use another --output"):
        working(["a.jsonl"], Project(Config(Path.cwd(), ignore=("core/cure",))))
    with pytest.raises(ConfigError, match=r"holds 1 part that these inputs do not have, or not as it was \(a.jsonl"):
        working(["b.jsonl"])
    with scan.output.held(), pytest.raises(ConfigError, match="out: another scan is writing into this folder"):
        working(["a.jsonl"])
    refused = run("scan", "a.jsonl", "--output", "out", "--market", "uk")
    assert (refused.returncode, refused.stderr) == (
        2, "claimlint: out: holds a scan with other settings (version, market); use another --output, or the same settings\n",
    )  # fmt: skip
    Path("out/scan.json").write_text("{}", encoding="utf8")
    with pytest.raises(ConfigError, match="is not the scan.json of a scan"):
        working(["a.jsonl"])


# The command, on a Ray that all tests share


@pytest.fixture(scope="module")
def address():
    """A Ray of two cores in a process of its own."""
    pytest.importorskip("ray", reason="the extra “scale” is not installed")
    code = (
        "import ray, sys; ray.init(address='local', num_cpus=2, include_dashboard=False, object_store_memory=10**8, "
        "logging_level='ERROR'); print(ray.get_runtime_context().gcs_address, flush=True); sys.stdin.read()"
    )
    access = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64}
    environment = {**os.environ, **access, "RAY_USAGE_STATS_ENABLED": "0"}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            for name, value in access.items():
                patch.setenv(name, value)
            yield process.stdout.readline().strip()
        process.stdin.close()


def command(*arguments):
    return [sys.executable, "-m", "claimlint", *arguments]


def run(*arguments, **options):
    return subprocess.run(command(*arguments), check=False, capture_output=True, encoding="utf8", **options)


def test_command_finds_what_check_finds(address, corpus):
    examples = PROJECT / "examples"
    Path("drafts").mkdir()
    for each in (examples / "drafts").iterdir():
        (Path("drafts") / each.name).write_bytes(each.read_bytes())
    for number, (url, text) in enumerate(corpus[:40]):
        Path(f"drafts/{number}{'.html' if '.html' in url else '.md'}").write_text(text, encoding="utf8")
    scanned = run("scan", "drafts", "--output", "out", "--address", address, "--part-bytes", "4000")
    checked = run("check", "drafts", "--format", "json")
    assert (scanned.returncode, checked.returncode, scanned.stderr) == (1, 1, "")
    report = json.loads(checked.stdout)
    wanted = {
        (page["path"], each["rule"], each["start"]["offset"], each["end"]["offset"], each["start"]["line"],
         each["severity"], each["status"], each["sentence"], each["fingerprint"], tuple(each["missing"]))
        for page in report["documents"] for each in page["findings"]
    }  # fmt: skip
    rows = findings()
    assert wanted == {
        (row["url"], row["rule"], row["span"]["start"], row["span"]["end"], row["line"],
         row["severity"], row["status"], row["sentence"], row["fingerprint"], tuple(row["missing"]))
        for row in rows
    }  # fmt: skip
    assert len(rows) == len(wanted) > 40
    totals = json.loads(Path("out/summary.json").read_text(encoding="utf8"))
    assert totals["grades"][""] == {key: count for key, count in report["summary"]["severity"].items() if count}
    assert f"of {totals['pages']} pages" in scanned.stdout


def test_killed_scan_goes_on(address, corpus):
    Path("a.jsonl").write_bytes(jsonl((f"{url}&n={n}", text) for n in range(4) for url, text in corpus))
    arguments = ("scan", "a.jsonl", "--part-bytes", "12000", "--address", address, "--jobs", "1", "--output")
    whole = run(*arguments, "whole")
    assert whole.returncode == 1, whole.stderr
    with subprocess.Popen(command(*arguments, "out"), stderr=subprocess.DEVNULL) as process:
        while not list(Path("out").glob("findings/part-*")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    time.sleep(1)  # until Ray has noticed
    there = {file.name: file.stat().st_mtime_ns for file in Path("out/findings").glob("part-*")}
    parts_ = json.loads(Path("whole/summary.json").read_text(encoding="utf8"))["parts"]
    assert 0 < len(there) < parts_
    again = run(*arguments, "out")
    assert (again.returncode, again.stdout.replace("see out", "see whole")) == (1, whole.stdout)
    assert f"done before: {len(there)} of {parts_} parts" in again.stderr
    assert {name: (Path("out/findings") / name).stat().st_mtime_ns for name in there} == there
    assert findings("out") == findings("whole")
    totals = [json.loads(Path(name, "summary.json").read_text(encoding="utf8")) for name in ("out", "whole")]
    assert {**totals[0], "seconds": 0} == {**totals[1], "seconds": 0}


def test_unreadable_input(address):
    """The others are scanned all the same."""
    Path("a.jsonl").write_bytes(jsonl([("u", CLAIM)]))
    Path("b.parquet").write_bytes(b"none")
    result = run("scan", "a.jsonl", "none.warc", "b.parquet", "--output", "out", "--address", address)
    assert result.returncode == 2
    assert result.stderr.startswith(
        "claimlint: none.warc: no such file or folder\nclaimlint: b.parquet: no Parquet file"
    )
    assert {row["url"] for row in findings()} == {"u"}
    nothing = run("scan", "none.warc", "--output", "other")
    assert (nothing.returncode, Path("other").exists()) == (2, False)
    assert "extra" not in nothing.stderr


def test_cluster_that_is_not_there():
    pytest.importorskip("ray", reason="the extra “scale” is not installed")
    Path("a.jsonl").write_bytes(jsonl([("u", CLAIM)]))
    result = run("scan", "a.jsonl", "--output", "out", "--address", "nowhere")
    assert result.returncode == 2
    assert "Ray cannot be used at nowhere" in result.stderr


def test_own_ray_stopped_by_hand(corpus, monkeypatch):
    """Without a cluster; Ctrl-C leaves what can go on, and nothing is said but that."""
    pytest.importorskip("ray", reason="the extra “scale” is not installed")
    Path("a.jsonl").write_bytes(jsonl((f"{url}&n={n}", text) for n in range(30) for url, text in corpus))
    arguments = ("scan", "a.jsonl", "--output", "out", "--part-bytes", "9000", "--jobs", "1")
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, text=True) as process:
        while not list(Path("out").glob("findings/part-*")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert (process.returncode, said) == (130, "stopped; the same command goes on\n")
    assert not Path("out/summary.json").exists()


def test_missing_extra():
    code = "import sys; sys.modules['ray'] = None; from claimlint.cli import main; sys.exit(main())"
    result = subprocess.run(
        [sys.executable, "-c", code, "scan", "a", "--output", "out"], check=False, capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (
        2, "claimlint: scan needs the extra “scale”: pip install 'claimlint-marketing[scale]'\n",
    )  # fmt: skip
