from __future__ import annotations

from retrieval.reading import Evidence
from tests.retrieval.fakes import make_document, make_hit

DOCUMENT = make_document("👩‍🚒 First sentence. The 12 boats sank. Last one.")


def test_offsets_count_from_the_start_of_the_document_not_of_the_passage() -> None:
    start, end = DOCUMENT.text.index("First"), DOCUMENT.text.index(" Last")
    sentence = DOCUMENT.text.index("The 12")
    span = DOCUMENT.text.index("12")
    hit = make_hit(DOCUMENT, start, end)
    evidence = Evidence(hit, sentence, end, (span, span + 2), 0.5)
    assert evidence.quote == "The 12 boats sank." == DOCUMENT.text[sentence:end]
    assert evidence.span_text == "12"
