"""Readers: what becomes a block, and that each character of it is mapped to its place."""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mapped import checked

from claimlint import readers
from claimlint.errors import ReadError
from claimlint.readers import frontmatter
from claimlint.readers.pieces import LONGEST
from claimlint.types import Block, Document, Mark, Span


def md(source: str) -> Document:
    return checked(readers.read(source, "draft.md"))


def mdx(source: str) -> Document:
    return checked(readers.read(source, "draft.mdx"))


def web(source: str) -> Document:
    return checked(readers.read(source, "draft.html"))


def txt(source: str) -> Document:
    return checked(readers.read(source, "draft.txt"))


def texts(document: Document, kind: str | None = None) -> list[str]:
    return [block.text for block in document.blocks if kind in {None, block.kind}]


def origin(document: Document, phrase: str) -> str:
    """The source of a phrase of the clean text."""
    block = next(block for block in document.blocks if phrase in block.text)
    at = block.text.index(phrase)
    span = block.span(at, at + len(phrase))
    return document.source[span.start : span.end]


def marks(document: Document, kind: str) -> list[tuple[str, str]]:
    """The marks of a kind: the text before them or under them, and their target."""

    def text(block: Block, mark: Mark) -> str:
        return block.text[mark.start : mark.end] or block.text[: mark.start]

    return [(text(block, mark), mark.target) for block in document.blocks for mark in block.marks if mark.kind == kind]


# Markdown


def test_emphasis_yields_contiguous_text() -> None:
    document = md("Our balm is completely **gentle** and free of <em>any</em> _sc_ent, ~~they say~~.\n")
    assert texts(document) == ["Our balm is completely gentle and free of any _sc_ent, they say."]
    assert origin(document, "completely gentle and") == "completely **gentle** and"
    assert origin(document, "gentle") == "gentle"
    assert marks(document, "strong") == [("gentle", "")]
    assert marks(document, "strike") == [("they say", "")]


def test_failed_emphasis_leaves_no_stars() -> None:
    assert texts(md("A **very **mild tea, 2 * 3 cups\n")) == ["A very mild tea, 2 * 3 cups"]


def test_white_space_entities_and_escapes_fold_and_map() -> None:
    document = md("Warm\u00a0 oils &amp;&nbsp;\r\nsalts  \nfor so\u00adre&#8217;s \\*sake\\*\ta\u200bll\n")
    assert texts(document) == ["Warm oils & salts for sore’s *sake* all"]
    assert origin(document, "oils &") == "oils &amp;"
    assert origin(document, "salts for") == "salts  \nfor"
    assert origin(document, "& salts") == "&amp;&nbsp;\r\nsalts"
    assert origin(document, "sore’s") == "so\u00adre&#8217;s"
    assert origin(document, "all") == "a\u200bll"


def test_byte_order_mark_emoji_and_combining_characters_keep_their_places() -> None:
    document = md("\ufeff# Naïve 😀 cafe\u0301\n\n𝒳 then tea\n")
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Naïve 😀 cafe\u0301"),
        ("paragraph", "𝒳 then tea"),
    ]
    assert document.blocks[1].span(2, 6) == Span(20, 24)


def test_sections_follow_heading_levels() -> None:
    document = md("intro\n\n# One\n\n## Two\n\ntext\n\n### Three {#t .c}\n\n## Four\n\ntail\n\nFive\n====\n")
    found = [(block.text, block.level, block.section) for block in document.blocks]
    assert found == [
        ("intro", 0, None), ("One", 1, None), ("Two", 2, 1), ("text", 0, 2), ("Three", 3, 2), ("Four", 2, 1),
        ("tail", 0, 5), ("Five", 1, None),
    ]  # fmt: skip
    assert document.blocks[4].anchor == "t"


def test_items_are_led_by_paragraph_and_parent_item() -> None:
    document = md("Our tea:\n\n- wakes\n  - gently\n    1. soon\n\n  and loose\n- lasts\n\n***\n\n* alone\n")
    found = [(block.kind, block.text, block.leads) for block in document.blocks]
    assert found == [
        ("paragraph", "Our tea:", ()),
        ("item", "wakes", (0,)),
        ("item", "gently", (0, 1)),
        ("item", "soon", (0, 1, 2)),
        ("item", "and loose", (0,)),
        ("item", "lasts", (0,)),
        ("item", "alone", ()),
    ]


def test_heading_or_code_between_takes_the_lead_away() -> None:
    assert md("Para\n\n## Head\n\n- item\n").blocks[2].leads == ()
    assert md("Para\n\n```\ncode\n```\n\n- item\n").blocks[1].leads == ()


