from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedFileError
from index.loaders import Limits, extract
from index.values import Extract
from tests.growth import grows_evenly

STORY = (
    "The mayor opened the new bridge on Monday and thanked the engineers who had built it.",
    "It spans four hundred metres and carries two lanes, a tram and a path for bicycles.",
    "Work began in 2019, stood still for a year, and cost eleven million euros in the end.",
    "The old bridge will be taken down in spring, and its stones go to the city's park.",
)
DATED = '"datePublished":"'
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in STORY)


def read(page: str | bytes, limits: Limits | None = None) -> Extract:
    data = page if isinstance(page, bytes) else page.encode()
    return extract(data, ".html", limits=limits or Limits())


def article(content: str, head: str = "<title>The bridge | Allport News</title>") -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head>{head}</head><body>"
        "<header><nav><ul><li><a href='/'>Home</a></li><li><a href='/n'>News</a></li></ul></nav>"
        f"</header><main><article><h1>The bridge</h1>{content}</article>"
        "<div id='comments'><h3>Leave a reply</h3><p>I think that it is ugly, and too long.</p>"
        "<form><label>Your comment</label><textarea>Type here</textarea></form></div></main>"
        "<aside><h3>Related</h3><a href='/x'>The tunnel</a></aside>"
        "<footer>Copyright Allport News</footer><script>var a = 'code';</script></body></html>"
    )


def test_keeps_the_main_text_and_drops_the_rest() -> None:
    found = read(article(PARAGRAPHS))

    assert found.text == "\n\n".join(["# The bridge", *STORY])
    assert (found.title, found.markup, found.pages) == ("The bridge", "markdown", ())


def test_keeps_comments_out_whatever_their_length() -> None:
    comment = (
        "<div class='comment'><p>This bridge is far too expensive, and ugly as well.</p></div>"
    )

    found = read(article(PARAGRAPHS).replace("<h3>Leave", comment * 30 + "<h3>Leave"))

    assert found.text == "\n\n".join(["# The bridge", *STORY])


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("related-work", "Related work"),
        ("comments", "Comments\u00b6"),
        ("share_capital_1", "Share capital"),
        ("navigation", "Navigation"),
    ],
)
def test_a_section_that_is_named_after_its_heading_is_kept(name: str, heading: str) -> None:
    section = (
        f"<section id='{name}'><h2>{heading}</h2><p>The keeper measured 42 litres.</p></section>"
    )
    plain = f"<h2 id='{name}'>{heading}</h2><p>The pump gave 17 litres.</p>"

    found = read(article(PARAGRAPHS + section + plain))

    assert found.text.count(f"## {heading}") == 2
    assert "42 litres" in found.text
    assert "17 litres" in found.text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("About 10<sup>6</sup> people.", "About 10^6 people."),
        ("About 10<sup><i>-6</i></sup> grams.", "About 10^-6 grams."),
        ("It cost 12<sup><a href='#n3'>3</a></sup> million.", "It cost 12^3 million."),
        ("The 1<sup>st</sup> of 42 m<sup>2</sup>[3].", "The 1st of 42 m2[3]."),
        (
            "<table><tr><th>n</th><th>x</th></tr><tr><td>10<sup>6</sup></td><td>b</td></tr></table>",
            "| 10^6 | b |",
        ),
    ],
)
def test_a_raised_number_is_no_end_of_the_one_before(markup: str, text: str) -> None:
    assert text in read(article(f"{PARAGRAPHS}<p>{markup}</p>")).text


def test_keeps_headings_lists_and_preformatted_lines() -> None:
    found = read(
        article(
            PARAGRAPHS + "<h2>What <em>else</em></h2><ul><li>a tram<ul><li>line 4</li></ul></li>"
            "<li>a path</li></ul><ol start=3><li>dig<p>deep</p></li><li>build</li></ol>"
            "<pre>x = 1\n  y = 2</pre><h3>End</h3><p>First line<br>second line</p>"
        )
    )

    assert found.text.endswith(
        "## What else\n\n- a tram\n    - line 4\n- a path\n3. dig\n  deep\n4. build\n\n"
        "```\nx = 1\n  y = 2\n```\n\n### End\n\nFirst line\nsecond line"
    )


