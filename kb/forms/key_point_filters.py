"""The filters of the list of key points, read from the address and offered with what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb import labels
from kb.catalogue.key_points import SORTS, Facets, KeyPointFilter
from kb.forms.filtering import choices, one_of, ticks, word, words

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict


def read(args: MultiDict[str, str]) -> KeyPointFilter:
    """The filter that an address asks for; it never fails, what is unknown finds nothing."""
    return KeyPointFilter(
        words=word(args, "q"),
        kinds=words(args, "kind"),
        site=word(args, "site"),
        aspect=word(args, "aspect"),
        theme=word(args, "theme"),
        source=word(args, "source"),
        sort=one_of(args, "sort", SORTS, SORTS[0]),
    )


def offered(facets: Facets, wanted: KeyPointFilter) -> dict[str, Any]:
    """The options of each filter, as the macros of the rail take them."""
    return {
        "kinds": ticks(labels.key_point_kinds(), facets.kinds, wanted.kinds),
        "site": choices({site: f"{site} ({number})" for site, number in facets.sites.items()}, wanted.site),
        "aspect": choices({one: labels.readable(one) for one in facets.aspects}, wanted.aspect),
        "theme": choices(facets.themes, wanted.theme),
        "source": choices(facets.sources, wanted.source),
    }
