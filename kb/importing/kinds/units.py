"""The unit of a number in a file: taken off it where it is the one that is meant, refused where it is another."""

from __future__ import annotations

from actions.measures import columns_pasted
from kb.errors import Invalid
from kb.importing.kinds import cells
from kb.words import gettext


def bare(field: str, text: str, unit: str) -> str:
    """A number without its unit; Invalid where it bears the sign of another."""
    try:
        return columns_pasted.bare(cells.clean(text), unit)
    except ValueError as fault:
        raise Invalid(field, str(fault)) from fault


def other(field: str, said: str, unit: str) -> list[Invalid]:
    """What is wrong with the unit that a row names, where another is meant."""
    said, unit = (" ".join(cells.clean(words).split()) for words in (said, unit))
    if not said or not unit or said.casefold() == unit.casefold():
        return []
    return [Invalid(field, gettext("This is in %(sign)s, but the unit is %(unit)s", sign=said, unit=unit))]
