from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from index.errors import CitationError
from index.values import Document
from retrieval.antecedents import MOST_CHARACTERS
from retrieval.composing import (
    MOST_CITATIONS,
    MOST_LISTED,
    SECOND,
    Composition,
    ExtractiveAnswerer,
    quote,
)
from retrieval.reading import Evidence, Finding
from tests.retrieval.fakes import make_document, make_evidence, make_hit

OPENED = "The bridge was opened in 1931."
COST = "Its price was 240,000 crowns."
FIRE = "The mill burned down."


def among(*documents: Document) -> Callable[[str], Document]:
    return {document.id: document for document in documents}.__getitem__


def compose(evidence: Sequence[Evidence], *documents: Document) -> Composition:
    composition = ExtractiveAnswerer().compose(
        {"What?": Finding(tuple(evidence))}, among(*documents)
    )
    for citation in composition.citations:
        document = among(*documents)(citation.document_id)
        assert citation.quote == document.text[citation.start : citation.end]
    markers = [marker for sentence in composition.sentences for marker in sentence.citations]
    assert markers == [citation.marker for citation in composition.citations]
    assert markers == list(range(1, len(markers) + 1))
    return composition


def test_the_best_sentence_is_quoted_with_its_marker() -> None:
    document = make_document(f"{FIRE} {OPENED}")
    composition = compose([make_evidence(document, OPENED, 0.9)], document)
    assert composition.text == f"{OPENED} [1]"
    (sentence,) = composition.sentences
    assert (sentence.text, sentence.citations, sentence.support) == (OPENED, (1,), "verbatim")
    (citation,) = composition.citations
    assert (citation.quote, citation.start, citation.score) == (OPENED, len(FIRE) + 1, 0.9)


def test_a_second_sentence_is_said_where_it_is_nearly_as_good() -> None:
    document = make_document(f"{FIRE} And so on. {OPENED}")
    best, second = make_evidence(document, OPENED, 1.0), make_evidence(document, FIRE, SECOND)
    composition = compose([best, second], document)
    assert composition.text == f"{OPENED} [1] {FIRE} [2]"
    assert [sentence.citations for sentence in composition.sentences] == [(1,), (2,)]


def test_a_second_sentence_that_is_much_weaker_is_left_out() -> None:
    document = make_document(f"{FIRE} And so on. {OPENED}")
    weak = make_evidence(document, FIRE, SECOND - 0.01)
    assert compose([make_evidence(document, OPENED, 1.0), weak], document).text == f"{OPENED} [1]"


def test_a_third_sentence_is_never_said() -> None:
    texts = ("Snow fell.", "Rain fell.", "Hail fell.")
    document = make_document("\n\n".join(texts))
    evidence = [make_evidence(document, text) for text in texts]
    assert compose(evidence, document).text == "Snow fell. [1] Rain fell. [2]"


def test_the_same_words_are_said_once_and_cited_under_each_name() -> None:
    one, two = make_document(OPENED, source="a.txt"), make_document(OPENED, source="b.txt")
    other = make_document(FIRE, source="c.txt")
    evidence = [
        make_evidence(one, OPENED, 1.0),
        make_evidence(other, FIRE, 0.9),
        make_evidence(two, OPENED, 0.8),
    ]
    composition = compose(evidence, one, two, other)
    assert composition.text == f"{OPENED} [1][2] {FIRE} [3]"
    assert [item.source for item in composition.citations] == ["a.txt", "b.txt", "c.txt"]
    assert [sentence.citations for sentence in composition.sentences] == [(1, 2), (3,)]


def test_a_document_that_says_it_twice_is_cited_once_for_it() -> None:
    document = make_document(f"{OPENED}\n\n{OPENED}")
    hit = make_hit(document)
    length = len(OPENED)
    evidence = [
        Evidence(hit, 0, length, (0, length), 1.0),
        Evidence(hit, length + 2, 2 * length + 2, (0, length), 0.9),
    ]
    (citation,) = compose(evidence, document).citations
    assert (citation.start, citation.end) == (0, length)


