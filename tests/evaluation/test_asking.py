from __future__ import annotations

from dataclasses import replace

from evaluation import asking
from evaluation.datasets import Question
from index.errors import InvalidInputError
from tests.evaluation.fakes import FakeSystem, answer_object, hit_object, refuse

QUESTION = Question("q", "When?", ("1843",), (), "answerable")
NAMES = {"engine.txt": "Engine", "Engine": "Engine"}


def test_an_answer_names_documents_as_the_set_does() -> None:
    answer = {"q": lambda: answer_object("When?", hits=[hit_object("engine.txt", 0, 5, 0.5)])}
    found = asking.ask(FakeSystem(NAMES, answer), QUESTION)
    assert [(hit.document, hit.start, hit.end, hit.score) for hit in found.hits] == [
        ("Engine", 0, 5, 0.5)
    ]
    assert found.citations[0].document == "Engine"
    assert (found.short_answer, found.abstained, found.confidence) == ("1843", False, 0.9)
    assert found.latency_ms > 0
    assert found.timings_ms == {"search": 4.0, "read": 6.0}


def test_hits_are_made_up_to_ten_by_searching_for_the_same_question() -> None:
    first = [hit_object("Engine", 10 * n, 10 * n + 5) for n in range(3)]
    more = [hit_object("Engine", 10 * n, 10 * n + 5) for n in range(13)]
    system = FakeSystem(NAMES, {"q": lambda: answer_object("When?", hits=first)}, found=more)
    hits = asking.ask(system, QUESTION).hits
    assert [hit.start for hit in hits] == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert system.depths == [13]


def test_ten_hits_need_no_further_search() -> None:
    ten = [hit_object("Engine", n, n + 5) for n in range(10)]
    system = FakeSystem(NAMES, {"q": lambda: answer_object("When?", hits=ten)})
    assert len(asking.ask(system, QUESTION).hits) == 10
    assert system.depths == []


def test_a_given_passage_needs_no_search() -> None:
    system = FakeSystem(NAMES)
    assert len(asking.ask(system, QUESTION, given_passage=True).hits) == 1
    assert system.depths == []


def test_a_refused_question_counts_as_an_abstention() -> None:
    found = asking.ask(FakeSystem(NAMES, {"q": refuse}), QUESTION)
    assert found.abstained
    assert found.refused
    assert found.answer == "refused: the question is too long; shorten it"
    assert (found.short_answer, found.best_span, found.confidence) == ("", "", 0.0)
    assert not found.citations
    assert not found.hits


def test_an_answer_stands_where_the_search_for_more_hits_is_refused() -> None:
    class Narrow(FakeSystem):
        def search(self, query: str, k: int) -> list[dict[str, object]]:
            raise InvalidInputError("the search is refused")

    answers = {"q": lambda: answer_object("When?", hits=[hit_object("Engine", 0, 5)])}
    found = asking.ask(Narrow(NAMES, answers), QUESTION)
    assert (found.short_answer, found.refused, len(found.hits)) == ("1843", False, 1)


def corpus(documents: int, passages: int) -> tuple[dict[str, str], list[dict[str, object]]]:
    """Documents with as many passages each, all of one document after those of the last."""
    names = {f"{number}.txt": str(number) for number in range(documents)}
    hits = [hit_object(source, 10 * n, 10 * n + 5) for source in names for n in range(passages)]
    return names, hits


def test_a_search_reports_a_hundred_documents_by_their_best_passages() -> None:
    names, hits = corpus(150, 2)
    system = FakeSystem(names, found=hits)
    found = asking.search(system, QUESTION)
    assert [hit.document for hit in found.hits] == [str(number) for number in range(100)]
    assert {hit.start for hit in found.hits} == {0}
    assert system.depths == [300]
    assert (found.answer, found.abstained, found.confidence) == ("", True, 0.0)


def test_a_search_goes_deeper_until_there_are_enough_documents() -> None:
    names, hits = corpus(150, 8)
    system = FakeSystem(names, found=hits)
    assert len(asking.search(system, QUESTION).hits) == 100
    assert system.depths == [300, 600, 1000]


def test_documents_of_many_passages_are_found_as_deep_as_they_are() -> None:
    names, hits = corpus(150, 150)
    system = FakeSystem(names, found=hits)
    assert len(asking.search(system, QUESTION).hits) == 100
    assert system.depths == [300, 600, 1000, 3000, 10_000, 30_000]


def test_a_search_goes_no_deeper_than_the_system_allows() -> None:
    names, hits = corpus(150, 20)
    system = FakeSystem(names, found=hits, longest_search=1000)
    assert len(asking.search(system, QUESTION).hits) == 50
    assert system.depths == [300, 600, 1000]


def test_the_document_that_a_question_is_taken_from_gives_way_to_one_more() -> None:
    names, hits = corpus(150, 3)
    system = FakeSystem(names, found=hits)
    found = asking.search(system, replace(QUESTION, itself="0"))
    assert [hit.document for hit in found.hits] == [str(number) for number in range(1, 101)]


def test_a_refused_search_finds_nothing() -> None:
    names, hits = corpus(3, 2)
    found = asking.search(FakeSystem(names, found=hits), replace(QUESTION, text="long " * 1000))
    assert found.refused
    assert found.answer == "refused: the question is too long; shorten it"
    assert found.hits == ()


def test_a_small_corpus_is_reported_whole() -> None:
    names, hits = corpus(3, 2)
    assert len(asking.search(FakeSystem(names, found=hits), QUESTION).hits) == 3
