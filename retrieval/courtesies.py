"""Answers what isn't a question to the documents: greetings, "which documents?", "summarise X"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, utils

from index.embedding import Embedder, Vectors
from index.language import UNKNOWN, find_foreign, name_language
from index.snapshot import Snapshot
from index.values import DocumentSummary
from retrieval.leaning import FUNCTION_WORDS
from retrieval.questions import words
from retrieval.reading import Evidence
from retrieval.sentences import quotable_ranges
from retrieval.values import Hit, Turn

_HELLO = r"hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)"
_HELP = (
    r"help(?: me)?|how are you|what can you do|what are you|who are you|"
    r"how do(?:es)? (?:you|this) work"
)
_THANKS = (
    r"thanks?|thank you|many thanks|thx|ty|cheers|ok|okay|alright|great|perfect|cool|got it|"
    r"i see|that(?:'s|’s| was| is) (?:very )?helpful|that helps"
)
_FAREWELL = r"bye|goodbye|good bye|good night|see you"
_GREETING = re.compile(
    rf"(?:(?:{_HELLO}|{_HELP}|{_THANKS}|{_FAREWELL})(?:,? (?:there|all|again|footnote|today|later|"
    r"soon|tomorrow|very much|so much|a lot|for me|for (?:the|your) help))*[\s.!?,]*)+",
    re.IGNORECASE,
)
# Of several courtesies ("OK, thanks, bye!"), the first of these is replied to; who wants help is
# told what can be asked.
_REPLIES = (
    (re.compile(rf"\b(?:{_FAREWELL})\b", re.IGNORECASE), "Goodbye."),
    (re.compile(rf"\b(?:{_HELP})(?<!your help)(?<!the help)\b", re.IGNORECASE), None),
    (re.compile(rf"\b(?:{_THANKS})\b", re.IGNORECASE), "You're welcome. Ask me whenever you like."),
)
_DOCUMENTS = r"(?:document|doc|file|source|article|text|paper)s"
_LISTING = re.compile(
    r"(?:(?:please|can you|could you|would you|tell me) )*(?:"
    rf"(?:which|what) (?:\w+ )?{_DOCUMENTS} (?:(?:do you|you) (?:have|know|use)|have you got|"
    r"are (?:there|here|available|indexed|loaded)|can (?:i|you) (?:ask about|search|see|read|use))|"
    rf"(?:list|show|give)(?: me)? (?:a list of )?(?:all )?(?:the |your |my )?{_DOCUMENTS}|"
    rf"how many {_DOCUMENTS} (?:(?:do you have|have you got)|"
    r"are (?:there|here|available|indexed|loaded))|"
    r"what (?:do you know|can i ask)(?: you)?(?: about)?|"
    r"what(?:'s|’s| is) in (?:your|the|this) (?:library|collection|index))(?: please)?[\s.?!]*",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"(?:(?:please|can you|could you|would you) )*(?:summari[sz]e|sum up|give (?:me )?an? "
    r"(?:short |brief )?(?:summary|overview) of|what is the (?:summary|gist) of|"
    r"summary of|tl;?dr(?: of)?)\s+(?P<subject>.+?)[\s.?!]*",
    re.IGNORECASE | re.DOTALL,
)
# A question that begins so is English, whatever foreign names are in it. Some of the verbs are
# words of other languages, too, but those have no "the".
_ENGLISH = re.compile(
    r"(?:who|whom|whose|what|when|where|why|how|which|does|did|were|could|would|should)\b|"
    r"(?:is|are|was|has|have|had|do|can|will)\b.*\bthe\b",
    re.IGNORECASE | re.DOTALL,
)
_EVERYTHING = re.compile(
    r"(?:it|this|that|them|all|everything|(?:the|all(?: the)?|your) \w+)", re.IGNORECASE
)
_UNNAMED = re.compile(
    r"it|this|that|them|all|everything|"
    rf"(?:all )?(?:of )?(?:the |your |my |this |these )?{_DOCUMENTS}?",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:the|a|an|this|that|my|our|your|article|document|file|report|text|paper|page|about|on|of|"
    r"for|me|called|titled|named)\b",
    re.IGNORECASE,
)
WHICH = "Which one?"  # asked where a summary may be meant of any document
MODEL_LANGUAGES = frozenset({"en"})  # that the default embedder was trained on
SUMMARY_SENTENCES = 4
_MOST_SENTENCES = 160  # of a document that are compared for a summary
_LISTED = 20
_LIKE_TITLE = 75.0  # of 100: how well a subject has to fit a title
_LIKE_WORD = 80.0  # of 100: how well one of its words has to fit one of the title's


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said without searching for an answer.

    Attributes:
        text: The reply in Markdown, "" where it consists of quotes.
        quotes: The sentences that are quoted.
        abstained: True where it isn't a statement about the documents.
    """

    text: str
    quotes: tuple[Evidence, ...]
    abstained: bool


