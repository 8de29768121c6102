"""Rows of lists of sources as people keep them: what they leave out or write otherwise is filled in, and said so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kb import labels
from kb.importing.kinds import cells
from kb.importing.kinds.headed import REF, TITLE
from kb.importing.mapping.guesses import kind_or_research
from kb.importing.mapping.references import whole_address
from kb.importing.mapping.rows import DRIVER, RESEARCH
from kb.importing.mapping.stated_dates import dates_of_column
from kb.importing.mapping.words import NO_VOCABULARY
from kb.words import gettext

if TYPE_CHECKING:
    from kb.importing.fields import Values
    from kb.importing.proposals import FileRow

# Where a row does not say what sort of document it is about.
ANY_DOCUMENT = "document"
# Beside the fields of a row: the kind that its Type was guessed to be.
_GUESSED_KIND = "guessed_kind"


def filled_in(row: FileRow) -> FileRow:
    """A row with its Type, the years that it runs and its whole web address, as far as these can be guessed."""
    values, guessed, notes = dict(row.values), list(row.guessed), list(row.notes)
    address = cells.clean(values.get("link", ""))
    if (whole := whole_address(address)) not in ("", address):
        values["link"] = whole
        guessed.append("link")
    stated = cells.clean(values.get("published", ""))
    found = dates_of_column(stated)
    is_span = found.starts is not None
    if is_span and not (values.get("starts") or values.get("ends")):
        del values["published"]
        values |= {"starts": str(found.starts), "ends": str(found.ends or "")}
        guessed += ["starts", "ends"]
        notes.append(gettext("Read as the years that it runs, not as the date of publication: %(span)s", span=stated))
    elif not is_span and found.published != stated and "published" not in guessed:
        values["published"] = found.published
        guessed.append("published")
        notes.append(gettext("Read as the date of publication: %(day)s", day=f"{stated} → {found.published}"))
    if not cells.clean(values.get(REF, "")) and not cells.clean(values.get("source_kind", "")):
        values[_GUESSED_KIND] = _kind_of(values)
        values["source_kind"] = labels.readable(values[_GUESSED_KIND])
        guessed.append("source_kind")
    return replace(row, values=values, guessed=tuple(guessed), notes=tuple(notes))


def guessed_kind(values: Values, text: str) -> str:
    """The kind of document that was guessed, if the words of the Type are still those of the guess."""
    kind = values.get(_GUESSED_KIND, "")
    return kind if kind and text == labels.readable(kind) else ""


def _kind_of(values: Values) -> str:
    """The kind that a title names; mapping tables are read by the same rules."""
    is_research = cells.clean(values.get("category", "")).lower() == RESEARCH
    title, publisher = (cells.clean(values.get(key, "")) for key in (TITLE, "publishers"))
    return kind_or_research(title, publisher, NO_VOCABULARY, RESEARCH if is_research else DRIVER) or ANY_DOCUMENT
