"""A matter of a meeting: how it stands by now, what may be decided on it, and what that does.

A decision bears the number of its matter on the agenda; other business follows after the last of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from zlib import crc32

from actions.requests import words as request_words
from actions.review_models import Verdict
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from actions.models import Action, Update
    from actions.requests.service import Asked
    from actions.review_models import Decision, Review
    from actions.reviews.pack import Named, Wanted
    from actions.service import Listed
    from kb.models.record import Record


class About(StrEnum):
    """What a matter is about, which says what a decision on it does."""

    REQUEST = "request"
    ASK = "ask"
    VERIFYING = "verifying"
    OTHER = "other"


ALL = (Verdict.APPROVE, Verdict.REJECT, Verdict.DEFER, Verdict.NOTE)


@dataclass(frozen=True)
class Matter:
    """One matter as this person finds it now.

    `words` are kept with the decision. `moved` says what has become of it since the pack was frozen, and `moved_on`
    when that was settled for good; `obstacle` why it can no longer be approved, `why_not` why this person may not
    decide it, and `settled` what the decision has done and how that is undone: each is a sentence or nothing. `record`
    is there where the person may see it.
    """

    number: int
    about: About
    words: str
    note: str = ""
    named: Named | None = None
    record: Record | None = None
    asked: Asked | None = None
    ask: Update | None = None
    action: Action | None = None
    decision: Decision | None = None
    follow_up: Listed | None = None
    is_waiting: bool = True
    is_own: bool = False
    moved: str = ""
    moved_on: date | None = None
    obstacle: str = ""
    why_not: str = ""
    settled: str = ""

    @property
    def version(self) -> int:
        """What stands decided, as a number; none before anything is."""
        return version_of(self.decision) if self.decision else 0

    @property
    def brief(self) -> str:
        """Its words without the title of what it is about, where that stands beside them."""
        title = f" ({self.named.title})" if self.named is not None else ""
        return self.words.removesuffix(title) if title else self.words

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What this person may decide on it now; what has moved can only be noted."""
        if not self.is_waiting:
            return (Verdict.NOTE,)
        if self.is_own:
            return ()
        if self.why_not:
            return (Verdict.DEFER, Verdict.NOTE)
        return ALL[1:] if self.obstacle else ALL

    @property
    def touched(self) -> Record | None:
        """The record in whose history a decision stands."""
        if self.asked is not None:
            return self.asked.action
        return self.ask.action if self.ask is not None else self.record

    @property
    def effects(self) -> dict[str, str]:
        """What each verdict does, in a sentence."""
        later = gettext("It waits, and comes back at the next meeting.")
        match self.about:
            case About.REQUEST if self.asked is not None:
                then = gettext("It takes effect at once: %(told)s.", told=request_words.told(self.asked))
                stays = gettext("The action stays as it is; whoever asked reads your reason.")
                noted = gettext("It is written down, and the request still waits.")
                return {Verdict.APPROVE: then, Verdict.REJECT: stays, Verdict.DEFER: later, Verdict.NOTE: noted}
            case About.ASK:
                answer = gettext("The owner gets what you say as the answer.")
                none = gettext("The owner reads why there is no support.")
                return {Verdict.APPROVE: answer, Verdict.REJECT: none, Verdict.DEFER: later, Verdict.NOTE: answer}
            case About.VERIFYING:
                done, again = (
                    gettext("The action is verified."),
                    gettext("The action is opened again, with your reason."),
                )
                noted = gettext("It is written down; the action still waits to be verified.")
                return {Verdict.APPROVE: done, Verdict.REJECT: again, Verdict.DEFER: later, Verdict.NOTE: noted}
            case _:
                return of_other_business()


def of_other_business() -> dict[str, str]:
    """What each verdict does on what changes nothing by itself."""
    return {Verdict.DEFER: gettext("It stays in the action log until a later meeting decides it.")}


def version_of(decision: Decision) -> int:
    """A number that is another one as soon as the decision says something else."""
    said = (decision.verdict, decision.reason, decision.matter, str(decision.record_id), str(decision.follow_up_id))
    return crc32("\n".join(said).encode()) or 1


def words_of(wanted: Wanted) -> str:
    """A matter of the pack in one line."""
    if wanted.record.title and wanted.record.title not in wanted.words:
        return gettext(
            "%(verb)s: %(words)s (%(title)s)", verb=wanted.verb, words=wanted.words, title=wanted.record.title
        )
    return f"{wanted.verb}: {wanted.words}"


def is_to_verify(words: str) -> bool:
    """Whether a matter without a request or an ask is an action that waits to be verified."""
    return words.startswith(f"{gettext('Verify')}:")


def said_at(review: Review, reason: str) -> str:
    """A decision as those read it whom it concerns: whose it is, and what was said."""
    who = gettext("Steering group, %(day)s", day=spoken(review.meets_on))
    return f"{who}: {reason}" if reason else f"{who}."