def test_cells_are_led_by_header_and_first_cell() -> None:
    document = md("| Tea | Claim |\n|:--|--|\n| Mint | calms `a\\|b` |\n| Sage | |\n")
    found = [(block.text, block.leads) for block in document.blocks]
    assert found == [("Tea", ()), ("Claim", ()), ("Mint", (0,)), ("calms a|b", (1, 2)), ("Sage", (0,))]
    assert {block.kind for block in document.blocks} == {"cell"}


def test_quotes_alerts_and_definition_lists() -> None:
    document = md("> It `wor\n> ks`\n\n> [!NOTE]\n> Mind this\n\nTerm\n: meaning\n")
    found = [(block.kind, block.text, block.leads) for block in document.blocks]
    assert found == [
        ("quote", "It wor ks", ()), ("paragraph", "Mind this", ()), ("paragraph", "Term", ()),
        ("paragraph", "meaning", (2,)),
    ]  # fmt: skip


def test_directives_keep_their_titles() -> None:
    document = md(":::tip[Mind **this**]{.x}\nWarm tea\n:::\n\n::: note\nMore ::: tea\n:::\n")
    assert texts(document) == ["Mind this", "Warm tea", "More ::: tea"]


def test_code_blocks_are_no_prose() -> None:
    assert texts(md("```\nimport this <!-- \n```\n\n    indented\n\n~~~js\n{{< x >}}\n~~~\nend\n")) == ["end"]


def test_links_keep_text_and_bare_addresses_vanish() -> None:
    document = md(
        "See [our *tea*](/shop 'x'), [mint][m], <https://a.example/x>, (https://b.example/c_d_e?f=1), "
        "www.c.example. ![Tin &amp; lid](t.png)\n\n[m]: /mint\n"
    )
    assert texts(document) == ["See our tea, mint, , (), .", "Tin & lid"]
    assert [target for _, target in marks(document, "link")] == [
        "/shop", "/mint", "https://a.example/x", "https://b.example/c_d_e?f=1", "www.c.example",
    ]  # fmt: skip
    assert marks(document, "link")[0] == ("our tea", "/shop")
    assert document.blocks[1].kind == "alt"
    assert origin(document, "Tin & lid") == "Tin &amp; lid"


def test_numbers_in_brackets_stay_whether_defined_or_not() -> None:
    document = md("Tea helps [1], sage [2] and mint [3](#r).\n\n[1]: https://doi.example/1\n\n[2] Author. Title.\n")
    assert texts(document) == ["Tea helps [1], sage [2] and mint [3].", "[2] Author. Title."]
    assert marks(document, "link") == [("[1]", "https://doi.example/1"), ("[3]", "#r")]


def test_note_calls_are_marks_also_when_undefined() -> None:
    document = md("Tea calms.[^1] Sage too.[^x]\n\n[^1]: Bee. *Book*.\n\n    - more\n")
    assert texts(document, "paragraph") == ["Tea calms. Sage too."]
    assert marks(document, "note") == [("Tea calms.", "1"), ("Tea calms. Sage too.", "x")]
    assert [(block.kind, block.text, block.key) for block in document.blocks[1:]] == [
        ("note", "Bee. Book.", "1"), ("note", "more", "1"),
    ]  # fmt: skip


def test_raised_numbers_are_marks_but_exponents_are_text() -> None:
    document = md("Calms.<sup>3</sup> Warms<sup><a href='#r'>[4, 5]</a></sup> us.⁶⁻⁷ Rests^8^ 10⁶ cm² <sup>®</sup>\n")
    assert texts(document) == ["Calms. Warms us. Rests 10⁶ cm² ®"]
    assert [target for _, target in marks(document, "number")] == ["3", "4", "5", "6", "7", "8"]


def test_html_blocks_and_inline_html_in_markdown() -> None:
    document = md(
        "<div class='x'>\n<p>Cold <b>brew</b><br>&mdash; hot</p>\n<img src=a alt='A tin'>\n</div>\n\n"
        "> <details>\n> <summary>Is it **so**?</summary>\n>\n> *Yes*, always.\n>\n> </details>\n\n<script>no</script>\n"
    )
    found = [(block.kind, block.text, block.leads) for block in document.blocks]
    assert found == [
        ("paragraph", "Cold brew — hot", ()), ("alt", "A tin", ()), ("paragraph", "Is it **so**?", ()),
        ("quote", "Yes, always.", (2,)),
    ]  # fmt: skip


def test_stray_end_tags_do_not_break_markdown() -> None:
    found = [(block.kind, block.text) for block in md("- a </li></ul> b\n- c</p>\n\nd <p>e\n\nf\n").blocks]
    assert found == [
        ("item", "a"),
        ("item", "b"),
        ("item", "c"),
        ("paragraph", "d"),
        ("paragraph", "e"),
        ("paragraph", "f"),
    ]


