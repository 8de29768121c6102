"""The forms for joining two records, and for confirming or retiring a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from kb.forms.base import Form
from kb.narrowing import LONGEST_WORDS
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.link_choices import Way
    from kb.models.record import Record

LONGEST_REASON = 1_000


class LinkForm(Form):
    """How the two are joined, the other record (words to find it, then one of those found), and why."""

    page_order: ClassVar[tuple[str, ...]] = ("way", "words", "chosen", "reason")
    way = SelectField(gettext("How they are joined"), validate_choice=False)
    words = StringField(
        gettext("The other record"),
        [Length(max=LONGEST_WORDS)],
        description=gettext("Words of its title, or its short name"),
    )
    chosen = RadioField(gettext("Which one"), validate_choice=False)
    reason = TextAreaField(
        gettext("Why"),
        [Length(max=LONGEST_REASON)],
        description=gettext("One sentence. It stands beside the link wherever the link is shown."),
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
        return form

    def offer(self, found: Sequence[Record]) -> None:
        """Let choose between the records that were found; a single one is chosen already."""
        self.chosen.choices = [SelectChoice(f"{record.kind}:{record.ref}", record.title) for record in found]
        if self.chosen.data not in {choice.value for choice in self.chosen.choices}:
            self.chosen.data = self.chosen.choices[0].value if len(found) == 1 else ""

    def refuse(self, field: str, message: str) -> None:
        """Put a message beside a field."""
        self[field].errors = [*self[field].errors, message]


class ReasonForm(Form):
    """Why a link still holds, or holds no longer."""

    page_order: ClassVar[tuple[str, ...]] = ("reason",)
    reason = TextAreaField(
        gettext("Why"), [InputRequired(gettext("Say why, in a few words")), Length(max=LONGEST_REASON)]
    )


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
