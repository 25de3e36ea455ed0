"""Question sets in SQuAD's format, small enough to work out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAMES = "Arlo Bela Cara Dino Elsa Finn Gina Hugo Iris Jory Kira Lars Mona Nils Olga Pere".split()
PLACES = "Adra Brok Cale Dorn Eger Fyn Graz Hof Ilm Jena Kehl Lohr Melk Nahe Oder Prag".split()
TRADES = "potter weaver miller tanner cooper saddler glazier".split()


def make_article(title: str, *paragraphs: tuple[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """Return an article; its paragraphs are given with (question, answer) pairs, "" for none."""
    return {
        "title": title,
        "paragraphs": [
            {
                "context": context,
                "qas": [
                    {
                        "id": f"{title}-{question}",
                        "question": question,
                        "answers": [{"text": answer, "answer_start": context.index(answer)}]
                        if answer
                        else [],
                    }
                    for question, answer in asked
                ],
            }
            for context, asked in paragraphs
        ],
    }


def make_life(number: int) -> dict[str, Any]:
    """Return an article about somebody whom no other article is about."""
    name, place = NAMES[number % 16] + NAMES[number // 16].lower(), PLACES[number % 16]
    trade, year = TRADES[number % 7], 1700 + number
    first = f"{name} was born at {place}. In {year} the council of {place} appointed {name} mayor."
    second = f"As a {trade}, {name} worked for the abbey. The abbey burned down after a storm."
    return make_article(
        f"Life_of_{name}",
        (
            first,
            [
                (f"Where was {name} born?", place),
                (f"When did the council appoint {name} mayor?", str(year)),
                (f"Who taught {name} Latin?", ""),
            ],
        ),
        (second, [(f"What did {name} work as for the abbey?", trade)]),
    )


def make_strange(number: int) -> dict[str, Any]:
    """Return an article of a paragraph about something else, as people ask search engines."""
    return make_article(
        f"Planet_{number}",
        (
            f"Planet {number} has {number + 2} moons. Its ice reflects sunlight.",
            [(f"how many moons orbit planet {number}", str(number + 2))],
        ),
    )


def write_squad(path: Path, articles: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": "x", "data": articles}), "utf-8")
    return path
