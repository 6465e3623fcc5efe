"""Word documents: what becomes a block, where each character stands, what is refused, and comments on findings."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import time
import zipfile
from bisect import bisect_left
from datetime import date
from hashlib import sha256
from pathlib import Path

import docx
import pytest
from docx_kit import MAIN, W, cell, field, item, note, p, packed, r, row, table, word
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from test_readers import checked, marks, texts

from claimlint import cli, readers
from claimlint.errors import ReadError
from claimlint.linter import Linter, Options
from claimlint.packs import load_packs
from claimlint.readers import docx as reader
from claimlint.readers.docx import package
from claimlint.report import Context
from claimlint.report import word as word_report
from claimlint.types import Document, Finding, Report, Span

RISKY = "The drip has no side effects."


def read(body: str, **parts) -> Document:
    return checked(readers.decode(word(body, **parts), "draft.docx"))


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in document.blocks]


def led(document: Document) -> dict[str, list[str]]:
    """Text of a block → texts of its leads."""
    return {block.text: [document.blocks[lead].text for lead in block.leads] for block in document.blocks}


# what is read


def test_headings_by_style_outline_level_and_title() -> None:
    document = read(
        p("Our drip", "Titel")
        + p("For tired people", "Untertitel")
        + p("Why", "berschrift1")
        + p("Detail", "House")
        + p("Deep", "berschrift9")
        + p("By level", properties='<w:outlineLvl w:val="0"/>')
        + p("Body again", "berschrift1", '<w:outlineLvl w:val="9"/>')
        + p("Ends in a loop.", "Loop")
    )
    found = [(block.text, block.kind, block.level, block.section) for block in document.blocks]
    assert found == [
        ("Our drip", "heading", 1, None),
        ("For tired people", "heading", 2, 0),
        ("Why", "heading", 2, 0),
        ("Detail", "heading", 3, 2),
        ("Deep", "heading", 6, 3),
        ("By level", "heading", 2, 0),
        ("Body again", "paragraph", 0, 5),
        ("Ends in a loop.", "paragraph", 0, 5),
    ]


def test_one_line_a_paragraph_and_none_for_empty_ones() -> None:
    document = read(p("One.") + p() + p("<w:r><w:br w:type='page'/></w:r>") + p("Two.") + table(row("a", "b")))
    assert document.source == "One.\nTwo.\na\nb\n"
    assert document.digest


def test_runs_with_tabs_breaks_hyphens_and_symbols() -> None:
    inner = (
        r("A\u00a0non")
        + "<w:r><w:noBreakHyphen/><w:t>addictive</w:t><w:br/><w:t>t</w:t><w:softHyphen/><w:t>ea,</w:t><w:tab/>"
        + '<w:sym w:font="Symbol" w:char="F0B3"/><w:t xml:space="preserve"> 9</w:t>'
        + '<w:sym w:font="Wingdings" w:char="F04A"/><w:t>  lost \n</w:t></w:r>'
        + r("\u00ad sa\u00adfe ")
    )
    document = read(p(inner))
    assert document.source == "A\u00a0non-addictive tea,\t≥ 9 lost\u00ad sa\u00adfe \n"
    assert texts(document) == ["A non-addictive tea, ≥ 9 lost safe"]


def test_comments_of_xml_end_no_text() -> None:
    assert texts(read(p("<w:r><w:t>No<!-- x --> side<?y z?> effects</w:t></w:r>"))) == ["No side effects"]


def test_the_text_is_what_python_docx_calls_it() -> None:
    made = docx.Document()
    made.add_paragraph("Plain\tand broken\nline")
    made.add_paragraph("Bold ").add_run("and more").bold = True
    out = io.BytesIO()
    made.save(out)
    document = checked(readers.decode(out.getvalue(), "a.docx"))
    assert document.source.splitlines() == [each.text.replace("\n", " ") for each in made.paragraphs]


def test_lists_with_leads_levels_and_continuation() -> None:
    document = read(
        p("The drip:")
        + item("cures migraines")
        + item("soothes", 1)
        + p("and does so fast", properties='<w:ind w:left="720"/>')
        + item("lasts")
        + p("Done.")
        + p("Styled", "Aufzhlung")
        + p("Not one", "Aufzhlung", '<w:numPr><w:numId w:val="0"/></w:numPr>')
        + p("•\ttyped")
        + p("2) numbered")
    )
    assert kinds(document) == [
        ("paragraph", "The drip:"),
        ("item", "cures migraines"),
        ("item", "soothes"),
        ("item", "and does so fast"),
        ("item", "lasts"),
        ("paragraph", "Done."),
        ("item", "Styled"),
        ("paragraph", "Not one"),
        ("item", "typed"),
        ("item", "numbered"),
    ]
    leads = led(document)
    assert leads["cures migraines"] == leads["lasts"] == ["The drip:"]
    assert leads["soothes"] == leads["and does so fast"] == ["The drip:", "cures migraines"]
    assert leads["Styled"] == ["Done."]
    assert leads["typed"] == ["Not one"]


def test_a_list_that_begins_deep() -> None:
    assert led(read(p("Why:") + item("a", 3) + item("b") + item("c", 1)))["c"] == ["Why:", "b"]


def test_tables_with_headers_merged_cells_and_nested_tables() -> None:
    header = "<w:tblHeader/>"
    document = read(
        table(
            row("Drug", cell("Effect", '<w:gridSpan w:val="2"/>'), "Note", properties=header),
            row(cell("Tea", '<w:vMerge w:val="restart"/>'), "calms", "warms", "x"),
            row(cell(p("hidden by the merge"), "<w:vMerge/>"), "cures", "heals", "y"),
            row("Balm", cell(p("first") + p("second")), cell(table(row("in", "out")) + p()), "z"),
        )
    )
    leads = led(document)
    assert "hidden by the merge" not in leads
    assert all(block.kind == "cell" for block in document.blocks)
    assert leads["calms"] == ["Effect", "Tea"]
    assert leads["x"] == ["Note", "Tea"]
    assert leads["cures"] == ["Effect", "Tea"]
    assert leads["second"] == ["Effect", "Balm"]
    assert leads["out"] == ["in"]
    assert leads["Drug"] == []


@pytest.mark.parametrize(
    ("first", "look", "header"),
    [
        (["Drug", "Effect"], True, True),
        ([cell(p(r("Drug", "<w:b/>"))), cell(p(r("Effect", '<w:rStyle w:val="Fett"/>')))], False, True),
        (["Drug", "Effect"], False, False),
        (["Drug", "A long cell that says many things about the effect, in more than a dozen words"], True, False),
    ],
)
def test_a_first_row_that_is_set_off_is_a_header(first, look, header) -> None:
    leads = led(read(table(row(*first), row("Tea", "calms"), first_row=look)))
    assert (len(leads["calms"]) == 2) == header


def test_a_table_of_one_row_has_no_header() -> None:
    assert led(read(table(row("left", "right"), first_row=True)))["right"] == ["left"]


def test_footnotes_and_endnotes_in_the_order_of_their_calls() -> None:
    document = read(
        p(r("Calms") + note(7) + r(" and warms") + note(4, "endnote") + r(" again") + note(7) + r("."))
        + p(r("Starred") + note(2, extra=' w:customMarkFollows="1"').replace("</w:r>", "<w:t>*</w:t></w:r>"))
        + p(f"<w:del>{note(5)}</w:del>" + r("Nothing here.")),
        footnotes={
            5: p("deleted"),
            2: p("By hand."),
            7: p("<w:r><w:footnoteRef/></w:r>" + r(" Moe 2019.")) + p("More."),
        },
        endnotes={4: p("Lee 2020.")},
    )
    assert marks(document, "note") == [
        ("Calms", "1"),
        ("Calms and warms", "e1"),
        ("Calms and warms again", "1"),
        ("Starred", "2"),
    ]
    assert [(block.key, block.text, block.section) for block in document.blocks if block.kind == "note"] == [
        ("1", "Moe 2019.", None),
        ("1", "More.", None),
        ("2", "By hand.", None),
        ("e1", "Lee 2020.", None),
    ]
    assert document.source.endswith(" Moe 2019.\nMore.\nBy hand.\nLee 2020.\n")


def test_a_call_alone_in_its_paragraph_belongs_to_the_one_before() -> None:
    document = read(p("Calms.") + p(r("  ") + note(2)), footnotes={2: p("Moe 2019.")})
    assert marks(document, "note") == [("Calms.", "1")]
    assert document.source == "Calms.\nMoe 2019.\n"


def test_a_note_that_is_cited_again_by_a_cross_reference() -> None:
    marked = f'<w:bookmarkStart w:id="1" w:name="_Ref1"/>{note(2)}<w:bookmarkEnd w:id="1"/>'
    document = read(
        p(r("Calms") + marked + r(". Warms") + field(r" NOTEREF _Ref1 \f \h ", r("1")) + r(".")),
        footnotes={2: p("Moe 2019.")},
    )
    assert marks(document, "note") == [("Calms", "1"), ("Calms. Warms", "1")]
    assert texts(document)[0] == "Calms. Warms."


def test_links_in_all_their_forms() -> None:
    document = read(
        p(
            f'<w:hyperlink r:id="rId9" w:history="1">{r("a ")}{r("study", "<w:b/>")}</w:hyperlink>{r(", ")}'
            + field(r'HYPERLINK "https://b.example/x y" \o "tip"', r("field"))
            + f'<w:fldSimple w:instr="HYPERLINK &quot;https://c.example&quot;">{r(" simple")}</w:fldSimple>'
            + f'<w:hyperlink w:anchor="ref1">{r(" below")}</w:hyperlink>'
            + r(" and")
            + field(r'HYPERLINK \l "ref1"', r(" there"))
            + r(" https://d.example/e.")
        )
        + p(f'<w:bookmarkStart w:id="0" w:name="_other"/><w:bookmarkStart w:id="1" w:name="ref1"/>{r("Moe 2019.")}'),
        links={"rId9": "https://a.example"},
    )  # fmt: skip
    assert marks(document, "link") == [
        ("a study", "https://a.example"),
        ("field", "https://b.example/x y"),
        ("simple", "https://c.example"),
        ("below", "#ref1"),
        ("there", "#ref1"),
        ("a study, field simple below and there", "https://d.example/e"),
    ]
    assert document.blocks[1].anchor == "ref1"
    assert marks(document, "strong") == [("study", "")]


def test_links_of_notes_have_relations_of_their_own() -> None:
    relations = word("", links={"rId9": "https://note.example"})
    with zipfile.ZipFile(io.BytesIO(relations)) as archive:
        own = archive.read("word/_rels/document.xml.rels").decode()
    document = read(
        p(r("Calms") + note(2)),
        links={"rId9": "https://body.example"},
        footnotes={2: p(f'<w:hyperlink r:id="rId9">{r("Moe")}</w:hyperlink>')},
        parts={"word/_rels/footnotes.xml.rels": own},
    )
    assert marks(document, "link") == [("Moe", "https://note.example")]


def test_superscript_numbers_are_marks_and_exponents_text() -> None:
    up = '<w:vertAlign w:val="superscript"/>'
    document = read(
        p(
            r("Calms")
            + r("1", up)
            + r(",", up)
            + r("3", '<w:rStyle w:val="Hoch"/>')
            + r(" at 10")
            + r("5", up)
            + r(" in the 2")
        )
        + p(r("Warms") + r("[2]", up) + r(" on the 4") + r("th", up) + r(" day¹."))
        + p(
            r("Cools")
            + r("6", '<w:position w:val="8"/><w:sz w:val="19"/>')
            + r(" H")
            + r("2", '<w:position w:val="-8"/>')
        )
    )
    assert [target for _, target in marks(document, "number")] == ["1", "3", "2", "1", "6"]
    assert texts(document) == ["Calms at 105 in the 2", "Warms on the 4th day.", "Cools H2"]


def test_bold_and_struck_runs_are_marked_hidden_ones_left_out() -> None:
    document = read(
        p(
            r("Very ", "<w:b/>")
            + r("safe", "<w:b/><w:i/>")
            + r(" now", '<w:b w:val="0"/>')
            + r(" or never", "<w:strike/>")
        )
        + p(r("Seen") + r(" unseen", "<w:vanish/>") + r(".", '<w:vanish w:val="0"/>'))
        + p("All hidden", "Secret")
    )
    assert marks(document, "strong") == [("Very safe", "")]
    assert marks(document, "strike") == [("or never", "")]
    assert texts(document) == ["Very safe now or never", "Seen."]


def test_tracked_changes_are_read_as_accepted() -> None:
    gone = "<w:rPr><w:del/></w:rPr>"
    document = read(
        p(r("Is ") + f'<w:del w:id="1"><w:r><w:delText>not </w:delText></w:r></w:del><w:ins w:id="2">{r("always ")}</w:ins>' + r("safe."))
        + p("Old first", properties=gone)
        + p(f"<w:ins>{r(' and new second')}</w:ins>", "berschrift1")
        + p(f"<w:del>{r('All of it')}</w:del>", properties=gone)
        + p(f"<w:moveFrom>{r('moved')}</w:moveFrom>", properties="<w:rPr><w:moveFrom/></w:rPr>")
        + p(f"<w:moveTo>{r('moved')}</w:moveTo>")
        + table(row("stays", "x"), row("goes", "x", properties="<w:del/>"), row("comes", cell("y", "<w:cellDel/>"), properties="<w:ins/>"))
        + p(r("Bold before", "<w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange>"))
    )  # fmt: skip
    assert kinds(document) == [
        ("paragraph", "Is always safe."),
        ("heading", "Old first and new second"),
        ("paragraph", "moved"),
        ("cell", "stays"),
        ("cell", "x"),
        ("cell", "comes"),
        ("paragraph", "Bold before"),
    ]
    assert not marks(document, "strong")


def test_content_controls_and_smart_tags() -> None:
    def control(content: str, properties: str = "") -> str:
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    document = read(
        control(p("Repeats it"), gallery)
        + p("Repeats it", "Verzeichnis1")
        + control(p(r("In ") + control(r("a control")) + f"<w:smartTag>{r(', tagged')}</w:smartTag>"))
        + p(control(r("Click here to enter text"), "<w:showingPlcHdr/>"))
        + table(control(row(control(cell("held")), "free")))
    )
    assert texts(document) == ["In a control, tagged", "held", "free"]


def test_fields_are_read_by_their_result() -> None:
    broken = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE</w:instrText></w:r>'
    document = read(
        p(field(" ADDIN ZOTERO_ITEM CSL_CITATION {} ", r("(Moe, 2019)")) + r(", page ") + field(" PAGE ", r("3")))
        + p(field(" IF " + "1", field(" MERGEFIELD x ", r("nested")) + r(" result")))
    )
    assert texts(document) == ["(Moe, 2019), page", "nested result"]
    assert texts(read(p(broken + r("lost")) + p("Not lost."))) == ["Not lost."]
    toc = field(' TOC \\o "1-3" ', r("Contents"))
    assert texts(read(p(toc) + p("Text."))) == ["Text."]
    assert texts(read(p(toc[: toc.rindex("<w:r>")]) + p("Text that no field may swallow."))) == [
        "Text that no field may swallow."
    ]


def test_text_boxes_and_alt_texts_stand_after_their_paragraph() -> None:
    def box(text: str) -> str:
        content = f"<w:txbxContent>{p(text)}</w:txbxContent>"
        return (
            f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:docPr id="1" name="Box"/>'
            f"<wps:txbx>{content}</wps:txbx></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{content}"
            "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )

    def image(alt: str, inner: str = "") -> str:
        return f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="P" descr="{alt}">{inner}</wp:docPr></wp:inline></w:drawing></w:r>'

    document = read(
        p(
            r("Before ")
            + box("In the box.")
            + image("A calm woman&#10;Description automatically generated")
            + r("after.")
        )
        + p(
            image("A line", '<a:extLst><a:ext><adec:decorative val="1"/></a:ext></a:extLst>')
            + "<w:r><w:pict><v:shape alt='A bottle'/></w:pict></w:r>"
        )
        + p("Next.")
    )
    assert kinds(document) == [
        ("paragraph", "Before after."),
        ("alt", "A calm woman"),
        ("paragraph", "In the box."),
        ("alt", "A bottle"),
        ("paragraph", "Next."),
    ]


def test_quotes_captions_formulas_and_ruby() -> None:
    document = read(
        p("It saved me.", "Zitat")
        + p("Figure 1", "Beschriftung")
        + p(r("At ") + "<m:oMath><m:r><m:t>p&lt;0.05</m:t></m:r></m:oMath>" + r("."))
        + p(
            "<w:r><w:ruby><w:rt><w:r><w:t>above</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>base</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        )
    )
    assert kinds(document) == [
        ("quote", "It saved me."),
        ("caption", "Figure 1"),
        ("paragraph", "At p<0.05."),
        ("paragraph", "base"),
    ]


def test_page_margins_are_read_once_and_belong_to_no_section() -> None:
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="header1"/><w:headerReference w:type="first" r:id="header2"/>'
        '<w:footerReference w:type="default" r:id="footer1"/></w:sectPr>'
    )
    document = read(
        p("References", "berschrift1", section) + p("Moe 2019.") + section,
        margins={
            "header1": p("Calm without risk"),
            "header2": p("Not shown"),
            "footer1": p(r("Not a substitute for advice. ") + field("PAGE", r("7"))),
        },
    )
    assert [(block.text, block.section) for block in document.blocks][2:] == [
        ("Calm without risk", None),
        ("Not a substitute for advice.", None),
    ]


def test_what_looks_like_a_heading_is_one() -> None:
    """As Google Docs exports a draft: looks set run by run, bookmarks everywhere, a table without design."""
    large, bold = '<w:sz w:val="32"/>', '<w:b w:val="1"/><w:sz w:val="22"/>'
    usual = '<w:rtl w:val="0"/><w:sz w:val="22"/>'
    mark = (
        '<w:bookmarkStart w:colFirst="0" w:colLast="0" w:name="_heading=h.{0}" w:id="{0}"/><w:bookmarkEnd w:id="{0}"/>'
    )
    document = read(
        p(mark.format(1) + r("Why our drip", large))
        + p(mark.format(2) + r("It calms, as one in four of our guests told us when we asked them.", usual))
        + p(mark.format(3) + r("Is it ", bold) + r("safe?", bold))
        + p(r("Yes.", bold))
        + p(r("Call us", bold) + r(" today", usual))
        + item("An item")
        + table(row(cell(p(r("Drug", bold))), cell(p(r("Effect", bold)))), row("Tea", "calms")),
        styles='<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>',
    )
    found = [(block.kind, block.level, block.text) for block in document.blocks]
    assert found[0] == ("heading", 2, "Why our drip")
    assert [kind for kind, *_ in found] == ["heading", "paragraph", "heading", "paragraph", "paragraph", "item"] + [
        "cell"
    ] * 4
    assert found[2][1] == 3
    assert led(document)["calms"] == ["Effect", "Tea"]
    assert document.source.splitlines()[2] == "Is it safe?"


def test_strict_documents() -> None:
    document = read(
        p("Why", "berschrift1") + p(f'<w:hyperlink r:id="rId9">{r("study")}</w:hyperlink>'),
        links={"rId9": "https://a.example"},
        strict=True,
    )
    assert kinds(document) == [("heading", "Why"), ("paragraph", "study")]
    assert marks(document, "link") == [("study", "https://a.example")]


def test_properties_of_the_file_are_no_claims() -> None:
    core = '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Cures all</dc:title></cp:coreProperties>'
    assert texts(read(p("Text."), parts={"docProps/core.xml": core})) == ["Text."]


def test_an_embedded_file_is_a_problem() -> None:
    (problem,) = read(p("One.") + '<w:altChunk r:id="rId9"/>' + p("Two.")).problems
    assert "altChunk" in problem.message
    assert problem.line == 2


# positions


def large(paragraphs: int) -> bytes:
    """A draft of many claims, in every kind of place that Word has for text."""
    kinds = [
        lambda n: p(f"Visit {n}", "berschrift1"),
        lambda n: p(r(f"Our infusion {n} ") + r("has ", "<w:b/>") + r("no side effects", "<w:i/>") + r(" and cures migraines.")),
        lambda n: p(f'<w:hyperlink r:id="rId9">{r(f"Drip {n} is completely ")}{r("safe", "<w:b/>")}</w:hyperlink>{r(" for you.")}'),
        lambda n: p(r(f"Tea {n} ") + f'<w:ins w:id="{n}" w:author="A">{r("cures all")}{r(" pain")}</w:ins>' + f'<w:del w:id="9{n}" w:author="A"><w:r><w:delText>may ease</w:delText></w:r></w:del>' + r(" at once.")),
        lambda n: p(r(f"Guests love it {n}") + note(2) + r(". It has no side") + r(" effects.")),
        lambda n: p(f"Option {n} ", properties="<w:rPr><w:del w:id='1' w:author='A'/></w:rPr>") + p("is risk-free."),
        lambda n: item(f"Balm {n} cures eczema"),
        lambda n: table(row("Drug", "Effect", properties="<w:tblHeader/>"), row(f"Tea {n}", cell(p("cures all") + table(row("in", "no side effects")) + p())))
        if n % 3 == 0
        else p(field('HYPERLINK "https://a.example"', r(f"Guaranteed {n} ") + r("results")) + r(" in a week.")),
        lambda n: p(f"<w:r><w:t>It{n}</w:t><w:tab/><w:t>cures</w:t><w:br/><w:t>migraines for non</w:t><w:noBreakHyphen/><w:t>smokers.</w:t></w:r>"),
        lambda n: p(f"Plain words about visit {n}, opening hours and the way to us."),
    ]  # fmt: skip
    body = "".join(kinds[n % len(kinds)](n) for n in range(paragraphs))
    box = f"<w:r><w:pict><v:shape alt='It cures migraines'><v:textbox><w:txbxContent>{p(RISKY)}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    section = '<w:sectPr><w:footerReference w:type="default" r:id="footer1"/></w:sectPr>'
    return word(
        body + p(r("Look: ") + box + r(" there.")) + section,
        links={"rId9": "https://shop.example/"},
        footnotes={2: p(r("The drip ") + r("has no side effects") + r(", they say."))},
        margins={"footer1": p("Our drip has no side effects.")},
    )


_TEXT = st.text(st.sampled_from("abc .,\u00a0\u00ad\t\u200b😀e\u0301\u2028-1"), max_size=12)
_LOOKS = ("", "<w:b/>", "<w:vanish/>", '<w:vertAlign w:val="superscript"/>', "<w:strike/>")
_RUN = st.builds(r, _TEXT, st.sampled_from(_LOOKS)) | st.sampled_from(
    ["<w:r><w:tab/><w:t> x </w:t><w:br/></w:r>", note(1), "<w:del><w:r><w:t>gone</w:t></w:r></w:del>", "<w:bookmarkStart w:id='1' w:name='b'/>"]
)  # fmt: skip
_RUNS = st.lists(
    _RUN
    | st.builds(lambda inner: f'<w:hyperlink w:anchor="b">{inner}</w:hyperlink>', _RUN)
    | st.builds(lambda inner: f"<w:ins>{inner}</w:ins>", _RUN)
    | st.builds(lambda inner: field("HYPERLINK x", inner), _RUN),
    max_size=5,
).map("".join)
_PARAGRAPH = st.builds(
    lambda runs, style, deleted, numbered: p(
        runs or "",
        style,
        ("<w:rPr><w:del/></w:rPr>" if deleted else "") + ('<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>' if numbered else ""),
    ),
    _RUNS,
    st.sampled_from(["", "Titel", "berschrift1", "Zitat", "Secret", "Aufzhlung"]),
    st.booleans(),
    st.booleans(),
)  # fmt: skip
_BLOCKS = st.recursive(
    st.lists(_PARAGRAPH, min_size=1, max_size=4).map("".join),
    lambda inner: st.builds(
        lambda cells, merged: table(row(*cells), row(*[cell(each, "<w:vMerge/>" if merged else "") for each in cells])),
        st.lists(inner, min_size=1, max_size=3),
        st.booleans(),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_BLOCKS, max_size=4).map("".join), _RUNS)
def test_every_character_is_where_the_map_says(body: str, noted: str) -> None:
    manuscript = reader.Manuscript(word(body, footnotes={1: p(noted)}))
    document = checked(manuscript.document("a.docx"))
    atoms = manuscript.walk.atoms
    placed = [at for atom in atoms for at in range(atom.start, atom.start + atom.size)]
    assert placed == [at for at, char in enumerate(document.source) if char != "\n"]
    for atom in atoms:
        text = document.source[atom.start : atom.start + atom.size]
        if atom.node.tag == f"{{{W}}}t":
            assert atom.node.text[atom.skip : atom.skip + atom.size].replace("\n", " ") == text
    lines = [line for line in manuscript.walk.lines if line.start < line.end]
    assert [document.source[line.start : line.end] for line in lines] == document.source.split("\n")[:-1]


PACKS = load_packs(["core", "auto"])


@pytest.fixture(scope="module")
def linter():
    return Linter(PACKS)


def test_the_exhaustive_path_finds_the_same(linter) -> None:
    document = readers.decode(large(40), "a.docx")
    exhaustive = Linter(PACKS, options=Options(exhaustive=True))
    assert exhaustive.check(document).findings == linter.check(document).findings


def test_a_footnote_is_a_citation_like_any_other(linter) -> None:
    body = p(r("A recent trial found that the tea lowers cholesterol by 12 %") + note(2) + r("."))
    cited = readers.decode(
        word(body, footnotes={2: p("Moe A. Tea and lipids. J Lipid Res 2019;60:1. doi:10.1000/182")}), "a.docx"
    )
    bare = readers.decode(word(body, footnotes={2: p("See us.")}), "a.docx")

    def claims(document: Document) -> list[str]:
        return [item.rule for item in linter.check(document).findings if item.scope == "claim"]

    assert len(claims(cited)) < len(claims(bare))


# the command


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command in an empty folder with one Word document; gives code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    Path("draft.docx").write_bytes(word(p("Drip", "berschrift1") + p("Nothing.") + p(RISKY)))

    def run(*args: str) -> tuple[int, str, str]:
        code = cli.main(args)
        done = capsys.readouterr()
        return code, done.out, done.err

    return run


def test_every_command_reads_word_documents(run) -> None:
    code, out, _ = run("check", "--format", "concise", "--select", "core/no-side-effects", ".")
    assert (code, out.split(" ")[0]) == (1, "draft.docx:3:10:")
    assert "no side effects" in run("inspect", "draft.docx")[1]
    assert "core/no-side-effects" in run("explain", "draft.docx:3")[1]
    assert "no side effects" in run("inventory", ".")[1]
    assert "draft.docx:3" in run("rules", "try", "side effect", "draft.docx")[1]
    assert (
        run(
            "waive",
            "draft.docx:3",
            "--rule",
            "core/no-side-effects",
            "--reason",
            "r",
            "--approver",
            "A",
            "--author",
            "B",
        )[0]
        == 0
    )
    assert "waived" in run("check", "--show-suppressed", "--select", "core/no-side-effects", ".")[1]
    assert run("waivers", "prune", "--dry-run")[1] == "0 waivers to remove\n"
    assert run("report", "-o", "out", ".")[0] == 0
    assert "draft.docx" in Path("out/index.html").read_text("utf8")
    assert run("baseline", "write")[0] == 0
    assert run("check", ".")[0] == 0


def test_standard_input(run, monkeypatch) -> None:
    class Stdin:
        buffer = io.BytesIO(Path("draft.docx").read_bytes())

    monkeypatch.setattr("sys.stdin", Stdin)
    code, out, _ = run(
        "check", "-", "--stdin-filename", "x.docx", "--format", "concise", "--select", "core/no-side-effects"
    )
    assert (code, out.split(" ")[0]) == (1, "x.docx:3:10:")


def test_the_manifest_has_the_hash_of_the_file(run) -> None:
    run("report", "-o", "out", ".")
    assert sha256(Path("draft.docx").read_bytes()).hexdigest() in Path("out/manifest.json").read_text("utf8")


def test_fix_leaves_word_documents_alone(run) -> None:
    before = Path("draft.docx").read_bytes()
    Path("draft.docx").write_bytes(before)
    code, _, err = run("check", "--fix", ".")
    assert code == 1
    assert err == "draft.docx: --fix does not write Word documents; “claimlint annotate” comments on them\n"
    assert Path("draft.docx").read_bytes() == before


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_diff_takes_a_word_document_as_a_whole(run) -> None:
    def git(*args: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=w", "-c", "user.email=w@example.org", *args], check=True, capture_output=True
        )

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    assert run("check", "--diff", "HEAD", ".")[0] == 0
    Path("draft.docx").write_bytes(word(p(RISKY) + p("Changed.")))
    assert "core/no-side-effects" in run("check", "--diff", "HEAD", ".")[1]


def test_the_lock_files_of_word_are_no_drafts(run) -> None:
    Path("~$draft.docx").write_bytes(b"\x05Ada Moe")
    assert "1 of 1 draft" in run("check", ".")[1]


# suppressions


def commented(text: str, line: int = 1) -> bytes:
    """Two claims, and a comment anchored inside the first or the second."""
    anchored = f'{r("The drip ")}<w:commentRangeStart w:id="5"/>{r("has no side effects.")}<w:commentRangeEnd w:id="5"/><w:r><w:commentReference w:id="5"/></w:r>'
    body = [p(RISKY), p(RISKY)]
    body[line - 1] = p(anchored)
    return word("".join(body), comments={5: p(text)})


@pytest.mark.parametrize(
    ("text", "line", "left"),
    [
        ("claimlint-disable-line core/no-side-effects -- quoted", 1, 1),
        ("claimlint-disable-next-line core/no-side-effects -- quoted", 1, 1),
        ("claimlint-disable-file core/no-side-effects -- quoted", 2, 0),
        ("Claimlint-disable-line core/no-side-effects – quoted by=“Ada L.”", 2, 1),
        ("Please check this claim.", 1, 2),
    ],
)
def test_a_comment_suppresses_in_its_paragraph(run, text, line, left) -> None:
    Path("draft.docx").write_bytes(commented(text, line))
    code, out, _ = run("check", "--select", "core/no-side-effects,claimlint/*", "--format", "concise", ".")
    assert out.count("core/no-side-effects") == left
    assert code == bool(left)


def test_a_suppression_that_is_malformed_is_a_problem(run) -> None:
    Path("draft.docx").write_bytes(commented("claimlint-disable-line core/no-side-effects", 2))
    code, out, _ = run("check", "--format", "concise", ".")
    assert code == 2
    assert "draft.docx:2: cannot read: suppression without a reason" in out


def test_a_suppression_that_is_not_used_is_reported_at_its_paragraph(run) -> None:
    Path("draft.docx").write_bytes(commented("claimlint-disable-line core/cure -- mended", 2))
    for form in ("full", "concise", "sarif", "rdjson", "json"):
        assert "claimlint/unused-suppression" in run("check", "--format", form, ".")[1]
    assert run("annotate", "draft.docx", "-o", "b.docx")[0] == 1


# comments on findings


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def covered(data: bytes) -> dict[str, str]:
    """Id of a comment → the words that it covers, read from the XML by itself: text between its two ends."""
    root = etree.fromstring(parts(data)["word/document.xml"])
    open_: dict[str, list[str]] = {}
    done: dict[str, str] = {}
    for each in root.iter():
        name = etree.QName(each).localname
        id_ = each.get(f"{{{W}}}id", "")
        if name == "commentRangeStart":
            open_[id_] = []
        elif name == "commentRangeEnd":
            done[id_] = "".join(open_.pop(id_))
        elif name in {"t", "tab", "br", "noBreakHyphen"}:
            sign = {"tab": "\t", "br": " ", "noBreakHyphen": "-"}.get(name, each.text or "")
            for words in open_.values():
                words.append(sign)
    assert not open_
    return done


def comments(data: bytes) -> dict[str, list[str]]:
    """Id of a comment by claimlint → its paragraphs."""
    root = etree.fromstring(parts(data)["word/comments.xml"])
    return {
        each.get(f"{{{W}}}id"): ["".join(part.itertext()) for part in each]
        for each in root
        if each.get(f"{{{W}}}author") == "claimlint"
    }


def annotate(run, data: bytes, *args: str) -> bytes:
    Path("in.docx").write_bytes(data)
    code, _, err = run("annotate", "in.docx", "-o", "out.docx", *args)
    assert (code, err) == (1, "")
    assert Path("in.docx").read_bytes() == data
    return Path("out.docx").read_bytes()


def test_a_comment_says_what_the_report_says(run) -> None:
    made = annotate(run, word(p("Drip", "berschrift1") + p(RISKY)), "--select", "core/no-side-effects")
    assert list(covered(made).values()) == ["has no side effects"]
    assert list(comments(made).values()) == [
        [
            "“has no side effects” denies side effects; every treatment can have some.",
            "missing: nothing that could be added: the claim has to go",
            "because: no hedge in the sentence; no citation covers the sentence; no hedge or citation makes this wording acceptable",
            "help: like any treatment, it can cause side effects, including …",
            "error core/no-side-effects",
        ]
    ]
    (comment,) = etree.fromstring(parts(made)["word/comments.xml"])
    assert dict(comment.attrib) == {
        f"{{{W}}}{name}": value
        for name, value in {"id": "0", "author": "claimlint", "date": "2026-09-21T00:00:00Z", "initials": "cl"}.items()
    }


def test_every_comment_covers_exactly_the_words_of_its_finding(run, linter) -> None:
    data = large(200)
    manuscript = reader.Manuscript(data)
    document = manuscript.document("in.docx")
    findings = linter.check(document).findings
    assert len(findings) > 150
    made = annotate(run, data, "--pack", "core")
    report = json.loads(run("check", "in.docx", "--pack", "core", "--format", "json")[1])["documents"][0]["findings"]
    words, said = covered(made), comments(made)
    assert len(report) == len(said) > 150
    lines = {
        document.source.count("\n", 0, line.start) + 1: line for line in manuscript.walk.lines if line.end > line.start
    }
    places = set()
    for number, finding in enumerate(report):
        line = lines[finding["start"]["line"]]
        places.add(line.outside)
        assert said[str(number)][0] == finding["message"]
        assert said[str(number)][-1] == f"{finding['severity']} {finding['rule']}"
        exact = document.source[finding["start"]["offset"] : finding["end"]["offset"]]
        if line.outside:
            assert said[str(number)][1] == f"in {line.outside}: “{finding['excerpt']}”"
        else:
            # a line that is two paragraphs in the file has no space of its own between them
            assert words[str(number)] == exact
    assert places == {"", "a page footer", "a text box", "an alt text"}
    # and the text itself is as it was
    again = readers.decode(made, "in.docx")
    assert again.source == document.source
    assert again.blocks == document.blocks


def test_all_else_stays_as_it_was(run) -> None:
    theirs = {3: p("Ours to decide."), 8: p("Second.")}
    anchored = f'<w:commentRangeStart w:id="3"/>{r("The drip has no ")}<w:commentRangeEnd w:id="3"/><w:r><w:commentReference w:id="3"/></w:r>{r("side effects.")}'
    data = word(
        p(anchored), comments=theirs, parts={"word/media/a.bin": bytes(range(256)), "customXml/item1.xml": "<a/>"}
    )
    before, made = parts(data), annotate(run, data, "--select", "core/no-side-effects")
    after = parts(made)
    assert list(after) == list(before)
    assert {name for name in after if after[name] != before[name]} == {"word/document.xml", "word/comments.xml"}
    assert covered(made) == {"3": "The drip has no ", "9": "has no side effects"}
    root = etree.fromstring(after["word/comments.xml"])
    assert [etree.tostring(each) for each in root[:2]] == [
        etree.tostring(each) for each in etree.fromstring(before["word/comments.xml"])
    ]


def test_runs_are_split_with_their_formatting(run) -> None:
    look = '<w:rPr><w:b/><w:color w:val="FF0000"/></w:rPr>'
    data = word(p(f'<w:r w:rsidR="00AB">{look}<w:t>The drip has no side effects, ever.</w:t></w:r>'))
    root = etree.fromstring(parts(annotate(run, data, "--select", "core/no-side-effects"))["word/document.xml"])
    runs = [each for each in root.iter(f"{{{W}}}r") if each.find(f"{{{W}}}t") is not None]
    assert ["".join(each.itertext()) for each in runs] == ["The drip ", "has no side effects", ", ever."]
    assert all(len(each.find(f"{{{W}}}rPr")) == 2 and each.get(f"{{{W}}}rsidR") == "00AB" for each in runs)


def test_a_comment_on_a_whole_link_or_insertion_stands_around_it(run) -> None:
    data = word(p(r("The drip ") + f'<w:ins w:id="1" w:author="A">{r("has no side effects")}</w:ins>' + r(".")))
    root = etree.fromstring(parts(annotate(run, data, "--select", "core/no-side-effects"))["word/document.xml"])
    paragraph = next(root.iter(f"{{{W}}}p"))
    names = [etree.QName(each).localname for each in paragraph]
    assert names == ["pPr", "r", "commentRangeStart", "ins", "commentRangeEnd", "r", "r"]


def test_strict_documents_get_strict_comments(run) -> None:
    made = annotate(run, word(p(RISKY), strict=True), "--select", "core/no-side-effects")
    assert b"purl.oclc.org/ooxml/wordprocessingml/main" in parts(made)["word/comments.xml"]
    assert b"purl.oclc.org/ooxml/officeDocument/relationships/comments" in parts(made)["word/_rels/document.xml.rels"]


def test_the_same_draft_gives_the_same_bytes(run) -> None:
    assert annotate(run, large(20)) == annotate(run, large(20))


def test_annotate_with_nothing_to_say_and_by_threshold(run) -> None:
    Path("a.docx").write_bytes(word(p("Nothing.")))
    assert run("annotate", "a.docx", "-o", "b.docx")[:2] == (0, "no findings in 1 draft; see b.docx\n")
    assert parts(Path("b.docx").read_bytes()).keys() == parts(Path("a.docx").read_bytes()).keys()
    assert run("annotate", "draft.docx", "-o", "b.docx", "--fail-on", "never")[0] == 0
    assert run("annotate", "draft.docx", "-o", "b.docx", "--ignore", "core/*")[0] == 0


def test_annotate_refuses(run) -> None:
    before = Path("draft.docx").read_bytes()
    for output in ("draft.docx", "./draft.docx"):
        code, _, err = run("annotate", "draft.docx", "-o", output)
        assert (code, err) == (
            2,
            "claimlint: draft.docx: --output is the draft itself, which is never overwritten; name another file\n",
        )
    Path("link.docx").symlink_to("draft.docx")
    assert run("annotate", "draft.docx", "-o", "link.docx")[0] == 2
    assert Path("draft.docx").read_bytes() == before
    Path("a.md").write_text(RISKY)
    assert "only Word documents" in run("annotate", "a.md", "-o", "b.docx")[2]
    assert "no such file" in run("annotate", "none.docx", "-o", "b.docx")[2]
    assert "cannot write" in run("annotate", "draft.docx", "-o", "none/b.docx")[2]
    Path("bad.docx").write_bytes(b"PK")
    assert run("annotate", "bad.docx", "-o", "b.docx")[:2] == (2, "")
    assert not Path("b.docx").exists()


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(_BLOCKS, max_size=3).map("".join),
    st.lists(st.tuples(st.integers(0), st.integers(0), st.integers(0)), max_size=6),
)
def test_comments_begin_and_end_where_their_findings_do(body: str, chosen: list[tuple[int, int, int]]) -> None:
    """Whatever the structure, and however findings overlap."""
    data = word(body)
    manuscript = reader.Manuscript(data)
    source, lines = manuscript.source, [line for line in manuscript.walk.lines if line.start < line.end]
    spans = []
    for pick, low, high in chosen if lines else ():
        line = lines[pick % len(lines)]
        start = line.start + low % (line.end - line.start)
        spans.append(Span(start, start + 1 + high % (line.end - start)))
    found = tuple(Finding("x/y", "x", "error", "M.", span, "e", "s") for span in spans)
    again = reader.Manuscript(
        word_report.annotated(manuscript, Report("a", source, found), Context({}, "0"), date(2026, 1, 2))
    )
    assert again.source == source
    order = {each: number for number, each in enumerate(again.walk.root.iter())}
    atoms = again.walk.atoms
    places = [order[atom.node] for atom in atoms]
    ends = {each.get(f"{{{W}}}id"): order[each] for each in order if etree.QName(each).localname == "commentRangeEnd"}
    starts = {
        each.get(f"{{{W}}}id"): order[each] for each in order if etree.QName(each).localname == "commentRangeStart"
    }
    for id_, span in enumerate(spans):
        last = atoms[bisect_left(places, ends[str(id_)]) - 1]
        assert Span(atoms[bisect_left(places, starts[str(id_)])].start, last.start + last.size) == span


@pytest.mark.parametrize("place", ["in the note", "Our box", "A picture", "at the foot", "at p<0.05"])
def test_where_words_take_no_comments_the_body_does(place) -> None:
    """Notes hold references, in which no rule finds a claim today; a finding is made up here."""
    box = f"<w:pict><v:shape alt='A picture'><v:textbox><w:txbxContent>{p('Our box')}</w:txbxContent></v:textbox></v:shape></w:pict>"
    mixed = f'<w:r><w:t>before</w:t><w:footnoteReference w:id="2"/><w:t>between</w:t>{box}<w:t xml:space="preserve"> after </w:t></w:r>'
    data = word(
        p(mixed + "<m:oMath><m:r><m:t>at p&lt;0.05</m:t></m:r></m:oMath>")
        + '<w:sectPr><w:footerReference w:type="default" r:id="footer1"/></w:sectPr>',
        footnotes={2: p("Said in the note.")},
        margins={"footer1": p("Said at the foot.")},
    )
    manuscript = reader.Manuscript(data)
    at = manuscript.source.index(place)
    found = Finding("x/y", "x", "error", "M.", Span(at, at + len(place)), place, place)
    made = word_report.annotated(
        manuscript, Report("a", manuscript.source, (found,)), Context({}, "0"), date(2026, 1, 2)
    )
    root = etree.fromstring(parts(made)["word/document.xml"])
    assert "".join(root.itertext()) == "".join(etree.fromstring(parts(data)["word/document.xml"]).itertext())
    start, end = root.find(f".//{{{W}}}commentRangeStart"), root.find(f".//{{{W}}}commentRangeEnd")
    between = []
    while (start := start.getnext()) is not end:
        between.append([etree.QName(each).localname for each in start if etree.QName(each).localname != "rPr"])
    assert (
        between
        == {
            "in the note": [["footnoteReference"]],
            "Our box": [["pict"]],
            "A picture": [["pict"]],
            "at the foot": [],
            "at p<0.05": [["r"]],
        }[place]
    )
    assert ("in a" in comments(made)["0"][1]) == (place != "at p<0.05")


def test_python_docx_reads_the_result(run) -> None:
    made = docx.Document(io.BytesIO(annotate(run, large(30))))
    assert {each.author for each in made.comments} == {"claimlint"}
    assert all(each.text for each in made.comments)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_libre_office_takes_the_result(run, tmp_path) -> None:
    """To PDF, and to .docx and back into the reader: nothing is lost, and the comments are still on their words."""
    made = annotate(run, large(60))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for form in ("pdf", "docx"):
        ran = subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", form, "--outdir", "office", "out.docx"],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
    assert Path("office/out.pdf").read_bytes().startswith(b"%PDF")
    back = Path("office/out.docx").read_bytes()
    kept, ours = comments(back), comments(made)
    assert sorted("\n".join(each) for each in kept.values()) == sorted("\n".join(each) for each in ours.values())
    words = covered(back)
    on = {("\n".join(text), words.get(id_, "")) for id_, text in kept.items()}
    before = covered(made)
    assert on >= {("\n".join(text), before[id_]) for id_, text in ours.items() if not text[1].startswith("in a")}


# what cannot be read

_XML = "<a>" * 200 + "</a>" * 200
_BOMB = "<w:document>" + " " * 10_000_000 + "</w:document>"


def _entities(kind: str) -> str:
    return f'<!DOCTYPE d [<!ENTITY a {kind}>]><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>'


def _encrypted() -> bytes:
    data = bytearray(word(p("x")))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def _nested_tables(depth: int) -> str:
    body = p("deep")
    for _ in range(depth):
        body = table(row(cell(body + p())))
    return body


def _lying() -> bytes:
    """A part that says it is small and is not."""
    data = bytearray(packed({"[Content_Types].xml": " " * 5_000_000}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(data)


def _otherwise_packed() -> bytes:
    """Damaged, too: what unpacks it must not be asked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in parts(word(p(RISKY))).items():
            archive.writestr(name, content)
    data = bytearray(out.getvalue())
    at = len(b"PK\x03\x04") + 26 + len("[Content_Types].xml")
    data[at + 20 : at + 60] = bytes(40)
    return bytes(data)


