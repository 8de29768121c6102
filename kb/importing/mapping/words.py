"""The words by which mapping tables are understood besides their headings: kinds, nations, organisations, answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


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


# What makes a table one of this kind: documents, and something that is said about them.
SAID = frozenset({Role.KEY_POINTS, Role.IMPLICATIONS, Role.PRIORITIES, Role.ACTIONS, Role.RELEVANCE})

# What people write into a cell to say that nothing is there; without dots and strokes.
NOTHING = frozenset(
    {*("none", "none yet", "nil", "na", "not applicable", "tbc", "tbd", "to be confirmed", "nothing", "nothing yet")}
    | {*("nd", "no date", "undated", "not known", "unknown", "not yet", "no response", "no response yet", "blank")}
)

# How a line below a table begins that is about the table and no document.
NOTES = ("last updated", "updated", "note", "notes", "nb", "n.b.", "key:", "total", "prepared by", "compiled by", "*")

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
