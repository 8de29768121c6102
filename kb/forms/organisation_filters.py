"""The filters of the lists of organisations and posts, read from the address and offered with counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb import labels
from kb.catalogue.organisations import Facets, OrganisationFilter
from kb.catalogue.posts import PostFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

MOST_VALUES = 60
LONGEST_WORDS = 200


def read(args: MultiDict[str, str]) -> OrganisationFilter:
    """The filter that an address asks for; what is unknown finds nothing."""
    return OrganisationFilter(_words(args), _several(args, "kind"), _several(args, "nation"))


def read_posts(args: MultiDict[str, str], *, may_know: bool) -> PostFilter:
    """The filter of the list of posts; whether one is empty is for those alone who may know who holds it."""
    return PostFilter(_words(args), is_empty=may_know and args.get("empty") == "yes")


def kinds(facets: Facets, wanted: OrganisationFilter) -> list[dict[str, Any]]:
    """The kinds of body as the macro of the rail takes them."""
    return _options({kind: labels.readable(kind) for kind in facets.kinds}, facets.kinds, wanted.kinds)


def nations(facets: Facets, wanted: OrganisationFilter) -> list[dict[str, Any]]:
    """The nations as the macro of the rail takes them."""
    return _options(labels.nations(), facets.nations, wanted.nations)


def _options(words: Mapping[str, str], counts: Mapping[str, int], on: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": label, "count": counts[value], "is_on": value in on}
        for value, label in words.items()
        if value in counts
    ]


def _words(args: MultiDict[str, str]) -> str:
    return args.get("q", "").strip()[:LONGEST_WORDS]


def _several(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:LONGEST_WORDS] for value in args.getlist(name)[:MOST_VALUES] if value))
