"""The filters of the lists of figures, comparisons and key points, read from the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb import labels
from kb.catalogue.comparisons import OPEN, ComparisonFilter
from kb.catalogue.figures import SORTS, Facets, FigureFilter
from kb.models.figure import Outcome
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.datastructures import MultiDict

    from kb.models.plan import Plan

MOST_VALUES = 20
LONGEST_WORDS = 200


def word(args: MultiDict[str, str], name: str) -> str:
    """One value of the address, cut to a length that a database can take."""
    return args.get(name, "").strip()[:LONGEST_WORDS]


def words(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    """The values of one filter, each once."""
    return tuple(dict.fromkeys(value[:LONGEST_WORDS] for value in args.getlist(name)[:MOST_VALUES] if value))


def read(args: MultiDict[str, str]) -> FigureFilter:
    """The filter that the address of a list of figures asks for; it never fails, what is unknown finds nothing."""
    sort = args.get("sort", "")
    return FigureFilter(
        words=word(args, "q"),
        kinds=words(args, "kind"),
        source=word(args, "source"),
        unit=word(args, "unit"),
        plan=word(args, "plan"),
        sort=sort if sort in SORTS else SORTS[0],
    )


def read_comparisons(args: MultiDict[str, str]) -> ComparisonFilter:
    """The filter of a list of comparisons; an unknown outcome asks for nothing."""
    outcome = args.get("outcome", "")
    known = outcome in {OPEN, *Outcome}
    return ComparisonFilter(words=word(args, "q"), outcome=outcome if known else "", source=word(args, "source"))


def offered(facets: Facets, wanted: FigureFilter, plans: Sequence[Plan]) -> dict[str, Any]:
    """The options of each filter, as the macros of the rail take them."""
    return {
        "kinds": ticks(labels.figure_kinds(), facets.kinds, wanted.kinds),
        "source": choices({ref: title for ref, (title, _number) in facets.sources.items()}, wanted.source),
        "plan": choices({plan.ref: plan.title for plan in plans}, wanted.plan),
    }


def ticks(words: Mapping[str, str], counts: Mapping[str, int], on: tuple[str, ...]) -> list[dict[str, Any]]:
    """The values that there are, with their numbers."""
    return [
        {"value": value, "label": label, "count": counts.get(value, 0), "is_on": value in on}
        for value, label in words.items()
        if counts.get(value) or value in on
    ]


def choices(titles: Mapping[str, str], on: str) -> list[dict[str, Any]]:
    """A list to choose one of; the first stands for no filter. A value that is on stays in the list."""
    known = dict(titles) if not on or on in titles else {**titles, on: on}
    return [
        {"value": "", "label": gettext("All"), "is_on": not on},
        *({"value": value, "label": label, "is_on": value == on} for value, label in known.items()),
    ]
