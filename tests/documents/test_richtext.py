"""Running text between stored HTML and blocks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skane_digi.documents import richtext
from skane_digi.documents.richtext import (
    CUT_NOTICE,
    MAX_BLOCKS,
    MAX_CHARACTERS,
    MAX_LIST_DEPTH,
    MAX_TAGS,
    parse_html,
    plain_line,
    to_html,
)
from skane_digi.documents.tree import ListItem, Paragraph, RichText, Run, SubHeading, TextList


def words(text: RichText) -> str:
    return re.sub(r"<[^>]+>", "", to_html(text))


def test_paragraphs_headings_lists_and_styles_become_blocks():
    html = (
        "<h3>Riskprofilering</h3><p>Ett <em>viktigt</em> och <strong>brådskande</strong> område, se "
        '<a href="https://www.inera.se/">Inera</a>.</p><ul><li>ett<ol><li>a</li></ol></li><li>två</li></ul>'
    )
    assert parse_html(html).blocks == (
        SubHeading("Riskprofilering", 1),
        Paragraph(
            (
                Run("Ett "),
                Run("viktigt", is_emphasised=True),
                Run(" och "),
                Run("brådskande", is_strong=True),
                Run(" område, se "),
                Run("Inera", href="https://www.inera.se/"),
                Run("."),
            )
        ),
        TextList(
            (
                ListItem((Run("ett"),), (TextList((ListItem((Run("a"),)),), is_ordered=True),)),
                ListItem((Run("två"),)),
            )
        ),
    )


def test_paragraphs_inside_a_list_item_become_lines_of_it():
    assert parse_html("<ul><li><p>ett</p><p>två</p></li></ul>").blocks == (TextList((ListItem((Run("ett\ntvå"),)),)),)


def test_headings_follow_the_level_asked_for():
    assert to_html(RichText((SubHeading("A", 1), SubHeading("B", 2))), 4) == "<h4>A</h4><h5>B</h5>"


def test_a_text_never_starts_below_its_uppermost_heading():
    """No level may be skipped: a text with only h4 has those as its uppermost."""
    assert parse_html("<h4>A</h4><p>x</p><h3>B</h3><h4>C</h4>").blocks == (
        SubHeading("A", 1),
        Paragraph((Run("x"),)),
        SubHeading("B", 1),
        SubHeading("C", 2),
    )


def test_an_empty_text_is_false():
    assert not parse_html(" <p> </p><ul><li></li></ul> ")


def test_only_addresses_of_the_web_and_mail_stay_links():
    for address in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//example.test/", "#x"):
        assert parse_html(f'<p><a href="{address}">x</a></p>').blocks == (Paragraph((Run("x"),)),)
        assert "href" not in to_html(RichText((Paragraph((Run("x", href=address),)),)))
    assert 'href="mailto:a@b.se"' in to_html(parse_html('<p><a href="mailto:a@b.se">x</a></p>'))


def test_words_are_escaped():
    text = RichText((Paragraph((Run('<img src=x> & "co"'),)), SubHeading("<b>", 1)))
    assert to_html(text) == '<p>&lt;img src=x&gt; &amp; "co"</p><h3>&lt;b&gt;</h3>'


def test_what_is_outside_the_subset_is_dropped_and_its_words_kept():
    html = '<table><tr><td colspan="100000">cell</td></tr></table><img src="http://x.test/a.png"><div>b</div>'
    assert squeeze(words(parse_html(html))) == "cellb"
    assert parse_html("<style>@import url(file:///etc/passwd)</style><script>x()</script>") == RichText()


def squeeze(text: str) -> str:
    return "".join(text.split())


def test_deep_lists_are_flattened_at_the_limit_and_no_word_is_lost():
    depth = 90
    text = parse_html("".join(f"<ul><li>n{level} " for level in range(depth)))

    def depth_of(block: TextList) -> int:
        return 1 + max((depth_of(child) for item in block.items for child in item.children), default=0)

    assert depth_of(text.blocks[0]) == MAX_LIST_DEPTH
    assert squeeze(words(text)) == "".join(f"n{level}" for level in range(depth))


def test_a_text_that_is_too_long_is_cut_and_says_so():
    text = parse_html(f"<p>{'ord ' * 50_000}</p>")
    assert len(words(text)) <= MAX_CHARACTERS + len(CUT_NOTICE)
    assert words(text).endswith(CUT_NOTICE)
    many = parse_html("<p>x</p>" * (MAX_BLOCKS + 500))
    assert len(many.blocks) == MAX_BLOCKS + 1
    assert CUT_NOTICE in words(many)


def test_the_cleaner_never_sees_more_elements_than_it_has_time_for(monkeypatch):
    seen = []
    monkeypatch.setattr(richtext, "sanitise", lambda html: seen.append(html) or "")
    assert CUT_NOTICE in words(parse_html("<ul><li>" * 30_000))
    assert CUT_NOTICE not in words(parse_html("<b>" * MAX_TAGS))
    assert [html.count("<") for html in seen] == [MAX_TAGS, MAX_TAGS]


def test_plain_text_is_one_line_and_capped():
    assert plain_line(" ett \n två ") == "ett två"
    assert len(plain_line("x" * 100_000)) == 5_000


TAGS = ("p", "ul", "ol", "li", "em", "strong", "h3", "h4")
MARKUP = [mark for tag in TAGS for mark in (f"<{tag}>", f"</{tag}>")]
JUNK = [
    "<br>",
    "</a>",
    "<img src=x>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<!DOCTYPE",
    "]]>",
    "<svg>",
    "&amp;",
    "&#0;",
    "&nbsp;",
]
SOUP = st.lists(
    st.sampled_from([*MARKUP, *JUNK, '<a href="https://a.test/?b=1&amp;c">', " ", "\n", "å", "ö<", ">"])
    | st.text(max_size=8),
    max_size=40,
).map("".join)


@pytest.mark.parametrize("blank", ["&nbsp;", "\N{EM SPACE}", "<em>\N{NO-BREAK SPACE}</em>"])
def test_a_heading_of_blanks_is_no_heading(blank):
    assert parse_html(f"<h3>{blank}</h3><h4>Ord</h4>").blocks == (SubHeading("Ord", 1),)


@given(SOUP)
def test_anything_is_read_and_what_is_written_reads_back_the_same(html):
    text = parse_html(html)
    assert parse_html(to_html(text)) == text


RUN_TEXT = st.text("abcåäö<&>\"'", min_size=1, max_size=6)
RUNS = st.lists(st.tuples(RUN_TEXT, st.booleans(), st.booleans()), min_size=1, max_size=4).map(
    lambda parts: tuple(
        Run(text, emphasised, strong)
        for index, (text, emphasised, strong) in enumerate(parts)
        if index == 0 or parts[index - 1][1:] != (emphasised, strong)
    )
)
LISTS = st.recursive(
    st.builds(
        lambda items, ordered: TextList(tuple(ListItem(runs) for runs in items), ordered),
        st.lists(RUNS, min_size=1, max_size=3),
        st.booleans(),
    ),
    lambda inner: st.builds(
        lambda runs, child, ordered: TextList((ListItem(runs, (child,)),), ordered), RUNS, inner, st.booleans()
    ),
    max_leaves=MAX_LIST_DEPTH,
)


def list_depth(block: TextList) -> int:
    return 1 + max((list_depth(child) for item in block.items for child in item.children), default=0)


@given(
    st.lists(
        st.builds(Paragraph, RUNS)
        | st.builds(SubHeading, RUN_TEXT, st.just(1))
        | LISTS.filter(lambda block: list_depth(block) <= MAX_LIST_DEPTH),
        max_size=6,
    )
)
def test_every_tree_survives_being_written_and_read(blocks):
    text = RichText(tuple(blocks))
    assert parse_html(to_html(text)) == text
