"""The words by which mapping tables are understood: headings, kinds, nations, organisations, answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from kb.words import gettext


class Role(StrEnum):
    """What a column of a mapping table holds."""

    REFERENCE = "reference"
    KEY_POINTS = "key_points"
    IMPLICATIONS = "implications"
    PRIORITIES = "priorities"
    ACTIONS = "actions"
    RELEVANCE = "relevance"
    LINK = "link"
    PUBLISHER = "publisher"
    PUBLISHED = "published"
    KIND = "kind"
    NATIONS = "nations"
    SECTION = "section"
    IGNORED = "ignored"


# Without the words of UNSAID. The phrase that stands first in a heading decides, and of those the longest.
HEADINGS: Mapping[Role, tuple[str, ...]] = {
    Role.REFERENCE: (
        *("reference", "references", "document", "documents", "document title", "title", "source", "sources"),
        *("policy", "policies", "strategy", "policy driver", "policy drivers", "driver", "drivers", "publication"),
        *("legislation", "report", "evidence source", "name document", "name policy", "strategic driver"),
        *("policy or strategy", "policy strategy", "paper", "national policy", "key document", "key documents"),
    ),
    Role.KEY_POINTS: (
        *("key reference points", "key points", "key point", "key messages", "key findings", "key themes", "findings"),
        *("summary", "main points", "main messages", "main findings", "overview", "what it says", "what document says"),
        *("key content", "content", "description", "key recommendations", "recommendations", "key extracts", "extract"),
        *("relevant points", "relevant content", "headlines", "commitments", "key commitments", "messages"),
    ),
    Role.IMPLICATIONS: (
        *("implications", "implication", "workforce implications", "implications for workforce", "impact on workforce"),
        *("what it means for workforce", "what this means for workforce", "what that means for workforce"),
    ),
    Role.PRIORITIES: ("priorities", "priority", "links to priorities", "related priorities", "plan priorities"),
    Role.ACTIONS: ("actions", "action", "related actions", "action required", "what we will do", "next steps"),
    Role.RELEVANCE: (
        *("relevance", "relevant to plan", "how we respond", "how we responded", "how plan responds", "our response"),
        *(
            "response",
            "responses",
            "how it is reflected",
            "how this is reflected",
            "where it is reflected",
            "alignment",
        ),
        *("implications for plan", "implications for workforce plan", "what it means for plan", "link to plan"),
        *(
            "links to plan",
            "impact on plan",
            "how we will respond",
            "how plan answers",
            "answer",
            "comment",
            "comments",
        ),
        *("what this means for plan", "read across", "how addressed"),
    ),
    Role.LINK: (
        "link",
        "links",
        "web link",
        "weblink",
        "hyperlink",
        "address",
        "url",
        "web address",
        "where to find it",
    ),
    Role.PUBLISHER: (
        *("publisher", "published by", "author", "authors", "organisation", "issued by", "owner", "who published it"),
        *("body", "publishing body", "issuing body"),
    ),
    Role.PUBLISHED: ("year", "date", "published", "publication date", "date published", "date publication", "dated"),
    Role.KIND: ("type", "kind", "document type", "type document", "kind document"),
    Role.NATIONS: ("nation", "nations", "country", "jurisdiction", "geography"),
    Role.SECTION: ("section", "theme", "category", "area", "topic", "workstream"),
    Role.IGNORED: ("no", "number", "ref", "row", "item", "id"),
}
UNSAID = frozenset({"the", "our", "this", "a", "an", "of", "and"})
# What makes a table one of this kind: documents, and something that is said about them.
SAID = frozenset({Role.KEY_POINTS, Role.IMPLICATIONS, Role.PRIORITIES, Role.ACTIONS, Role.RELEVANCE})

RESEARCH = frozenset({"research", "evidence", "literature", "articles", "journals", "studies", "ymchwil"})
POLICY = frozenset({"policy", "policies", "strategy", "strategies", "legislation", "strategic", "drivers", "polisi"})

LINK_WORDS = ("Link", "LINK", "Links", "Weblink", "Web link", "Hyperlink", "Click here", "Dolen")
ILLUSTRATING = ("such as", "for example", "including", "e.g.", "eg")
EXPLAINING = ("i.e.", "ie.", "ie ", "e.g.", "eg.", "eg ")

NATIONS: Mapping[str, tuple[str, ...]] = {
    "wales": ("wales",),
    "welsh": ("wales",),
    "cymru": ("wales",),
    "senedd": ("wales",),
    "england": ("england",),
    "english": ("england",),
    "scotland": ("scotland",),
    "scottish": ("scotland",),
    "northern ireland": ("northern-ireland",),
    "united kingdom": ("wales", "england", "scotland", "northern-ireland"),
    "uk": ("wales", "england", "scotland", "northern-ireland"),
}
KINDS: Mapping[str, str] = {
    "act": "legislation",
    "measure": "legislation",
    "regulations": "legislation",
    "bill": "bill",
    "strategy": "strategy",
    "plan": "plan",
    "delivery plan": "delivery-plan",
    "framework": "framework",
    "guidance": "guidance",
    "code of practice": "guidance",
    "guide": "guide",
    "toolkit": "toolkit",
    "review": "review",
    "evaluation": "evaluation",
    "survey": "survey",
    "standards": "standard",
    "principles": "principles",
    "white paper": "white-paper",
    "green paper": "green-paper",
    "briefing": "briefing",
    "response to": "consultation-response",
    "consultation": "consultation",
    "committee review": "committee-report",
    "committee report": "committee-report",
    "commission": "commission-report",
    "programme": "programme",
    "programme for government": "programme-for-government",
    "journal": "journal-article",
}
RESEARCH_KIND = "research-report"
# These head what publishers are called; a line with one of KINDS in it is a title all the same.
ORGANISATIONS = frozenset(
    {
        *(
            "trust",
            "fund",
            "foundation",
            "college",
            "association",
            "confederation",
            "centre",
            "institute",
            "university",
        ),
        *("government", "department", "council", "committee", "journal", "society", "academy", "office", "agency"),
        *("authority", "ministry", "network", "parliament", "senedd", "federation", "union", "inspectorate", "board"),
    }
)

# The first of these in an answer decides. Stems, so that “align” finds “aligned” and “alignment”.
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "incorporated": (
        *("incorporat", "include", "included", "reflect", "covered in", "cover", "built into", "feature", "adopted"),
        *("recognise", "priority in", "priorities in", "key priority", "in the plan", "in our plan", "draft plan"),
        *("we have", "embedded", "actions in"),
    ),
    "aligned": ("align", "in line with", "consistent with", "complement", "similar", "matches", "corresponds"),
    "supporting": ("we support", "supporting", "to support", "work closely", "working with", "contribute"),
    "monitoring": ("monitor", "under review", "undergoing review", "keep watch", "track", "watching"),
    "considering": (
        *("consider", "explore", "to inform", "may have", "think about", "look at", "to be decided", "looking at"),
        *("need to", "learn from", "learning from"),
    ),
    "context-only": ("background", "context", "mirror", "echo", "for information"),
}


@dataclass(frozen=True)
class Vocabulary:
    """What a knowledge base knows already; without it, only what the text itself says is guessed.

    `organisations` gives the title of each name and acronym; `nations` and `kinds` add words to those above.
    """

    organisations: Mapping[str, str] = field(default_factory=dict)
    nations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def titles(self) -> dict[str, str]:
        """The titles of organisations by their names in lower case."""
        return {name.lower(): title for name, title in self.organisations.items()}

    @cached_property
    def kind_patterns(self) -> dict[str, tuple[re.Pattern[str], str]]:
        """For each phrase that names a kind of document, how it is found and what it names."""
        kinds = {**KINDS, **{phrase.lower(): kind for phrase, kind in self.kinds.items()}}
        return {
            phrase: (re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE), kind) for phrase, kind in kinds.items()
        }

    @cached_property
    def nation_patterns(self) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
        """How words for nations are found, and what each names."""
        known = {**NATIONS, **self.nations}
        return [(re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE), nations) for word, nations in known.items()]


NO_VOCABULARY = Vocabulary()


def role_labels() -> dict[str, str]:
    """What a column may hold, for people who say so themselves."""
    return {
        Role.REFERENCE: gettext("Source documents"),
        Role.KEY_POINTS: gettext("Key points"),
        Role.IMPLICATIONS: gettext("What it means for the workforce"),
        Role.PRIORITIES: gettext("Priorities"),
        Role.ACTIONS: gettext("Actions"),
        Role.RELEVANCE: gettext("How the plan answers"),
        Role.LINK: gettext("Address of the document"),
        Role.PUBLISHER: gettext("Publisher"),
        Role.PUBLISHED: gettext("Date of publication"),
        Role.KIND: gettext("Type of document"),
        Role.NATIONS: gettext("Nations"),
        Role.SECTION: gettext("Section"),
        Role.IGNORED: gettext("Leave it out"),
    }
