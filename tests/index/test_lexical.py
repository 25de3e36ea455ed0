from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import lexical
from index.errors import CatalogueError
from index.lexical import (
    CORRECTED,
    MOST_TERMS,
    Entry,
    LexicalIndex,
)

Find = Callable[..., list[int]]


def entry(key: int, body: str, heading: str = "", faint: str = "", **fields: str) -> Entry:
    document = fields.get("document_id", f"document {key}")
    return Entry(key, document, fields.get("collection", "default"), body, heading, faint)


def make_words(folder: Path, entries: Sequence[Entry]) -> LexicalIndex:
    folder.mkdir(exist_ok=True)
    lexical.create(folder)
    lexical.update(folder, removed=[], added=entries)
    return LexicalIndex(folder)


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Return the keys found for a query among texts numbered from 1."""
    folders = (tmp_path / f"{number}.words" for number in count())

    def find_among(query: str, *texts: str) -> list[int]:
        entries = [entry(key, text) for key, text in enumerate(texts, start=1)]
        found, _ = make_words(next(folders), entries).search(query, 10)
        return [int(key) for key in found]

    return find_among


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    texts = ["The harbour closed.", "A ferry left the harbour.", "Nobody came."]
    entries = [entry(key, text) for key, text in enumerate(texts, start=1)]
    return make_words(tmp_path_factory.mktemp("harbour"), entries)


def test_the_text_with_more_of_the_words_comes_first(find: Find) -> None:
    assert find("ferry harbour", "the harbour closed", "a ferry left the harbour", "no") == [2, 1]


def test_a_rare_word_counts_for_more(find: Find) -> None:
    assert find("harbour walrus", "harbour", "harbour", "harbour", "walrus")[0] == 4


def test_words_are_found_in_their_other_forms(find: Find) -> None:
    assert find("closing accounts", "The bank closed an account.", "Nothing.") == [1]


def test_case_and_accents_dont_matter(find: Find) -> None:
    assert find("RESUME", "A résumé.", "Nothing.") == [1]


def test_composed_and_decomposed_letters_are_the_same(find: Find) -> None:
    assert find("résumé", "a re\u0301sume\u0301 of it", "sume", "nothing") == [1]
    assert find("re\u0301sume\u0301", "a résumé of it", "sume", "nothing") == [1]


def test_words_without_meaning_of_their_own_find_nothing(find: Find) -> None:
    assert find("the of and", "the end of the road and more") == []


@pytest.mark.parametrize("query", ["harbuor", "harbor", "harbourr", "hxrbour", "harbou"])
def test_a_misspelt_word_is_found(query: str, find: Find) -> None:
    assert find(query, "The harbour closed.", "Nothing.") == [1]


def test_a_misspelt_word_is_less_sure_than_the_word_itself(harbour: LexicalIndex) -> None:
    assert harbour.question_terms("harbuor ferry") == {"harbour": CORRECTED, "ferri": 1.0}
    right = dict(zip(*harbour.search("harbour nobody", 3), strict=True))
    wrong = dict(zip(*harbour.search("harbuor nobody", 3), strict=True))
    # Beside a word that is sure, as scores are shares of what each question's words can reach.
    assert wrong[1] / wrong[3] == pytest.approx(CORRECTED * right[1] / right[3])


def test_a_score_is_a_share_of_a_chunk_with_each_stem_once(tmp_path: Path) -> None:
    texts = ["The ferry left.", "A ferry came.", "A bridge fell.", "The bridge stood."]
    words = make_words(tmp_path, [entry(key, text) for key, text in enumerate(texts, start=1)])
    keys, shares = words.search("the ferry", 2)
    assert keys.tolist() == [1, 2]
    assert shares.tolist() == pytest.approx([1, 1], rel=0.01)
    _, (half,) = words.search("ferry left", 1)
    assert half == pytest.approx(1, rel=0.01)
    _, (rest, _) = words.search("ferry zeppelin", 2)  # which is the rarest there could be
    assert rest == pytest.approx(0.24, abs=0.02)
    assert words.search("?!", 2)[1].tolist() == []
    assert words.search("the ferry ferry", 2)[1].tolist() == words.search("ferry", 2)[1].tolist()


def test_the_best_score_is_a_full_match_where_it_is_better(tmp_path: Path) -> None:
    texts = ["ferry " * 9, "The ferry left the harbour in the evening.", "Nobody came."]
    words = make_words(tmp_path, [entry(key, text) for key, text in enumerate(texts, start=1)])
    keys, (best, second) = words.search("ferry", 2)
    assert keys.tolist() == [1, 2]
    assert best == 1
    assert second < 1


def test_the_most_frequent_of_similar_words_is_meant(find: Find) -> None:
    assert find("harbxur", "harbour", "harbour", "harbaur") == [1, 2]


def test_a_word_that_occurs_isnt_corrected(find: Find) -> None:
    assert find("casting", "casting", "coasting coasting", "coasting") == [1]


def test_short_words_and_numbers_arent_corrected(find: Find) -> None:
    assert find("port 12345", "pork", "12346", "sort") == []


def test_a_word_that_stands_in_a_heading_alone_isnt_corrected(tmp_path: Path) -> None:
    words = make_words(tmp_path, [entry(1, "Wind.", "Zephyrus"), entry(2, "The zephyras blew.")])
    assert words.question_terms("Zephyrus") == {"zephyrus": 1.0}
    assert words.search("Zephyrus", 5)[0].tolist() == [1]


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("Who closed the harbour?", "close harbour"),
        ("How many ferries have called, and how much did it cost?", "ferri call cost"),
        ("WHY DOES THE FERRY CALL?", "ferri call"),
        ("which ferry hasn't called, and what's the reason", "ferri call reason"),
        ("Can dogs be brought?", "dog brought"),
        ("Where isn’t mooring allowed?", "moor allow"),
        ("What did the WHO publish in May?", "who publish may"),
        ("When did The Who play?", "who play"),
        ("May 1968", "may 1968"),
        ("May I moor?", "i moor"),
        ("Is there a how-to guide?", "how guid"),
        ("The Who?", "who"),
        ("the who", "who"),
        ("WHO", "who"),
        ("How many?", "how mani"),
        ("Is it?", ""),
        ("", ""),
    ],
)
def test_words_that_only_ask_count_where_there_are_no_others(
    question: str, terms: str, harbour: LexicalIndex
) -> None:
    assert [*harbour.question_terms(question)] == terms.split()


def test_a_word_that_asks_is_never_taken_for_a_misspelt_one(find: Find) -> None:
    assert find("Could a ferry land?", "Cloud upon cloud.", "The ferry left.") == [2]
    assert find("Which ferry?", "Winch winch winch.", "The ferry left.") == [2]


def test_a_code_is_found_by_its_parts_in_their_order(find: Find) -> None:
    texts = ("see 7 and 2291 of HB", "Form HB-2291/7 applies.", "HB-2292/7")
    assert find("What does HB-2291/7 say?", *texts)[0] == 2


@pytest.mark.parametrize(
    "code", ["f" * 64, "ISO-8859-15", "user@example.com", "10.1000/182", "v2.0.1", "C++"]
)
def test_identifiers_are_found(code: str, find: Find) -> None:
    assert find(f"where is {code}", "nothing", f"it says {code}") == [2]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("引擎", "全文搜索引擎用于查找文件。"),
        ("検索", "文書検索装置"),
        ("เอกสาร", "ระบบค้นหาเอกสารภายใน"),
        ("서울", "서울 2024"),
        ("גשר", "הספינה עברה מתחת גשר"),
        ("Москве", "Музей в Москве закрыт"),
    ],
)
def test_scripts_of_all_kinds_are_found(query: str, text: str, find: Find) -> None:
    assert find(query, "nothing", text, "完全不同") == [2]


def test_headings_and_faint_lines_count_for_less(tmp_path: Path) -> None:
    texts = [entry(1, "x", "", "ferry"), entry(2, "x", "ferry"), entry(3, "ferry")]
    words = make_words(tmp_path, texts)
    assert words.search("ferry", 5)[0].tolist() == [3, 2, 1]


def test_several_indexes_are_searched_as_one(tmp_path: Path) -> None:
    make_words(tmp_path / "a", [entry(1, "ferry port")])
    make_words(tmp_path / "b", [entry(2, "ferry")])
    both = LexicalIndex(tmp_path / "a", tmp_path / "b")
    assert both.size == 2
    assert both.document_frequency("ferri") == 2
    assert sorted(both.search("ferry", 5)[0].tolist()) == [1, 2]
    assert both.search("ferry port", 1)[0].tolist() == [1]
    assert LexicalIndex(tmp_path / "b").search("port", 5)[0].tolist() == []


def test_no_index_at_all_finds_nothing() -> None:
    assert LexicalIndex().size == 0
    assert LexicalIndex().search("ferry", 5)[0].tolist() == []


def test_texts_alike_are_found_by_key(tmp_path: Path) -> None:
    words = make_words(tmp_path, [entry(3, "ferry"), entry(1, "ferry"), entry(2, "ferry")])
    assert words.search("ferry", 5)[0].tolist() == [1, 2, 3]
    assert words.search("ferry", 2)[0].tolist() == [1, 2]


def test_which_of_many_alike_are_found_doesnt_depend_on_their_places(tmp_path: Path) -> None:
    alike = [entry(key, "ferry") for key in range(80, 10, -1)]
    words = make_words(tmp_path, [*alike, entry(99, "ferry ferry")])
    lexical.update(tmp_path, removed=["document 11"], added=[entry(9, "ferry")])
    assert words.search("ferry", 3)[0].tolist() == [99, 11, 12]
    assert LexicalIndex(tmp_path).search("ferry", 3)[0].tolist() == [99, 9, 12]
    lexical.update(tmp_path, removed=["document 99"], added=[])
    assert len(LexicalIndex(tmp_path).search("ferry", 1)[0]) == 1  # too many to compare


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "?!",
        "body:harbour OR document:*",
        '"harbour',
        "harbour AND (NOT",
        "[a TO z}",
        "harbour~2^9",
        "\\",
        "\0harbour\0",
        "harbour \ud800",
        "harbour " + "x" * 100_000,
        "-".join(["harbour"] * 200),
        "'; DROP TABLE documents; --",
    ],
)
def test_a_query_is_words_whatever_it_holds(query: str, harbour: LexicalIndex) -> None:
    found, scores = harbour.search(query, 5)
    assert set(found.tolist()) == ({1, 2} if "harbour" in query else set())
    assert len(scores) == len(found)


@given(st.text(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_query_can_be_asked(harbour: LexicalIndex, query: str) -> None:
    found, scores = harbour.search(query, 2)
    assert len(found) == len(scores) <= 2
    assert sorted(scores, reverse=True) == scores.tolist()


def test_only_the_rarest_words_of_a_long_question_are_searched(tmp_path: Path) -> None:
    frequent = [f"w{number}" for number in range(MOST_TERMS)]
    texts = [*([" ".join(frequent)] * 2), "needle"]
    words = make_words(tmp_path, [entry(key, text) for key, text in enumerate(texts, start=1)])
    found, _ = words.search(" ".join([*frequent, "needle"]), 5)
    assert 3 in found


def test_a_removed_document_is_found_no_more(tmp_path: Path) -> None:
    make_words(tmp_path, [entry(1, "ferry"), entry(2, "ferry"), entry(3, "boat")])
    lexical.update(tmp_path, removed=["document 1"], added=[entry(4, "port")])
    words = LexicalIndex(tmp_path)
    assert words.size == 3
    assert words.search("ferry", 5)[0].tolist() == [2]


def test_the_words_of_a_removed_document_dont_keep_others_from_being_corrected(
    tmp_path: Path,
) -> None:
    make_words(tmp_path, [entry(1, "zeppelin"), entry(2, "zeppelan"), entry(3, "zeppelun flew")])
    lexical.update(tmp_path, removed=["document 1", "document 2"], added=[])
    words = LexicalIndex(tmp_path)
    assert words.question_terms("zeppelin") == {"zeppelun": CORRECTED}
    assert words.search("zeppelin", 5)[0].tolist() == [3]


def test_a_document_can_be_removed_and_put_again_in_one_step(tmp_path: Path) -> None:
    make_words(tmp_path, [entry(1, "ferry", document_id="d")])
    lexical.update(tmp_path, removed=["d"], added=[entry(2, "port", document_id="d")])
    words = LexicalIndex(tmp_path)
    assert words.search("ferry port", 5)[0].tolist() == [2]


def test_an_opened_index_stays_as_it_was(tmp_path: Path) -> None:
    words = make_words(tmp_path, [entry(1, "ferry")])
    lexical.update(tmp_path, removed=["document 1"], added=[entry(2, "ferry")])
    assert words.search("ferry", 5)[0].tolist() == [1]


def test_stems_and_their_frequency_can_be_asked_for(harbour: LexicalIndex) -> None:
    assert harbour.terms("The ferries left; ferries!") == ["ferri", "left"]
    assert harbour.document_frequency("harbour") == 2
    assert harbour.document_frequency("absent") == 0
    assert harbour.size == 3


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "3.words").mkdir()
    with pytest.raises(CatalogueError, match=r"word index '3.words' can't be read; run 'python -m"):
        LexicalIndex(tmp_path / "3.words")


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    make_words(tmp_path, [entry(1, "ferry")])
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(CatalogueError, match="can't be read; run 'python -m index rebuild'"):
        LexicalIndex(tmp_path)


def test_chosen_documents_are_searched_alone_with_the_same_scores(tmp_path: Path) -> None:
    entries = [
        entry(1, "A ferry left the harbour.", document_id="wanted"),
        *(entry(key, f"harbour {'ferry ' * (key % 7)}") for key in range(2, 300)),
        entry(300, "HB-2291/7 at the harbour", heading="Ferry", document_id="also"),
    ]
    words = make_words(tmp_path / "words", entries)
    chosen = words.among(["wanted", "also", "no such document"])
    keys, scores = chosen.search("ferry harbour HB-2291/7", 1)
    assert keys.tolist() == [300]
    keys, scores = chosen.search("ferry harbour HB-2291/7", 10)
    assert keys.tolist() == [300, 1]
    everything = dict(zip(*words.search("ferry harbour HB-2291/7", 300), strict=True))
    assert scores.tolist() == pytest.approx([everything[300], everything[1]])
    assert words.among(["no such document"]).search("ferry", 10)[0].tolist() == []
    assert chosen.size == words.size == 300
