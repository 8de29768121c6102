"""A mapping in words: what stands otherwise than somebody wrote it, which links are suspect, which reasons differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kb import labels
from kb.mapping.rows import ImplicationRow, PointRow
from kb.models.link import LinkState, LinkType
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as AnyMapping

    from kb.mapping.rows import LinkRow, Mapping, ResponseRow
    from kb.mapping.service import Stand
    from kb.models.link import Link
    from kb.models.organisation import StaffGroup
    from kb.models.record import Record

T = TypeVar("T", PointRow, ImplicationRow)


@dataclass(frozen=True)
class Difference:
    """One thing that is saved otherwise than it was written."""

    what: str
    theirs: str
    mine: str


def differences(theirs: Mapping, mine: Mapping, stand: Stand) -> list[Difference]:
    """What stands now beside what somebody wrote, in the order of the page."""

    def told(row: ImplicationRow) -> str:
        return _implication(row, stand)

    found = [
        *_rows(theirs.key_points, mine.key_points, gettext("Key point"), _point),
        *_rows(theirs.implications, mine.implications, gettext("Implication"), told),
    ]
    if theirs.response is not None and mine.response is not None:
        now, written = _response(theirs.response, stand), _response(mine.response, stand)
        if now != written:
            found.append(Difference(gettext("How the plan answers"), now, written))
    return found


def doubtful(stand: Stand) -> dict[str, list[Link]]:
    """The suspect links of each implication, by its ref."""
    return {
        one.ref: [link for link in stand.links_of(one, LinkType.CALLS_FOR) if link.state == LinkState.SUSPECT]
        for one in stand.source.implications
    }


def several_reasons(stand: Stand) -> dict[str, list[str]]:
    """The reasons of the implications whose links have different ones, by ref."""
    found: dict[str, list[str]] = {}
    for one in stand.source.implications:
        held = [link for link in stand.links_of(one, LinkType.CALLS_FOR) if link.state != LinkState.RETIRED]
        if len({link.reason for link in held}) > 1:
            found[one.ref] = [f"{link.end.title}: {link.reason}" for link in held]
    return found


def _rows(theirs: Iterable[T], mine: Iterable[T], name: str, told: Callable[[T], str]) -> list[Difference]:
    written = {row.ref: row for row in mine if row.ref}
    found = []
    for number, row in enumerate(theirs, 1):
        own = written.pop(row.ref, None)
        mine_told = told(own) if own is not None else gettext("Not on your page; it stays as it is saved now.")
        if own is None or mine_told != told(row):
            found.append(Difference(f"{name} {number}", told(row), mine_told))
    # What is left was removed by somebody else meanwhile.
    gone = gettext("Removed. It becomes a new row if you save yours.")
    found += [Difference(f"{name} {row.number + 1}", gone, told(row)) for row in written.values()]
    return found


def _point(row: PointRow) -> str:
    if row.is_removed:
        return gettext("To be removed")
    kind = labels.key_point_kinds().get(row.kind, row.kind)
    promise = (row.promised_by, row.promised_for, row.measured_by)
    return _lines(row.text, _dots(kind, row.place, *promise, row.site, row.aspect))


def _implication(row: ImplicationRow, stand: Stand) -> str:
    if row.is_removed:
        return gettext("To be removed")
    offered = stand.offered
    about = _dots(labels.implication_kinds().get(row.kind, ""), labels.horizons().get(row.horizon, ""))
    cites = ", ".join(str(number + 1) for number in sorted(row.cites))
    return _lines(
        row.text,
        about,
        gettext("Rests on key points %(numbers)s", numbers=cites) if cites else "",
        _listed(gettext("Calls for"), row.priorities, offered.priorities),
        row.reason,
        _listed(gettext("Staff groups"), row.staff_groups, offered.staff_groups),
    )


def _response(row: ResponseRow, stand: Stand) -> str:
    offered = stand.offered
    owner = offered.posts.get(row.owner)
    return _lines(
        _dots(
            labels.response_types().get(row.type, gettext("No answer yet")),
            owner.title if owner else "",
            gettext("look at it again by %(day)s", day=spoken(row.review_by)) if row.review_by else "",
        ),
        row.text,
        *_leads(row.actions, offered.actions),
        *_leads(row.priorities, offered.priorities),
    )


def _leads(rows: tuple[LinkRow, ...], offered: AnyMapping[str, Record]) -> list[str]:
    kept = sorted((offered[row.ref].title, row.reason) for row in rows if row.ref in offered and not row.is_removed)
    return [f"{title}: {reason}" for title, reason in kept]


def _listed(name: str, refs: Iterable[str], offered: AnyMapping[str, Record | StaffGroup]) -> str:
    titles = sorted(offered[ref].title for ref in refs if ref in offered)
    return f"{name}: {'; '.join(titles)}" if titles else ""


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _dots(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