def test_comments_are_kept_beside_the_text() -> None:
    document = md(
        "Tea <!-- claimlint-disable-line x -- y --> calms.\n\n<!-- two\nlines -->\n\n{/* jsx */}`<!-- code -->`\n"
    )
    assert texts(document) == ["Tea calms.", "<!-- code -->"]
    assert [comment.text for comment in document.comments] == ["claimlint-disable-line x -- y", "two\nlines", "jsx"]
    span = document.comments[0].span
    assert document.source[span.start : span.end] == "<!-- claimlint-disable-line x -- y -->"


@pytest.mark.parametrize("opening", ["<!--", "{/*"])
def test_unclosed_comment_is_a_problem_and_the_rest_is_read(opening: str) -> None:
    document = md(f"One\n\n{opening} two\n\nthree\n")
    assert texts(document) == ["One", "two", "three"]
    assert [(problem.line, opening in problem.message) for problem in document.problems] == [(3, True)]


# front matter


@pytest.mark.parametrize("loader", [yaml.SafeLoader, frontmatter._loader()])
def test_front_matter_values_become_blocks(monkeypatch: pytest.MonkeyPatch, loader: object) -> None:
    monkeypatch.setattr(frontmatter, "_loader", lambda: loader)
    source = (
        '---\ntitle: "Calm \\"now\\" \\u2014 tea"\ndescription: >-\n  Folded over\n  two lines\nslug: a b\n'
        "date: 2025-01-01\ntags: [green tea, mint]\nimage: {src: a.png, alt: A tin}\nhero:\n  subtitle: 'It''s warm'\n"
        "faqs:\n  - a: Yes.\n    q: Is it warm?\nsources:\n  - title: Not a claim of ours\nseo: {description: Short one}\n"
        "---\n# Body\n"
    )
    document = md(source)
    found = [(block.kind, block.key, block.text, block.leads) for block in document.blocks]
    assert found == [
        ("title", "title", 'Calm "now" — tea', ()),
        ("description", "description", "Folded over two lines", ()),
        ("alt", "image.alt", "A tin", ()),
        ("field", "hero.subtitle", "It's warm", ()),
        ("field", "faqs[0].a", "Yes.", (5,)),
        ("field", "faqs[0].q", "Is it warm?", ()),
        ("description", "seo.description", "Short one", ()),
        ("heading", "", "Body", ()),
    ]
    assert origin(document, '"now" —') == '\\"now\\" \\u2014'
    assert origin(document, "over two") == "over\n  two"
    assert origin(document, "It's warm") == "It''s warm"
    assert document.meta["sources"] == [{"title": "Not a claim of ours"}]


def test_front_matter_values_may_hold_markup() -> None:
    document = md(
        "---\nintro: |\n  We are **very** [mild](/m).\n\n  - one &amp;\n    two\nmore: See https://a.example/b now\n---\n"
    )
    assert texts(document) == ["We are very mild.", "one & two", "See now"]
    assert origin(document, "very mild") == "very** [mild"
    assert marks(document, "link") == [("mild", "/m"), ("See", "https://a.example/b")]


def test_folded_lines_are_one_line() -> None:
    document = md(
        "---\na: >-\n  Warm *tea*\n  - or sage\n\n  - one\nb: 'Warm *tea*\n\n  1. or'\nc: |\n  1. *tea*\n  2. sage\nd: 1. *tea* now\n---\n"
    )
    assert texts(document) == ["Warm tea - or sage", "one", "Warm tea", "or", "tea", "sage", "1. tea now"]


def test_toml_front_matter() -> None:
    document = md(
        '+++\ntitle = \'Tea \\ time\' # note\ndraft = false\n[params]\nhero.text = """\nwarm \\\n   and \\u00e9"""\n'
        '[[faq]]\nq = "Is it warm?"\na = "Yes."\nextra = {note = "in line", n = [1, "a b"]}\n+++\nBody\n'
    )
    found = [(block.kind, block.key, block.text, block.leads) for block in document.blocks]
    assert found == [
        ("title", "title", "Tea \\ time", ()),
        ("field", "params.hero.text", "warm and é", ()),
        ("field", "faq[0].q", "Is it warm?", ()),
        ("field", "faq[0].a", "Yes.", (2,)),
        ("field", "faq[0].extra.note", "in line", ()),
        ("field", "faq[0].extra.n[1]", "a b", ()),
        ("paragraph", "", "Body", ()),
    ]
    assert document.meta["draft"] is False


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("---\ntitle: x\nnote: a: b\n---\nBody\n", 3, "no valid YAML"),
        ("---\ntitle: x\nbad: [1\n---\nBody\n", 4, "no valid YAML"),
        ("---\na: 1\nb: &x 2\na: 3\n---\nBody\n", 4, 'the key "a" twice'),
        ("---\na: 2025-99-99\n---\nBody\n", 2, "no valid YAML"),
        ("---\ntitle: Tea\n\nBody\n", 1, "never closed"),
        ("+++\na = 1\nb = \n+++\nBody\n", 3, "no valid TOML"),
        ("---\na: " + "[" * 200 + "]" * 200 + "\n---\nBody\n", 2, "nested too deeply"),
        ("---\na: &a [x]\nb: [" + "*a," * 200 + "]\n---\nBody\n", 3, "full of aliases"),
    ],
)
def test_broken_front_matter_is_a_problem_and_the_body_is_read(source: str, line: int, message: str) -> None:
    document = md(source)
    assert texts(document)[-1].endswith("Body")
    assert [problem.line for problem in document.problems] == [line]
    assert message in document.problems[0].message


