"""What people write over the columns of tables about documents: one place for mapping tables and lists of sources."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.importing.mapping.words import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

# A heading of so many words without any of `_JOINING` is a name, of which the last word tells: “Policy owner”.
MOST_WORDS_OF_A_NAME = 4

MOST_WORDS = 6

# Without the words of `_UNSAID`, and in the singular. Of a heading the phrase that stands first decides, and of those
# at one place the longest.
_PHRASES: Mapping[Role, tuple[str, ...]] = {
    Role.REFERENCE: (
        *("title", "document", "reference", "source", "policy", "strategy", "driver", "publication", "legislation"),
        *("report", "paper", "guidance", "document name", "policy name", "strategy name", "plan name"),
    ),
    Role.KEY_POINTS: (
        *("key reference points", "key points", "key messages", "key findings", "key themes", "key content"),
        *("key recommendations", "key extracts", "key commitments", "key requirements", "key asks", "key issues"),
        *("main points", "main messages", "main findings", "main themes", "main asks", "findings", "messages"),
        *("summary", "overview", "content", "description", "recommendations", "extract", "headlines", "commitments"),
        *("relevant points", "relevant content", "requirements", "what it says", "what document says", "what it asks"),
        *("what it requires", "what it covers", "what it is about", "purpose", "aims", "objectives"),
    ),
    Role.IMPLICATIONS: (
        *("implications", "what it means", "impact on", "impact for", "workforce impact", "how it affects"),
        *("effect on", "consequences", "so what", "meaning for"),
    ),
    Role.PRIORITIES: ("priorities", "links to priorities"),
    Role.ACTIONS: ("actions", "next steps"),
    Role.RELEVANCE: (
        *("relevance", "relevant to plan", "alignment", "read across", "answer", "comment", "our position"),
        *("response", "how we respond", "how we responded", "how we are responding", "how plan responds"),
        *("what we do", "what we are doing", "what we have done", "our approach", "our compliance", "our plans"),
        *("how it is reflected", "where it is reflected", "how it is addressed", "where it is addressed"),
        *("how it is covered", "where it is covered", "how we address", "how we meet", "how we comply"),
        *("how plan answers", "implications for plan", "implications for workforce plan", "what it means for plan"),
        *("link to plan", "impact on plan", "effect on plan"),
    ),
    Role.LINK: (
        *("link", "web link", "weblink", "hyperlink", "address", "url", "web address", "website", "web site"),
        *("web page", "webpage", "where to find it", "find it", "read it", "online"),
    ),
    Role.PUBLISHER: (
        *("publisher", "published by", "author", "organisation", "organization", "issuer", "issued by", "written by"),
        *("produced by", "who published it", "who wrote it", "who issued it", "who produced it", "body"),
        *("publishing body", "issuing body"),
    ),
    Role.PUBLISHED: (
        *("published", "published on", "published in", "publication date", "publication year", "date of publication"),
        *("year of publication", "date published", "year published", "issue date", "date of issue", "date issued"),
        *("document date", "date of document", "when it was published", "dated"),
    ),
    Role.KIND: ("type", "kind", "type of document", "kind of document"),
    Role.NATIONS: ("nation", "country", "jurisdiction", "geography", "applies to"),
    Role.SECTION: ("section", "theme", "category", "area", "topic", "workstream"),
    Role.IGNORED: (
        *("no", "number", "ref", "row", "item", "id", "reference number", "reference no", "version", "rag", "status"),
        *("owner", "lead", "contact", "responsible", "review", "review date", "date of review", "next review"),
        *("date added", "date reviewed", "date checked", "date accessed", "date updated", "last updated"),
        *("last reviewed", "last checked", "expiry date", "start date", "end date", "due date", "summary of changes"),
    ),
}
# Words that say it only where nothing stands beside them.
_WHOLE: Mapping[Role, tuple[str, ...]] = {
    Role.REFERENCE: ("name", "plan", "act", "law", "standard", "framework"),
    Role.KEY_POINTS: ("details", "about"),
    Role.IMPLICATIONS: ("impact", "effect", "meaning"),
    Role.PUBLISHED: ("date", "year", "date or year", "year or date"),
}
_UNSAID = frozenset(
    {*("the", "our", "your", "this", "that", "these", "a", "an", "of", "and", "or", "it", "its", "they")}
    | {*("is", "are", "was", "were", "does", "did", "will", "have", "has", "can", "should")}
)
_JOINING = frozenset(
    {*("and", "or", "of", "for", "to", "by", "on", "in", "with", "from", "about", "it", "we", "us", "this", "that")}
    | {*("what", "how", "who", "where", "when", "does", "is", "are")}
)


@lru_cache(maxsize=4_096)
def plain_heading(text: str) -> str:
    """A heading as headings are compared: lower case, in the singular, and without words that say nothing."""
    words = re.findall(r"\w+", text.lower().replace("’", "").replace("'", ""))
    return " ".join(_singular(word) for word in words if word not in _UNSAID)


def role_of(heading: str) -> Role | None:
    """What a column of this heading holds, or None where nobody can tell."""
    given = plain_heading(heading)
    if whole := next((role for role, phrases in _PLAIN_WHOLE.items() if given in phrases), None):
        return whole
    padded = f" {given} "
    found = [
        (at, -len(phrase), role)
        for role, phrases in _PLAIN.items()
        for phrase in phrases
        if (at := padded.find(f" {phrase} ")) >= 0
    ]
    at_end = [(length, role) for at, length, role in found if at - length == len(given)]
    if at_end and _is_name(heading):
        return min(at_end)[1]
    return min(found)[2] if found else None


@lru_cache(maxsize=4_096)
def held_by(heading: str) -> str:
    """What a column of documents holds, where a few words over it begin or end with that; else nothing."""
    role = role_of(heading) if len(heading.split()) <= MOST_WORDS else None
    return role if role and is_about(heading, role) else ""


def is_about(heading: str, role: Role) -> bool:
    """Whether a heading begins or ends with what its column holds; a sentence may name that by chance."""
    given = plain_heading(heading)
    return given in _PLAIN_WHOLE.get(role, ()) or any(
        f"{given} ".startswith(f"{phrase} ") or f" {given}".endswith(f" {phrase}") for phrase in _PLAIN[role]
    )


def _is_name(heading: str) -> bool:
    words = heading.lower().split()
    return 1 < len(words) <= MOST_WORDS_OF_A_NAME and all(word.isalpha() and word not in _JOINING for word in words)


def _singular(word: str) -> str:
    """A word without the ending of the plural, or of a verb: “policies” and “says”."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _all_plain(phrases: Mapping[Role, tuple[str, ...]]) -> dict[Role, tuple[str, ...]]:
    return {role: tuple({plain_heading(one): None for one in each}) for role, each in phrases.items()}


_PLAIN, _PLAIN_WHOLE = _all_plain(_PHRASES), _all_plain(_WHOLE)
