"""The filters of the lists of organisations and posts, read from the address and offered with counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb import labels
from kb.catalogue.organisations import Facets, OrganisationFilter
from kb.catalogue.posts import PostFilter
from kb.forms.filtering import ticks, word, words

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict


def read(args: MultiDict[str, str]) -> OrganisationFilter:
    """The filter that an address asks for; what is unknown finds nothing."""
    return OrganisationFilter(word(args, "q"), words(args, "kind"), words(args, "nation"))


def read_posts(args: MultiDict[str, str], *, may_know: bool) -> PostFilter:
    """The filter of the list of posts; whether one is empty is for those alone who may know who holds it."""
    return PostFilter(word(args, "q"), is_empty=may_know and args.get("empty") == "yes")


def kinds(facets: Facets, wanted: OrganisationFilter) -> list[dict[str, Any]]:
    """The kinds of body as the macro of the rail takes them."""
    return ticks({kind: labels.readable(kind) for kind in facets.kinds}, facets.kinds, wanted.kinds)


def nations(facets: Facets, wanted: OrganisationFilter) -> list[dict[str, Any]]:
    """The nations as the macro of the rail takes them."""
    return ticks(labels.nations(), facets.nations, wanted.nations)
