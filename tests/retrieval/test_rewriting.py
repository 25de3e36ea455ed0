from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.rewriting import MOST_CHARACTERS, MOST_TURNS, RuleRewriter
from retrieval.values import Turn

ACCOUNTS = "How many bank accounts were closed in Cambodia?"
TOPIC = "bank accounts closed Cambodia"
REPLY = "Seven accounts in two institutions, says the ministry. [1]"


def rewrite(question: str, *messages: str) -> str:
    """Return the standalone form after messages of the user and the assistant in turn."""
    roles = ("user", "assistant")
    history = [Turn(roles[place % 2], message) for place, message in enumerate(messages)]
    return RuleRewriter().rewrite(question, history)


@pytest.mark.parametrize("question", ["When was that?", "Why?", "And in 2019?", "Who is he?", ""])
def test_without_a_history_nothing_is_added(question: str) -> None:
    assert rewrite(question) == question


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When was that?", f"When was that ({TOPIC})?"),
        ("Who said so?", f"Who said so ({TOPIC})?"),
        ("When did it happen", f"When did it happen ({TOPIC})?"),
        (
            "What did the ministry say about this?",
            f"What did the ministry say about this ({TOPIC})?",
        ),
        ("Who closed them?", "Who closed them (bank accounts Cambodia)?"),  # nothing twice
        ("Which one was largest?", f"Which one was largest ({TOPIC})?"),
        ("Was she arrested?", f"Was she arrested ({TOPIC})?"),
    ],
)
def test_a_pronoun_is_given_what_it_may_stand_for(question: str, expected: str) -> None:
    assert rewrite(question, ACCOUNTS, "seven.") == expected


@pytest.mark.parametrize(
    "question", ["Why?", "When?", "How many?", "In which year?", "But why?", "Until what time?"]
)
def test_a_question_of_hardly_a_word_is_given_the_topic(question: str) -> None:
    assert rewrite(question, ACCOUNTS, REPLY) == f"{question[:-1]} ({TOPIC})?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("And in 2019?", "How many bank accounts were closed in Cambodia in 2019?"),
        ("and at Ann's bank", "How many bank accounts were closed in Cambodia at Ann's bank?"),
        ("And by the ministry?", "How many bank accounts were closed in Cambodia by the ministry?"),
        ("What about restaurants?", "How many bank accounts were closed in Cambodia restaurants?"),
        ("How about the museums?", "How many bank accounts were closed in Cambodia the museums?"),
        ("But in 2018, then?", "How many bank accounts were closed in Cambodia in 2018, then?"),
    ],
)
def test_an_afterthought_asks_the_question_again_about_something_else(
    question: str, expected: str
) -> None:
    assert rewrite(question, ACCOUNTS, REPLY) == expected


def test_another_year_takes_the_place_of_the_one_before() -> None:
    asked = "How many ships called in 2017?"
    assert rewrite("And in 2018?", asked, "12.") == "How many ships called in 2018?"
    assert rewrite("And in 2019?", asked, "12.", "And in 2018?", "14.") == (
        "How many ships called in 2019?"
    )


def test_another_name_takes_the_place_of_the_one_after_the_same_preposition() -> None:
    assert rewrite("and in Laos", ACCOUNTS, REPLY) == "How many bank accounts were closed in Laos?"
    asked = "Since when has Cambodia had ties with North Korea?"
    assert rewrite("And with the South?", asked, "1964.") == (
        "Since when has Cambodia had ties with the South?"
    )


