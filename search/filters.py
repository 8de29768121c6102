"""What narrows the answer: filters such as kind:action or year:2017..2021, from a question or from an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from actions.schedule import State
from kb.models.record import Kind
from kb.models.source import Category, Nation
from kb.words import gettext
from search import due

MOST_VALUES = 12
EARLIEST_YEAR, LATEST_YEAR = 1800, 2200
# The filters whose values are refs of records, and the kind of those.
NAMED = {"theme": "theme", "plan": "plan", "publisher": "organisation", "owner": "post", "staff_group": "staff_group"}
_SLUG = re.compile(r"[^a-z0-9-]+")
_YEAR = re.compile(r"(?:1[89]|2[01])[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the answer: values of one field are alternatives, fields are conditions that must all hold."""

    kind: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    nation: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    source_kind: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    publisher: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    staff_group: tuple[str, ...] = ()
    schedule: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) not in ((), None) for each in fields(self))

    def and_also(self, other: Filters) -> Filters:
        """Both together; a field that both name takes the values of both."""
        values = {name: tuple(dict.fromkeys((*getattr(self, name), *getattr(other, name)))) for name in VALUE_FIELDS}
        return Filters(
            **values,
            year_from=other.year_from if self.year_from is None else self.year_from,
            year_to=other.year_to if self.year_to is None else self.year_to,
        )

    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The fields that hold values, without the years."""
        return {name: getattr(self, name) for name in VALUE_FIELDS if getattr(self, name)}

    def has(self, name: str) -> bool:
        """Whether this field, or the years, narrow the answer."""
        if name == "year":
            return self.year_from is not None or self.year_to is not None
        return bool(getattr(self, name))

    def refs(self) -> set[str]:
        """The refs of records that it names."""
        return {ref for name in NAMED for ref in getattr(self, name)}


VALUE_FIELDS = tuple(each.name for each in fields(Filters) if not each.name.startswith("year"))
NO_FILTERS = Filters()
FIELD_NAMES = {
    **{name: name for name in VALUE_FIELDS},
    "type": "source_kind",
    "source-kind": "source_kind",
    "staff-group": "staff_group",
    "staff": "staff_group",
    "year": "year",
    "themes": "theme",
    "nations": "nation",
    "country": "nation",
    "ending": "ends",
    "until": "ends",
}
_KINDS = {
    **{kind.value.replace("_", "-"): kind.value for kind in Kind},
    **{f"{kind.value.replace('_', '-')}s": kind.value for kind in Kind},
    "keypoint": Kind.KEY_POINT.value,
    "priorities": Kind.PRIORITY.value,
    "glossary": Kind.TERM.value,
}
_KNOWN: dict[str, Mapping[str, str]] = {
    "kind": _KINDS,
    "nation": {nation.value: nation.value for nation in Nation},
    "category": {**{each.value: each.value for each in Category}, "drivers": Category.DRIVER.value},
    "schedule": {each.value.replace("_", "-"): each.value for each in State if each != State.CLOSED},
}


def filters_from(values: Mapping[str, Iterable[str]]) -> tuple[Filters, tuple[str, ...]]:
    """Filters from an address or a command, with a note for each value that was ignored."""
    filters, notes = NO_FILTERS, []
    for name, given in values.items():
        for value in [each.strip() for each in list(given)[:MOST_VALUES] if each.strip()]:
            found = filter_from(FIELD_NAMES.get(name.lower(), ""), value)
            if found is None:
                notes.append(_ignored(name, value))
            else:
                filters = filters.and_also(found)
    return filters, tuple(notes)


def slug(text: str) -> str:
    """A name as it stands in addresses."""
    return _SLUG.sub("-", text.strip().lower().replace("_", "-")).strip("-")


def filter_from(name: str, value: str) -> Filters | None:
    """The filter that a field and its value mean, or None."""
    if name == "year":
        return _years(value)
    if name not in VALUE_FIELDS:
        return None
    if name == "due":
        spans = [due.read(each) for each in value.split(",")[:MOST_VALUES]]
        return None if None in spans else Filters(due=tuple(dict.fromkeys(each for each in spans if each)))
    if name == "ends" and not all(_YEAR.fullmatch(each.strip()) for each in value.split(",")):
        return None
    known = _KNOWN.get(name)
    values = []
    for each in value.split(",")[:MOST_VALUES]:
        plain = slug(each)
        meant = known.get(plain) if known is not None else plain
        if not meant:
            return None
        values.append(meant)
    return Filters(**{name: tuple(dict.fromkeys(values))})  # type: ignore[arg-type]


def _years(value: str) -> Filters | None:
    found = re.fullmatch(r"([0-9]{4})?(\.\.|-|–)?([0-9]{4})?", value.strip())
    if not found or not (found[1] or found[3]):
        return None
    first, joined, last = found.groups()
    if not joined and last:
        return None
    year_from = int(first) if first else None
    year_to = int(last) if last else (None if joined else year_from)
    if any(year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR for year in (year_from, year_to)):
        return None
    if year_from is not None and year_to is not None and year_from > year_to:
        year_from, year_to = year_to, year_from
    return Filters(year_from=year_from, year_to=year_to)


def _ignored(name: str, value: str) -> str:
    return gettext("The filter %(name)s “%(value)s” is not known here and was ignored.", name=name, value=value[:60])
