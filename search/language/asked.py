"""One search as it is asked for, by an address or a command; whatever it cannot mean is left out with a note."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, quote

from search.index.ordering import Order
from search.language.filters import MOST_VALUES, VALUE_FIELDS, Filters, filters_from
from search.language.query import parse

YES = "1"
FILTERS = (*VALUE_FIELDS, "year")
# The two ends of the years, as the form of the filters sends them.
YEARS = ("from_year", "to_year")
_MEANING = re.compile(r"([^:]{1,20}):([1-9])")


class Args(Protocol):
    """The values of an address, each name as often as it stands there."""

    def items(self, multi: bool = False) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: a question with its filters, and how both are to be taken.

    `only_my_words` leaves out what words may stand for; `as_written` leaves misspelt words as they are.
    """

    question: str = ""
    filters: Filters = field(default_factory=Filters)
    order: Order = Order.BEST
    only_my_words: bool = False
    as_written: bool = False
    # The place of the meaning, from 1, that was chosen for an acronym with several.
    chosen: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    # The question as it was typed; its filters stand among the others, and `question` is what remains.
    typed: str = field(default="", compare=False)

    @classmethod
    def by_name(cls, question: str, values: Mapping[str, Iterable[str]]) -> Asked:
        """A question with filters by their names, as a command has them; never fails."""
        filters, notes = filters_from(values)
        return cls(question, filters, notes=notes)

    @classmethod
    def from_address(cls, args: Args) -> Asked:
        """Read an address; never fails."""
        return cls.from_pairs(args.items(multi=True))

    @classmethod
    def from_kept(cls, kept: str) -> Asked:
        """Read what `kept` once wrote down; never fails."""
        return cls.from_pairs(parse_qsl(kept))

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Asked:
        """Read names and values; never fails."""
        given: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            given[name].append(value)
        first, last = (next((each.strip() for each in given[name] if each.strip()), "") for name in YEARS)
        if first or last:
            given["year"] = [f"{first}..{last}"]
        filters, notes = filters_from({name: given[name][:MOST_VALUES] for name in FILTERS})
        only = {name: given[name][0] for name in ("q", "order", "own", "exact") if given[name]}
        order = only.get("order", "")
        query = parse(only.get("q", ""))
        return cls(
            question=query.rest,
            filters=filters.and_also(query.filters),
            order=Order(order) if order in set(Order) else Order.BEST,
            only_my_words=only.get("own") == YES,
            as_written=only.get("exact") == YES,
            chosen=_chosen(given["meaning"]),
            notes=(*query.notes, *notes),
            typed=query.text,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The names and values that ask the same, each search in one way alone."""
        pairs = [("q", self.question)] if self.question else []
        pairs += [(name, value) for name, values in self.filters.values().items() for value in sorted(values)]
        first, last = self.filters.year_from, self.filters.year_to
        if first is not None or last is not None:
            pairs.append(("year", f"{first or ''}..{last or ''}"))
        if self.order != Order.BEST:
            pairs.append(("order", self.order.value))
        pairs += [("own", YES)] if self.only_my_words else []
        pairs += [("exact", YES)] if self.as_written else []
        pairs += [("meaning", f"{acronym}:{place}") for acronym, place in self.chosen]
        return pairs

    def kept(self) -> str:
        """The search as it is written down: the part of its address behind the question mark."""
        return address("", self.pairs()).removeprefix("?")


def _chosen(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Acronyms with the places of their meanings, from LTP:2; what says nothing is left out."""
    found = (_MEANING.fullmatch(value.strip()) for value in list(values)[:MOST_VALUES])
    return tuple(sorted({each[1]: int(each[2]) for each in found if each}.items()))


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """An address with these values, in this order."""
    told = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    return f"{path}?{told}" if told else path
