from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from interface.answer_actions import AnswerActions
from interface.chat import ChatTab
from interface.history import UNKNOWN_VISITOR
from interface.keeping.kept import Kept, open_kept
from interface.strings import UNEXPECTED
from retrieval import __main__ as command
from retrieval.assistant import Assistant
from retrieval.receipts import compare_answers, load_receipt
from retrieval.similarity import SimilarityReader
from retrieval.wire import answer_object
from tests.interface.fakes import FakeAssistant, FakeLibrary, send, turns_of
from tests.retrieval.fakes import BRIDGE, BY_WORDS, MILL, make_library

BROWSER, OTHER = "b" * 32, "c" * 32
NOBODY: Any = SimpleNamespace(username=None)
QUESTION = "How many accounts?"


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return open_kept(tmp_path)


@pytest.fixture
def actions(kept: Kept) -> AnswerActions:
    return AnswerActions(kept)


@pytest.fixture
def turn(library: FakeLibrary, assistant: FakeAssistant, kept: Kept) -> str:
    chat = ChatTab(cast("Any", library), cast("Any", assistant), (), kept.conversations)
    return ask(chat, QUESTION)


def ask(chat: ChatTab, question: str, **conversation: object) -> str:
    view = list(send(chat, question, {"turns": [], **conversation}, BROWSER, NOBODY))[-1]
    return str(turns_of(view)[-1]["id"])


def sent(**details: object) -> gr.EventData:
    return gr.EventData(None, details)


def test_a_receipt_is_the_answer_object_that_replay_takes(
    actions: AnswerActions, turn: str, assistant: FakeAssistant, tmp_path: Path
) -> None:
    handout = actions.receipt(BROWSER, sent(turn=turn), NOBODY)
    file = tmp_path / handout["name"]
    file.write_text(handout["text"], "utf-8")
    receipt = load_receipt(file)
    again = json.loads(json.dumps(answer_object(assistant.ask(QUESTION))))
    assert receipt == again
    assert list(compare_answers(receipt, again)) == []


def test_the_command_replays_a_receipt_that_the_page_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library = make_library(tmp_path / "data", {"notes/bridge.txt": BRIDGE, "mill.txt": MILL})
    assistant = Assistant(library, reader=SimilarityReader(library.embedder, BY_WORDS))
    kept = open_kept(library.data_dir)
    turn = ask(
        ChatTab(library, assistant, (), kept.conversations), "When was the bridge at Orlen opened?"
    )
    handout = AnswerActions(kept).receipt(BROWSER, sent(turn=turn), NOBODY)
    file = tmp_path / handout["name"]
    file.write_text(handout["text"], "utf-8")
    monkeypatch.setattr(command, "Library", lambda settings: library)
    monkeypatch.setattr(command, "Assistant", lambda library: assistant)
    replay = ["replay", str(file), "--data-dir", str(library.data_dir)]
    assert command.main(replay) == 0
    assert capsys.readouterr().out == "nothing has changed\n"
    library.remove("notes/bridge.txt")
    assert command.main(replay) == 0
    assert "no longer cited: notes/bridge.txt" in capsys.readouterr().out


def test_the_command_replays_a_question_that_single_documents_were_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library = make_library(tmp_path / "data", {"notes/bridge.txt": BRIDGE, "mill.txt": MILL})
    assistant = Assistant(library, reader=SimilarityReader(library.embedder, BY_WORDS))
    kept = open_kept(library.data_dir)
    chat = ChatTab(library, assistant, (), kept.conversations)
    (mill,) = (each.id for each in library.documents() if each.source == "mill.txt")
    turn = ask(chat, "When was the bridge at Orlen opened?", chosen=[{"id": mill}])
    handout = AnswerActions(kept).receipt(BROWSER, sent(turn=turn), NOBODY)
    file = tmp_path / handout["name"]
    file.write_text(handout["text"], "utf-8")
    monkeypatch.setattr(command, "Library", lambda settings: library)
    monkeypatch.setattr(command, "Assistant", lambda library: assistant)
    assert command.main(["replay", str(file), "--data-dir", str(library.data_dir)]) == 0
    assert capsys.readouterr().out == "nothing has changed\n"


def test_a_link_is_handed_out(actions: AnswerActions, turn: str, kept: Kept) -> None:
    news = actions.share(BROWSER, sent(turn=turn), NOBODY)
    assert news["turn"] == turn
    assert kept.links.follow(news["link"]).view["question"] == QUESTION


def test_an_opinion_is_kept_and_confirmed(actions: AnswerActions, turn: str, kept: Kept) -> None:
    opinion = {"verdict": "down", "reasons": ["wrong answer"], "right_answer": "116"}
    news = actions.judge(BROWSER, sent(turn=turn, **opinion), NOBODY)
    assert (news["turn"], news["verdict"]) == (turn, "down")
    (judgement,) = kept.judgements.all()
    assert judgement.opinion.right_answer == "116"
    assert judgement.owner.startswith("browser:")


def test_who_signed_in_judges_by_name(
    actions: AnswerActions, turn: str, kept: Kept, assistant: FakeAssistant, library: FakeLibrary
) -> None:
    anna: Any = SimpleNamespace(username="anna")
    chat = ChatTab(cast("Any", library), cast("Any", assistant), (), kept.conversations)
    view = list(send(chat, QUESTION, {"turns": []}, BROWSER, anna))[-1]
    news = actions.judge(BROWSER, sent(turn=turns_of(view)[0]["id"], verdict="up"), anna)
    assert news["verdict"] == "up"
    assert [judgement.owner for judgement in kept.judgements.all()] == ["user:anna"]
    assert "isn't kept" in actions.judge(BROWSER, sent(turn=turn, verdict="up"), anna)["error"]


@pytest.mark.parametrize("name", ["receipt", "share", "judge"])
def test_nobody_else_gets_at_an_answer(actions: AnswerActions, turn: str, name: str) -> None:
    act = getattr(actions, name)
    assert "isn't kept" in act(OTHER, sent(turn=turn, verdict="up"), NOBODY)["error"]
    assert act(None, sent(turn=turn, verdict="up"), NOBODY)["error"] == UNKNOWN_VISITOR
    assert "turn must be a string" in act(BROWSER, sent(turn=5), NOBODY)["error"]


def test_a_senseless_opinion_is_refused(actions: AnswerActions, turn: str, kept: Kept) -> None:
    news = actions.judge(BROWSER, sent(turn=turn, verdict="maybe"), NOBODY)
    assert "verdict must be one of" in news["error"]
    assert kept.judgements.all() == ()


def test_an_unknown_error_tells_the_page_nothing(caplog: pytest.LogCaptureFixture) -> None:
    news = AnswerActions(cast("Any", None)).receipt(BROWSER, sent(turn="x"), NOBODY)
    assert news["error"] == UNEXPECTED
    assert "failed" in caplog.text
