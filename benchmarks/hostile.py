"""Whether the time grows with the size and with nothing else: run by hand, prints the table of benchmarks/README.md.

Each case is a draft made of one thing over and over, as large as asked; it is read and checked in a process of its own, which
is killed when it takes too long. What is compared is the time per byte: of each case with the median of all cases of the
format, and of the whole draft with one of a tenth of its size.
"""

from __future__ import annotations

import argparse
import gc
import io
import multiprocessing
import statistics
import time
import zipfile
from collections.abc import Callable
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from xml.sax.saxutils import escape

from claimlint import readers
from claimlint.config import Config
from claimlint.errors import ReadError
from claimlint.linter import Linter
from claimlint.packs import load_packs
from claimlint.report import Context, reporter
from claimlint.settle import settle
from claimlint.structs import THRESHOLDS

fork = multiprocessing.get_context("fork")
PROSE = "Our infusion is a safe option, and studies show that it may ease severe pain within a day [1]. "
REPEATED = {
    "prose": PROSE,
    "lines of prose": PROSE + "\n",
    "paragraphs of prose": PROSE + "\n\n",
    "words": "safe ",
    "one word": "a",
    "one word of digits": "1",
    "numbers": "12 ",
    "brackets opened": "[",
    "brackets closed": "]",
    "parentheses opened": "(",
    "braces opened": "{",
    "braces closed": "}",
    "asterisks": "*",
    "asterisks and words": "*a **b ",
    "underscores": "_",
    "underscores and words": "_a ",
    "tildes": "~",
    "backticks": "`",
    "backticks and words": "`a ``b ",
    "runs of backticks": "",
    "backslashes": "\\",
    "angles opened": "<",
    "angles closed": ">",
    "tags opened": "<a ",
    "tags of one letter": "<b>",
    "end tags": "</b>",
    "tags with a quote": '<a b="',
    "tags with quotes": "<a b='c\" d=\"e' ",
    "declarations": "<!",
    "comments opened": "<!--",
    "comments": "<!-- a -->",
    "scripts opened": "<script>",
    "titles opened": "<title>",
    "raised tags": "<sup>1",
    "raised tags with links": "<sup><a ",
    "entities": "&amp;",
    "ampersands": "&",
    "exclamation links": "![",
    "links": "[a](b)",
    "links opened": "[a](",
    "links nested": "[a](((",
    "numbers in brackets": "[1]",
    "note calls": "[^1]",
    "note calls opened": "[^",
    "definitions": "[1]: a\n",
    "definitions of notes": "\n[^1]: a\n",
    "carets": "^",
    "carets with numbers": "a^1,",
    "raised digits": "a¹",
    "addresses": "https://a.example/b ",
    "one address": "https://",
    "one address with parentheses": "www.a)",
    "www": "www.",
    "hyphens": "-",
    "hyphens and words": "a-",
    "equals signs": "=",
    "bullets": "- ",
    "bullets in lines": "- a\n",
    "bullets nested": "",
    "quotes nested": "> ",
    "quotes in lines": "> a\n",
    "headings": "# a\n",
    "heading signs": "#",
    "pipes": "|",
    "table rows": "|a|b\n|-|-\n",
    "wide table": "",
    "line feeds": "\n",
    "carriage returns": "\r",
    "both": "\r\n",
    "spaces": " ",
    "tabs": "\t",
    "spaces and letters": "a  ",
    "no-break spaces": "\xa0",
    "zero-width spaces": "\u200b",
    "zero-width joiners": "a\u200d",
    "soft hyphens": "a\xad",
    "byte order marks": "\ufeff",
    "combining marks": "\u0301",
    "bidirectional marks": "\u202e",
    "emoji": "😀",
    "ideographs": "安",
    "full stops": ".",
    "full stops and letters": "a. ",
    "abbreviations": "e.g. ",
    "commas": ", ",
    "commas and words": "safe, ",
    "semicolons": "; ",
    "question marks": "?",
    "questions": "Is it safe? ",
    "straight quotes": '"',
    "curly quotes opened": "“",
    "quoted words": "“safe” ",
    "apostrophes": "'",
    "apostrophes and letters": "'a",
    "negations": "not ",
    "hedges": "may ",
    "hedged claims": "may be safe and ",
    "claims without an end": "safe option and no side effects or ",
    "cited claims without an end": "a safe option [1] and ",
    "claims of authors without an end": "Smith et al. (2019) say it is a safe option, ",
    "claims behind commas": "a safe option [1],,, ",
    "quoted claims": "“our infusion cures pain” ",
    "claims in lines": "- It cures pain\n",
    "headings that claim": "# It cures pain\n\n",
    "questions that claim": "Does it cure pain? ",
    "myths that claim": "Myth: it cures pain.\n\n",
    "authors": "Smith et al. (2019) ",
    "names": "Smith and ",
    "keys": "@smith ",
    "brackets with keys": "[@a; ",
    "identifiers": "10.1000/a(b",
    "one identifier": "10.1000/",
    "PMIDs": "PMID: 12345678 ",
    "years": "2019, ",
    "suppressions": "<!-- claimlint-disable-next-line core/cure -- why -->\nIt cures.\n",
    "suppressions opened": "<!-- claimlint-disable core/cure -- why -->\n",
    "template tags": "{% a %}",
    "template tags opened": "{% ",
    "template braces": "{{ a }}",
    "template braces opened": "{{",
    "shortcodes": '{{< a b="c" >}}',
    "shortcodes opened": "{{< a ",
    "shortcodes closed": "{{< /a >}}",
    "shortcodes with a quote": '{{< a "',
    "bracket shortcodes": "[a b='c']",
    "bracket shortcodes closed": "[/a]",
    "attributes": "{.a}",
    "attributes opened": "{: ",
    "components": "<A b={c}>",
    "components with braces": "<A b={",
    "components closed": "</A>",
    "component comments": "{/* a */}",
    "component comments opened": "{/*",
    "imports": "\nimport a from 'b'\n",
    "exports": "\n\nexport const a = [\n",
    "exports opened": "\nexport const a = {b: ",
    "directives": ":::",
    "directives in lines": ":::note[a]\n",
    "colons": ":",
    "definition lists": "a\n: b\n",
    "tables of HTML": "<table><tr><td>",
    "rows of HTML": "<tr><td>a",
    "items of HTML": "<li>a",
    "lists of HTML": "<ul><li>",
    "elements nested": "<div>a",
    "emphasis nested": "<b>a ",
    "paragraphs of HTML": "<p>a",
    "details": "<details><summary>a",
    "terms": "<dt>a<dd>b",
    "muted elements": "<svg>",
    "links of HTML": "<a href=b>c",
    "images": "<img alt='a b' title='c d'>",
    "linked data": '<script type="application/ld+json">{"text":"a b"}</script>',
}
FRONT = {
    "front matter, keys": ("---\n", "key{}: two words\n", "---\n"),
    "front matter, one list": ("---\na: [", "b c, ", "]\n---\n"),
    "front matter, nested": ("---\na: ", "[", "\n---\n"),
    "front matter, aliases": ("---\na: &a two words\nb: [", "*a, ", "]\n---\n"),
    "front matter, one text": ("---\na: >\n", "  two words\n", "---\n"),
    "front matter, never closed": ("---\n", "a{}: b\n", ""),
    "front matter, TOML": ("+++\n", "key{} = 'two words'\n", "+++\n"),
    "front matter, TOML, one list": ("+++\na = [", "'b c', ", "]\n+++\n"),
    "front matter, TOML, nested": ("+++\na = ", "[", "\n+++\n"),
    "front matter, TOML, dotted": ("+++\na", ".a", " = 1\n+++\n"),
    "linked data, nested": ('<script type="application/ld+json">', '{"a":', "</script>"),
    "linked data, one list": ('<script type="application/ld+json">[', '"two words",', "]</script>"),
    "one tag without an end": ("<a", "a", ""),
    "one end tag without an end": ("</a", "-", ""),
    "one tag, one attribute without an end": ("<a ", "a", ""),
    "one definition of blanks": ("[a]:", " ", ""),
    "one import of blanks": ("import", " ", ""),
    "one attribute": ('<img alt="', "two words ", '">'),
    "one tag of attributes": ("<img ", "a=b ", ">"),
    "one comment": ("<!--", " a\n", "-->"),
    "one comment that suppresses": ("<!-- claimlint-disable core/cure -- ", "a ", "-->"),
}
ORDINARY = "an ordinary draft"
EXAMPLE = Path(__file__).parent.parent / "examples" / "drafts" / "ketamine-myths.md"
CASES = (ORDINARY, *REPEATED, *FRONT)
SUFFIXES = (".md", ".mdx", ".html", ".txt", ".docx")


