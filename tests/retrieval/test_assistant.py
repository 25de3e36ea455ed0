from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from index.embedding import Vectors
from index.errors import InvalidInputError, MismatchError, NotFoundError, StoppedError
from index.library import Library
from retrieval.assistant import MOST_HITS, Assistant
from retrieval.composing import Composition
from retrieval.reading import Evidence, Lead, Reading, keep_silent
from retrieval.similarity import SimilarityReader
from retrieval.timing import STAGES
from retrieval.values import Answer, Hit, Turn
from retrieval.wire import answer_object
from retrieval.writing import SHOWN_HITS
from tests.fakes import FakeEmbedder
from tests.retrieval.fakes import BRIDGE, BY_WORDS, MILL, StrictEmbedder, add_texts, make_library

TEXTS = {"bridge.txt": BRIDGE, "mill.txt": MILL}
DECLINED = "The documents don't answer this."
OPENED = "The bridge at Orlen was opened in 1931."


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path / "data", TEXTS)


@pytest.fixture
def assistant(library: Library) -> Assistant:
    return make_assistant(library)


def make_assistant(library: Library) -> Assistant:
    return Assistant(library, reader=SimilarityReader(library.embedder, BY_WORDS))


def check_citations(answer: Answer, library: Library) -> None:
    """Whatever an answer says, every quote is a slice of its document, every marker in place."""
    for marker, citation in enumerate(answer.citations, start=1):
        text = library.document(citation.document_id).text
        assert citation.quote == text[citation.start : citation.end] != ""
        assert citation.marker == marker
        assert f"[{marker}]" in answer.text
    for sentence in answer.sentences:
        for marker in sentence.citations:
            assert sentence.text == " ".join(answer.citations[marker - 1].quote.split())


def test_warming_up_has_the_embedder_ready_before_there_is_any_document(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", {})
    assert isinstance(library.embedder, FakeEmbedder)
    make_assistant(library).warm_up()
    assert library.embedder.calls == 1


# --- Answers


@pytest.mark.parametrize(
    ("question", "sentence", "short", "source"),
    [
        ("When was the bridge at Orlen opened?", OPENED, "1931", "bridge.txt"),
        ("In what year burned the mill?", "The mill burned down in 1904", "1904", "mill.txt"),
        ("How many looms houses the museum?", "museum with 62 looms.", "62", "mill.txt"),
        ("lighthouse drew", "She also drew the lighthouse.", "", "bridge.txt"),
    ],
)
def test_a_question_is_answered_by_a_verbatim_sentence(
    question: str, sentence: str, short: str, source: str, assistant: Assistant
) -> None:
    answer = assistant.ask(question)
    assert not answer.abstained
    assert sentence in answer.text
    assert short in answer.short_answer
    assert answer.short_answer == answer.best_span
    assert answer.citations[0].source == source
    assert answer.confidence >= 0.5
    check_citations(answer, assistant.library)


def test_the_stages_are_told_as_they_happen(assistant: Assistant) -> None:
    heard: list[str] = []
    assistant.ask(
        "When was the bridge at Orlen opened?", observer=lambda stage, _: heard.append(stage)
    )
    assert list(dict.fromkeys(heard)) == ["rewrite", "search", "read", "cite"]


def test_an_observer_can_stop_a_question(assistant: Assistant) -> None:
    def stop(stage: str, taken_ms: float | None) -> None:
        if stage == "read":
            raise StoppedError("stopped before it was read")

    with pytest.raises(StoppedError, match="before it was read"):
        assistant.ask("When was the bridge at Orlen opened?", observer=stop)
    assert not assistant.ask("When was the bridge at Orlen opened?").abstained


SNOW = {"a.txt": "Snow fell in May.", "b.txt": "Snow melts."}


class Contrary:
    """Reads nothing and likes the last passage best."""

    name, runtime, threshold = "contrary-1", "hand", 0.5

    def read(self, question: str, hits: Sequence[Hit], snapshot: object, **_: object) -> Reading:
        return Reading((), tuple(hits[::-1]), 0.0)


class Early:
    """Is sure of the first passage, and says so before it has read the others."""

    name, runtime, threshold = "early-1", "hand", 0.5

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        snapshot: object,
        *,
        lead: Lead = keep_silent,
    ) -> Reading:
        first, *others = (
            Evidence(hit, hit.chunk.start, hit.chunk.end, (hit.chunk.start, hit.chunk.end), 0.9)
            for hit in hits
        )
        lead(Reading((first,), tuple(hits), 0.9))
        return Reading((first, *others), tuple(hits), 0.9)