def test_a_document_that_says_it_again_keeps_its_place_among_others() -> None:
    twice = make_document(f"{OPENED}\n\n{OPENED}", source="twice.txt")
    others = [make_document(OPENED, source=f"{place}.txt") for place in range(MOST_CITATIONS)]
    hit, length = make_hit(twice), len(OPENED)
    again = Evidence(hit, length + 2, 2 * length + 2, (length + 2, length + 6), 0.5)
    evidence = [make_evidence(item, OPENED, 0.9) for item in (twice, *others)]
    composition = compose([*evidence, again], twice, *others)
    assert composition.citations[0].source == "twice.txt"


def test_no_sentence_has_more_than_five_citations() -> None:
    documents = [make_document(OPENED, source=f"{place}.txt") for place in range(9)]
    composition = compose([make_evidence(item, OPENED) for item in documents], *documents)
    assert MOST_CITATIONS == 5
    assert composition.text == f"{OPENED} [1][2][3][4][5]"
    assert [item.source for item in composition.citations] == [f"{n}.txt" for n in range(5)]


def test_what_overlaps_with_a_better_quote_is_not_said_again() -> None:
    document = make_document("Snow fell. Rain fell. Hail fell.")
    best = make_evidence(document, "Snow fell. Rain fell.", 1.0)
    other = make_evidence(document, "Rain fell. Hail fell.", 0.9)
    assert compose([best, other], document).text == "Snow fell. Rain fell. [1]"


@pytest.mark.parametrize(
    ("first", "second"), [(OPENED, f"Home {OPENED}"), (f"Home {OPENED}", OPENED.replace(" ", "\n"))]
)
def test_what_a_better_quote_says_in_part_is_not_said_again(first: str, second: str) -> None:
    one, two = make_document(first, source="a.txt"), make_document(second, source="b.txt")
    evidence = [make_evidence(one, first, 1.0), make_evidence(two, second, 0.9)]
    assert compose(evidence, one, two).text == f"{first} [1]"


def test_white_space_is_collapsed_in_the_sentence_but_not_in_the_quote() -> None:
    wrapped = "The bridge\n  was\topened\u00a0in 1931."
    document = make_document(f"{FIRE}\n\n{wrapped}")
    composition = compose([make_evidence(document, wrapped)], document)
    assert composition.text == f"{OPENED} [1]"
    assert composition.sentences[0].text == OPENED
    assert composition.citations[0].quote == wrapped


@pytest.mark.parametrize(
    "leaning",
    [
        "It was opened late.",
        "“She drew it.",
        "However, they left.",
        "Such bridges fall.",
        "HIS own.",
    ],
)
def test_a_quote_that_leans_on_the_sentence_before_it_takes_it_along(leaning: str) -> None:
    document = make_document(f"Long ago. {FIRE}\n{leaning} The end.")
    composition = compose([make_evidence(document, leaning)], document)
    assert composition.citations[0].quote == f"{FIRE}\n{leaning}"
    assert composition.text == f"{FIRE} {leaning} [1]"


def test_a_quote_takes_along_all_up_to_a_sentence_that_stands_alone() -> None:
    document = make_document(f"{FIRE} It was old. They left. The end.")
    assert compose([make_evidence(document, "They left.")], document).text == (
        f"{FIRE} It was old. They left. [1]"
    )


def test_a_heading_is_not_taken_along() -> None:
    document = make_document("# The kiln\nIt was bought in 2014. The end.")
    bought = "It was bought in 2014."
    assert compose([make_evidence(document, bought)], document).text == f"{bought} [1]"


@pytest.mark.parametrize(
    "upright",
    ["It was reported by all that it fell.", "Item 5 is late.", "Theirs is late.", "Hers is late."],
)
def test_a_word_that_only_begins_like_a_pronoun_takes_nothing_along(upright: str) -> None:
    document = make_document(f"{FIRE} {upright}")
    assert compose([make_evidence(document, upright)], document).text == f"{upright} [1]"


