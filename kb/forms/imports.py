"""The forms of imports: which file is brought, which column holds what, and mending one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import FileField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from kb.errors import Invalid
from kb.forms.base import Form, tidy
from kb.forms.choosing import Choice, Several
from kb.importing import fields as f
from kb.importing.fields import Shape
from kb.importing.proposals import NEW
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.datastructures import CombinedMultiDict
    from wtforms import Field as FormField

    from kb.importing.fields import Field
    from kb.importing.twins import Twin
    from kb.models.importing import ImportRow
    from kb.models.plan import Plan

# The choice that leaves what the file says, where that is none of those that the field has.
AS_STATED = "as-in-the-file"
YES, NO = "yes", "no"
# Fields of a row are kept apart from what a form has of its own.
PREFIX = "field_"


class BringForm(Form):
    """A file, what it holds, and the plan that it is for."""

    page_order: ClassVar[tuple[str, ...]] = ("file", "kind", "plan")
    file = FileField(gettext("File"), [InputRequired(gettext("Choose a file"))])
    kind = RadioField(gettext("What does it hold?"))
    plan = Choice(
        gettext("Plan"),
        description=gettext(
            "Actions, indicators, readings and the answers of a mapping table belong to a plan. "
            "Its other leads will see this file too."
        ),
    )

    def validate_file(self, field: FormField) -> None:
        """A form that was sent without its file has at most the words of one."""
        if not isinstance(field.data, FileStorage):
            raise ValidationError(gettext("Choose a file"))

    @classmethod
    def offering(
        cls,
        kinds: Mapping[str, str],
        plans: Sequence[Plan],
        given: MultiDict[str, Any] | CombinedMultiDict[str, Any] | None,
        *,
        kind: str = "",
    ) -> BringForm:
        """The form with these kinds of rows by their words, and the plans that the person leads."""
        only = plans[0].ref if len(plans) == 1 else ""
        form = cls(given if given is not None else MultiDict(), data={"kind": kind, "plan": only})
        form.kind.choices = [
            SelectChoice("", gettext("Work it out from the headings")),
            *(SelectChoice(name, words) for name, words in kinds.items()),
        ]
        form.plan.choices = [
            SelectChoice("", gettext("No plan")),
            *(SelectChoice(plan.ref, plan.title) for plan in plans),
        ]
        return form


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What a field of a row says, and the value which that has in the form."""

    field: Field
    text: str
    is_in_file: bool

    @property
    def name(self) -> str:
        return PREFIX + self.field.key

    def chosen(self) -> list[str] | None:
        """The choices that the words mean; None where they mean none."""
        one = self.field
        try:
            match one.shape:
                case Shape.CHOICES:
                    return list(f.choices(one, self.text))
                case Shape.YES:
                    return [(YES if f.yes(one, self.text) else NO) if self.text.strip() else ""]
                case _:
                    return [f.choice(one, self.text)]
        except Invalid:
            return None

    def options(self) -> dict[str, str]:
        """The choices with their words."""
        if self.field.shape is Shape.YES:
            return {YES: gettext("Yes"), NO: gettext("No")}
        return dict(self.field.choices)


class RowForm(Form):
    """What a row says, field by field; a class of its own is made for each row."""

    told: ClassVar[tuple[_Told, ...]] = ()
    match = RadioField(gettext("Which record is it?"), validate_choice=False)

    def words(self) -> dict[str, str]:
        """What was filled in, by the key of each field; what means the same as before stays as it was written.

        A field that the file does not have is left out while it is empty: in a row with a Ref, empty would clear it.
        """
        given = {told: _words(told, self[told.name].data) for told in self.told}
        return {told.field.key: words for told, words in given.items() if words or told.is_in_file}

    @property
    def first(self) -> list[_Told]:
        """The fields to look at: those of the file, and those in which something is wrong."""
        return [told for told in self.told if told.is_in_file or self[told.name].errors]

    @property
    def others(self) -> list[_Told]:
        """The fields that the row might have too."""
        return [told for told in self.told if not (told.is_in_file or self[told.name].errors)]

    def tell(self, problems: Sequence[Sequence[str]]) -> None:
        """Put what is wrong with the row beside its fields."""
        texts = {told.name: told.text for told in self.told}
        for key, message in problems:
            name = PREFIX + key
            if name in self and self[name].data == AS_STATED:
                words = gettext("“%(text)s” is not one of the choices. Choose one", text=texts[name][:60])
                self[name].errors = [words]
            elif name in self:
                self[name].errors = [*self[name].errors, message]
            else:
                self.form_errors.append(message)


