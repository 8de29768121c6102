"""The forms for joining records, for a link that is offered, and for confirming or retiring a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from kb.forms.base import Form
from kb.forms.choosing import Several
from kb.links import LONGEST_REASON
from kb.narrowing import LONGEST_WORDS
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.link_choices import Way
    from kb.models.record import Record


@dataclass(frozen=True, slots=True)
class Offer:
    """One record that may be ticked: its name in the form, its title, and what tells it from others of that title."""

    value: str
    title: str
    about: str
    is_ticked: bool


class LinkForm(Form):
    """How they are joined, the other records (words to find them, then those found, to be ticked), and why."""

    page_order: ClassVar[tuple[str, ...]] = ("way", "words", "chosen", "reason")
    way = SelectField(gettext("How they are joined"), validate_choice=False)
    words = StringField(
        gettext("Find the other record"),
        [Length(max=LONGEST_WORDS)],
        description=gettext("Words of its title, or its short name. You may look several times and tick several."),
    )
    chosen = Several(gettext("Tick those to link"), validate_choice=False)
    offers: list[Offer]
    reason = TextAreaField(
        gettext("Why"),
        [Length(max=LONGEST_REASON)],
        description=gettext("One sentence. It stands beside each of the links wherever they are shown."),
    )

    @classmethod
    def offering(cls, record: Record, ways: Sequence[Way], chosen: str) -> LinkForm:
        """The form with the ways to choose from; a single way needs no choice."""
        form = cls(data={"way": chosen or (ways[0].value if len(ways) == 1 else "")})
        form.way.choices = [
            SelectChoice("", gettext("Choose")),
            *(SelectChoice(way.value, gettext("It %(does)s", does=_words(way, record.kind))) for way in ways),
        ]
        form.chosen.choices = []
        form.offers = []
        return form

    def offer(self, ticked: Sequence[Record], found: Sequence[Record], about: Mapping[int, str]) -> None:
        """Let tick those that were found, below those that are ticked; where there is but one, it is ticked already."""
        more = [record for record in found if record not in ticked]
        is_only = not ticked and len(more) == 1
        self.offers = [
            Offer(name_of(record), record.title, about.get(record.id, ""), is_only or record in ticked)
            for record in (*ticked, *more)
        ]
        self.chosen.choices = [SelectChoice(each.value, each.title) for each in self.offers]

    def refuse(self, field: str, message: str) -> None:
        """Put a message beside a field."""
        self[field].errors = [*self[field].errors, message]


class LikelyForm(Form):
    """A link that is offered: which, and why it holds, if it does; nobody has said so yet."""

    way = StringField()
    to = StringField()
    reason = TextAreaField(
        gettext("Why, in your own words"),
        [DataRequired(gettext("Say why, in one sentence")), Length(max=LONGEST_REASON)],
    )


class ReasonForm(Form):
    """Why a link still holds, or holds no longer."""

    page_order: ClassVar[tuple[str, ...]] = ("reason",)
    reason = TextAreaField(
        gettext("Why"), [InputRequired(gettext("Say why, in a few words")), Length(max=LONGEST_REASON)]
    )


def name_of(record: Record) -> str:
    """A record as a form names it."""
    return f"{record.kind}:{record.ref}"


def _words(way: Way, kind: str) -> str:
    """A way as it reads after the title of a record of this kind: calls for a priority."""
    named = [gettext("another %(kind)s", kind=one) if one == kind else gettext(_WITH_ARTICLE[one]) for one in way.kinds]
    return f"{gettext(way.phrase)} {gettext(' or ').join(named)}"


_WITH_ARTICLE = {
    "source": "a source",
    "implication": "an implication",
    "response": "a response",
    "priority": "a priority",
    "action": "an action",
    "organisation": "an organisation",
    "indicator": "an indicator",
}
