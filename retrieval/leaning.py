"""Whether a question leans on what was said before it."""

from __future__ import annotations

import re

from retrieval.questions import ASKING, CAPITAL, find_kind, words

LEANING = frozenset(
    "it its itself they them their theirs he him his she her hers this that these those there then "
    "one ones same such former latter both another others else".split()
)
FUNCTION_WORDS = frozenset(
    "a an the of in on at by for to from with as and or but so if than about into over under is "
    "are was were be been being am do does did done has have had can could will would shall should "
    "may might must not no yes what which who whom whose when where why how many much old long far "
    "often i you we me us my your our please tell say said give show know there here also any some "
    "other more most very just only ever again between it's that's what's who's until till since "
    "during before after within without per back actually regarding concerning".split()
)
_CONJUNCTION = re.compile(r"(?:and|but|or|so|also)\b", re.IGNORECASE)
WHAT_ABOUT = re.compile(r"(?:and |but |so )?(?:what|how) (?:about|of)\b", re.IGNORECASE)
# A question or a request that begins otherwise than with "what" and the like.
BEGINS = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|tell|"
    r"show|give|list|explain|describe)(?:n['’]t)?\b",
    re.IGNORECASE,
)
# "Back to the library: how many books does it have?"
_NEW_TOPIC = re.compile(
    r"(?:(?:and|but|so|now) )?(?:back to|what about|how about|as for|regarding|concerning) "
    r"(?!(?:it|that|this|them|him|her)\b)[^,:;?]{3,60}[,:;?] *(?:and |but )?"
    rf"(?:{ASKING.pattern}|{BEGINS.pattern})",
    re.IGNORECASE,
)
# What "it" and "they" stand for may come before them: "if the lamp blinks, what does it mean".
_NEUTER = r"(?:it|its|itself|they|them|their|theirs)"
_INNER = re.compile(
    r"\b(?:an?|the|every|each|my|our|do|does|did|can|may|are|all|many) (?:[\w'’-]+ ){1,5}?[\w'’-]+"
    r"(?:,| if| when| because| and| unless| so that| before| after) (?:[\w'’-]+ ){0,4}?"
    rf"{_NEUTER}\b",
    re.IGNORECASE,
)
# Words that look like a reference and aren't: "is there a", "one reason", "those of the navy", "how
# long does it take", "is it allowed to", "both Ulm and Bonn", "the same as", "that school in Ulm",
# "such as", "at the same time", "the former mayor", "this year". But "the older one", "does it take
# place". Then "the rule that applies".
_EXPLETIVE = re.compile(
    r"\b(?:is|are|was|were|be|been) there\b|\bthere (?:is|are|was|were|has|have|be)\b|"
    r"(?<!which )(?<!this )(?<!that )(?<!first )(?<!second )(?<!last )(?<!new )(?<!er )"
    r"\bone (?!(?:is|are|was|were|has|have|had|do|does|did|can|will)\b)\w|"
    r"\bsuch (?:as|an?)\b|\b(?:at|on|in) the same (?:time|day|year|place|way)\b|"
    r"\bformer (?!(?:is|was|did|has|had|does)\b)\w|"
    r"\bthis (?:year|month|week|morning|afternoon|evening|spring|summer|autumn|winter|season)\b|"
    r"\bthose (?:of|who|that|which|in|on|with)\b|"
    r"\b(?:do|does|did|will|would|can|could) it "
    r"(?:take\b(?! (?:place|part|over|off)\b)|cost (?:\w+ )?to\b|(?:matter|rain|snow)\b)|"
    r"\b(?:is|was) it (?:\w+ly )?(?:possible|impossible|allowed|permitted|forbidden|legal|illegal|"
    r"necessary|required|mandatory|compulsory|important|essential|advisable|customary|common|usual|"
    r"safe|dangerous|easy|easier|hard|harder|difficult|better|best|worth|true)\b|"
    r"\bboth (?:[\w'’-]+ ){1,4}and\b|\bthe same (?:[\w'’-]+ ){0,4}as\b|"
    r"\b(?:this|that|these|those) [\w'’-]+ (?:in|of|at|on|from|near) "
    rf"(?:the )?(?-i:{CAPITAL})",
    re.IGNORECASE,
)
# "The large one" always does; "the only one" is another thing.
_OF_A_KIND = re.compile(
    r"\bthe (?!only\b|no\b)[\w-]+ ones?\b(?! (?:of|who|that|which|in|with)\b)", re.IGNORECASE
)
_RELATIVE = re.compile(
    r"(?<=\w )that (?=(?:is|are|was|were|has|have|had|can|could|will|would|may|must|should|the|an?|"
    r"\w+(?:s|ed))\b)",
    re.IGNORECASE,
)
# "What is photosynthesis?" stands alone; "What was the reason?" and "Who was arrested?" don't.
DEFINITION = re.compile(
    rf"(?:(?:who|where|when) (?:is|was|are|were) (?-i:{CAPITAL})[\w'’-]+|"
    r"what (?:is|are|was|were) (?:an? )?(?!the\b|\w+ed\b)[\w'’-]+|what does [\w'’-]+ mean)[\s?.!]*",
    re.IGNORECASE,
)


def leans(question: str) -> bool:
    """Whether a question is about something that it doesn't name."""
    if _NEW_TOPIC.match(question):
        return False
    if WHAT_ABOUT.match(question):
        return True
    conjunction = _CONJUNCTION.match(question)
    if conjunction:
        rest = question[conjunction.end() :].strip(" ,")
        # "But when did the school in Ulm open?" is no afterthought: it asks, and names what about.
        named = any(find_kind(rest, "person"))
        asks = ASKING.match(rest) and (named or len(_own_words(rest)) > 1)
        if not (asks or (BEGINS.match(rest) and named)):
            return True
        question = rest
    content = _own_words(question)
    if len(content) < 2:
        return not (content and DEFINITION.fullmatch(question))
    return refers(question) and not _names_itself(question)


def _own_words(question: str) -> list[str]:
    plain = question.replace("’", "'")
    return [word for word in words(plain) if word not in FUNCTION_WORDS | LEANING]


def refers(question: str) -> bool:
    """Whether a word of the question stands for something that was said before."""
    if _OF_A_KIND.search(question):
        return True
    plain = _RELATIVE.sub("", _EXPLETIVE.sub("", question))
    if _INNER.search(plain):
        plain = re.sub(rf"\b{_NEUTER}\b", "", plain, flags=re.IGNORECASE)
    return any(word in LEANING for word in words(plain))


def _names_itself(question: str) -> bool:
    """Whether a pronoun can refer to a name in the question itself, before it."""
    start, _ = next(find_kind(question, "person"), (0, 0))
    return start > 0 and not any(word in LEANING for word in words(question[:start]))