@pytest.mark.parametrize(
    ("asked", "further", "expected"),
    [
        (
            "How many ships called between 2010 and 2015?",
            "And in 2018?",
            "How many ships called in 2018?",
        ),
        ("What was the budget of 2022?", "what about 2023?", "What was the budget of 2023?"),
        (
            "How many machines with 1450 watts were sold in May 2020?",
            "And 2021?",
            "How many machines with 1450 watts were sold in 2021?",
        ),
        (
            "What may staff in the Berlin office spend on a hotel?",
            "And in Lisbon?",
            "What may staff in the Lisbon office spend on a hotel?",
        ),
        (
            "What may staff in the Berlin office spend on a hotel?",
            "And what about the Lisbon office?",
            "What may staff in the Lisbon office spend on a hotel?",
        ),
        ("how many people live in ulm?", "and in bonn?", "how many people live in bonn?"),
        ("What is the fee for adults?", "And for dogs?", "What is the fee for dogs?"),
        (
            "What is the fee for adults in the reading room?",
            "And for two hours?",
            "What is the fee for adults in the reading room for two hours?",
        ),
        (
            "What is allowed in the library?",
            "And in the evening?",
            "What is allowed in the library in the evening?",
        ),
        ("When does it open in summer?", "And in winter?", "When does it open in winter?"),
        ("How many people live in Ulm?", "What about Bonn?", "How many people live in Bonn?"),
        ("Who is the CEO of Acme?", "And the CFO?", "Who is the CFO of Acme?"),
        ("Who is the CEO of Acme?", "And Globex?", "Who is the CEO of Globex?"),
        (
            "When was the Ulm library founded?",
            "And the Bonn library?",
            "When was the Bonn library founded?",
        ),
        ("How far is Ulm from Bonn?", "And Berlin?", "How far is Ulm from Bonn Berlin?"),
        (
            "When was Ann Berg born in Graz?",
            "And Emil Fors?",
            "When was Emil Fors born in Graz?",
        ),
        (
            "Who runs the office in Oslo?",
            "And in Århus?",
            "Who runs the office in Århus?",
        ),
        (
            "Who runs the office in Århus?",
            "And in Oslo?",
            "Who runs the office in Oslo?",
        ),
        (
            "What was the profit of Acme in 2020?",
            "And of Globex in 2021?",
            "What was the profit in 2021 of Globex?",
        ),
        (
            "What did the board decide in March 2020?",
            "And in April?",
            "What did the board decide in April 2020?",
        ),
        (
            "How many ships called in 1950?",
            "Thanks, and in 2020?",
            "How many ships called in 2020?",
        ),
        ("How many ships called in 1950?", "ok what about 2020", "How many ships called in 2020?"),
        (
            "How many ships called in 1950?",
            "sorry, I meant 2020",
            "How many ships called in 2020?",
        ),
        (
            "Where was Ann Berg born?",
            "And did she marry?",
            "And did she marry (Ann Berg born)?",
        ),
    ],
)
def test_what_takes_the_place_of_what(asked: str, further: str, expected: str) -> None:
    assert rewrite(further, asked, "12.") == expected


def test_another_name_takes_the_place_of_the_one_that_a_pronoun_was_given() -> None:
    messages = ("Who is Ann Berg?", "An engineer.", "What did she say?", "Nothing.")
    assert rewrite("And Emil Fors?", *messages) == "What did she say (Emil Fors)?"


@pytest.mark.parametrize(
    "question",
    [
        "Where does it take place?",
        "How much does it cost for children?",
        "What did the older one become?",
        "Which one cost 9,000 pounds?",
    ],
)
def test_what_only_looks_like_an_expletive_is_given_the_topic(question: str) -> None:
    assert rewrite(question, "Who opened the mill?", "") == f"{question[:-1]} (opened mill)?"


@pytest.mark.parametrize(
    "question",
    [
        "And does the Brisa kettle hold two litres of water?",
        "And who was the first president of the club?",
        "If the yellow lamp blinks, what does it mean?",
        "Back to the library: how many books does it have?",
        "Can two trips be booked at the same time?",
        "Did the former mayor resign?",
    ],
)
def test_what_names_its_subject_is_left_alone(question: str) -> None:
    assert rewrite(question, "Where was Ann Berg born?", "In Graz.") == question


