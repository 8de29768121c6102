"""What the form of every simple record has: the version that was opened, a title, and why it changes."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from kb.editing import LONGEST_TITLE
from kb.forms.base import Form, VersionField
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.models.record import Record

LONGEST_TEXT = 4_000


class RecordForm(Form):
    """A record that is made has no reason and no version yet."""

    version = VersionField()
    title = StringField(gettext("Title"), [DataRequired(gettext("Give it a title")), Length(max=LONGEST_TITLE)])
    reason = StringField(
        gettext("Why it changes"),
        [Length(max=500)],
        description=gettext("Kept in the history beside what changes. It may be left empty."),
    )

    def __init__(self, standing: Any = None, record: Record | None = None) -> None:
        """With what stands, as details or by field; a record is given where there is one to change."""
        shown = asdict(standing) if is_dataclass(standing) and not isinstance(standing, type) else standing or {}
        super().__init__(data={**shown, "version": record.version if record else None})
        if record is None:
            del self.reason

    def given(self) -> dict[str, Any]:
        """What was filled in, for a service; a field that a hand-made form leaves out is empty."""
        return {name: "" if value is None else value for name, value in self.values("version", "reason").items()}

    def change(self) -> dict[str, Any]:
        """The version that was opened and why it changes, for a service that edits."""
        return {"version": self.version.data or 0, "reason": self.reason.data or ""}


def offered(words: Mapping[str, str], *, none: str = "") -> list[SelectChoice]:
    """Choices by value, after one that stands for none of them where `none` says how it is called."""
    return [
        *([SelectChoice("", none)] if none else []),
        *(SelectChoice(value, label) for value, label in words.items()),
    ]


def titles(records: Iterable[Record]) -> dict[str, str]:
    """Records as choices, by ref."""
    return {record.ref: record.title for record in records}
