from __future__ import annotations

import pytest

from retrieval.questions import answers_kind, ask_about, classify, divide, words

KINDS = {
    "number": [
        "How many bank accounts were closed?",
        "how much does a berth cost",
        "By how much did prices rise?",
        "How old is the pier?",
        "What is the population of Orlen?",
        "What percentage of ships is late?",
        "Which number of workers went home?",
        "What was the price of the mill?",
        "What was the yearly maintenance cost?",
        "Can you tell me how many ships called?",
        "Please tell me the number of ships",
    ],
    "date": [
        "When was the bridge opened?",
        "In what year did the mill burn down?",
        "since when are dogs allowed",
        "On which day does the board meet?",
        "In which century was the abbey built?",
        "In what year was the median age 35?",
        "Do you know when the bridge was opened?",
        "Hi, could you please tell me in which year it burned?",
        "Is it known when it was sold?",
    ],
    "person": [
        "Who designed the bridge?",
        "Whose bridge is it?",
        "By whom was it signed?",
        "who's the engineer",
        "Who was mayor when the mill burned down?",
        "I'd like to know who designed the bridge",
        "I was wondering who designed it",
    ],
    "place": [
        "Where is the bridge?",
        "In which city is the embassy?",
        "What street is the office in?",
        "do you happen to know where the bridge is?",
    ],
    "reason": ["Why did the mill burn down?", "What caused the fire?", "For what reason?"],
    "manner": ["How is salt made?", "how do I pay a fine?"],
    "yes-no": [
        "Is the bridge open?",
        "did it rain",
        "And were they fined?",
        "Hasn't the lease ended?",
        "Can I bring a dog to the beach?",
        "Do you know whether the bridge is open?",
        "Could you tell me if I can bring a dog?",
        "Do you sell tickets?",
    ],
    "list": [
        "List the members of the board",
        "Which two companies were deregistered?",
        "What documents do I need?",
        "Which papers must be shown?",
        "what kinds of shops has the firm closed",
        "Name all bridges",
    ],
    "thing": [
        "What is a loom?",
        "Which is the oldest bridge?",
        "What happened to the city?",
        "What does he do when it rains?",
        "Tell me what a loom is",
        "Please tell me about the mill",
        "looms",
        "",
    ],
}


@pytest.mark.parametrize(
    ("question", "kind"), [(question, kind) for kind, asked in KINDS.items() for question in asked]
)
def test_a_question_is_known_by_the_kind_of_answer_it_wants(question: str, kind: str) -> None:
    assert classify(question) == kind
    assert classify(question.upper()) == kind
    assert classify(f"  {question} ") == kind


