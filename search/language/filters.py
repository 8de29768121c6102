"""What narrows the answer: filters such as kind:action or year:2017..2021, from a question or from an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches

from actions.models import Closure
from actions.schedule import State
from kb.dates import EARLIEST_YEAR, LATEST_YEAR
from kb.models.plan import ResponseType
from kb.models.record import Kind
from kb.models.source import Category, Nation, SourceStatus
from kb.words import gettext
from search.language import due

MOST_VALUES = 12
# The filters whose values are refs of records, and the kind of those.
NAMED = {"theme": "theme", "plan": "plan", "publisher": "organisation", "owner": "post", "staff_group": "staff_group"}
# Names may hold commas, with a blank behind them: "Lead, workforce plan" is one post.
_BETWEEN_NAMES, _COMMA = re.compile(r",(?!\s)"), re.compile(",")
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
        """Both together; a field that both name takes the values of both, and years the span of both."""
        values = {name: tuple(dict.fromkeys((*getattr(self, name), *getattr(other, name)))) for name in VALUE_FIELDS}
        year_from, year_to = _span(self, other)
        return Filters(**values, year_from=year_from, year_to=year_to)

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
_TOLD = ("kind", "theme", "nation", "type", "publisher", "year", "status", "owner", "staff", "plan", "due", "ending")
_KINDS = {
    **{kind.value.replace("_", "-"): kind.value for kind in Kind},
    **{f"{kind.value.replace('_', '-')}s": kind.value for kind in Kind},
    "keypoint": Kind.KEY_POINT.value,
    "priorities": Kind.PRIORITY.value,
    "glossary": Kind.TERM.value,
}
_UK = ",".join(Nation)
_KNOWN: dict[str, Mapping[str, str]] = {
    "kind": _KINDS,
    "nation": {
        **{nation.value: nation.value for nation in Nation},
        "cymru": Nation.WALES.value,
        "lloegr": Nation.ENGLAND.value,
        "yr-alban": Nation.SCOTLAND.value,
        "gogledd-iwerddon": Nation.NORTHERN_IRELAND.value,
        "ni": Nation.NORTHERN_IRELAND.value,
        # What holds in all of the United Kingdom is filed under each of its nations.
        "uk": _UK,
        "united-kingdom": _UK,
    },
    "status": {each.value: each.value for each in (*SourceStatus, *ResponseType, *Closure)},
    "category": {**{each.value: each.value for each in Category}, "drivers": Category.DRIVER.value},
    "schedule": {each.value.replace("_", "-"): each.value for each in State if each != State.CLOSED},
}
# Values of several words, as they are typed without quotes: "status:in force", "due:next month".
_IN_WORDS = sorted(
    {value.replace("-", "[ -]") for known in _KNOWN.values() for value in known if "-" in value}
    | {rf"(?:{'|'.join(due.WAYS)})[ -](?:{'|'.join(due.PERIODS)})", r"[<>]?=?[0-9]{1,4} (?:days?|weeks?)"},
    key=len,
    reverse=True,
)
_UNQUOTED = re.compile(
    rf"(?<!\S)((?:{'|'.join((*_KNOWN, 'due', 'country'))}):)({'|'.join(_IN_WORDS)})(?![\w-])", re.IGNORECASE
)


def quoted(text: str) -> str:
    """A question with quotes around the values of several words that this module knows."""
    return _UNQUOTED.sub(r'\1"\2"', text)


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
    if name == "status" and slug(value) in _KNOWN["schedule"]:
        return _standing(slug(value))
    known = _KNOWN.get(name)
    values: list[str] = []
    for each in (_BETWEEN_NAMES if name in NAMED else _COMMA).split(value)[:MOST_VALUES]:
        plain = slug(each)
        meant = known.get(plain) if known is not None else plain
        if not meant:
            return None
        values += meant.split(",")
    return Filters(**{name: tuple(dict.fromkeys(values))})  # type: ignore[arg-type]


def advice(name: str, value: str) -> str:
    """What may have been meant by a field or a value that is not known here; nothing if nobody can tell."""
    field = FIELD_NAMES.get(name.lower())
    if field is None:
        near = get_close_matches(name.lower(), FIELD_NAMES, 1)
        if near:
            return gettext("Did you mean “%(filter)s”?", filter=f"{near[0]}:{value[:60]}")
        return gettext("The filters are %(names)s.", names=", ".join(each.replace("_", "-") for each in _TOLD))
    known = _KNOWN.get(field)
    if known is None:
        return gettext("Write it as 30d, overdue, this month or 2026-12.") if field == "due" else ""
    near = get_close_matches(slug(value), known, 1)
    if near:
        return gettext("Did you mean “%(filter)s”?", filter=f"{name.lower()}:{near[0]}")
    told = [key for key, meant in known.items() if key == meant.replace("_", "-")]
    return gettext("It can be %(values)s.", values=", ".join(told))


def _standing(value: str) -> Filters:
    """How an action stands, asked for as its status."""
    if value == due.OVERDUE:
        return Filters(due=(due.OVERDUE,))
    return Filters(schedule=(_KNOWN["schedule"][value],))


def _span(one: Filters, other: Filters) -> tuple[int | None, int | None]:
    """The years from the first to the last of both; "2017.." and "..2021" are the two ends of one span."""
    dated = [each for each in (one, other) if each.has("year")]
    firsts, lasts = [each.year_from for each in dated], [each.year_to for each in dated]
    ends = {(first is None, last is None) for first, last in zip(firsts, lasts, strict=True)}
    is_in_two_parts = ends == {(False, True), (True, False)}
    first = min((year for year in firsts if year is not None), default=None)
    last = max((year for year in lasts if year is not None), default=None)
    if is_in_two_parts:
        return first, last
    return None if None in firsts else first, None if None in lasts else last


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
    told = gettext("The filter %(name)s “%(value)s” is not known here and was ignored.", name=name, value=value[:60])
    return f"{told} {advice(name, value)}".strip()