def draft(case: str, size: int) -> str:
    """A draft of a kind, about `size` bytes of UTF-8."""
    if case == ORDINARY:
        _, _, body = EXAMPLE.read_text("utf-8").split("---\n", 2)
        return body * (size // len(body.encode()) + 1)
    if case == "runs of backticks":
        return _grown(lambda number: "`" * (number % 1000 + 1) + " a ", size)
    if case == "bullets nested":
        return _grown(lambda number: "  " * (number % 500) + "- a\n", size)
    if case == "wide table":
        cells = size // 8
        return "|a" * cells + "|\n" + "|-" * cells + "|\n" + "|b" * cells + "|\n"
    if case in FRONT:
        start, middle, end = FRONT[case]
        return start + _grown(lambda number: middle.replace("{}", str(number)), size) + end
    text = REPEATED[case]
    return text * (size // len(text.encode()) + 1)


def _grown(part: Callable[[int], str], size: int) -> str:
    parts, length, number = [], 0, 0
    while length < size:
        parts.append(part(number))
        length += len(parts[-1])
        number += 1
    return "".join(parts)


def packed(text: str) -> bytes:
    """A Word document that holds the text, a paragraph a line; not compressed, or most would be refused for that."""
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    rows = escape(text).translate(dict.fromkeys({*range(32)} - {10}, " ")).split("\n")
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{row}</w:t></w:r></w:p>' for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{main}"><w:body>{body}</w:body></w:document>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return made.getvalue()


def measure(linter: Linter, case: str, suffix: str, size: int, stages: int, answer: Connection) -> None:
    """Send what a draft takes, stage by stage: seconds of this process to read, check and report it."""
    text = draft(case, size)
    data = packed(text) if suffix == ".docx" else text.encode()
    taken, start = [], time.process_time()

    def done() -> None:
        nonlocal start
        now = time.process_time()
        taken.append(now - start)
        start = now

    try:
        document = readers.decode(data, f"draft{suffix}")
    except ReadError as error:
        answer.send(error.message)
        return
    done()
    if stages > 1:
        report = linter.check(document)
        done()
    if stages > 2:
        settled = settle(report, Config(Path()), linter.rules, date(2027, 1, 1))
        for name in ("full", "json", "sarif"):
            reporter(name)([settled], io.StringIO(), Context(linter.rules, "0"))
        done()
    answer.send(taken)


def tried(linter: Linter, case: str, suffix: str, size: int, stages: int, seconds: float) -> list[float] | str:
    """What `measure` says, or why it says nothing."""
    here, there = fork.Pipe(duplex=False)
    process = fork.Process(target=measure, args=(linter, case, suffix, size, stages, there))
    process.start()
    there.close()
    try:
        if here.poll(seconds):
            answer: list[float] | str = here.recv()
            return answer
        return f"more than {seconds:g} s"
    except EOFError:
        process.join()
        return f"ended with {process.exitcode}"
    finally:
        process.kill()
        process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=int, default=9_900_000, help="a draft may have 10,000,000")
    parser.add_argument("--suffix", action="append", choices=SUFFIXES)
    parser.add_argument("--case", action="append", choices=CASES)
    parser.add_argument("--stages", type=int, default=3, choices=(1, 2, 3), help="1: read; 2: and check; 3: and report")
    parser.add_argument("--seconds", type=float, default=600, help="after which a case is killed")
    arguments = parser.parse_args()
    gc.set_threshold(*THRESHOLDS)
    linter = Linter(load_packs(("core", "auto"), examples=False))
    linter.check(PROSE)  # loads the model
    for suffix in arguments.suffix or SUFFIXES:
        rows: dict[str, float] = {}
        for case in arguments.case or CASES:
            found = [
                tried(linter, case, suffix, size, arguments.stages, arguments.seconds)
                for size in (arguments.bytes // 10, arguments.bytes)
            ]
            part, whole = found
            if isinstance(part, str) or isinstance(whole, str):
                print(f"{suffix:6} {case:32} {found}", flush=True)
                continue
            rows[case] = sum(whole)
            growth = sum(whole) / max(sum(part), 0.01) / 10
            times = " ".join(f"{each:8.3f}" for each in whole)
            print(
                f"{suffix:6} {case:32} {times} s; a byte takes {growth:.1f} times what it does in a tenth", flush=True
            )
        median, worst = statistics.median(rows.values()), max(rows, key=rows.__getitem__)
        micro = 1e6 / arguments.bytes
        ordinary = rows.get(ORDINARY, median)
        print(f"{suffix:6} median {median * micro:.2f} µs a byte, {ORDINARY} {ordinary * micro:.2f}, worst"
              f" {rows[worst] * micro:.2f} ({worst}): {rows[worst] / median:.1f} and {rows[worst] / ordinary:.1f} times",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