def test_a_choice_between_two_is_no_question_of_yes_or_no() -> None:
    assert classify("Was it sold or leased?") == "thing"
    assert classify("Is it known when it was sold or leased?") == "date"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The mill's 62 looms, e.g. U.S. ones.", "the mill's 62 looms e.g u.s ones".split()),
        ("Ship’s-bell 3.5 snake_case", ["ship’s", "bell", "3.5", "snake", "case"]),
        ("Über ÉTÉ 東京", ["über", "été", "東京"]),
        ("… – !", []),
    ],
)
def test_words_are_lower_case_and_keep_apostrophes_and_inner_dots(
    text: str, expected: list[str]
) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("sentence", "kind", "asked", "expected"),
    [
        ("It cost seven crowns.", "number", "", True),
        ("It cost a lot.", "number", "", False),
        ("The two parties met.", "number", "two", False),  # nothing new
        ("Two parties, three days.", "number", "two", True),
        ("It opened in 1931.", "date", "", True),
        ("It opened on a Friday.", "date", "", True),
        ("It opened in 1931.", "date", "1931", False),
        ("It opened late.", "date", "", False),
        ("It may open, they march, in dec jan came.", "date", "", False),
        ("It opened on 3 may.", "date", "", True),
        ("It opened in march 1931.", "date", "", True),
        ("It opened in May.", "date", "", True),
        ("May it open!", "date", "", False),
        ("So be it. May it open!", "date", "", False),
        ("It is 3.5 m long.", "date", "", False),
        ("It opened on 3.5.1931.", "date", "", True),
        ("It opened on 1931-05-03.", "date", "", True),
        ("No one else came, nor did the one another liked.", "number", "", False),
        ("The second came, and the 3rd.", "number", "", False),
        ("Pier B4 is closed.", "number", "", False),
        ("It has 4B's.", "number", "", True),
        ("Hundreds came.", "number", "", True),
        ("She came with Émile.", "person", "", True),
        ("It is at Ängelholm.", "place", "", True),
        ("Это построил Иван.", "person", "", True),
        ("Это построил он.", "person", "", False),
        ("It was built by Maria.", "person", "", True),
        ("Maria built it.", "person", "", False),  # any sentence begins with a capital
        ("It was built by Maria.", "person", "maria", False),
        ("She lives in Orlen.", "place", "", True),
        ("It burned because of a storm.", "reason", "", True),
        ("It burned.", "reason", "", False),
        ("Anything.", "thing", "", True),
        ("Anything.", "yes-no", "", True),
    ],
)
def test_a_sentence_answers_where_it_has_something_new_of_the_wanted_kind(
    sentence: str, kind: str, asked: str, expected: bool
) -> None:
    assert answers_kind(sentence, kind, frozenset(asked.split())) is expected


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "When was the bridge opened and who built it?",
            ["When was the bridge opened?", "who built it?"],
        ),
        (
            "who designed the bridge; how much did it cost?",
            ["who designed the bridge?", "how much did it cost?"],
        ),
        ("How and why was it built?", ["How and why was it built?"]),
        (
            "Who opened the bridge and the mill?",
            ["Who opened the bridge and the mill?"],
        ),
        ("the mill and how it burned down", ["the mill and how it burned down"]),
        *(
            (whole, [whole])
            for whole in (
                "List the people who served in 1990 and who died in 1995",
                "Which scientist who was born in Ulm and who won a prize emigrated?",
                "What is the difference between what teachers say and what they do?",
            )
        ),
        (" and ".join(["who is A B"] * 5), [" and ".join(["who is A B"] * 5)]),
        ("Who opened the mill and who closed it?", ["Who opened the mill?", "who closed it?"]),
        (
            "When was it built, how high is it and how many lived there?",
            ["When was it built?", "how high is it?", "how many lived there?"],
        ),
        ("How high is the mill and is it open?", ["How high is the mill?", "is it open?"]),
        ("Who built the mill? And who owns it?", ["Who built the mill?", "who owns it?"]),
        ("Who built the mill?\n\nHow high is it?", ["Who built the mill?", "How high is it?"]),
        *(
            (whole, [whole])
            for whole in (
                "Who is the mayor, who was elected in 2019?",
                "When did the council meet, when the mayor was ill?",
                "What did he say, how it was done?",
                "In the old house, where was the cat?",
                "Where lobbying is controlled, what does it provide?",
                "When copper is melted, what is it for?",
                "What color was the car, which was introduced in 1998?",
                "Which mill is old and has a wheel?",
            )
        ),
    ],
)
def test_a_question_is_divided_where_another_begins(question: str, parts: list[str]) -> None:
    assert divide(question) == parts


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Orlen Bridge Co Ltd", "What is Orlen Bridge Co Ltd?"),
        ("ferry tickets.", "What is ferry tickets?"),
        ("Who built it", "Who built it"),
        ("is it open", "is it open"),
        ("Tell me about the bridge", "Tell me about the bridge"),
        (
            "the bridge opened a year later than planned",
            "the bridge opened a year later than planned",
        ),
    ],
)
def test_a_term_alone_is_asked_about(text: str, asked: str) -> None:
    assert ask_about(text) == asked
