from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.library import Library
from index.values import DocumentSummary
from retrieval.courtesies import (
    SUMMARY_SENTENCES,
    Reply,
    find_document,
    find_subject,
    greet,
    is_small_talk,
    list_documents,
    reply_courteously,
)
from retrieval.values import Turn
from tests.growth import grows_evenly
from tests.retrieval.fakes import BRIDGE, MILL, add_texts, make_library

GERMAN = (
    "Die Brücke wurde im Jahre 1931 eröffnet. Sie kostete damals viel Geld und wurde von einer "
    "Ingenieurin entworfen, die auch den Leuchtturm zeichnete."
)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    texts = {"bridge.txt": BRIDGE, "mill.txt": MILL}
    return make_library(tmp_path / "data", texts)


def reply(
    question: str, library: Library, collection: str | None = None, turns: Sequence[Turn] = ()
) -> Reply | None:
    with library.snapshot(collection) as snapshot:
        return reply_courteously(question, turns, snapshot, library.embedder)


def text_of(question: str, library: Library, collection: str | None = None) -> str:
    answer = reply(question, library, collection)
    assert answer is not None
    return answer.text


def make_summary(title: str, source: str = "x.txt") -> DocumentSummary:
    return DocumentSummary(source, source, title, None, 9, 1, "2026-01-02", "default")


# --- What isn't a courtesy

NATURAL = [
    "How many bank accounts were closed?",
    "What documents are needed to register a ship?",
    "Which documents mention the embassy?",
    "Which files were deleted by the ministry?",
    "What sources does the report cite?",
    "How many documents did the ministry submit?",
    "List the members of the board",
    "Show me the harbour dues for yachts",
    "What do you know about the mill?",
    "What can I ask the harbour master?",
    "Who are you calling in an emergency?",
    "What can you do with old nets?",
    "Help needed at the pier: whom do I call?",
    "Is it OK to bring a dog?",
    "Hello Kitty was designed by whom?",
    "Good Morning America premiered when?",
    "Thank you notes: who wrote them?",
    "Great Britain joined when?",
    "Nice",
    "How do I work from home?",
    "How are goods cleared by customs?",
    "In summary, what did the board decide?",
    "What is the sum of all fees?",
    "Who gave an overview of the project at the meeting?",
    "When was the summary of the accounts published?",
    "Hi, how many looms are in the museum?",
    "Thanks! And who drew the lighthouse?",
    "See you in court: who wrote it?",
    "Goodbye Lenin",
    "bridge opened 1931",
    "HB-2291/7",
    "Orlen",
    "Why?",
    "Is there a list of documents I must bring?",
    "What is in the library of the university?",
    "Does the policy apply to me?",
    "What did Maria Lindqvist say about Jean-Baptiste Poquelin, dit Molière, de Paris?",
    "Who is Nguyễn Phú Trọng?",
    "What does the phrase 'die Brücke wurde im Jahre 1931 eröffnet' mean?",
    "Kim Il Sung University Phnom Penh",
    "pier 4 crane max load",
    "asdf qwer",
    "?!",
]


@pytest.mark.parametrize("question", NATURAL)
def test_a_question_to_the_documents_is_never_taken_for_a_courtesy(
    question: str, library: Library
) -> None:
    assert reply(question, library) is None
    assert not is_small_talk(question)


# --- Greetings


@pytest.mark.parametrize(
    "greeting",
    [
        "hi",
        "Hello!",
        "hey there",
        "Good morning, Footnote.",
        "  HELLO  ",
        "What can you do for me?",
        "How does this work?",
        "Hi! How are you today?",
        "help me",
    ],
)
def test_a_greeting_is_told_what_can_be_asked(greeting: str, library: Library) -> None:
    answer = reply(greeting, library)
    assert answer == Reply(
        "Hello. Ask me a question about the 2 documents here, for example about “bridge”. I quote "
        "the sentence that answers it, or say that the documents don't.",
        (),
        abstained=True,
    )
    assert is_small_talk(greeting)


@pytest.mark.parametrize(
    ("courtesy", "expected"),
    [
        ("Thanks", "You're welcome. Ask me whenever you like."),
        ("Thank you!", "You're welcome. Ask me whenever you like."),
        ("Hey, thanks a lot!", "You're welcome. Ask me whenever you like."),
        ("ok thank you very much", "You're welcome. Ask me whenever you like."),
        ("Thanks for your help.", "You're welcome. Ask me whenever you like."),
        ("Perfect", "You're welcome. Ask me whenever you like."),
        ("Bye", "Goodbye."),
        ("goodbye!", "Goodbye."),
        ("Great, thanks, see you later.", "Goodbye."),
    ],
)
def test_thanks_and_farewells_are_replied_to_as_such(
    courtesy: str, expected: str, library: Library
) -> None:
    assert reply(courtesy, library) == Reply(expected, (), abstained=True)
    assert is_small_talk(courtesy)