def reply_courteously(
    question: str, turns: Sequence[Turn], snapshot: Snapshot, embedder: Embedder
) -> Reply | None:
    """Return a reply to what isn't a question to the documents, or None where it is one.

    Args:
        question: As it was asked.
        turns: The conversation before it.
        snapshot: Where the documents are.
        embedder: For the sentences of a summary.
    """
    question = question.strip()
    subject = find_subject(question) or _find_named(question, turns)
    if not (_GREETING.fullmatch(question) or _LISTING.fullmatch(question) or subject):
        return _decline_language(question, snapshot)
    summaries = snapshot.summaries()
    if subject:
        document = find_document(subject, summaries)
        if document is None and _UNNAMED.fullmatch(subject):
            document = _find_named_last(turns, summaries)
        quotes = pick_sentences(document, snapshot, embedder) if document else ()
        if not quotes and len(summaries) > 1 and _UNNAMED.fullmatch(subject):
            return Reply(f"{WHICH} {list_documents(summaries)}", (), abstained=True)
        if quotes:
            return Reply("", quotes, abstained=False)
        return None if find_subject(question) else _decline_language(question, snapshot)
    if _GREETING.fullmatch(question):
        return Reply(greet(question, summaries), (), abstained=True)
    return Reply(list_documents(summaries), (), abstained=False)


def is_small_talk(question: str) -> bool:
    """Whether nothing is asked of the documents' text: a greeting, or the list of documents."""
    question = question.strip()
    return bool(_GREETING.fullmatch(question) or _LISTING.fullmatch(question))


def _decline_language(question: str, snapshot: Snapshot) -> Reply | None:
    """Return a refusal where neither documents nor models know the question's language."""
    if "en" in MODEL_LANGUAGES and _ENGLISH.match(question):
        return None  # before all documents are asked what they are written in
    served = {*snapshot.languages(), *MODEL_LANGUAGES} - {UNKNOWN}
    foreign = find_foreign(question, served)
    if foreign is None:
        return None
    ours = " or ".join(sorted(name_language(code) for code in served))
    return Reply(
        f"This question seems to be in {name_language(foreign)}, which neither the documents nor "
        f"the models here are made for, so I can't answer it. Please ask in {ours}.",
        (),
        abstained=True,
    )


def find_subject(question: str) -> str | None:
    """Return what is to be summarised, or None where nothing is."""
    match = _SUMMARY.fullmatch(question.strip())
    return match["subject"].strip(" \"'“”") if match else None


def greet(question: str, summaries: Sequence[DocumentSummary]) -> str:
    """Return the reply to a greeting, thanks or farewell; a greeting is told what can be asked."""
    reply = next((reply for pattern, reply in _REPLIES if pattern.search(question)), None)
    if reply:
        return reply
    if not summaries:
        return "Hello. There are no documents here yet. Add some, then ask me about them."
    about = (
        f"the document here, “{summaries[0].title}”"
        if len(summaries) == 1
        else f"the {len(summaries)} documents here, for example about “{summaries[0].title}”"
    )
    return (
        f"Hello. Ask me a question about {about}. I quote the sentence that answers it, or say "
        "that the documents don't."
    )


