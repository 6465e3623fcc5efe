"""Word documents made in code, for tests: a body of raw XML, and the parts around it that are asked for."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

_OPEN = "http://schemas.openxmlformats.org"
W = f"{_OPEN}/wordprocessingml/2006/main"
R = f"{_OPEN}/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:m="{_OPEN}/officeDocument/2006/math" '
    f'xmlns:mc="{_OPEN}/markup-compatibility/2006" xmlns:wp="{_OPEN}/drawingml/2006/wordprocessingDrawing" '
    f'xmlns:a="{_OPEN}/drawingml/2006/main" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" mc:Ignorable="w14"'
)
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
STYLES = "".join(
    f'<w:style w:type="{kind}" w:styleId="{id_}"{extra}><w:name w:val="{name}"/>{inner}</w:style>'
    for kind, id_, name, extra, inner in [
        ("paragraph", "Normal", "Normal", ' w:default="1"', ""),
        ("paragraph", "Titel", "Title", "", ""),
        ("paragraph", "Untertitel", "Subtitle", "", ""),
        *[("paragraph", f"berschrift{n}", f"heading {n}", "", f'<w:pPr><w:outlineLvl w:val="{n - 1}"/></w:pPr>') for n in range(1, 10)],
        ("paragraph", "House", "House Headline", "", '<w:basedOn w:val="berschrift2"/>'),
        ("paragraph", "Zitat", "Quote", "", ""),
        ("paragraph", "Beschriftung", "caption", "", ""),
        ("paragraph", "Verzeichnis1", "toc 1", "", ""),
        ("paragraph", "Aufzhlung", "List Bullet", "", '<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>'),
        ("paragraph", "Loop", "Loop", "", '<w:basedOn w:val="Loop2"/>'),
        ("paragraph", "Loop2", "Loop2", "", '<w:basedOn w:val="Loop"/>'),
        ("paragraph", "Secret", "Secret", "", "<w:rPr><w:vanish/></w:rPr>"),
        ("character", "Fett", "Strong", "", "<w:rPr><w:b/></w:rPr>"),
        ("character", "Hoch", "Raised", "", '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'),
    ]
)  # fmt: skip


def r(text: str, properties: str = "") -> str:
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(content: str = "", style: str = "", properties: str = "") -> str:
    """A paragraph of runs, or of text if there is no markup in it."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    inner = content if content.startswith("<") or not content else r(content)
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{inner}</w:p>"


def item(text: str, depth: int = 0) -> str:
    return p(text, properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>')


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(each if each.startswith(("<w:tc>", "<w:sdt>")) else cell(each) for each in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def table(*rows: str, first_row: bool = False) -> str:
    return f'<w:tbl><w:tblPr><w:tblLook w:firstRow="{int(first_row)}"/></w:tblPr>{"".join(rows)}</w:tbl>'


def field(instruction: str, result: str) -> str:
    kinds = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"{kinds[0]}<w:r><w:instrText>{escape(instruction)}</w:instrText></w:r>{kinds[1]}{result}{kinds[2]}"


def note(id_: int, kind: str = "footnote", extra: str = "") -> str:
    return f'<w:r><w:{kind}Reference w:id="{id_}"{extra}/></w:r>'


def word(
    body: str,
    *,
    links: dict[str, str] | None = None,
    footnotes: dict[int, str] | None = None,
    endnotes: dict[int, str] | None = None,
    comments: dict[int, str] | None = None,
    margins: dict[str, str] | None = None,
    parts: dict[str, str | bytes] | None = None,
    main: str = MAIN,
    styles: str = STYLES,
    head: str = "",
    strict: bool = False,
) -> bytes:
    """links: relation → address. footnotes, endnotes, comments: id → paragraphs. margins: relation “header…” or
    “footer…” → paragraphs. parts: further parts, or others in place of those that are made."""

    def notes(kind: str, held: dict[int, str]) -> str:
        held = {-1: p("separator"), **held} if kind != "comment" else held
        inner = "".join(f'<w:{kind} w:id="{id_}" w:author="Ada">{each}</w:{kind}>' for id_, each in held.items())
        return f"<w:{kind}s {NAMESPACES}>{inner}</w:{kind}s>"

    made: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_OPEN}/package/2006/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": _relations([("rId1", f"{R}/officeDocument", "word/document.xml", False)]),
        "word/document.xml": f"<w:document {NAMESPACES}>{head}<w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {NAMESPACES}>{styles}</w:styles>",
    }
    relations = [("rIdS", f"{R}/styles", "styles.xml", False)]
    relations += [(id_, f"{R}/hyperlink", target, True) for id_, target in (links or {}).items()]
    for kind, held in (("footnote", footnotes), ("endnote", endnotes), ("comment", comments)):
        if held is not None:
            made[f"word/{kind}s.xml"] = notes(kind, held)
            relations.append((f"rId{kind}", f"{R}/{kind}s", f"{kind}s.xml", False))
    for id_, inner in (margins or {}).items():
        tag = {"h": "hdr", "f": "ftr"}[id_[0]]
        made[f"word/{id_}.xml"] = f"<w:{tag} {NAMESPACES}>{inner}</w:{tag}>"
        relations.append((id_, f"{R}/{id_[:6]}", f"{id_}.xml", False))
    made["word/_rels/document.xml.rels"] = _relations(relations)
    made |= parts or {}
    if strict:
        made = {name: _strict(part) for name, part in made.items()}
    return packed(made)


def _strict(part: str | bytes) -> str | bytes:
    if isinstance(part, bytes):
        return part
    purl = "http://purl.oclc.org/ooxml"
    return part.replace(W, f"{purl}/wordprocessingml/main").replace(R, f"{purl}/officeDocument/relationships")


def _relations(relations: list[tuple[str, str, str, bool]]) -> str:
    inner = "".join(
        f'<Relationship Id="{id_}" Type="{kind}" Target="{escape(target)}"{" TargetMode=" + chr(34) + "External" + chr(34) if external else ""}/>'
        for id_, kind, target, external in relations
    )
    return f'<Relationships xmlns="{_OPEN}/package/2006/relationships">{inner}</Relationships>'


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