def test_nothing_is_taken_along_from_another_paragraph_or_from_before_the_passage() -> None:
    text = "It was late."
    apart = make_document(f"{FIRE}\n\n{text}")
    assert compose([make_evidence(apart, text)], apart).text == f"{text} [1]"
    first = make_document(text)
    assert compose([make_evidence(first, text)], first).text == f"{text} [1]"


def test_a_quote_does_not_grow_beyond_what_can_be_read_at_a_glance() -> None:
    long = f"The mill {'really ' * (MOST_CHARACTERS // 7)}burned."
    document = make_document(f"{long} It was late.")
    assert compose([make_evidence(document, "It was late.")], document).text == "It was late. [1]"


def test_a_second_sentence_that_the_first_one_took_along_is_not_said_twice() -> None:
    document = make_document(f"{FIRE} It was late.")
    evidence = [make_evidence(document, "It was late.", 1.0), make_evidence(document, FIRE, 0.9)]
    composition = compose(evidence, document)
    assert composition.text == f"{FIRE} It was late. [1]"


def test_a_document_that_has_changed_meanwhile_is_never_misquoted() -> None:
    before = make_document(OPENED)
    after = make_document(OPENED.replace("1931", "1932"))
    assert before.id == after.id
    with pytest.raises(CitationError, match="run 'python -m index verify'"):
        ExtractiveAnswerer().compose(
            {"When?": Finding((make_evidence(before, OPENED),))}, among(after)
        )


def test_quotes_keep_the_order_they_are_given_in() -> None:
    document = make_document(f"{OPENED} {COST} {FIRE}")
    chosen = [make_evidence(document, text) for text in (FIRE, OPENED)]
    assert quote(chosen, chosen, among(document)).text == f"{FIRE} [1] {OPENED} [2]"


def test_nothing_makes_an_empty_text() -> None:
    assert quote([], [], among()) == Composition("", (), ())


NEEDED = """Bring a pen.

You must show:

- your passport or
  another card with a picture
- the letter that
  invited you
* two photographs

Come at nine.

Minutes

- The roof was mended.
- Ann Berg was elected.
"""


@pytest.mark.parametrize(
    ("span", "short"),
    [
        (
            "two photographs",
            "your passport or another card with a picture; the letter that invited you; "
            "two photographs",
        ),
        ("a pen", "a pen"),
        ("nine", "nine"),
        ("Ann Berg", "Ann Berg"),  # not introduced: what stands in the list may be anything
    ],
)
def test_who_asks_for_a_list_gets_all_items(span: str, short: str) -> None:
    document = make_document(NEEDED)
    start = NEEDED.index(span)
    found = replace(make_evidence(document, span, 0.9), span=(start, start + len(span)))
    listed = ExtractiveAnswerer().compose(
        {"Which papers are needed?": Finding((found,))}, among(document)
    )
    assert listed.short == short
    assert len(listed.citations) == short.count(";") + 1
    single = ExtractiveAnswerer().compose({"What is it?": Finding((found,))}, among(document))
    assert single.short == span


@pytest.mark.parametrize("parts", [("You must show:", "- the letter"), ("- the letter", "Come")])
def test_a_list_that_is_cut_into_passages_is_quoted_whole(parts: tuple[str, str]) -> None:
    document = make_document(NEEDED)
    start, end = map(NEEDED.index, parts)
    span = "picture" if parts[1] != "Come" else "photographs"
    place = NEEDED.index(span)
    hit = make_hit(document, start, end)
    found = Evidence(hit, place, place + len(span), (place, place + len(span)), 0.9)
    composition = ExtractiveAnswerer().compose(
        {"Which papers are needed?": Finding((found,))}, among(document)
    )
    assert composition.short.count(";") == 2
    assert [c.quote for c in composition.citations][-1] == "two photographs"