def test_rules_are_no_front_matter() -> None:
    document = md("---\n\nJust: a text, with: colons\n\n---\n\nmore\n")
    assert texts(document) == ["Just: a text, with: colons", "more"]
    assert not document.problems
    assert not md("---\n").problems


# MDX and components


def test_exports_and_imports() -> None:
    document = mdx(
        "import Tea, { Mint } from '../tea'\nimport 'x.css';\n\nexport const faqs = [\n  { q: \"Is it \\\"warm\\\"?\", "
        "a: 'It\\u2019s **hot**' },\n\n  { q: `Why not`, a: t('x y'), n: () => { return 'no no' } },\n]\n"
        "export default ({ children }) =>\n  <div>not read</div>\n\nexport markets are text, imports too.\n"
    )
    found = [(block.kind, block.key, block.text, block.leads) for block in document.blocks]
    assert found == [
        ("field", "faqs[0].q", 'Is it "warm"?', ()),
        ("field", "faqs[0].a", "It’s hot", (0,)),
        ("field", "faqs[1].q", "Why not", ()),
        ("paragraph", "", "export markets are text, imports too.", ()),
    ]
    assert origin(document, "It’s hot") == "It\\u2019s **hot"


def test_components_vanish_and_their_text_is_markdown() -> None:
    document = mdx(
        "<Box type='a b' title='Warm &amp; mild' style={{ a: 'b c' }} items={[{ q: 'Is it?', a: 'Yes' }]} {...rest}>\n"
        '    Deep **in** here\n\n      - and here\n</Box>\n\n## <Icon name="x" /> Head\n\n'
        "<Card><A>One</A><B>Two</B></Card> {price} {'lit'} {/* note */}end\n"
    )
    found = [(block.kind, block.key, block.text, block.leads) for block in document.blocks]
    assert found == [
        ("field", "Box.title", "Warm & mild", ()),
        ("field", "Box.items[0].q", "Is it?", ()),
        ("field", "Box.items[0].a", "Yes", (1,)),
        ("paragraph", "", "Deep in here", ()),
        ("item", "", "and here", (3,)),
        ("heading", "", "Head", ()),
        ("paragraph", "", "One Two lit end", ()),
    ]
    assert [comment.text for comment in document.comments] == ["note"]


def test_calls_in_indented_components_keep_their_places() -> None:
    document = mdx(
        "<Box>\n    Calms <Cite id='k' /> all, www.a.example\n\n    <In>\n        Deep <Ref id='r' />\n    </In>\n</Box>\n"
    )
    assert texts(document) == ["Calms all,", "Deep"]
    assert marks(document, "cite") == [("Calms", "k"), ("Deep", "r")]
    assert [document.source[mark.span.start : mark.span.end] for block in document.blocks for mark in block.marks] == [
        "<Cite id='k' />", "www.a.example", "<Ref id='r' />",
    ]  # fmt: skip


def test_html_in_mdx() -> None:
    document = mdx(
        '<div style={{ color: "a b" }}>\n  Warm **tea**\n</div>\n\n<img src={a} alt={"A tin"} />\n\n<li key={x}>one</li>\n'
    )
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("paragraph", "Warm tea"), ("alt", "A tin"), ("item", "one"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "target"),
    [
        ('<Cite id="bee-2020" />', "bee-2020"),
        ("<Ref doi={'10.1/x'}/>", "10.1/x"),
        ("<Footnote>Bee &amp; <i>Co</i></Footnote>", "Bee &amp; Co"),
        ('{{< cite "bee" >}}', "bee"),
        ("{{% footnote %}}Bee 2020{{% /footnote %}}", "Bee 2020"),
        ("{% cite bee %}", "bee"),
        ("[ref]Bee[/ref]", "Bee"),
        ('[efn_note id="7"]', "7"),
        ("[su_footnote]Bee[/su_footnote]", "Bee"),
    ],
)
def test_citations_of_other_syntaxes_are_marks(call: str, target: str) -> None:
    document = md(f"Tea calms.{call} Really\n\n{call}\n")
    assert texts(document) == ["Tea calms. Really"]
    assert marks(document, "cite") == [("Tea calms.", target), ("Tea calms. Really", target)]
    assert document.source[document.blocks[0].marks[0].span.start :].startswith(call)


