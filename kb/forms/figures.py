"""The forms of figures and of what comes of comparing them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from kb import labels
from kb.catalogue.amounts import with_unit
from kb.catalogue.figures import FigureDetails
from kb.editing import LONGEST_TITLE
from kb.forms.base import Form, VersionField
from kb.forms.choosing import Choice, Ticks
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.models.figure import Comparison, Figure

LONGEST = 4_000
LONGEST_LINE = 300
LONGEST_REASON = 1_000


def _line(label: str) -> StringField:
    return StringField(label, [Length(max=LONGEST_LINE)])


class FigureForm(Form):
    """What a lead writes down about a figure."""

    page_order: ClassVar[tuple[str, ...]] = (
        "title",
        "value",
        "unit",
        "figure_kind",
        "population",
        "period",
        "qualifier",
        "note",
        "reason",
    )
    version = VersionField()
    title = StringField(
        gettext("What is counted"), [DataRequired(gettext("Say what is counted")), Length(max=LONGEST_TITLE)]
    )
    value = StringField(
        gettext("Value"), [DataRequired(gettext("Give the number as the source writes it")), Length(max=LONGEST_LINE)]
    )
    unit = _line(gettext("Unit"))
    figure_kind = Choice(
        gettext("What the number is"),
        choices=[SelectChoice(value, words) for value, words in labels.figure_kinds().items()],
        default="statistic",
    )
    population = _line(gettext("Who or where"))
    period = _line(gettext("Period"))
    qualifier = _line(gettext("How sure the source is"))
    note = TextAreaField(gettext("Note"), [Length(max=LONGEST)])

    @classmethod
    def showing(cls, details: FigureDetails | None = None, version: int | None = None) -> FigureForm:
        """The form, filled in from a figure."""
        return cls(data={**(asdict(details) if details else {}), "version": version})

    def details(self) -> FigureDetails:
        """What was filled in, for the service."""
        given: dict[str, Any] = {name: value or "" for name, value in self.values("version", "reason").items()}
        return FigureDetails(**given)


class FigureEditForm(FigureForm):
    """The form of a figure that is there already, whose changes need a reason."""

    reason = StringField(gettext("Why it changes"), [DataRequired(gettext("Say why it changes")), Length(max=500)])


class FigureTicks(Ticks):
    """Figures to tick, each with its value and its source."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def offer(self, standing: Sequence[Figure], found: Sequence[Figure]) -> None:
        """Offer those that are chosen, then those that were found."""
        chosen = {figure.ref for figure in standing}
        offered = [*standing, *(figure for figure in found if figure.ref not in chosen)]
        self.choices = [SelectChoice(figure.ref, told(figure)) for figure in offered]


class FindingForm(Form):
    """Words to find figures with, and the figures that are chosen of those."""

    words = StringField(
        gettext("Find figures"),
        [Length(max=200)],
        description=gettext("Words of what is counted, a number, or its source"),
    )
    chosen = FigureTicks(gettext("Figures"))


class ComparisonForm(FindingForm):
    """What is compared, and which figures."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "words", "chosen", "reason")
    version = VersionField()
    title = StringField(
        gettext("What is compared"), [DataRequired(gettext("Say what is compared")), Length(max=LONGEST_TITLE)]
    )


class ComparisonEditForm(ComparisonForm):
    """The form of a comparison that is there already."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "words", "chosen", "whole", "reason")
    whole = Choice(
        gettext("Is one of them the sum of the others?"),
        default="",
        description=gettext("Then the page says whether they add up to it."),
    )
    reason = StringField(gettext("Why it changes"), [DataRequired(gettext("Say why it changes")), Length(max=500)])


class SettleForm(Form):
    """What comes of a comparison, and why."""

    page_order: ClassVar[tuple[str, ...]] = ("outcome", "reason")
    version = VersionField()
    outcome = RadioField(gettext("What comes of it"), [InputRequired(gettext("Choose what comes of it"))])
    reason = TextAreaField(
        gettext("Why"),
        [DataRequired(gettext("Say why, so that the next reader need not ask")), Length(max=LONGEST_REASON)],
        description=gettext(
            "It stands beside the figures, with your name and today’s date. What is known already stands here: say "
            "what decides it."
        ),
    )

    @classmethod
    def offering(cls, comparison: Comparison) -> SettleForm:
        """The form; `Not settled yet` is there only to open again what was settled."""
        form = cls(data={"version": comparison.version, "outcome": comparison.outcome, "reason": comparison.note})
        offered = labels.outcomes()
        if comparison.outcome is None:
            del offered["open"]
        form.outcome.choices = [SelectChoice(value, words) for value, words in offered.items()]
        return form


def told(figure: Figure) -> str:
    """A figure in one line, for a list to choose from."""
    value = " ".join(filter(None, (figure.qualifier, with_unit(figure.value, figure.unit))))
    return ", ".join(filter(None, (f"{figure.title}: {value}", figure.period, figure.source.title)))