def test_keeps_words_as_they_stand_on_the_page() -> None:
    found = read("<p>snake_case, [1], *stars* &amp; <b>bold</b>, Donau&shy;dampfer, 2&nbsp;m</p>")

    assert found.text == "snake_case, [1], *stars* & bold, Donaudampfer, 2 m"


def test_no_words_open_a_heading_or_a_code_block() -> None:
    found = read("<p># of people</p><p>```</p><p>#1 in sales</p>")

    assert found.text == "\\# of people\n\n\\```\n\n#1 in sales"


def test_tables_keep_their_rows_and_header() -> None:
    rows = "".join(f"<tr><td>Pier {n}</td><td>{n}00 m</td></tr>" for n in range(1, 4))
    table = f"<table><thead><tr><th>Pier</th><th>Length</th></tr></thead>{rows}</table>"

    found = read(article(PARAGRAPHS + table))

    assert found.text.endswith(
        "| Pier | Length |\n| --- | --- |\n"
        "| Pier 1 | 100 m |\n| Pier 2 | 200 m |\n| Pier 3 | 300 m |"
    )


def test_merged_cells_are_repeated_where_they_reach() -> None:
    found = read(
        "<table><caption>People</caption><tr><th rowspan=2>Town</th><th colspan=2>In</th></tr>"
        "<tr><th>2001</th><th>2011</th></tr><tr><td rowspan=0>A|B</td><td>1</td>"
        "<td><ul><li>2</li><li>3</li></ul></td></tr><tr><td>4</td><td>5<br>6</td></tr></table>"
    )

    assert found.text == (
        "People\n\n| Town | In | In |\n| --- | --- | --- |\n| Town | 2001 | 2011 |\n"
        "| A\\|B | 1 | 2 3 |\n| A\\|B | 4 | 5 6 |"
    )


def test_a_table_of_facts_has_no_header_row() -> None:
    found = read("<table><tr><th>Length</th><td>400 m</td></tr><tr><th>Lanes</th><td>2</td></tr>")

    assert found.text == "|  |  |\n| --- | --- |\n| Length | 400 m |\n| Lanes | 2 |"


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>{}</td></tr></table>",
        "<table role=none><tr><td>{}</td><td></td></tr><tr><td>x</td><td>y</td></tr></table>",
        "<table><tr><td><table><tr><td>{}</td></tr></table></td><td>x</td></tr>"
        "<tr><td>y</td><td>z</td></tr></table>",
        "<table><tr><td><h1>T</h1>{}</td><td>x</td></tr><tr><td>y</td><td>z</td></tr></table>",
    ],
)
def test_tables_that_only_place_text_are_no_tables(table: str) -> None:
    found = read(table.format("<p>One.</p><p>Two.</p>"))

    assert "One.\n\nTwo." in found.text
    assert "|" not in found.text


def test_a_table_with_essays_for_cells_only_places_text() -> None:
    essay = "The bridge was built by many hands. " * 100
    row = f"<tr><td>{essay}</td><td>x</td></tr>"

    assert "|" not in read(f"<table>{row}{row}</table>").text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Open from 9 to 5.</p>", "Open from 9 to 5."),
        ("Just words", "Just words"),
        ("<b>Bold</b> start", "Bold start"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<dl><dt>Term<dd>Meaning</dl>", "Term\n\n- Meaning"),
        ("<li>stray</li>", "- stray"),
        ("<!-- remark --><p>Text</p><?pi?>", "Text"),
        ("<td>stray cell</td>", "stray cell"),
        ("<p>1 &lt; 2 &#128512; &#xD800;</p>", "1 < 2 \U0001f600 \ufffd"),
    ],
)
def test_tiny_pages_and_fragments_are_read_whole(page: str, text: str) -> None:
    assert read(page).text == text