def list_documents(summaries: Sequence[DocumentSummary]) -> str:
    """Return the documents' titles and sources, in Markdown."""
    if not summaries:
        return "There are no documents here yet."
    lines = [f"- {item.title} ({item.source})" for item in summaries[:_LISTED]]
    if len(summaries) > _LISTED:
        lines.append(f"- and {len(summaries) - _LISTED} more")
    count = (
        "There is 1 document" if len(summaries) == 1 else f"There are {len(summaries)} documents"
    )
    return "\n".join([f"{count}:", "", *lines])


def find_document(subject: str, summaries: Sequence[DocumentSummary]) -> DocumentSummary | None:
    """Return the document whose title or source is meant by `subject`, or None."""
    if len(summaries) == 1 and (_EVERYTHING.fullmatch(subject) or not words(subject)):
        return summaries[0]
    scored = [
        (max(_likeness(subject, item.title), _likeness(subject, item.source)), item)
        for item in summaries
    ]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= _LIKE_TITLE else None


def _find_named(question: str, turns: Sequence[Turn]) -> str | None:
    """Return what may name a document, where it was asked which one is meant."""
    asked = bool(turns) and turns[-1].role == "assistant" and turns[-1].content.startswith(WHICH)
    return question.rstrip(".!") if asked and not is_small_talk(question) else None


def _find_named_last(
    turns: Sequence[Turn], summaries: Sequence[DocumentSummary]
) -> DocumentSummary | None:
    """Return the document that the user named last, or None."""
    for turn in reversed(turns):
        own = [word for word in words(turn.content) if word not in FUNCTION_WORDS]
        document = find_document(" ".join(own), summaries) if turn.role == "user" and own else None
        if document:
            return document
    return None


def pick_sentences(
    summary: DocumentSummary, snapshot: Snapshot, embedder: Embedder
) -> tuple[Evidence, ...]:
    """Return the sentences that stand for a document, in its order.

    Those are the sentences nearest to the mean of all, beginnings preferred, no two alike.
    """
    sentences = [
        Evidence(hit, start + hit.chunk.start, end + hit.chunk.start, (0, 0), 1.0)
        for hit in (
            Hit(chunk, 1.0, "summary", summary.source, summary.title)
            for chunk in snapshot.catalogue.document_chunks(summary.id)
        )
        for start, end in quotable_ranges(hit.chunk.text)
        if _says_something(hit.chunk.text[start:end])
    ][:_MOST_SENTENCES]
    if not sentences:
        return ()
    vectors = embedder.embed([item.quote for item in sentences])
    order = np.argsort(-_centrality(vectors))
    chosen: list[int] = []
    for place in order:
        if all(float(vectors[place] @ vectors[other]) < 0.85 for other in chosen):
            chosen.append(int(place))
        if len(chosen) == SUMMARY_SENTENCES:
            break
    return tuple(sentences[place] for place in sorted(chosen))


def _centrality(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0)
    lead = 0.15 / (1.0 + np.arange(len(vectors), dtype=np.float32))
    return np.asarray(vectors @ mean / (np.linalg.norm(mean) + 1e-9) + lead, np.float32)


def _says_something(text: str) -> bool:
    return len(words(text)) > 5 and text.rstrip("\"'”’)]")[-1:] in ".!。！" and len(text) < 500


def _likeness(subject: str, name: str) -> float:
    # Who asks for "the article about secret deals" names the title's words alone; who asks for "the
    # fees that Oslo's university charges" doesn't mean a document called "Fees".
    subject, name = (utils.default_process(text) for text in (_FILLER.sub(" ", subject), name))
    named, asked = name.split(), subject.split()
    meant = [any(fuzz.ratio(word, other) >= _LIKE_WORD for other in named) for word in asked]
    if 2 * sum(meant) < len(meant):
        return 0.0
    return float(fuzz.token_set_ratio(subject, name))
