"""What the filters of all lists share: reading them from an address, and offering them with what is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.narrowing import LONGEST_WORDS
from kb.paging import url_with
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from werkzeug.datastructures import MultiDict

    # A filter's legend, its name in the address, its values with what they are called, and the one that is on.
    Group = tuple[str, str, Mapping[str, str], str]

MOST_VALUES = 60


def word(args: Mapping[str, str], name: str) -> str:
    """One value of the address, cut to a length that a database can take."""
    return args.get(name, "").strip()[:LONGEST_WORDS]


def words(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    """The values of one filter, each once."""
    return tuple(dict.fromkeys(value[:LONGEST_WORDS] for value in args.getlist(name)[:MOST_VALUES] if value))


def one_of(args: Mapping[str, str], name: str, known: Collection[str], otherwise: str = "") -> str:
    """A value of the address where it is known."""
    value = args.get(name, "")
    return value if value in known else otherwise


def options(labels: Mapping[str, str], on: str) -> list[dict[str, Any]]:
    """A list to choose one of, as it is given."""
    return [{"value": value, "label": label, "is_on": value == on} for value, label in labels.items()]


def choices(labels: Mapping[str, str], on: str) -> list[dict[str, Any]]:
    """A list to choose one of; the first stands for no filter. A value that is on stays in the list."""
    known = dict(labels) if not on or on in labels else {**labels, on: on}
    return options({"": gettext("All"), **known}, on)


def ticks(labels: Mapping[str, str], counts: Mapping[str, int], on: Collection[str]) -> list[dict[str, Any]]:
    """The values that there are, with their numbers."""
    return [
        {"value": value, "label": label, "count": counts.get(value, 0), "is_on": value in on}
        for value, label in labels.items()
        if counts.get(value) or value in on
    ]


def selects(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """Each filter that has values, as the macro of the rail takes it."""
    return [
        {"legend": legend, "name": name, "options": choices(labels, on)}
        for legend, name, labels, on in groups
        if labels
    ]


def words_on(given: str) -> list[dict[str, str]]:
    """The words that the list is narrowed to, with its address without them."""
    return [{"text": f"“{given}”", "url": url_with(q=None)}] if given else []


def groups_on(groups: Iterable[Group]) -> list[dict[str, str]]:
    """The filters that are on, each with its legend and the address of the list without it."""
    return [
        {"text": f"{legend}: {labels.get(on, on)}", "url": url_with(**{name: None})}
        for legend, name, labels, on in groups
        if on
    ]
