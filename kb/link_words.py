"""Links in words: what each type says, read forwards."""

from __future__ import annotations

from kb.models.link import LinkType
from kb.models.record import Record, Visibility
from kb.words import gettext

PHRASES: dict[LinkType, str] = {
    LinkType.CALLS_FOR: "calls for",
    LinkType.ANSWERED_BY: "is answered by",
    LinkType.DELIVERED_BY: "is delivered by",
    LinkType.MEASURED_BY: "is measured by",
    LinkType.SUPERSEDES: "supersedes",
    LinkType.AMENDS: "amends",
    LinkType.IMPLEMENTS: "implements",
    LinkType.REVIEWS: "reviews",
    LinkType.DRAWS_ON: "draws on",
    LinkType.DEPENDS_ON: "depends on",
    LinkType.SAME_AS: "is the same as",
}


def told(start: Record, kind: LinkType, end: Record) -> str:
    """A link as the history of its start tells it; whoever may read that need not be allowed to see a draft's title."""
    is_secret = end.visibility == Visibility.DRAFT and start.visibility != Visibility.DRAFT
    return f"{PHRASES[kind]} {gettext('a draft')}" if is_secret else f"{PHRASES[kind]} “{end.title}”"


def with_adverb(adverb: str, phrase: str) -> str:
    """A phrase with already or now where English wants it: is already delivered by, already supersedes."""
    first, _, rest = phrase.partition(" ")
    return f"{first} {adverb} {rest}" if first == "is" else f"{adverb} {phrase}"


def article(kind: str) -> str:
    """A kind of record as one of its kind: an action, a key point."""
    word = kind.replace("_", " ")
    return f"an {word}" if word[0] in "aeio" else f"a {word}"
