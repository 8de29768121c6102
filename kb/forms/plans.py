"""The forms of a plan, of a set of priorities, and of a priority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import request
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange

from kb import labels
from kb.editing import LONGEST_TITLE, LONGEST_WORD
from kb.forms.choosing import Choice, Several
from kb.forms.record import LONGEST_TEXT, RecordForm, offered, titles
from kb.planning.plan_editing import USUAL_SHARE, PlanDetails
from kb.planning.priority_sets import PriorityDetails, SetDetails
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.models.plan import Priority
    from kb.models.record import Record, Theme


class PlanForm(RecordForm):
    """What a plan is."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "summary", "nation", "source", "heavy_post_percent", "reason")
    summary = TextAreaField(
        gettext("Summary"), [Length(max=LONGEST_TEXT)], description=gettext("What it is for, in one or two sentences")
    )
    nation = Choice(gettext("Nation"), choices=offered(labels.nations(), none=gettext("None in particular")))
    source = StringField(
        gettext("Source that publishes it"),
        [Length(max=LONGEST_TITLE)],
        description=gettext("Its title or words of it, where the plan itself is among the sources. It may be empty."),
    )
    heavy_post_percent = IntegerField(
        gettext("Share of the open actions that is too much for one post, per cent"),
        [NumberRange(1, 100, gettext("Give a share from 1 to 100 per cent"))],
        default=USUAL_SHARE,
        description=gettext("A post that owns so much, and three actions or more, is listed among the gaps."),
        render_kw={"width": 4},
    )

    def details(self) -> PlanDetails:
        """What was filled in."""
        return PlanDetails(**self.given())


class SetForm(RecordForm):
    """The title of a set, and the place of each of its priorities."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "reason")

    def __init__(self, record: Record | None = None, priorities: Sequence[Priority] = ()) -> None:
        super().__init__({"title": record.title} if record else None, record)
        self.title.description = gettext("What the document calls them: strategic priorities, goals, principles")
        self.places = [_Place(priority, number) for number, priority in enumerate(priorities, 1)]

    def validate(self, **kwargs: Any) -> bool:
        """The fields, and that every place is a number."""
        is_right = bool(super().validate(**kwargs))
        if all(place.number is not None for place in self.places):
            return is_right
        self.form_errors.append(gettext("Give each place as a number, 1 for the first"))
        return False

    def details(self) -> SetDetails:
        """What was filled in."""
        return SetDetails(self.title.data or "", {one.ref: one.number for one in self.places if one.number is not None})


class _Place:
    """The box for the place of one priority; what was typed is kept."""

    def __init__(self, priority: Priority, number: int) -> None:
        self.title, self.ref, self.name = priority.title, priority.ref, f"place-{priority.ref}"
        self.typed = request.form.get(self.name, str(number)).strip()
        self.number = int(self.typed) if self.typed.isascii() and self.typed.isdigit() and len(self.typed) < 5 else None


class PriorityForm(RecordForm):
    """What a priority is; one that is there already changes only with a reason."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "summary", "priority_kind", "themes", "reason")
    summary = TextAreaField(gettext("Summary"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 4})
    priority_kind = StringField(
        gettext("What it is called"),
        [Length(max=LONGEST_WORD)],
        description=gettext("As the document calls it, such as goal, principle or aim. It may be empty."),
    )
    themes = Several(gettext("Themes"))
    reason = StringField(
        gettext("Why it changes"),
        [DataRequired(gettext("Say why it changes")), Length(max=500)],
        description=gettext("Kept in the history, since sources and actions rest on these words."),
    )

    def offer(self, kinds: Iterable[str], themes: Iterable[Theme]) -> PriorityForm:
        """Suggest what priorities are called so far, and let choose between themes."""
        self.priority_kind.render_kw = {"suggestions": list(kinds)}
        self.themes.choices = offered(titles(themes))
        return self

    def details(self) -> PriorityDetails:
        """What was filled in."""
        values = self.given()
        return PriorityDetails(**{**values, "themes": tuple(values["themes"] or ())})