def test_a_list_quotes_more_sentences_and_joins_their_answers() -> None:
    sentences = [f"{name} is open." for name in ("Ahl", "Bex", "Cam", "Dol", "Eck")]
    document = make_document(" ".join(sentences))
    evidence = [
        replace(item, span=(item.start, item.start + 3))
        for item in (make_evidence(document, sentence, 0.9) for sentence in sentences)
    ]
    listed = ExtractiveAnswerer().compose(
        {"Which harbours are open?": Finding(tuple(evidence))}, among(document)
    )
    assert [sentence.text for sentence in listed.sentences] == sentences[:MOST_LISTED]
    assert listed.short == "Ahl; Bex; Cam; Dol"
    single = ExtractiveAnswerer().compose(
        {"Which harbour is open?": Finding(tuple(evidence))}, among(document)
    )
    assert (len(single.sentences), single.short) == (2, "Ahl")


def test_each_part_of_a_question_is_answered() -> None:
    document = make_document(f"{OPENED} And so on. {FIRE}")
    parts = {
        "When was it opened?": Finding((make_evidence(document, OPENED, 0.9),)),
        "What burned down?": Finding((make_evidence(document, FIRE, 0.3),)),
    }
    composition = ExtractiveAnswerer().compose(parts, among(document))
    assert composition.text == f"{OPENED} [1] {FIRE} [2]"
    assert composition.short == f"{OPENED}; {FIRE}"


def test_two_parts_with_the_same_sides_say_each_once_in_their_order() -> None:
    documents = [
        make_document(f"{OPENED} {text}", source=source)
        for text, source in (("Ann drew it.", "a"), ("Bo drew it.", "b"))
    ]
    sides = [make_evidence(document, document.text, 0.9) for document in documents]
    finding = Finding(tuple(sides), tuple(sides))
    first = make_document(FIRE, source="c")
    parts = {
        "What burned?": Finding((make_evidence(first, FIRE, 0.9),)),
        "When was it opened?": finding,
        "Who drew it?": finding,
    }
    composition = ExtractiveAnswerer().compose(parts, among(first, *documents))
    assert composition.text == f"{FIRE} [1] {documents[0].text} [2] {documents[1].text} [3]"


def test_each_side_is_cited_though_an_earlier_part_quotes_it_and_another_side_repeats_it() -> None:
    set_at = "The board set the fee at 6 pounds."
    first, second, third = (
        make_document(text, source=source)
        for text, source in (
            ("The fee for boats is 5 pounds.", "a"),
            (set_at, "b"),
            (f"{set_at} It was 7 pounds before.", "c"),
        )
    )
    who = make_evidence(second, set_at, 0.9)
    sides = (
        make_evidence(first, first.text, 0.9),
        make_evidence(second, set_at, 0.48),
        make_evidence(third, third.text, 0.45),
    )
    parts = {"Who set the fee?": Finding((who,)), "How much is it?": Finding(sides, sides)}
    composition = ExtractiveAnswerer().compose(parts, among(first, second, third))
    cited = {citation.document_id for citation in composition.citations}
    assert cited == {first.id, second.id, third.id}


def test_a_part_that_the_sentence_behind_answers_is_answered() -> None:
    behind = "It cost 240,000 crowns."
    document = make_document(f"{OPENED} {behind}")
    parts = {
        "When was it opened?": Finding((make_evidence(document, OPENED, 0.9),)),
        "What did it cost?": Finding((make_evidence(document, behind, 0.8),)),
    }
    composition = ExtractiveAnswerer().compose(parts, among(document))
    assert composition.text == f"{OPENED} {behind} [1]"
    assert composition.short == f"{OPENED}; {behind}"


def test_both_sides_of_a_disagreement_are_said_however_weak_one_is() -> None:
    documents = [
        make_document(text, source=source) for text, source in ((OPENED, "a"), (FIRE, "b"))
    ]
    best, weak = make_evidence(documents[0], OPENED, 0.9), make_evidence(documents[1], FIRE, 0.1)
    finding = Finding((best, weak), (best, weak))
    composition = ExtractiveAnswerer().compose({"When?": finding}, among(*documents))
    assert composition.text == f"{OPENED} [1] {FIRE} [2]"