def test_a_short_page_keeps_its_headings_without_its_menu() -> None:
    found = read(
        "<title>Opening hours - Museum</title><nav><a href=a>Home</a></nav>"
        "<h1>Opening hours</h1><p>From 9 to 5.</p><h2>Tickets</h2><p>12 EUR</p>"
    )

    assert found.text == "# Opening hours\n\nFrom 9 to 5.\n\n## Tickets\n\n12 EUR"
    assert found.title == "Opening hours"


def test_a_page_that_is_mostly_a_table_loses_no_row() -> None:
    rows = "".join(f"<tr><td>Thing {n}</td><td>{n} EUR</td></tr>" for n in range(300))

    found = read(f"<body><h1>Prices</h1><table><tr><th>A<th>B</tr>{rows}</table></body>")

    assert all(f"| Thing {n} | {n} EUR |" in found.text for n in range(300))


def test_a_page_that_is_a_list_of_links_loses_none() -> None:
    items = "".join(f"<li><a href='/{n}'>Member {n} of the club</a></li>" for n in range(200))

    found = read(f"<title>Members</title><h1>Members</h1>{PARAGRAPHS}<ul>{items}</ul>")

    assert all(f"- Member {n} of the club" in found.text for n in range(200))


def test_links_to_other_stories_beside_a_story_are_dropped() -> None:
    box = "<div class='box'><p><a href='/t'>Read on: the tunnel and its long history</a></p></div>"

    found = read(article(PARAGRAPHS + box + PARAGRAPHS.replace("The", "A")))

    assert "tunnel" not in found.text


def test_a_page_of_nothing_but_navigation_is_read() -> None:
    assert read("<nav><a href='/'>Home</a> <a href='/n'>News</a></nav>").text == "Home News"


def test_headings_that_unfold_keep_their_words() -> None:
    found = read(
        "<h1>Questions</h1><h3><button>How long is it?</button></h3><div hidden>400 metres.</div>"
        "<button aria-expanded='false'>How old?</button><p>Two years.</p><button>Share</button>"
    )

    assert found.text == (
        "# Questions\n\n### How long is it?\n\n400 metres.\n\nHow old?\n\nTwo years."
    )


def test_what_its_own_style_hides_is_left_out() -> None:
    found = read(
        "<body style='visibility:hidden'><h1>Prices</h1><p>The plan costs 25 euro.</p>"
        "<div style='color: red; display: none'><p>It was 999 euro.</p></div>"
        "<p>Ask us<span style='visibility:hidden'> never</span>.</p></body>"
    )

    assert found.text == "# Prices\n\nThe plan costs 25 euro.\n\nAsk us."


def test_the_notes_of_a_publication_are_read() -> None:
    found = read(
        "<h1>Leave</h1><p>Staff get 25 days.</p><blockquote>Rest.<footer>Jane Roe</footer>"
        "</blockquote><aside id='footnotes' role='doc-endnotes'><p>Part-time: 12 days.</p></aside>"
        "<footer>Imprint of the company and its many offices</footer>"
    )

    assert found.text == "# Leave\n\nStaff get 25 days.\n\nRest.\n\nJane Roe\n\nPart-time: 12 days."