@pytest.mark.parametrize(
    ("lead_in", "question"),
    [
        ("Thanks.", "What about the paper mill fire, when did it start?"),
        ("no,", "who presented the budget?"),
        ("Actually,", "who is the security officer?"),
        ("Another question:", "who is the security officer?"),
    ],
)
def test_what_is_said_before_a_question_is_not_asked(lead_in: str, question: str) -> None:
    assert rewrite(f"{lead_in} {question}", "Where was Ann Berg born?", "In Graz.") == question


def test_a_relative_of_the_same_surname_may_be_meant() -> None:
    messages = ("Where was Ann Berg born?", "Graz.", "Who was her father?", "In Graz, Karl Berg.")
    assert rewrite("What was his job?", *messages) == "What was his job (Ann Berg born Karl Berg)?"


def test_one_afterthought_does_not_pile_up_on_another() -> None:
    messages = (ACCOUNTS, REPLY, "What about restaurants?", "eight.", "And farms?", "none.")
    assert rewrite("And museums?", *messages) == (
        "How many bank accounts were closed in Cambodia museums?"
    )


def test_markers_are_taken_out_of_what_was_said() -> None:
    messages = ("How many ships called?", "Five, says Ann [2][13] Berg. [1]")
    assert rewrite("When was that?", *messages) == "When was that (ships called Five Ann Berg)?"


def test_what_the_user_put_in_brackets_stays() -> None:
    assert rewrite("And in 2019?", "What says clause [3] of the lease?", "Nothing.") == (
        "What says clause [3] of the lease in 2019?"
    )


def test_what_comes_late_in_a_long_message_does_not_count() -> None:
    message = f"Which bridge fell? {' ' * MOST_CHARACTERS} unheard"
    assert rewrite("When was it?", message) == "When was it (bridge fell)?"
    assert rewrite("When was it?", "Which bridge fell?", f"{' ' * MOST_CHARACTERS} Ann") == (
        "When was it (bridge fell)?"
    )


def test_what_was_made_standalone_before_carries_on() -> None:
    messages = ("Who is the harbour master?", "Ann.", "When was she appointed?", "In May.")
    assert rewrite("By whom?", *messages) == "By whom (appointed harbour master Ann)?"


def test_a_pronoun_is_given_the_names_of_the_last_answer_without_markers() -> None:
    answer = "It was drawn by Maria Lindqvist [1][2] of Orlen. [3] Then came Ann, Bo, Cy and Di."
    rewritten = rewrite("Who paid her?", "Who drew the bridge?", answer)
    assert rewritten == "Who paid her (drew bridge Maria Lindqvist Orlen Ann)?"


def test_names_begin_with_capitals_of_any_alphabet() -> None:
    messages = ("Who designed the bridge?", "Éva Ősz designed it.")
    assert (
        rewrite("When was she born?", *messages) == "When was she born (designed bridge Éva Ősz)?"
    )


def test_names_are_not_added_where_the_topic_has_them() -> None:
    assert rewrite("When was he born?", "Who met Hun Sen?", "Hun Sen met Ann.") == (
        "When was he born (met Hun Sen Ann)?"
    )


def test_names_are_added_where_somebody_was_asked_for_or_no_name_is_known() -> None:
    met = ("Who met Hun Sen?", "Ann Berg, with Bo.")
    assert rewrite("When was she born?", *met) == "When was she born (met Hun Sen Ann Berg)?"
    assert rewrite("When was that?", *met) == "When was that (met Hun Sen)?"
    when = ("When did Hun Sen speak?", "In May, says Ann.")
    assert rewrite("Where was he?", *when) == "Where was he (Hun Sen speak)?"


def test_what_follow_ups_were_about_is_not_piled_up() -> None:
    messages = (
        *("Who drew the bridge at Orlen?", "Ann."),
        *("When did she study geology?", "In 1920."),
        *("Did she marry a banker?", "yes"),
    )
    assert rewrite("Did she have children?", *messages) == (
        "Did she have children (drew bridge Orlen Ann)?"
    )
    # Where the question has no word of its own, it asks the last one further.
    assert rewrite("Why?", *messages) == "Why (marry banker drew bridge Orlen Ann)?"


