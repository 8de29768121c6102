"""What the results page offers beside the results: kinds as tabs, filters with their counts, what is on, and orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import request

from actions.schedule import schedule_words
from kb.paging import url_with
from kb.words import gettext
from search.index.ordering import Order, usual
from search.language import labels
from search.language.asked import FILTERS, Asked, address
from search.language.filters import NO_FILTERS, filters_from
from search.language.query import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from search.answers.results import Results, Titles
    from search.language.filters import Filters

# The filters at the left, in order; those that are asked for less often stand folded below. So many values of each
# are shown, the most used; the others are behind “12 more”.
MOST_OPEN, MOST_FOLDED = 6, 10
MOST_TABS = 6
OPEN = ("nation", "theme", "source_kind", "status", "schedule")
FOLDED = ("publisher", "owner", "plan", "staff_group", "category", "kind")


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter, or one tab, order or year; `url` where it is a link."""

    value: str
    label: str
    count: int | None
    is_on: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One filter with its values."""

    name: str
    legend: str
    options: tuple[Option, ...]
    more: tuple[Option, ...] = ()

    @property
    def is_on(self) -> bool:
        return any(option.is_on for option in self.options)


def tabs(asked: Asked, found: Results) -> tuple[list[Option], list[Option]]:
    """The largest kinds among what is found and the one that is chosen, in one line; then the others."""
    counts = found.facets.get("kind", {})
    chosen = found.filters.kind
    offered = [Option("", gettext("All"), sum(counts.values()), not chosen, _url_of_kinds(asked))]
    for kind, words in labels.kinds().items():
        if counts.get(kind) or kind in chosen:
            offered.append(Option(kind, words, counts.get(kind, 0), chosen == (kind,), _url_of_kinds(asked, kind)))
    largest = {"", *sorted(counts, key=lambda kind: -counts[kind])[:MOST_TABS], *chosen}
    return [tab for tab in offered if tab.value in largest], [tab for tab in offered if tab.value not in largest]


def groups(found: Results, names: tuple[str, ...]) -> list[Group]:
    """Those of the filters that would narrow anything, and those that are on."""
    made = [_group(found, name) for name in names]
    return [group for group in made if _narrows(group, found.total) or (group.is_on and group.name != "kind")]


def years(asked: Asked, found: Results) -> Group:
    """The years among what is found, each as a link, newest first; a span of them is typed."""
    counts = found.facets.get("year", {})
    chosen = asked.filters.year_from if asked.filters.year_from == asked.filters.year_to else None
    options = [
        Option(year, year, counts[year], year == str(chosen), _url_with_year(asked, int(year)))
        for year in sorted(counts, reverse=True)
    ]
    most_used = set(list(counts)[:MOST_FOLDED])
    return _parted("year", options, most_used)


def chips(asked: Asked, titles: Titles) -> list[dict[str, str]]:
    """Each filter of the address, with the address that is without it; one kind alone is a tab and has none."""
    filters, made = asked.filters, []
    for name, values in filters.values().items():
        for value in values if name != "kind" or len(values) > 1 else ():
            without = replace(filters, **{name: tuple(other for other in values if other != value)})  # type: ignore[arg-type]
            text = f"{labels.fields()[name]}: {labels.value(name, value, titles)}"
            made.append({"text": text, "url": _url(asked, without)})
    if filters.year_from is not None or filters.year_to is not None:
        text = f"{labels.fields()['year']}: {labels.years(filters)}"
        made.append({"text": text, "url": _url(asked, replace(filters, year_from=None, year_to=None))})
    return made


def suggested(asked: Asked, found: Results) -> list[dict[str, str]]:
    """What the question says in words, as filters that can be put on."""
    made = []
    for each in found.offered:
        filters = filters_from({each.name: each.values})[0]
        # Several values are told in the person's own words: "not yet in force".
        values = labels.value(each.name, each.values[0], found.titles) if len(each.values) == 1 else each.words
        told = labels.years(filters) if each.name == "year" else values
        text = f"{labels.fields()[each.name]}: {told}"
        made.append({"text": text, "url": _url(asked, asked.filters.and_also(filters))})
    return made


def meanings(asked: Asked, found: Results) -> list[tuple[str, list[Option]]]:
    """The acronyms that mean several things, each with the choice of one."""
    made = []
    for acronym, expansions in found.ambiguous.items():
        place = found.chosen.get(acronym, 0)
        others = tuple(pair for pair in asked.chosen if pair[0] != acronym)
        every = address(request.path, replace(asked, chosen=others).pairs())
        options = [Option("", gettext("All meanings"), None, not 0 < place <= len(expansions), every)]
        for number, expansion in enumerate(expansions, start=1):
            url = address(request.path, replace(asked, chosen=(*others, (acronym, number))).pairs())
            options.append(Option(str(number), expansion, None, number == place, url))
        made.append((acronym, options))
    return made


def orders(found: Results) -> list[Option]:
    """The orders, the one that holds with its words; without the index there is no choice."""
    if found.is_fallback:
        return []
    words = {
        Order.BEST: (gettext("Best match"), gettext("Best match first")),
        Order.KIND: (gettext("Kind"), gettext("Sources first, newest first")),
        Order.NEWEST: (gettext("Newest"), gettext("Newest first")),
        Order.DUE: (gettext("Due date"), gettext("Soonest due first")),
        Order.TITLE: (gettext("Title"), gettext("By title")),
    }
    holds = found.order if found.query.wanted else usual(found.order, found.filters)
    # Without words nothing matches better than anything else; with them the best match is what kinds are for.
    del words[Order.KIND if found.query.wanted and holds != Order.KIND else Order.BEST]
    return [
        Option(order, told if order == holds else label, None, order == holds, _url_in_order(order))
        for order, (label, told) in words.items()
    ]


def hidden(asked: Asked, shown: Iterable[Group]) -> list[tuple[str, str]]:
    """What the form of the filters sends along that is no field of it; the years always are."""
    names = {group.name for group in shown}
    kept = {name: given for name, given in asked.filters.values().items() if name not in names}
    filters = replace(NO_FILTERS, **kept)  # type: ignore[arg-type]
    return replace(asked, filters=filters).pairs()


def number_on(filters: Filters) -> int:
    """How many filters are on, without the kinds, which are tabs."""
    is_dated = filters.year_from is not None or filters.year_to is not None
    return sum(len(values) for name, values in filters.values().items() if name != "kind") + is_dated


def cleared(asked: Asked) -> str:
    """The address of the same question without filters."""
    return _url(asked, NO_FILTERS)


def as_words(asked: Asked, found: Results) -> str | None:
    """The address that searches for the filters in the question as words; None when none of them is on."""
    query = parse(asked.typed)
    is_on = any(query.filters.has(name) and found.filters.has(name) for name in FILTERS)
    return url_with(q=query.as_words) if is_on else None


def put_right(asked: Asked, found: Results) -> str:
    """The address of the question with its misspelt words put right."""
    better = replace(asked, question=found.did_you_mean or "", as_written=False)
    return address(request.path, better.pairs())


def _group(found: Results, name: str) -> Group:
    on = getattr(found.filters, name)
    counts: Mapping[str, int] = found.facets.get(name, {})
    ranked = [*counts, *(value for value in on if value not in counts)]
    if name == "schedule":  # in the order of urgency
        ranked = [value for value in schedule_words() if value in ranked]
    most = MOST_OPEN if name in OPEN else MOST_FOLDED
    options = [
        Option(
            value,
            labels.value(name, value, found.titles),
            None if found.is_fallback else counts.get(value, 0),
            value in on,
        )
        for value in ranked
    ]
    return _parted(name, options, {*ranked[:most], *on})


def _parted(name: str, options: list[Option], shown: set[str]) -> Group:
    return Group(
        name,
        labels.fields()[name],
        tuple(option for option in options if option.value in shown),
        tuple(option for option in options if option.value not in shown),
    )


def _narrows(group: Group, total: int) -> bool:
    """Whether any of its values would leave some of the results, and not all."""
    return any(option.count is not None and option.count < total for option in group.options)


def _url(asked: Asked, filters: Filters) -> str:
    return address(request.path, replace(asked, filters=filters).pairs())


def _url_of_kinds(asked: Asked, *kinds: str) -> str:
    return _url(asked, replace(asked.filters, kind=kinds))


def _url_with_year(asked: Asked, year: int) -> str:
    return _url(asked, replace(asked.filters, year_from=year, year_to=year))


def _url_in_order(order: Order) -> str:
    return url_with(order=None if order == Order.BEST else order.value)