@pytest.mark.parametrize("question", ["OK, how does this work?", "Thanks. Who are you?", "help!"])
def test_who_wants_help_gets_it_whatever_else_was_said(question: str, library: Library) -> None:
    assert text_of(question, library).startswith("Hello. Ask me a question about the 2 documents")


def test_a_greeting_counts_one_document_and_none_rightly() -> None:
    assert greet("hi", [make_summary("Annals")]) == (
        "Hello. Ask me a question about the document here, “Annals”. I quote the sentence that "
        "answers it, or say that the documents don't."
    )
    assert greet("hi", []) == (
        "Hello. There are no documents here yet. Add some, then ask me about them."
    )


def test_a_greeting_repeated_a_thousand_times_takes_linear_time() -> None:
    def repeat(count: int) -> None:
        assert is_small_talk("hi " * count)
        assert not is_small_talk("hi " * count + "ho")
        assert not is_small_talk("summarise " * (count // 4))
        assert not is_small_talk("please " * (count // 4) + "x")

    assert grows_evenly(repeat, 650)


# --- Lists


@pytest.mark.parametrize(
    "question",
    [
        "Which documents do you have?",
        "which documents do you have",
        "What files are indexed?",
        "list documents",
        "List all the documents please.",
        "Can you show me a list of your sources?",
        "How many documents are there?",
        "What do you know about?",
        "What can I ask you?",
        "What's in your library?",
    ],
)
def test_the_documents_are_listed_with_title_and_source(question: str, library: Library) -> None:
    assert reply(question, library) == Reply(
        "There are 2 documents:\n\n- bridge (bridge.txt)\n- mill (mill.txt)", (), abstained=False
    )
    assert is_small_talk(question)


def test_a_long_list_is_cut_and_says_by_how_much() -> None:
    summaries = [make_summary(f"T{place}", f"{place}.txt") for place in range(25)]
    lines = list_documents(summaries).split("\n")
    assert (lines[0], lines[2], lines[-2]) == (
        "There are 25 documents:",
        "- T0 (0.txt)",
        "- T19 (19.txt)",
    )
    assert lines[-1] == "- and 5 more"


def test_one_document_is_listed_in_the_singular() -> None:
    assert list_documents([make_summary("A", "a.txt")]) == "There is 1 document:\n\n- A (a.txt)"


def test_a_list_of_nothing_says_so() -> None:
    assert list_documents([]) == "There are no documents here yet."


def test_only_the_collection_that_was_asked_is_listed_and_summarised(library: Library) -> None:
    add_texts(library, {"annals.txt": "The annals say that much happened here."}, collection="old")
    assert text_of("Which documents do you have?", library, "old") == (
        "There is 1 document:\n\n- annals (annals.txt)"
    )
    assert reply("Summarise bridge", library, "old") is None
    assert "3 documents" in text_of("hello", library)


# --- Summaries


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Summarise the annual report.", "the annual report"),
        ("summarize “Harbour dues”!", "Harbour dues"),
        ("Can you please sum up the minutes?", "the minutes"),
        ("Give me a short summary of the letter", "the letter"),
        ("Could you give an overview of it?", "it"),
        ("What is the gist of the lease?", "the lease"),
        ("tl;dr press release", "press release"),
        ("TLDR of the faq", "the faq"),
        ("Summary of a.txt", "a.txt"),
        ("Who summarised the report?", None),
        ("Summarise", None),
        ("What is the sum?", None),
    ],
)
def test_what_is_to_be_summarised_is_found_in_the_question(
    question: str, subject: str | None
) -> None:
    assert find_subject(question) == subject


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("the annual report", "reports/annual.pdf"),
        ("the Harbour Dues article", "dues.md"),
        ("the minutes of the 13th February", "minutes.txt"),
        ("dues.md", "dues.md"),
        ("the report", None),  # any may be one
        ("the weather", None),
        ("the", None),
        ("", None),
        ("it", None),
        ("a recipe for soup", None),
        ("annual", "reports/annual.pdf"),
        ("the minutes that the council of Ulm kept of its meetings", None),
    ],
)
def test_a_document_is_known_by_title_or_source(subject: str, found: str | None) -> None:
    summaries = [
        make_summary("Harbour dues of the port of Orlen", "dues.md"),
        make_summary("Annual report 2023", "reports/annual.pdf"),
        make_summary("Minutes, 13 February", "minutes.txt"),
    ]
    document = find_document(subject, summaries)
    assert (document.source if document else None) == found


@pytest.mark.parametrize("subject", ["it", "this", "everything", "the document", "your files"])
def test_where_there_is_one_document_only_no_name_is_needed(subject: str) -> None:
    only = make_summary("Harbour dues")
    assert find_document(subject, [only]) == only
    assert find_document(subject, []) is None
    assert find_document("the weather in France", [only]) is None


@pytest.mark.parametrize("subject", ["it", "the documents", "all of your files", "this article"])
def test_where_there_are_more_one_is_asked_for(subject: str, library: Library) -> None:
    asked = reply(f"Summarise {subject}", library)
    assert asked is not None
    assert asked.text.startswith("Which one? There are 2 documents:")
    assert asked.abstained  # nothing is answered yet