def test_shortcodes_vanish_and_what_they_hold_stays() -> None:
    document = md(
        '{{< quote author="Gil B" >}}\nI felt **fine**.\n{{< /quote >}}\n\n'
        '{{< figure src="a b.jpg" alt="A tin" caption="Our *tin*" >}} {{ .Site.Title }}\n\n{% if x %}Warm{% endif %}\n\n'
        '{% highlight go %}no{% endhighlight %}{% comment %}hush{% endcomment %}\n\n[caption id="a"]Tin[/caption] [safe or not]\n\n'
        '[link]({{< ref "a.md" >}}) {: .lead}\n'
    )
    found = [(block.kind, block.key, block.text) for block in document.blocks]
    assert found == [
        ("paragraph", "", "I felt fine."),
        ("alt", "figure.alt", "A tin"),
        ("caption", "figure.caption", "Our tin"),
        ("paragraph", "", "Warm"),
        ("paragraph", "", "Tin [safe or not]"),
        ("paragraph", "", "link"),
    ]
    assert [comment.text for comment in document.comments] == ["hush"]


# HTML


def test_html_document() -> None:
    document = web(
        "<!DOCTYPE html><html><head><title>Tea &amp; you</title><style>p{}</style>\n"
        '<meta name="description" content="Warm&nbsp;tea, &quot;now&quot;"><meta property=og:title content=Tea>\n'
        "</head><body><header><nav><a href=/>Home</a></nav><h1 id=top>Tea</h1></header>\n"
        "<section id=s><p>Warm<br>tea:</p><ul><li id=l>one<ul><li>two</ul><li><p>three</ul></section>\n"
        "<blockquote><p>Nice</blockquote><dl><dt>Mint<dd>calms</dl>loose <i>text</i><div>apart</div>\n"
        "<button>Buy <svg><title>x</title></svg>now</button><a class='btn big' href=/b>Go</a>\n"
        "<input type=submit value='Send it'><figure><img src=a alt='A tin'><figcaption>Tin</figcaption></figure>\n"
        "<pre>code</pre><script>var a = '<p>no</p>'</script><template><p>no</template><footer>End</footer>"
    )
    found = [(block.kind, block.text, block.leads, block.anchor) for block in document.blocks]
    assert found == [
        ("title", "Tea & you", (), ""), ("description", 'Warm tea, "now"', (), ""), ("title", "Tea", (), ""),
        ("heading", "Tea", (), "top"), ("paragraph", "Warm tea:", (), "s"), ("item", "one", (4,), "l"),
        ("item", "two", (4, 5), ""), ("item", "three", (4,), ""), ("quote", "Nice", (), ""),
        ("paragraph", "Mint", (), ""), ("paragraph", "calms", (9,), ""), ("paragraph", "loose text", (), ""),
        ("paragraph", "apart", (), ""), ("button", "Buy now", (), ""), ("button", "Go", (), ""),
        ("button", "Send it", (), ""), ("alt", "A tin", (), ""), ("caption", "Tin", (), ""), ("paragraph", "End", (), ""),
    ]  # fmt: skip
    assert origin(document, 'tea, "now"') == "tea, &quot;now&quot;"


def test_html_table() -> None:
    document = web(
        "<table><caption>Teas</caption><thead><tr><th>Tea<th colspan=2>Does<tbody>"
        "<tr><th scope=row>Mint<td>calms<td>warms</table>"
    )
    found = [(block.kind, block.text, block.leads) for block in document.blocks]
    assert found == [
        ("caption", "Teas", ()), ("cell", "Tea", ()), ("cell", "Does", ()), ("cell", "Mint", (1,)),
        ("cell", "calms", (2, 3)), ("cell", "warms", (3,)),
    ]  # fmt: skip


def test_html_marks_comments_and_anchors() -> None:
    document = web(
        "<p>Calms<sup><a href='#r1'>1</a></sup> <strong>all</strong> of <del>us</del> "
        "<a href='/x?a=1&amp;b'>here</a> <code>x</code><!-- hm -->. <a name=r1></a>Bee"
    )
    assert texts(document) == ["Calms all of us here x. Bee"]
    assert marks(document, "number") == [("Calms", "1")]
    assert marks(document, "strong") == [("all", "")]
    assert marks(document, "strike") == [("us", "")]
    assert marks(document, "link") == [("here", "/x?a=1&b")]
    assert marks(document, "code") == [("x", "")]
    assert [comment.text for comment in document.comments] == ["hm"]
    assert document.blocks[0].anchor == "r1"