def test_the_first_sentence_is_told_early_and_the_answer_begins_with_it(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", SNOW)
    told: list[Composition] = []
    answer = Assistant(library, reader=Early()).ask("When did snow fall?", lead=told.append)
    (begun,) = told
    assert answer.text.startswith(begun.text)
    assert (begun.sentences, begun.citations) == (answer.sentences[:1], answer.citations[:1])
    assert len(answer.sentences) == 2


def test_of_an_answer_in_two_parts_nothing_is_told_early(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", SNOW)
    told: list[Composition] = []
    question = "When did snow fall in May and why did the snow melt?"
    Assistant(library, reader=Early()).ask(question, lead=told.append)
    assert told == []


def test_an_answer_says_how_it_came_about(assistant: Assistant) -> None:
    answer = assistant.ask("  When was the bridge at Orlen opened? ")
    assert answer.question == answer.standalone_question == "When was the bridge at Orlen opened?"
    assert set(answer.timings_ms) == {"rewrite", "search", "read", "cite", "total"}
    assert all(value >= 0 for value in answer.timings_ms.values())
    stages = sum(value for stage, value in answer.timings_ms.items() if stage != "total")
    assert stages <= answer.timings_ms["total"]
    status = assistant.status()
    assert answer.provenance.generation == status.generation == 1
    assert answer.provenance.index_hash == status.index_hash
    assert answer.provenance.embedder == "fake@1"
    assert answer.provenance.reader == "similarity-1"
    assert answer.provenance.llm is None
    assert answer.disagreement == ()


def test_the_passages_are_shown_best_first_and_no_more_than_ten(tmp_path: Path) -> None:
    texts = {f"{place}.txt": f"The bridge number {place} stands." for place in range(30)}
    library = make_library(tmp_path / "data", texts, passages=20)
    answer = make_assistant(library).ask("Which bridge stands?")
    assert len(answer.hits) == SHOWN_HITS == 10
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)


def test_only_as_many_passages_are_read_as_the_settings_say(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", {**TEXTS, "x.txt": "Snow fell."}, passages=1)
    answer = make_assistant(library).ask("When was the bridge at Orlen opened?")
    assert {citation.source for citation in answer.citations} == {"bridge.txt"}
    assert len(answer.hits) == 3  # what isn't read is shown all the same


def test_asking_twice_gives_the_same_answer(assistant: Assistant) -> None:
    def once() -> dict[str, object]:
        return {**answer_object(assistant.ask("Who was the engineer?")), "timings_ms": {}}

    assert once() == once()


def test_identical_documents_are_cited_under_each_of_their_names(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", {"a.txt": BRIDGE, "b.txt": BRIDGE, "c.txt": MILL})
    answer = make_assistant(library).ask("When was the bridge at Orlen opened?")
    assert answer.sentences[0].text == OPENED
    assert {answer.citations[n - 1].source for n in answer.sentences[0].citations} == {
        "a.txt",
        "b.txt",
    }
    check_citations(answer, library)


@pytest.mark.parametrize(
    "text",
    [
        "👩‍🚒 𝔘nicode first. The e\u0301cluse was opened\nin 1931, שלום.",
        "水门于1931年开放。The e\u0301cluse was opened in 1931.",
        "\u202eThe e\u0301cluse was\u00a0opened in 1931\u202c 🏦.",
    ],
)
def test_citations_are_exact_in_any_script(text: str, tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", {"a.txt": text})
    answer = make_assistant(library).ask("When was the e\u0301cluse opened?")
    assert not answer.abstained
    check_citations(answer, library)


# --- Abstention


def test_what_the_documents_do_not_say_is_declined(assistant: Assistant) -> None:
    answer = assistant.ask("How tall is the giraffe at the zoo?")
    assert (answer.abstained, answer.text, answer.short_answer) == (True, DECLINED, "")
    assert (answer.sentences, answer.citations) == ((), ())
    assert answer.best_span  # what would have been said
    assert 0.0 < answer.confidence < 0.5
    assert len(answer.hits) == 2  # the nearest passages, labelled as no answer


def test_documents_without_a_sentence_answer_nothing(tmp_path: Path) -> None:
    answer = make_assistant(make_library(tmp_path / "data", {"a.txt": "--- === ---"})).ask("What?")
    assert (answer.abstained, answer.best_span, answer.confidence) == (True, "", 0.0)


@pytest.mark.parametrize(
    "question",
    [
        "?",
        "…",
        "\u200b",
        "👩‍🚒",
        "the of and",
        "'; DROP TABLE documents; --",
        "[1]",
        '"',
        "7 1 " * 1_000,
    ],
)
def test_a_question_that_says_nothing_is_declined_without_a_fuss(
    question: str, assistant: Assistant
) -> None:
    answer = assistant.ask(question)
    assert (answer.abstained, answer.text) == (True, DECLINED)


# --- Conversations


def test_a_follow_up_is_made_standalone_and_says_so(assistant: Assistant) -> None:
    first = assistant.ask("Who was the engineer of the bridge at Orlen?")
    history = [Turn("user", first.question), Turn("assistant", first.text)]
    answer = assistant.ask("When was it opened?", history=history)
    assert answer.question == "When was it opened?"
    assert {"bridge", "Orlen"} <= set(answer.standalone_question.rstrip("?)").split())
    assert OPENED in answer.text
    assert assistant.ask("When was it opened?").standalone_question == "When was it opened?"


def test_a_rewriter_and_an_answerer_can_be_replaced(library: Library) -> None:
    class Shouting:
        def rewrite(self, question: str, history: Sequence[Turn]) -> str:
            return f"When was the bridge at Orlen opened, {len(history)}?"

        def join(self, part: str, first: str) -> str:
            return part

    class Terse:
        llm = "terse-1"

        def compose(self, found: Mapping[str, object], document: object) -> Composition:
            return Composition(f"{' '.join(found)} Yes.", (), ())

    reader = SimilarityReader(library.embedder, BY_WORDS)
    assistant = Assistant(library, reader=reader, rewriter=Shouting(), answerer=Terse())
    answer = assistant.ask("x", history=[Turn("user", "a")])
    assert answer.text == "When was the bridge at Orlen opened, 1? Yes."
    assert answer.provenance.llm == "terse-1"
    assert assistant.status().models["llm"] == "terse-1"


# --- Input outside its bounds


@pytest.mark.parametrize("empty", ["", " ", "\n\t\u00a0"])
def test_an_empty_question_is_refused(empty: str, assistant: Assistant) -> None:
    calls: list[Callable[[], object]] = [
        lambda: assistant.ask(empty),
        lambda: assistant.search(empty),
        lambda: assistant.read_passage(empty, "id", 0, 1),
    ]
    for call in calls:
        with pytest.raises(InvalidInputError, match="the question is empty; ask something"):
            call()


def test_a_question_beyond_the_limit_is_refused_and_one_at_the_limit_is_not(
    tmp_path: Path,
) -> None:
    library = make_library(tmp_path / "data", TEXTS, max_question_characters=40)
    assistant = make_assistant(library)
    assert assistant.ask("bridge opened".ljust(40, "?")).question
    with pytest.raises(InvalidInputError, match="has 41 characters, at most 40 are read"):
        assistant.ask("bridge opened".ljust(41, "?"))


def test_a_question_of_100000_characters_is_refused_at_once(assistant: Assistant) -> None:
    with pytest.raises(InvalidInputError, match="has 100000 characters, at most 4000 are read"):
        assistant.ask("why " * 25_000)


def test_an_unknown_collection_is_refused_naming_those_that_exist(assistant: Assistant) -> None:
    calls: list[Callable[[], object]] = [
        lambda: assistant.ask("hello", collection="secret"),
        lambda: assistant.ask("When?", collection=""),
        lambda: assistant.search("When?", collection="Default"),
    ]
    for call in calls:
        with pytest.raises(NotFoundError, match=r"there is no collection '.*'; there are: default"):
            call()


@pytest.mark.parametrize("k", [0, -1, MOST_HITS + 1, 10**30])
def test_an_impossible_number_of_hits_is_refused(k: int, assistant: Assistant) -> None:
    with pytest.raises(InvalidInputError, match=f"can't return {k} hits; ask for 1 to {MOST_HITS}"):
        assistant.search("bridge", k=k)


def test_half_a_surrogate_pair_harms_nothing(assistant: Assistant) -> None:
    history = [Turn("user", "The bridge \ud83d at Orlen?"), Turn("assistant", "It \udc00 was.")]
    answer = assistant.ask("When was it opened \udfff?", history=history)
    assert answer.question == "When was it opened ??"
    json.dumps(answer_object(answer)).encode("utf-8")
    again = assistant.ask("And the mill?", history=history[:1])
    assert again.standalone_question == "The bridge ? at Orlen the mill?"
    assert len(assistant.search("bridge \ud800")) == 2


@pytest.mark.parametrize("question", ["When was the bridge opened?", "summarise nothing"])
def test_without_any_index_the_remedy_is_told(question: str, tmp_path: Path) -> None:
    assistant = make_assistant(make_library(tmp_path / "data"))
    with pytest.raises(NotFoundError, match=r"there is no index in .*; make one with 'python -m i"):
        assistant.ask(question)
    assert not assistant.status().healthy


def test_an_index_without_documents_is_told_from_documents_without_an_answer(
    tmp_path: Path,
) -> None:
    never_filled = make_library(tmp_path / "one")
    never_filled.add([tmp_path / "missing.txt"])
    emptied = make_library(tmp_path / "two", TEXTS)
    for source in TEXTS:
        emptied.remove(source)
    for library in (never_filled, emptied):
        assistant = make_assistant(library)
        for call in (assistant.ask, assistant.search):
            with pytest.raises(NotFoundError, match="there are no documents to search; add some"):
                call("When was the bridge opened?")
        assert "no documents here" in assistant.ask("hello").text


def test_a_library_of_another_embedder_is_refused(tmp_path: Path) -> None:
    make_library(tmp_path / "data", TEXTS)
    other = make_library(tmp_path / "data", embedder=FakeEmbedder("other@2"))
    with pytest.raises(MismatchError, match="'fake@1', the setting now is 'other@2'"):
        make_assistant(other).ask("When?")


# --- Collections


def test_nothing_is_said_from_another_collection(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", {"bridge.txt": BRIDGE}, collection="closed")
    add_texts(library, {"mill.txt": MILL}, collection="open")
    assistant = make_assistant(library)
    question = "When was the bridge at Orlen opened?"
    declined = assistant.ask(question, collection="open")
    assert declined.abstained
    assert [hit.source for hit in declined.hits] == ["mill.txt"]
    assert OPENED in assistant.ask(question, collection="closed").text
    assert OPENED in assistant.ask(question).text
    listing = assistant.ask("Which documents do you have?", collection="open").text
    assert "mill.txt" in listing
    assert "bridge.txt" not in listing
    assert assistant.ask("Summarise bridge", collection="open").citations == ()


# --- Courtesies


def test_a_greeting_is_returned_without_a_search(assistant: Assistant) -> None:
    answer = assistant.ask("Hello!")
    assert answer.text.startswith("Hello. Ask me a question about the 2 documents here")
    assert (answer.hits, answer.citations, answer.short_answer) == ((), (), "")
    assert answer.abstained
    assert answer.confidence == 0.0
    assert answer.provenance.reader == "similarity-1"


def test_a_summary_quotes_sentences_of_the_document(assistant: Assistant) -> None:
    answer = assistant.ask("Summarise mill")
    assert not answer.abstained
    assert {citation.source for citation in answer.citations} == {"mill.txt"}
    assert len(answer.sentences) == 2
    check_citations(answer, assistant.library)


# --- Reading one passage


def test_a_given_passage_alone_is_read_with_the_documents_offsets(assistant: Assistant) -> None:
    (document,) = (item for item in assistant.library.documents() if item.source == "bridge.txt")
    start, end = BRIDGE.index("Its engineer"), BRIDGE.index(" She also")
    answer = assistant.read_passage("Who was the engineer?", document.id, start, end)
    (citation,) = answer.citations
    assert (citation.start, citation.end) == (start, end)
    assert citation.quote == "Its engineer was Maria Lindqvist."
    (hit,) = answer.hits
    assert (hit.chunk.start, hit.chunk.end, hit.stage) == (start, end, "given")
    assert answer.question == answer.standalone_question == "Who was the engineer?"
    assert set(answer.timings_ms) == {*STAGES, "total"}
    assert answer.timings_ms["search"] == 0.0
    declined = assistant.read_passage("When was Orlen opened?", document.id, start, end)
    assert declined.abstained
    assert declined.best_span in BRIDGE[start:end]


def test_a_passage_of_an_unknown_document_is_refused(assistant: Assistant) -> None:
    with pytest.raises(NotFoundError, match="no document has the id 'nothing'; it may have been"):
        assistant.read_passage("When?", "nothing", 0, 1)


@pytest.mark.parametrize(("start", "end"), [(-5, -1), (5, 5), (9, 3), (0, 100_000)])
def test_a_passage_outside_its_document_is_refused(
    start: int, end: int, assistant: Assistant
) -> None:
    document = assistant.library.documents()[0]
    with pytest.raises(InvalidInputError, match=f"no passage at {start}:{end} of 'bridge.txt'"):
        assistant.read_passage("When?", document.id, start, end)


# --- Searching, status


def test_a_search_returns_as_many_hits_as_asked_best_first(assistant: Assistant) -> None:
    assert [hit.source for hit in assistant.search("lightning struck the mill", k=1)] == [
        "mill.txt"
    ]
    assert [hit.source for hit in assistant.search("lightning struck the mill", k=50)] == [
        "mill.txt",
        "bridge.txt",
    ]


def test_the_status_names_the_models_for_each_job(assistant: Assistant) -> None:
    status = assistant.status()
    assert (status.documents, status.chunks, status.healthy) == (2, 2, True)
    assert status.models == {
        "embedder": "fake@1",
        "embedder_runtime": "hand",
        "reader": "similarity-1",
        "reader_runtime": "sentence similarity",
        "llm": None,
    }


def test_the_settings_choose_the_reader(tmp_path: Path) -> None:
    assistant = Assistant(make_library(tmp_path / "data", TEXTS, reader="similarity"))
    assert isinstance(assistant.reader, SimilarityReader)
    assert assistant.reader is assistant.reader
    answer = assistant.ask("When was the bridge at Orlen opened?")
    assert 0.0 < answer.confidence < 1.0
    assert answer.abstained == (answer.confidence < assistant.reader.threshold)


@pytest.mark.model
def test_the_span_reader_is_used_by_default(library: Library) -> None:
    answer = Assistant(library).ask("When was the bridge at Orlen opened?")
    assert answer.provenance.reader.startswith("span-reader@")
    assert answer.best_span == "1931"
    assert [hit.stage for hit in answer.hits] == ["rerank", "fusion"]  # which is far behind


def test_passages_are_shown_in_the_readers_order_and_those_not_read_behind(tmp_path: Path) -> None:
    texts = {f"{name}.txt": f"{name} snow {'ice ' * place}" for place, name in enumerate("abcd")}
    library = make_library(tmp_path / "data", texts, passages=2)
    found = [hit.source for hit in Assistant(library).search("snow")]
    shown = [hit.source for hit in Assistant(library, reader=Contrary()).ask("snow").hits]
    assert shown == [found[1], found[0], *found[2:]]


def test_a_question_of_two_parts_is_answered_in_both(assistant: Assistant) -> None:
    answer = assistant.ask("When was the bridge at Orlen opened and why did the mill burn down?")
    assert answer.standalone_question.startswith("When was the bridge at Orlen opened and why")
    assert len(answer.sentences) >= 2
    sources = {citation.source for citation in answer.citations}
    assert sources == {"bridge.txt", "mill.txt"}
    assert "; " in answer.short_answer
    ids = [hit.chunk.id for hit in answer.hits]
    assert len(ids) == len(set(ids))


# --- Changes while it is being asked


def test_a_part_that_is_not_answered_is_named(assistant: Assistant) -> None:
    both = "When was the bridge at Orlen opened and why did the gherkin juggler resign?"
    answer = assistant.ask(both)
    assert not answer.abstained
    assert {citation.source for citation in answer.citations} == {"bridge.txt"}
    assert answer.text.endswith(
        "] The documents don't answer this part: why did the gherkin juggler resign?"
    )
    assert "gherkin" not in " ".join(sentence.text for sentence in answer.sentences)


def test_each_part_of_a_follow_up_is_given_its_subject(assistant: Assistant) -> None:
    history = [Turn("user", "How long is the Orlen bridge?"), Turn("assistant", "It is 40 m long.")]
    answer = assistant.ask("When was it opened and who built it?", history=history)
    assert answer.question == "When was it opened and who built it?"
    first, second = answer.standalone_question.split(" and who ")
    assert first.startswith("When was it opened (")
    assert "Orlen bridge" in first
    assert "Orlen bridge" in second


@pytest.mark.parametrize(
    "question",
    [
        "When was it opened, and who built it?",
        "When was it opened, and who painted its door?",
        "Why did the mill burn down, and when was it rebuilt?",
        "And the mill?",
        "When was that?",
    ],
)
def test_a_standalone_question_asked_again_is_answered_alike(
    assistant: Assistant, question: str
) -> None:
    history = [Turn("user", "How long is the Orlen bridge?"), Turn("assistant", "It is 40 m long.")]
    answer = assistant.ask(question, history=history)
    again = assistant.ask(answer.standalone_question)
    assert again.standalone_question == answer.standalone_question
    assert (again.text, again.short_answer) == (answer.text, answer.short_answer)


def test_a_changed_document_is_cited_as_it_is_now(library: Library, assistant: Assistant) -> None:
    question = "When was the bridge at Orlen opened?"
    assert OPENED in assistant.ask(question).text
    add_texts(library, {"bridge.txt": BRIDGE.replace("1931", "1932")})
    answer = assistant.ask(question)
    assert "1932" in answer.text
    assert "1931" not in json.dumps(answer_object(answer))
    check_citations(answer, library)


def test_a_removed_document_is_never_cited_again(library: Library, assistant: Assistant) -> None:
    assert OPENED in assistant.ask("When was the bridge at Orlen opened?").text
    library.remove("bridge.txt")
    assert "Orlen" not in json.dumps(answer_object(assistant.ask("When was it opened?")))


def test_many_may_ask_while_another_writes_and_each_sees_one_state(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", TEXTS)
    assistant = make_assistant(library)
    writing = threading.Event()
    writing.set()

    def write() -> None:
        other = make_library(tmp_path / "data")  # as another process has it
        try:
            for year in range(1932, 1944):
                add_texts(other, {"bridge.txt": BRIDGE.replace("1931", str(year))})
        finally:
            writing.clear()

    def ask() -> list[Answer]:
        answers: list[Answer] = []
        while writing.is_set() or not answers:
            answers.append(assistant.ask("When was the bridge at Orlen opened?"))
        return answers

    with ThreadPoolExecutor(5) as pool:
        writer = pool.submit(write)
        asking = [pool.submit(ask) for _ in range(4)]
        answers = [answer for future in asking for answer in future.result()]
        writer.result()
    seen: dict[int, set[str]] = {}
    for answer in answers:
        seen.setdefault(answer.provenance.generation, set()).add(answer.short_answer)
    assert all(len(shorts) == 1 for shorts in seen.values())
    years = [min(seen[generation]) for generation in sorted(seen)]
    assert years == sorted(years)
    assert len(years) > 1
    assert assistant.ask("When was the bridge at Orlen opened?").short_answer == "1943"


def test_threads_that_ask_at_once_get_the_answers_they_would_get_alone(tmp_path: Path) -> None:
    class Slow(StrictEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            sleep(0.001)
            return super().embed(texts)

    library = make_library(tmp_path / "data", TEXTS, embedder=Slow())
    questions = [f"When was the bridge at Orlen opened, {place}?" for place in range(8)]
    questions += [f"Who drew the lighthouse, {place}?" for place in range(8)]

    def told(assistant: Assistant, question: str) -> Mapping[str, object]:
        return {**answer_object(assistant.ask(question)), "timings_ms": None}

    alone = [told(make_assistant(library), question) for question in questions]
    together = make_assistant(library)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda question: told(together, question), questions)) == alone


# --- Chosen documents


def id_of(library: Library, source: str) -> str:
    return next(each.id for each in library.documents() if each.source == source)


def test_nothing_is_said_from_documents_that_were_not_chosen(assistant: Assistant) -> None:
    bridge, mill = (id_of(assistant.library, source) for source in TEXTS)
    question = "When was the bridge at Orlen opened?"
    declined = assistant.ask(question, documents=[mill])
    assert declined.abstained
    assert {hit.source for hit in declined.hits} == {"mill.txt"}
    answer = assistant.ask(question, documents=[mill, bridge, mill])
    assert OPENED in answer.text
    assert answer.provenance.documents == tuple(sorted([bridge, mill]))
    assert assistant.ask(question).provenance.documents is None
    assert assistant.ask(question, documents=[mill]).abstained  # each choice is remembered apart
    assert [hit.source for hit in assistant.search(question, documents=[mill])] == ["mill.txt"]


def test_the_documents_that_are_listed_and_summed_up_are_the_chosen_ones(
    assistant: Assistant,
) -> None:
    mill = id_of(assistant.library, "mill.txt")
    listed = assistant.ask("Which documents do you have?", documents=[mill])
    assert "There is 1 document" in listed.text
    assert "bridge" not in listed.text
    summary = assistant.ask("Summarise it", documents=[mill])
    assert {citation.source for citation in summary.citations} == {"mill.txt"}


def test_a_document_that_is_not_there_is_named(tmp_path: Path) -> None:
    library = make_library(tmp_path / "data", {"bridge.txt": BRIDGE}, collection="closed")
    add_texts(library, {"mill.txt": MILL}, collection="open")
    assistant = make_assistant(library)
    mill = id_of(library, "mill.txt")
    with pytest.raises(NotFoundError, match="no document has the id 'gone'; it may have been"):
        assistant.ask("When?", documents=[mill, "gone"])
    with pytest.raises(NotFoundError, match=f"in the collection 'closed' has the id '{mill}'"):
        assistant.search("When?", collection="closed", documents=[mill])
    with pytest.raises(InvalidInputError, match="no documents are named"):
        assistant.ask("When?", documents=[])