def test_formulas_are_read_as_they_are_typed() -> None:
    formula = "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>"

    found = read(
        f"<p>It takes {formula} of them.</p><table><tr><td>a<td>{formula}<tr><td>b</table>"
    )

    assert found.text == "It takes 1/2 of them.\n\n| a | 1/2 |\n| --- | --- |\n| b |  |"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>The bridge | Allport News</title>", "The bridge"),
        ("<title>Allport News - The bridge</title>", "The bridge"),
        ("<title>Bridge opened - Allport News</title>", "Bridge opened"),
        (
            "<title>x - y</title><meta property='og:title' content='A bridge, at last'>",
            "A bridge, at last",
        ),
        ("<title>State-of-the-art bridge</title>", "State-of-the-art bridge"),
        ("", "The bridge"),
        ("<title> \n </title>", "The bridge"),
    ],
)
def test_finds_the_title(head: str, title: str) -> None:
    assert read(article(PARAGRAPHS, head)).title == title


def test_a_page_without_any_title_has_none() -> None:
    assert read("<p>Words.</p>").title is None


@pytest.mark.parametrize(
    "head",
    [
        "<meta property='article:published_time' content='2024-03-12T10:00:00Z'>",
        "<meta name='date' content='12 March 2024'>",
        "<meta itemprop='datePublished' content='2024-03-12'>",
        "<meta name='DC.date' content='2024-03-12'>",
        '<script type=\'application/ld+json\'>{"datePublished": "2024-03-12T08:00"}</script>',
    ],
)
def test_finds_the_date_that_a_page_states(head: str) -> None:
    assert read(article(PARAGRAPHS, head)).date == "2024-03-12"


@pytest.mark.parametrize(
    "content",
    [
        "<time pubdate datetime='2024-03-12'>a while ago</time>",
        "<time itemprop='datePublished'>12 March 2024</time>",
        "<p>Published: 12 March 2024</p>",
    ],
)
def test_finds_the_date_in_the_text(content: str) -> None:
    assert read(article(content + PARAGRAPHS)).date == "2024-03-12"


def test_takes_no_other_date_for_the_pages_own() -> None:
    page = article(PARAGRAPHS + "<p>It opens on <time datetime='2025-05-01'>1 May</time>.</p>")

    assert read(page.replace("Copyright", "Copyright 2019-03-03")).date is None


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ("<meta charset='windows-1252'>", "cp1252"),
        ("<meta charset=iso-8859-1>", "cp1252"),
        ("<meta http-equiv='Content-Type' content='text/html; charset=windows-1250'>", "cp1250"),
        ("<?xml version='1.0' encoding='iso-8859-15'?>", "iso8859-15"),
        ("<meta charset='utf-8'>", "utf-8"),
        ("<meta charset='iso-8859-1'>", "utf-8"),
        ("<meta charset='unheard-of'>", "utf-8"),
        ("<meta charset='punycode'>", "utf-8"),
        ("<meta charset='utf-16'>", "utf-16"),
        ("", "utf-16"),
        ("", "utf-8-sig"),
    ],
)
def test_believes_what_a_page_says_of_its_encoding_if_it_can(
    declaration: str, encoding: str
) -> None:
    page = f"{declaration}<p>Größe des Körpers: 5 über normal, äöü</p>"

    assert read(page.encode(encoding)).text == "Größe des Körpers: 5 über normal, äöü"


def test_reads_seven_bit_japanese() -> None:
    page = "<meta charset=iso-2022-jp><p>東京は日本の首都です。</p>".encode("iso2022_jp")

    assert read(page).text == "東京は日本の首都です。"


def test_reads_xhtml() -> None:
    page = (
        "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE html><html "
        "xmlns='http://www.w3.org/1999/xhtml'><head><title>T</title></head>"
        "<body><p>Text<br/>more</p></body></html>"
    )

    assert extract(page.encode(), ".xhtml", limits=Limits()).text == "Text\nmore"