def test_linked_data() -> None:
    document = web(
        '<h2>Head</h2><script type="application/ld+json">{"@type": "FAQPage", "name": "Two words", "mainEntity": [{"@type": '
        '"Question", "name": "Is it warm?", "acceptedAnswer": {"text": "<p>It\\u2019s <b>so<\\/b> \\"hot\\"</p>"}}],'
        '"url": "https://a.example/b"}</script>'
    )
    found = [(block.key, block.text, block.leads, block.section) for block in document.blocks[1:]]
    assert found == [
        ("mainEntity[0].name", "Is it warm?", (), None),
        ("mainEntity[0].acceptedAnswer.text", 'It’s so "hot"', (1,), None),
    ]
    assert origin(document, '"hot"') == '\\"hot\\"'


def test_broken_linked_data_is_a_problem() -> None:
    document = web('<p>a\n<script type="application/ld+json">{"text": "un\n</script><p>b')
    assert texts(document) == ["a", "b"]
    assert [problem.line for problem in document.problems] == [2]


@pytest.mark.parametrize(
    "source",
    ["<note>a</note>", "<nav><p>a", "<p>a<svg>", "<b><p>a", "<h2>a<p>b", "<p>1 < 2 & 3", "<title>a", "<p a='b>c"],
)
def test_unclosed_tags_are_tolerated(source: str) -> None:
    assert "".join(texts(web(source)))


# plain text


def test_plain_text() -> None:
    document = txt(
        "ALL ABOUT TEA\n=============\n\nA text that is\nwrapped, see https://a.example/b.\n\nWhat it does\n\nIt helps with:\n\n"
        "  * calm\n    nerves\n  - sleep\n      1. soon\n\nQ: Is it warm?\nA: Yes.\n\n-----\n\nWHY\nBecause it is.\n"
    )
    found = [(block.kind, block.level, block.text, block.section, block.leads) for block in document.blocks]
    assert found == [
        ("heading", 1, "ALL ABOUT TEA", None, ()),
        ("paragraph", 0, "A text that is wrapped, see .", 0, ()),
        ("heading", 2, "What it does", 0, ()),
        ("paragraph", 0, "It helps with:", 2, ()),
        ("item", 0, "calm nerves", 2, (3,)),
        ("item", 0, "sleep", 2, (3,)),
        ("item", 0, "soon", 2, (3, 5)),
        ("paragraph", 0, "Q: Is it warm?", 2, ()),
        ("paragraph", 0, "A: Yes.", 2, (7,)),
        ("heading", 2, "WHY", 0, ()),
        ("paragraph", 0, "Because it is.", 9, ()),
    ]
    assert marks(document, "link") == [("A text that is wrapped, see", "https://a.example/b")]


# files


