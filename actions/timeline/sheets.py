"""A long timeline cut into parts that each fit on a sheet of paper, so that no row is cut in two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from actions.timeline.layout import TOP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.timeline.layout import Group, Picture


def split(groups: Sequence[Group], picture: Picture, *, first: float, others: float) -> list[list[Group]]:
    """The groups of each sheet; a group that goes on over the sheet has its heading on each.

    The picture is that of all groups together, which says how tall each row is; a sheet is at most as tall as given.
    """
    rows, headings = iter(picture.rows), iter(picture.headings)
    sheets: list[list[Group]] = [[]]
    used, tallest = TOP, first
    for group in groups:
        head = next(headings).height if group.title else 0.0
        begun = False
        for item in group.items:
            height = next(rows).height
            needed = height if begun else height + head
            if used + needed > tallest and sheets[-1]:
                sheets.append([])
                used, tallest, begun, needed = TOP, others, False, height + head
            if begun:
                sheets[-1][-1] = replace(sheets[-1][-1], items=[*sheets[-1][-1].items, item])
            else:
                sheets[-1].append(replace(group, items=[item]))
            used, begun = used + needed, True
    return [sheet for sheet in sheets if sheet]
