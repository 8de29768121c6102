"""The forms of a theme or staff group, and of a term of the glossary with its meanings."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.datastructures import MultiDict
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from kb import labels
from kb.catalogue.terms import LONGEST_EXPANSION, MeaningDetails, TermDetails
from kb.catalogue.vocabulary import WordDetails
from kb.forms.base import Form
from kb.forms.choosing import Choice, YesNo
from kb.forms.record import LONGEST_TEXT, RecordForm, offered
from kb.models.term import Language
from kb.words import gettext

if TYPE_CHECKING:
    from kb.models.term import Term

MOST_MEANINGS = 50
_NOTHING: MultiDict[str, str] = MultiDict()


class WordForm(RecordForm):
    """What a theme or a staff group is called, and what else."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "also_called", "reason")
    also_called = TextAreaField(
        gettext("Also called"),
        [Length(max=LONGEST_TEXT)],
        description=gettext("Other names, one a line. A search for one of them finds it."),
    )

    def __init__(self, standing: WordDetails | None = None, record: Any = None) -> None:
        shown = {**asdict(standing), "also_called": "\n".join(standing.also_called)} if standing else None
        super().__init__(shown, record)

    def details(self) -> WordDetails:
        """What was filled in."""
        return WordDetails(self.title.data or "", tuple((self.also_called.data or "").splitlines()))


class MeaningForm(Form):
    """One thing that an acronym stands for."""

    expansion = StringField(gettext("Stands for"), [Length(max=LONGEST_EXPANSION)])
    language = Choice(
        gettext("Language"),
        choices=offered(labels.languages()),
        default=Language.ENGLISH,
    )
    note = StringField(gettext("Note: where or by whom it is used so"), [Length(max=LONGEST_TEXT)])
    is_removed = YesNo(gettext("Remove this meaning"))

    def details(self) -> MeaningDetails:
        """What was filled in."""
        return MeaningDetails(self.expansion.data or "", self.note.data or "", self.language.data or Language.ENGLISH)


class TermForm(RecordForm):
    """An acronym with its meanings; there is always a row more to fill in, and a button for another."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "reason")

    def __init__(self, posted: MultiDict[str, str] | None, standing: TermDetails | None, record: Term | None) -> None:
        super().__init__({"title": standing.title} if standing else None, record)
        self.title.label.text = gettext("Acronym")
        self.title.description = gettext("As it is written, capitals and all")
        meanings = standing.meanings if standing else ()
        self.meanings: list[MeaningForm]
        if posted is None:
            self.meanings = [MeaningForm(data=asdict(one), prefix=f"meaning-{n}-") for n, one in enumerate(meanings, 1)]
            self.add_row()
            return
        numbers = (name.split("-")[1] for name in posted if name.startswith("meaning-") and name.endswith("-expansion"))
        known = sorted({int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 4})
        self.meanings = [MeaningForm(posted, prefix=f"meaning-{number}-") for number in known[:MOST_MEANINGS]]
        if not self.meanings:
            self.add_row()

    def add_row(self) -> None:
        """One more empty row."""
        last = max((int(row._prefix.split("-")[1]) for row in self.meanings), default=0)
        # None of what was posted is for it.
        self.meanings.append(MeaningForm(_NOTHING, prefix=f"meaning-{last + 1}-"))

    def validate(self, **kwargs: Any) -> bool:
        """The acronym, and every row."""
        rows = [row.validate() for row in self.meanings]
        is_right = bool(super().validate(**kwargs))
        if not all(rows):
            self.form_errors.append(gettext("Something in a meaning cannot stand; it says so there"))
        return is_right and all(rows)

    def details(self) -> TermDetails:
        """What was filled in; rows that are empty or to be removed are left out."""
        kept = (row.details() for row in self.meanings if not row.is_removed.data)
        return TermDetails(self.title.data or "", tuple(one for one in kept if one.expansion or one.note))
