"""What the address of the results page asks for; whatever it cannot mean is left out with a note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from search.index.ordering import Order
from search.query import VALUE_FIELDS, Filters, filters_from

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

YES = "1"
FILTERS = (*VALUE_FIELDS, "year")
MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as its address says it."""

    question: str = ""
    filters: Filters = field(default_factory=Filters)
    order: Order = Order.BEST
    only_my_words: bool = False
    as_written: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def from_address(cls, args: MultiDict[str, str]) -> Asked:
        """Read an address; never fails."""
        filters, notes = filters_from({name: args.getlist(name)[:MOST_VALUES] for name in FILTERS})
        order = args.get("order", "")
        return cls(
            question=args.get("q", ""),
            filters=filters,
            order=Order(order) if order in set(Order) else Order.BEST,
            only_my_words=args.get("own") == YES,
            as_written=args.get("exact") == YES,
            notes=notes,
        )


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """An address with these values, in this order."""
    told = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    return f"{path}?{told}" if told else path