def test_load_keeps_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("\ufeffTea\r\n☕\r".encode())
    assert readers.load(path).source == "\ufeffTea\r\n☕\r"
    path.write_bytes(b"")
    assert not readers.load(path).blocks


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"tea\n\xe9\n", "a.md:2: not UTF-8: byte 0xe9 at offset 4; save the file as UTF-8"),
        (b"PK\0\0", "binary"),
        ("tea".encode("utf-16"), "this file is UTF-16; save it as UTF-8"),
        (b"x" * 101, "101 bytes, more than the limit of 100"),
    ],
)
def test_load_tells_what_is_wrong_with_a_file(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(data)
    with pytest.raises(ReadError, match=re.escape(message)):
        readers.load(path, limit=100)


def test_load_tells_missing_from_directory(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        readers.load(tmp_path / "a.md")
    with pytest.raises(ReadError, match="is a directory"):
        readers.load(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_load_tells_missing_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.touch(mode=0)
    with pytest.raises(ReadError, match="no permission"):
        readers.load(path)


def test_suffixes() -> None:
    assert {".md", ".mdx", ".html", ".txt"} <= readers.SUFFIXES
    assert texts(readers.read("<p>a", "X.HTML")) == ["a"]
    assert texts(readers.read("*a*", "-")) == ["a"]


@pytest.mark.parametrize("suffix", ["md", "html", "txt"])
@pytest.mark.parametrize("gap", [" ", ". ", "&amp;"])
def test_a_block_without_an_end_is_cut(suffix: str, gap: str) -> None:
    words = [f"w{number}q" for number in range(5000)]
    linked = f"{gap.join(words[:2000])} https://a.example/b {gap.join(words[2000:])}"
    document = checked(readers.read(linked, f"a.{suffix}"))
    assert len(document.blocks) > 2
    assert all(len(block.text) <= LONGEST for block in document.blocks)
    assert re.findall(r"w\d+q", ("" if gap == "&amp;" else " ").join(texts(document))) == words
    ((said, target),) = marks(document, "link")
    assert (said[-6:], target) == (words[1999], "https://a.example/b")


def test_marks_of_a_cut_block_stay_at_their_words() -> None:
    document = md(f"**start {'word ' * 3000}end** {'word ' * 1000}[last](u)")
    held = [(block.text[mark.start : mark.end], mark.kind) for block in document.blocks for mark in block.marks]
    assert [(text[:5], text[-3:], kind) for text, kind in held] == [
        ("start", "ord", "strong"), ("word ", "end", "strong"), ("last", "ast", "link"),
    ]  # fmt: skip
    assert document.blocks[1].text.startswith("word ")


# properties

thorough = settings(
    max_examples=int(os.environ.get("CLAIMLINT_EXAMPLES", "200")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

WHITE = [" ", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\r", "\f", "\xa0", "\x85", "\u2028"]
ODD = ["😀", "e\u0301", "\u200b", "\xad", "\ufeff", "\0", "\v", "\x1b", "\ufffc", "\ud83d", "\u2060", "¹²", "m²"]
WORDS = ["safe", "no side effects", "it's", '"so"', ".", "'", '"', "&amp;", "&nbsp;", "&#8217;", "&bogus;", "&"]
MARKDOWN = [
    "*", "**", "***", "_", "__", "~~", "`", "``", "```\n", "~~~\n", "[", "](", "]", "(", ")", "![", "\\", "\\*", "^3^",
    "> ", "- ", "1. ", "# ", "## ", "\n===\n", "\n---\n", "x\n: def\n", "|", "| a | b |\n|---|---|\n| c | d |\n",
    "[link](https://x.example/a)", '![alt](a.png "t t")', "[^1]", "\n[^1]: note\n", "[^n]", "[1]",
    "\n[1]: https://doi.example/x\n", "https://x.example/a_b", "www.x.example", "> [!NOTE]\n", "- [ ] ",
]  # fmt: skip
HTML = [
    "<b>", "</b>", "<p>", "</p>", "<br>", "<div id=d>", "</div>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>",
    "<th>", "</table>", "<a href='u' class=btn>", "</a>", "<img alt='a &amp; b' title=\"x y\">", "<sup>1,2</sup>",
    "<svg>", "</svg>", "<nav>", "</nav>", "<pre>", "</pre>", "<details>", "<summary>", "</summary>", "</details>",
    "<h2>", "</h2>", "<button>", "<script>", "</script>", "<title>", "</title>", "<blockquote>", "<dl><dt>", "<dd>",
    "<script type='application/ld+json'>{\"text\":\"it\\u2019s <b>so\\\" x\"}</script>", "<", ">", "/>", "<!--", "-->",
    "<meta name=description content=\"a&nbsp; b\">", "<!-- c -->", "</li>", "</blockquote>", "<thead>", "<tbody>",
]  # fmt: skip
TEMPLATES = [
    "{/*", "*/}", "{/* c */}", "{x}", '{"lit er"}', "{", "}", '{{< cite "k" >}}', "{{<", ">}}", "{{ x }}", "{{", "}}",
    "{{< fig alt=\"two words\" caption='c **d** e' >}}", "{% if x %}", "{% cite y %}", "{%", "%}", "{#", "#}", "{: .x}",
    "[ref]r[/ref]", '[caption id="a"]', "[/caption]", "<Cite id='k'/>", "<Note>n</Note>", "</Box>", "<Box",
    "<Box title=\"two words\" a={[{q:'is it',a:\"it\\'s\"}]}>", "\nimport x from 'y'\n", "\n\nexport const b = ",
    "\nexport const a = {t: 'two words', u: [\"x \\n y\"]}\n", "![x]({{< y >}})", "<div style={{a: 1}}>",
]  # fmt: skip
FIELDS = [
    "title: two words\n", 't: "a \\"b\\" \\u00e9 c"\n', "k: 'it''s so'\n", "f: >-\n  folded *x*\n  more\n", "---\n",
    "l: |2\n    lit &amp;\n   eral\n", "x: &a [*a, two words]\n", "- q: is it\n  a: 'yes'\n", 'h = "two \\u00e9 words"\n',
    "[[f]]\n", 'm = """x \\\n  **y**"""\n', "i = {q = 'is it', a = \"yes\"}\n", "+++\n",
]  # fmt: skip
SOURCES = st.builds(
    lambda fields, body: "".join(fields) + "".join(body),
    st.one_of(
        st.just([]),
        st.sampled_from(["---\n", "+++\n", "\ufeff---\r\n"]).flatmap(
            lambda fence: st.lists(st.sampled_from(FIELDS), max_size=4).map(
                lambda fields: [fence, *fields, fence.strip("\ufeff")]
            )
        ),
    ),
    st.lists(st.sampled_from(WHITE + ODD + WORDS + MARKDOWN + HTML + TEMPLATES + FIELDS), max_size=25),
)


@pytest.mark.parametrize("name", ["a.md", "a.mdx", "a.html", "a.txt"])
@given(source=st.one_of(SOURCES, st.text(max_size=60)))
@thorough
def test_whatever_is_read_is_mapped(name: str, source: str) -> None:
    checked(readers.read(source, name))


PLAIN = ["{}", "😀 {}", "e\u0301 {}", "\xa0{}", "{}\u200b", "x\t{}", "{}."]
TAGGED = [
    "<b>{}</b>",
    "<em id=x>{}</em>",
    "{}<br>",
    "&amp;{}",
    "{}&nbsp;",
    "<!-- c -->{}",
    "{}<sup>1</sup>",
    "<svg>x</svg>{}",
]
INLINE = [
    "**{}**",
    "_{}_",
    "~~{}~~",
    "`{}`",
    "[{}](u)",
    "{}[^1]",
    "\\_{}",
    '{}{{{{< cite "k" >}}}}',
    "<Cite id='k'/>{}",
]
BREAKS = [" ", "  ", "\n", "\r\n", "\r", " \n", "\xa0"]
DECORATIONS = {
    "md": PLAIN + TAGGED + INLINE + ["{}  ", "{{/* c */}}{}"],
    "mdx": PLAIN + TAGGED + INLINE + ["{{/* c */}}{}", "{{x}}{}", '{{"{}"}}', "<Tip text='z'>{}</Tip>"],
    "html": PLAIN + TAGGED + ["{{% x %}}{}", "{{{{ x }}}}{}"],
    "txt": PLAIN,
}
WRAPS = {
    "md": ["{}", "> {}", "- {}", "# {}", "\ufeff{}", "---\ntitle: x y\n---\n{}", "<p>{}</p>", "[^1]: {}"],
    "mdx": ["{}", "- {}", "<Box>\n      {}\n</Box>", "import x from 'y'\n\n{}"],
    "html": ["{}", "<p>{}", "<ul><li>{}</ul>", "<div>{}</div>", "<table><tr><td>{}</table>", "<h1>{}</h1>"],
    "txt": ["{}", "* {}", "\ufeff{}"],
}


@pytest.mark.parametrize("suffix", DECORATIONS)
@given(data=st.data())
@thorough
def test_words_keep_their_places(suffix: str, data: st.DataObject) -> None:
    """Each word stands in the text once, in order, and is mapped to the place where it was written."""
    decorated = data.draw(st.lists(st.sampled_from(DECORATIONS[suffix]), min_size=1, max_size=8))
    words = [f"w{number}q" for number in range(len(decorated))]
    wrap = data.draw(st.sampled_from(WRAPS[suffix]))
    breaks = st.sampled_from([" "] if wrap == "# {}" else BREAKS)
    body = "".join(draw + data.draw(breaks) for draw in map(str.format, decorated, words))
    document = checked(readers.read(wrap.format(body), f"a.{suffix}"))
    text = " ".join(texts(document))
    assert re.findall(r"w\d+q", text) == words
    for word in words:
        block = next(block for block in document.blocks if word in block.text)
        at = block.text.index(word)
        span = block.span(at, at + len(word))
        assert document.source[span.start : span.end] == word


LETTERS = st.text(alphabet=st.sampled_from("ab é😀'\"\\\n\t.,:#–’-\xa0𝒳"), min_size=1, max_size=40).filter(
    lambda text: text.strip() and not ("\\" in text and "\n" in text)  # which is read as Markdown
)


def written(value: str) -> list[tuple[str, str]]:
    """Drafts in which a value stands in the syntaxes for data."""
    data, ascii_data = json.dumps(value, ensure_ascii=False), json.dumps(value)
    drafts = [("a.md", f"---\ntitle: {data}\n---\n"), ("a.md", f"+++\ntitle = {data}\n+++\n")]
    drafts += [("a.mdx", f"export const x = {{ a: {text} }}\n") for text in (data, ascii_data)]
    drafts += [("a.html", f'<script type="application/ld+json">{{"text": {ascii_data}}}</script>')]
    drafts += [("a.html", f'<img alt="{html.escape(value)}">')]
    for style in ("", '"', "'", "|", ">"):
        dump = yaml.dump({"title": value}, default_style=style, width=12, allow_unicode=style != "")  # type: ignore[call-overload]
        drafts.append(("a.md", f"---\n{dump}---\n"))
    return drafts


@given(value=LETTERS)
@thorough
def test_values_are_decoded(value: str) -> None:
    def folded(text: str) -> str:
        return " ".join(re.sub(r"\\\\?", "", text).split())

    is_phrase = sum(any(map(str.isalpha, word)) for word in value.split()) > 1
    for name, source in written(value):
        found = folded(" ".join(texts(checked(readers.read(source, name)))))
        assert found == folded(value) or (not found and not is_phrase), (name, source)