def test_a_soft_limit_of_the_parser_loses_nothing() -> None:
    deep = "<p>before</p>" + "<div>" * 800 + "deep" + "</div>" * 800 + "<p>after</p>"
    long = f"<p>before</p><!--{'x' * 11_000_000}--><p>after</p>"

    assert read(deep).text == "before\n\ndeep\n\nafter"
    assert read(long).text == "before\n\nafter"


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><div id=root></div><script>render()</script></body></html>",
        "<html></html>",
        "<!-- only a remark -->",
        "<style>p { color: red }</style>",
        "&nbsp;&#8203;",
    ],
)
def test_refuses_a_page_without_text(page: str) -> None:
    with pytest.raises(RefusedFileError, match="holds no text of its own"):
        read(page)


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (lambda size: b"<div>" * size + b"hello", 50_000),
        (lambda size: b"<p " + b" ".join(b"a%d=1" % n for n in range(size)) + b">x", 100_000),
        (lambda size: b"<b>" * size, 1_000_000),
    ],
    ids=["deep", "attributes", "unclosed"],
)
def test_refuses_pages_that_are_built_to_do_harm(make: Callable[[int], bytes], size: int) -> None:
    def read_page(count: int) -> None:
        with pytest.raises(RefusedFileError, match="damaged in a way"):
            read(make(count))

    assert grows_evenly(read_page, size)


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (lambda size: "<" * size, 500_000),
        (lambda size: "&" * size, 500_000),
        (lambda size: "x<!--" * size, 100_000),
        (lambda size: "<p>x</p>" * size, 3_000),
        (lambda size: "x<table>" * size, 450),
        (lambda size: "x<table>" * 50 + "<tr><td>x<td>y" * size, 1_000),
        (lambda size: "<table>" + "<tr><td rowspan=9999 colspan=999>x<td>y" * size, 2_500),
        (lambda size: "<ul><li>x" * size, 200),
        (lambda size: "<table>" + "<tr><td>a<td>b" * size, 1_000),
        (lambda size: "<div class='comments'>" * size + "x", 450),
        (lambda size: "<div><div>some words in here</div></div>" * size, 4_000),
        (lambda size: "<title>" + "x - " * size + "</title>x", 50_000),
        (lambda size: f"<script type='application/ld+json'>{DATED * size}</script>x", 25_000),
    ],
    ids=range(13),
)
def test_odd_pages_take_linear_time(make: Callable[[int], str], size: int) -> None:
    def read_page(count: int) -> None:
        assert read(make(count)).text

    assert grows_evenly(read_page, size)


def test_merged_cells_cannot_blow_a_page_up() -> None:
    cells = f"<td rowspan=9999 colspan=200>{'x' * 80}</td><td>y</td>"
    page = f"<table>{f'<tr>{cells}</tr>' * 30}</table>" * 100

    assert len(read(page).text) < 2_500_000


def test_refuses_what_is_too_long_before_reading_it() -> None:
    with pytest.raises(RefusedFileError, match="too long: 25 characters or more"):
        read("<p>" + "x" * 97, Limits(max_text_characters=20))


def test_refuses_a_text_that_is_too_long() -> None:
    with pytest.raises(RefusedFileError, match="too long"):
        read("<p>" + "x" * 30, Limits(max_text_characters=20))


def test_refuses_a_table_that_one_row_makes_too_wide_for_the_others() -> None:
    rows = f"<tr>{'<td>x</td>' * 100}</tr>" + "<tr><td>y</td></tr>" * 100
    with pytest.raises(RefusedFileError, match="too long: 30,300 characters"):
        read(f"<table>{rows}</table>", Limits(max_text_characters=10_000))


def test_says_nothing_on_standard_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        read("<p>x</p>")

    assert not caplog.records


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "<p> </p> <table> <tr> <td> </td> </tr> </table> <ul> <li> </ul> <h2> </h2> <pre> "
            "</pre> <a> </a> <br> <main> <td rowspan=3 colspan=2> <th> <dl> <dd> "
            "words &amp; <caption> </caption> <button> <ol start=x> </ol> <div>".split()
        ),
        max_size=60,
    )
)
def test_any_soup_of_tags_keeps_its_words(tags: list[str]) -> None:
    page = "".join(tags) + "<p>last words"

    assert "last words" in read(page).text