def test_the_answer_to_which_one_names_what_is_summarised(library: Library) -> None:
    asked = reply("Can you summarise it?", library)
    assert asked is not None
    turns = (Turn("user", "Can you summarise it?"), Turn("assistant", asked.text))

    told = reply("The mill", library, turns=turns)

    assert told is not None
    assert told == reply("Summarise the mill", library)
    assert told.quotes
    assert reply("Who built the mill?", library, turns=turns) is None
    assert reply("Who built the mill?", library, turns=turns[:1]) is None
    thanked = reply("Thanks!", library, turns=turns)
    assert thanked is not None
    assert thanked == reply("Thanks!", library)


def test_it_is_the_document_that_was_named_last(library: Library) -> None:
    turns = (Turn("user", "What does the mill say about wood?"), Turn("assistant", "Nothing."))

    told = reply("Summarise it", library, turns=turns)

    assert told is not None
    assert told == reply("Summarise the mill", library)


def test_a_summary_quotes_the_sentences_nearest_to_all_in_their_order(tmp_path: Path) -> None:
    sentences = [
        "The harbour of Orlen has three piers and a crane.",
        "The harbour of Orlen has a master and three pilots.",
        "Bananas ripen quickly wherever somebody stores them warm.",
        "The crane of the harbour lifts a load of ten tonnes.",
        "The pilots of the harbour guide a load of ships.",
        "The master of the harbour has a crane and three ships.",
    ]
    caption, question = "Orlen harbour crane pier", "Does the harbour of Orlen have a crane?"
    text = "\n\n".join([caption, question, *sentences])
    library = make_library(tmp_path / "data", {"harbour.txt": text})
    answer = reply("Summarise it", library)
    assert answer is not None
    quotes = [item.quote for item in answer.quotes]
    assert len(quotes) == SUMMARY_SENTENCES
    assert set(quotes) < set(sentences) - {sentences[2]}
    assert quotes == sorted(quotes, key=text.index)
    assert (answer.text, answer.abstained) == ("", False)
    for item in answer.quotes:
        assert item.quote == text[item.start : item.end]


def test_a_summary_never_says_nearly_the_same_twice(tmp_path: Path) -> None:
    same = "The bridge at Orlen was opened in the year 1931."
    text = "\n\n".join([same, same.replace("1931", "1932"), "Snow fell on all roofs that winter."])
    answer = reply("Summarise it", make_library(tmp_path / "data", {"a.txt": text}))
    assert answer is not None
    assert [item.quote for item in answer.quotes] == [same, "Snow fell on all roofs that winter."]


def test_a_summary_leaves_out_sentences_that_nobody_reads(tmp_path: Path) -> None:
    short = "The harbour of Orlen has three piers."
    long = f"The harbour of Orlen has {'extraordinarily ' * 32}long piers."
    library = make_library(tmp_path / "data", {"a.txt": f"{long}\n\n{short}"})
    answer = reply("Summarise it", library)
    assert answer is not None
    assert [item.quote for item in answer.quotes] == [short]


def test_what_has_no_sentence_to_quote_is_searched_instead(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", {"list.txt": "Ann\n\nBo\n\nCy"})
    assert reply("Summarise list", library) is None


# --- Languages


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie viele Bankkonten wurden geschlossen?", "German"),
        ("Combien de comptes bancaires ont été fermés ?", "French"),
        ("Сколько банковских счетов было закрыто?", "Russian"),
        ("いくつの銀行口座が閉鎖されましたか？", "Japanese"),
        ("كم عدد الحسابات المصرفية التي أغلقت؟", "Arabic"),
    ],
)
def test_a_question_in_a_language_that_is_not_served_is_declined_as_such(
    question: str, language: str, library: Library
) -> None:
    answer = reply(question, library)
    assert answer is not None
    assert answer.abstained
    assert answer.text.startswith(f"This question seems to be in {language}, which neither")
    assert answer.text.endswith("Please ask in English.")


@pytest.mark.parametrize(
    "question",
    [
        "Does Jürgen Müller own the Gasthaus zum Schwarzen Bären?",
        "Did Giovanni Battista Pergolesi compose La serva padrona?",
        "Is Universidad Nacional Autónoma de México the oldest of all?",
    ],
)
def test_an_english_question_may_be_full_of_foreign_names(question: str, library: Library) -> None:
    assert reply(question, library) is None


def test_a_language_that_the_documents_are_in_is_served(library: Library) -> None:
    question = "Wie viele Bankkonten wurden geschlossen?"
    add_texts(library, {"bruecke.txt": GERMAN}, collection="deutsch")
    assert reply(question, library) is None
    assert reply(question, library, "deutsch") is None
    assert reply(question, library, "default") is not None
    french = "Combien de comptes bancaires ont été fermés ?"
    assert text_of(french, library).endswith("Please ask in English or German.")