BAD = {
    "empty": (b"", "no Word document"),
    "text": (b"Tea cures all.", "no Word document"),
    "cut short": (word(p(RISKY))[:-40], "damaged or cut short"),
    "only a beginning": (b"PK\x03\x04", "damaged or cut short"),
    "damaged": (word(p(RISKY)).replace(b"PK\x03\x04", b"PK\x03\x05"), "damaged"),
    "old .doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Word 97–2003"),
    "with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "without a password"),
    "encrypted parts": (_encrypted(), "without a password"),
    "otherwise packed": (_otherwise_packed(), "packed in a way that Word does not use"),
    "no main part": (packed({"a.txt": "x"}), "it has no [Content_Types].xml"),
    "no document.xml": (packed({k: v for k, v in parts(word(p("x"))).items() if k != "word/document.xml"}), "it has no word/document.xml"),
    "spreadsheet": (word(p("x"), main=MAIN.replace("wordprocessingml.document", "spreadsheetml.sheet")), "an Office file, but no Word document"),
    "macros": (word(p("x"), main="application/vnd.ms-word.document.macroEnabled.main+xml"), "macros"),
    "macros that hide": (word(p("x"), parts={"word/vbaProject.bin": "x"}), "macros"),
    "broken XML": (word(p("x"), parts={"word/document.xml": "<w:document"}), "word/document.xml is no valid XML"),
    "no XML": (word(p("x"), parts={"word/document.xml": bytes(50)}), "word/document.xml is no valid XML"),
    "broken styles": (word(p("x"), parts={"word/styles.xml": "<a><b></a>"}), "word/styles.xml is no valid XML"),
    "EBCDIC": (word(p("x"), parts={"word/document.xml": "<?xml version='1.0'?>".encode("cp037")}), "is no valid XML"),
    "no body": (word(p("x"), parts={"word/document.xml": "<a/>"}), "has no text body"),
    "entities": (word(p("x"), parts={"word/document.xml": _entities('"lol"')}), "declares a document type"),
    "external entity": (word(p("x"), parts={"word/document.xml": _entities('SYSTEM "file:///etc/passwd"')}), "declares a document type"),
    "external entity in UTF-16": (word(p("x"), parts={"word/document.xml": _entities('SYSTEM "file:///etc/passwd"').encode("utf-16")}), "declares a document type"),
    "deep": (word(p("x"), parts={"word/document.xml": _XML}), "elements inside each other"),
    "tables in tables": (word(_nested_tables(60)), "elements inside each other"),
    "bomb": (word(p("x"), parts={"word/document.xml": _BOMB}), "times its size"),
    "bomb in relations": (word(p("x"), parts={"_rels/.rels": _BOMB}), "times its size"),
    "many parts": (packed({f"a{n}": "" for n in range(5001)}), "more than the limit of 5,000"),
    "lying about its size": (_lying(), "damaged"),
    "out of the archive": (word(p("x"), parts={"../evil.xml": "x"}), "leads out of the archive"),
    "absolute name": (word(p("x"), parts={"/etc/x": "x"}), "leads out of the archive"),
    "Windows name": (word(p("x"), parts={"C:/x": "x"}), "leads out of the archive"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_error(name) -> None:
    data, message = BAD[name]
    start = time.monotonic()
    with pytest.raises(ReadError) as caught:
        readers.decode(data, "bad.docx")
    assert time.monotonic() - start < 5
    assert message in caught.value.message
    assert "\n" not in caught.value.message


def test_bad_input_keeps_no_other_draft_from_being_checked(run) -> None:
    for number, (data, _) in enumerate(BAD.values(), 10):
        Path(f"bad{number}.docx").write_bytes(data)
    code, out, err = run("check", "--format", "concise", "--select", "core/no-side-effects", ".")
    assert (code, err) == (2, "")
    *bad, good = out.splitlines()
    assert good.startswith("draft.docx:3:10:")
    assert len(bad) == len(BAD)
    for line, (number, (_, message)) in zip(bad, enumerate(BAD.values(), 10), strict=True):
        assert line.startswith(f"bad{number}.docx:1: cannot read: ")
        assert message in line


def test_nested_tables_are_read_up_to_the_limit() -> None:
    assert texts(read(_nested_tables(30))) == ["deep"]


def test_twice_the_same_part() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("word/document.xml", "y")
    with pytest.raises(ReadError, match="two parts are called"):
        readers.decode(out.getvalue(), "a.docx")


def test_too_large_is_told_before_it_is_read(tmp_path) -> None:
    path = tmp_path / "large.docx"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(ReadError, match="50,000,000 bytes, more than the limit of 40,000,000"):
        readers.load(path)


def test_too_much_text(monkeypatch) -> None:
    monkeypatch.setattr(package, "MAX_PART", 1000)
    with pytest.raises(ReadError, match="more than 1,000 bytes when unpacked"):
        readers.decode(word(p("x" * 2000)), "a.docx")


@pytest.mark.parametrize("suffix", [".doc", ".docm", ".dotx", ".rtf", ".odt"])
def test_other_word_processors_are_told_what_to_do(suffix) -> None:
    with pytest.raises(ReadError, match=f"{suffix} files are not read; save it as .docx"):
        readers.decode(word(p("x")), f"a{suffix}")
    assert suffix not in readers.SUFFIXES


def test_text_under_the_name_of_a_word_document_is_a_problem() -> None:
    assert readers.read("Tea", "a.docx").problems


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(1, 255), st.integers(0, 3))
def test_a_damaged_byte_is_an_error_or_nothing(at: int, change: int, cut: int) -> None:
    data = bytearray(word(p(RISKY) + table(row("a", "b")), footnotes={1: p("x")}))
    data[at % len(data)] ^= change
    with contextlib.suppress(ReadError):
        checked(readers.decode(bytes(data[: len(data) - cut * 100]), "a.docx"))