def row_form(row: ImportRow, fields: Sequence[Field], twins: Sequence[Twin] = ()) -> RowForm:
    """The form of one row: its fields, and which record it means of those that it resembles, or that others make."""
    told = tuple(_Told(one, row.values.get(one.key, ""), one.key in row.values) for one in fields)
    made: dict[str, Any] = {one.name: _field(one, is_guessed=one.field.key in row.guessed) for one in told}
    made |= {"told": told, "page_order": (*(one.name for one in told), "match")}
    kind: type[RowForm] = type("RowForm", (RowForm,), made)
    form = kind(data={"match": row.match})
    form.match.choices = [
        *(SelectChoice(ref, gettext("This is “%(title)s”", title=title)) for ref, title, _likeness in row.matches),
        *(_as_twin(twin) for twin in twins if twin.may_be_chosen),
        SelectChoice(NEW, gettext("None of these: add a new one")),
    ]
    return form


def _as_twin(twin: Twin) -> SelectChoice:
    return SelectChoice(
        twin.choice, gettext("The same new one as in %(place)s: “%(title)s”", place=twin.place, title=twin.title)
    )


def _field(told: _Told, *, is_guessed: bool) -> FormField:
    """The field that holds what may stand in a column."""
    one, chosen = told.field, told.chosen()
    guessed = gettext("Guessed: the file does not say it.") if is_guessed else ""
    hint = " ".join(filter(None, (guessed, one.help, _how(one, is_known=chosen is not None))))
    options = {"description": hint, "default": told.text}
    match one.shape:
        case Shape.TEXT | Shape.LIST:
            rows = min(12, max(2, told.text.count("\n") + len(told.text) // 80 + 1))
            return TextAreaField(one.label, **options, render_kw={"rows": rows})
        case Shape.CHOICE | Shape.YES:
            known = [SelectChoice("", gettext("Not stated")), *(SelectChoice(*pair) for pair in told.options().items())]
            if chosen is None:
                stated = gettext("As in the file: %(text)s", text=told.text[:60])
                known.insert(0, SelectChoice(AS_STATED, stated))
            return Choice(one.label, description=hint, choices=known, default=(chosen or [AS_STATED])[0])
        case Shape.CHOICES if chosen is not None:
            known = [SelectChoice(*pair) for pair in told.options().items()]
            return Several(one.label, description=hint, choices=known, default=chosen)
    return StringField(one.label, **options)


def _how(one: Field, *, is_known: bool) -> str:
    """How to write what stands in a field."""
    if one.shape is Shape.CHOICES and not is_known:
        return gettext("Some of: %(some)s", some="; ".join(one.choices.values()))
    if one.help:
        return ""
    match one.shape:
        case Shape.LIST:
            return gettext("Between semicolons, or one a line.")
        case Shape.DAY:
            return gettext("Such as 30 September 2026.")
        case Shape.STATED:
            return gettext("As exact as it is known: 2026, September 2026 or 30 September 2026.")
    return ""


def _words(told: _Told, given: Any) -> str:
    """What a field of the form says, in the words of the file where it means the same."""
    one = told.field
    if given == AS_STATED:
        return told.text
    if isinstance(given, list):
        words = "; ".join(one.choices[value] for value in one.choices if value in given)
        return told.text if set(given) == set(told.chosen() or ()) else words
    given = given or ""
    if one.shape in (Shape.CHOICE, Shape.YES):
        return told.text if [given] == told.chosen() else told.options().get(given, "")
    return told.text if given == tidy(told.text) else given