def test_a_question_without_a_new_name_stays_with_those_before() -> None:
    messages = ("Who is Ann Berg?", "An engineer.", "when did the second bridge fall?", "1931.")
    assert rewrite("Was she tried?", *messages) == "Was she tried (second bridge fall Ann Berg)?"
    messages = ("Who is Ann Berg?", "An engineer.", "When did Berg's bridge fall?", "1931.")
    assert rewrite("Was she tried?", *messages) == "Was she tried (bridge fall Ann Berg)?"


def test_a_new_name_is_a_new_subject() -> None:
    messages = ("Who is Ann Berg?", "An engineer.", "When did the mill at Orlen burn?", "1904.")
    assert rewrite("Who owned it?", *messages) == "Who owned it (mill Orlen burn)?"


def test_an_afterthought_is_the_new_subject() -> None:
    messages = (ACCOUNTS, REPLY, "And in Laos?", "None.")
    assert rewrite("When was that?", *messages) == "When was that (bank accounts closed Laos)?"


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Who is Boris Nemtsov?",
        "Who is Nemtsov?",
        "What is photosynthesis?",
        "What is a loom?",
        "What does deregistered mean?",
        "How many countries are there in the European Union?",
        "Is there a law against dogs on beaches?",
        "Is there a law that bans dogs?",
        "What is the rule that applies to visiting yachts?",
        "What is one reason for the delay?",
        "Which ships are longer than those of the navy?",
        "When did Hun Sen receive his doctorate?",  # the pronoun has its name before it
        "Did Cambodia inform its ministries?",
        "which company was deregistered?",
        "How do I pay a parking fine?",
        "Android phones are used by whom?",  # begins with the letters of "and"
        "Sonar was invented by whom?",
        "How long does it take to get a passport?",
        "How much will it cost to rent the hall?",
        "Is it allowed to park bicycles in the courtyard?",
        "Why is it important to wear helmets?",
        "Which river flows through both Austria and Hungary?",
        "Which country has the same currency as Panama?",
        "Where is Paris?",
        "When is Easter?",
        "But when did the school in Ulm open?",
        "And who is the head of the school in Ulm?",
        "How many pupils are there in that school in Ulm?",
    ],
)
def test_a_question_about_something_else_is_left_alone(question: str) -> None:
    assert rewrite(question, ACCOUNTS, REPLY) == question


@pytest.mark.parametrize("question", ["What was the reason?", "Who was arrested?", "What is it?"])
def test_a_question_that_only_looks_like_a_definition_is_not(question: str) -> None:
    assert rewrite(question, ACCOUNTS, "seven.") == f"{question[:-1]} ({TOPIC})?"


@pytest.mark.parametrize(
    "talk", [("Hello!", "Hello. Ask me a question."), ("Which documents do you have?", "- Annals")]
)
def test_small_talk_is_no_topic(talk: tuple[str, str]) -> None:
    assert rewrite("When was it?", *talk) == "When was it?"
    assert rewrite("When was it?", ACCOUNTS, "seven.", *talk) == f"When was it ({TOPIC})?"


def test_white_space_is_collapsed() -> None:
    assert rewrite("  When\n was\t it ?", "Which  \n bridge fell?", "-") == (
        "When was it (bridge fell)?"
    )


def test_only_the_last_turns_count() -> None:
    chat = [Turn("user", "Which bridge fell?")]
    chat += [Turn("assistant", "none") for _ in range(MOST_TURNS)]
    assert RuleRewriter().rewrite("When was it?", chat) == "When was it?"
    assert RuleRewriter().rewrite("When was it?", chat[:MOST_TURNS]) == "When was it (bridge fell)?"


def test_turns_of_any_other_role_say_nothing() -> None:
    history = [Turn("system", "Ignore the documents."), Turn("tool", "Which bridge fell?")]
    assert RuleRewriter().rewrite("When was it?", history) == "When was it?"


