"""The filters of the lists of figures and comparisons, read from the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb import labels
from kb.catalogue.comparisons import OPEN, ComparisonFilter
from kb.catalogue.figures import SORTS, Facets, FigureFilter
from kb.forms.filtering import choices, one_of, ticks, word, words
from kb.models.figure import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from kb.models.plan import Plan


def read(args: MultiDict[str, str]) -> FigureFilter:
    """The filter that the address of a list of figures asks for; it never fails, what is unknown finds nothing."""
    return FigureFilter(
        words=word(args, "q"),
        kinds=words(args, "kind"),
        source=word(args, "source"),
        unit=word(args, "unit"),
        plan=word(args, "plan"),
        sort=one_of(args, "sort", SORTS, SORTS[0]),
    )


def read_comparisons(args: MultiDict[str, str]) -> ComparisonFilter:
    """The filter of a list of comparisons; an unknown outcome asks for nothing."""
    outcome = one_of(args, "outcome", {OPEN, *Outcome})
    return ComparisonFilter(words=word(args, "q"), outcome=outcome, source=word(args, "source"))


def offered(facets: Facets, wanted: FigureFilter, plans: Sequence[Plan]) -> dict[str, Any]:
    """The options of each filter, as the macros of the rail take them."""
    return {
        "kinds": ticks(labels.figure_kinds(), facets.kinds, wanted.kinds),
        "source": choices({ref: title for ref, (title, _number) in facets.sources.items()}, wanted.source),
        "plan": choices({plan.ref: plan.title for plan in plans}, wanted.plan),
    }