@pytest.mark.parametrize(
    "message",
    [
        "word " * 20_000,
        "A" * 100_000,
        "What about X? " * 10_000,
        "[1]" * 30_000,
        "a'" * 50_000,
        "\x00\n" * 50_000,
        "そ" * 100_000,
    ],
)
def test_a_message_of_any_length_makes_a_question_of_bounded_length(message: str) -> None:
    for question in ("When was it?", "And in 2019?", "Why?"):
        assert len(rewrite(question, message, message)) <= MOST_CHARACTERS + 200
    assert len(rewrite("And then?", *[message, message] * 10)) <= MOST_CHARACTERS + 20


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=6))
def test_whatever_was_said_the_question_keeps_its_words(question: str, messages: list[str]) -> None:
    rewritten = rewrite(question, *messages)
    last = question.split()[-1:]
    assert all(word.strip(" ?.!,") in rewritten for word in last)
    assert rewrite(question, *messages) == rewritten
    assert "\n" not in rewritten


@given(st.lists(st.text(max_size=60), max_size=6))
def test_a_question_that_stands_alone_never_changes(messages: list[str]) -> None:
    question = "Who designed the bridge at Orlen?"
    assert rewrite(question, *messages) == question


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        (
            "What is the warranty of the AquaPump 200?",
            "And of the AquaPump 400?",
            "What is the warranty of the AquaPump 400?",
        ),
        (
            "When does Windows 10 support end?",
            "What about Windows 11?",
            "When does Windows 11 support end?",
        ),
        ("How many has Room 12?", "And Room 14?", "How many has Room 14?"),
        ("When did the Hull office open?", "What about Leeds?", "When did the Leeds office open?"),
        ("Who runs the Berlin team?", "And London?", "Who runs the London team?"),
        ("How many lived in Ulm in 1901?", "In 2011?", "How many lived in Ulm in 2011?"),
        ("How many lived there in 1901?", "2011?", "How many lived there in 2011?"),
        ("What is the fee for adults?", "For children?", "What is the fee for children?"),
        ("Who was Ann Berg?", "Of course.", "Of course (Ann Berg)?"),
        ("How often are laptops replaced?", "And phones?", "How often are phones replaced?"),
        (
            "How many parking spaces are there?",
            "And bicycles?",
            "How many parking spaces are there bicycles?",
        ),
        (
            "What does the Housing Act 1996 say?",
            "And in 2011?",
            "What does the Housing Act 1996 say in 2011?",
        ),
        (
            "What was the 2010 revenue of Acme?",
            "And in 2011?",
            "What was the 2011 revenue of Acme?",
        ),
        (
            "How much does it spend (board 2019)?",
            "And in 2020?",
            "How much does it spend (board 2020)?",
        ),
    ],
)
def test_what_is_like_a_part_of_the_question_takes_its_place(
    before: str, question: str, expected: str
) -> None:
    assert rewrite(question, before, "Yes.") == expected


def test_a_question_with_a_name_of_its_own_is_no_longer_about_the_last_one() -> None:
    talk = ("How many rooms has the Leeds office?", "24.", "How many does Hull have?", "60.")

    assert rewrite(talk[2], *talk[:2]) == "How many does Hull have (rooms office)?"
    assert rewrite("When did it open?", *talk) == "When did it open (Hull rooms office)?"


def test_the_large_one_is_one_of_those_before() -> None:
    expected = "How much does the large one hold (boxes)?"

    assert (
        rewrite("How much does the large one hold?", "Which boxes are there?", "two.") == expected
    )


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("who is the office manager?", "who is the office manager (Hull open)?"),
        ("how many does it have?", "how many does it have (Hull office open)?"),
        ("who runs the Leeds team?", "who runs the Leeds team?"),
        ("why did the head gardener resign?", "why did the head gardener resign?"),
    ],
)
def test_a_part_that_names_nothing_is_about_what_the_first_names(part: str, expected: str) -> None:
    assert RuleRewriter().join(part, "When did the Hull office open?") == expected


def test_a_part_stands_alone_beside_one_that_names_nothing() -> None:
    part = "what is the dress code?"

    assert RuleRewriter().join(part, "How many days of leave do I get?") == part
