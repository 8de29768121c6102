"""Writing the rows of a mapping: key points, implications and what they call for, each change with its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.orm.attributes import set_committed_value

from kb import history, links, records
from kb.db import now
from kb.errors import Invalid
from kb.models.link import Link, LinkState, LinkType
from kb.models.record import Kind, Record
from kb.models.source import Implication, KeyPoint
from kb.removal import deleting
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from sqlalchemy.orm import Session

    from kb.mapping.rows import ImplicationRow, Mapping, PointRow
    from kb.mapping.service import Stand
    from kb.permissions import Person

R = TypeVar("R", bound=Record)


@dataclass
class Changes:
    """One save under way: who makes it, what stood before, and how much has changed so far."""

    session: Session
    stand: Stand
    by: Person
    number: int = 0
    touched_links: set[int] = field(default_factory=set)

    def note(self, record: Record, name: str, old: object, new: object, reason: str = "") -> None:
        """Note one change."""
        history.note(self.session, record, name, old, new, reason=reason, by=self.by)
        self.number += 1

    def note_columns(self, record: Record) -> None:
        """Note what differs from the database; nothing may have been flushed since it was set."""
        self.number += len(history.note_changes(self.session, record, by=self.by))

    def note_created(self, record: Record) -> None:
        """Give a new record its id, and say that it was made."""
        self.session.add(record)
        history.note_created(self.session, record, by=self.by)
        self.session.flush()
        self.number += 1

    @property
    def as_hidden_as_the_source(self) -> dict[str, Any]:
        """What a new record needs so that nobody reads in it what they may not read in its source."""
        return {"visibility": self.stand.source.visibility, "author_id": self.by.user_id}

    def in_words(self) -> str:
        """For the source's own history."""
        return ngettext("%(num)s change", "%(num)s changes", self.number)


def save_rows(changes: Changes, given: Mapping) -> None:
    """Write key points and implications, then mark the links that rest on words that changed."""
    points, reworded = _save_points(changes, given.key_points)
    cited_before = {one.id: {point.id for point in one.key_points} for one in changes.stand.source.implications}
    for row in given.implications:
        _save_implication(changes, row, points)
    _remove_points(changes, given.key_points)
    for implication in list(changes.stand.source.implications):
        still = cited_before.get(implication.id, set()) & {point.id for point in implication.key_points}
        if still & reworded:
            words = _titles(p for p in implication.key_points if p.id in still & reworded)
            _suspect(changes, implication, gettext("What it rests on was reworded: %(now)s", now=words))


def retie(
    changes: Changes,
    start: Record,
    kind: LinkType,
    standing: list[Link],
    wanted: dict[int, tuple[Record, str]],
) -> None:
    """Make the links from a record those that are wanted, by the id of what they lead to, each with its reason.

    A link that is wanted no more is retired, a retired one that is wanted again is current again; an empty reason
    leaves the one that stands.
    """
    for link in standing:
        told = links.told(start, kind, link.end)
        _, given = wanted.get(link.to_id, (None, ""))
        reason = links.checked_reason(given)
        is_retired = link.state == LinkState.RETIRED
        if link.to_id not in wanted and not is_retired:
            links.settle(link, LinkState.RETIRED)
            changes.note(start, "link", told, None, gettext("Left out of the mapping"))
        elif link.to_id in wanted and is_retired:
            links.settle(link, LinkState.CURRENT)
            link.reason, link.confirmed_at = reason or link.reason, now()
            changes.note(start, "link", None, told, link.reason)
        elif link.to_id in wanted and reason and reason != link.reason:
            changes.note(start, "reason", link.reason, reason, told)
            links.settle(link, LinkState.CURRENT)
            link.reason, link.confirmed_at = reason, now()
        else:
            continue
        changes.touched_links.add(link.id)
    known = {link.to_id for link in standing}
    for record_id, (record, reason) in wanted.items():
        if record_id not in known:
            links.make(changes.session, start, kind, record, reason=reason, by=changes.by)
            changes.number += 1


def common_reason(standing: Iterable[Link]) -> str:
    """The reason that all these links have, or nothing where they have several."""
    reasons = {link.reason for link in standing}
    return reasons.pop() if len(reasons) == 1 else ""


def _save_points(changes: Changes, rows: tuple[PointRow, ...]) -> tuple[dict[int, KeyPoint], set[int]]:
    """The key points by row, and the ids of those whose words changed."""
    source = changes.stand.source
    known = {point.ref: point for point in source.key_points}
    position = records.last_position(changes.session, KeyPoint, source)
    points: dict[int, KeyPoint] = {}
    reworded: set[int] = set()
    for row in rows:
        point = _known(known, row)
        if row.is_removed:
            continue
        values = {
            "title": row.text,
            "point_kind": row.kind,
            "place": row.place,
            "promised_by": row.promised_by,
            "promised_for": row.promised_for,
            "measured_by": row.measured_by,
            "site": row.site,
            "aspect": row.aspect,
        }
        if point is None:
            position += 1
            ref = records.new_ref(changes.session, Kind.KEY_POINT, f"{source.ref}-k{position:02d}")
            point = KeyPoint(ref=ref, position=position, source=source, **changes.as_hidden_as_the_source, **values)
            changes.note_created(point)
        else:
            if point.title != row.text:
                reworded.add(point.id)
            _set(point, values)
            changes.note_columns(point)
        points[row.number] = point
    return points, reworded


def _save_implication(changes: Changes, row: ImplicationRow, points: dict[int, KeyPoint]) -> None:
    source = changes.stand.source
    implication = _known({one.ref: one for one in source.implications}, row)
    if row.is_removed:
        if implication is not None:
            _remove(changes, implication)
            _leave_out(source, "implications", implication)
        return
    values = {"title": row.text, "implication_kind": row.kind, "horizon": row.horizon or None}
    if implication is None:
        position = records.last_position(changes.session, Implication, source) + 1
        ref = records.new_ref(changes.session, Kind.IMPLICATION, f"{source.ref}-i{position:02d}")
        implication = Implication(
            ref=ref, position=position, source=source, **changes.as_hidden_as_the_source, **values
        )
        implication.key_points, implication.staff_groups = [], []
        changes.note_created(implication)
    else:
        _set(implication, values)
        changes.note_columns(implication)
    _cite(changes, implication, row, points)
    _group(changes, implication, row)
    _call_for(changes, implication, row)
    if row.is_doubted:
        _suspect(changes, implication, gettext("Its meaning changed: %(now)s", now=row.text))


def _cite(changes: Changes, implication: Implication, row: ImplicationRow, points: dict[int, KeyPoint]) -> None:
    shown = {point.id for point in points.values()}
    cited = [points[number] for number in row.cites if number in points]
    # A key point that the form did not show is neither ticked nor unticked by it.
    cited += [point for point in implication.key_points if point.id not in shown]
    cited.sort(key=lambda point: point.position)
    before = sorted(implication.key_points, key=lambda point: point.position)
    if [point.id for point in cited] != [point.id for point in before]:
        changes.note(implication, "key_points", _titles(before), _titles(cited))
        implication.key_points = cited


def _group(changes: Changes, implication: Implication, row: ImplicationRow) -> None:
    offered = changes.stand.offered.staff_groups
    if any(ref not in offered for ref in row.staff_groups):
        raise Invalid(f"{row.field}-staff_groups", gettext("One of these staff groups is not in the list any more"))
    wanted = [group for ref, group in offered.items() if ref in row.staff_groups]
    if {group.ref for group in implication.staff_groups} != set(row.staff_groups):
        changes.note(implication, "staff_groups", _titles(implication.staff_groups), _titles(wanted))
        implication.staff_groups = wanted


def _call_for(changes: Changes, implication: Implication, row: ImplicationRow) -> None:
    offered = changes.stand.offered.priorities
    if any(ref not in offered for ref in row.priorities):
        raise Invalid(f"{row.field}-priorities", gettext("One of these priorities is not in the plan any more"))
    standing = changes.stand.links_of(implication, LinkType.CALLS_FOR)
    held = [link for link in standing if link.state != LinkState.RETIRED]
    has_several_reasons = len({link.reason for link in held}) > 1
    held_ids = {link.to_id for link in held}
    wanted: dict[int, tuple[Record, str]] = {}
    for ref in row.priorities:
        priority = offered[ref]
        is_held = priority.id in held_ids
        if not row.reason and not (is_held and has_several_reasons):
            raise Invalid(f"{row.field}-reason", gettext("Say why it calls for what is ticked"))
        wanted[priority.id] = (priority, "" if is_held and has_several_reasons else row.reason)
    retie(changes, implication, LinkType.CALLS_FOR, standing, wanted)


def _remove_points(changes: Changes, rows: tuple[PointRow, ...]) -> None:
    source = changes.stand.source
    known = {point.ref: point for point in source.key_points}
    for row in rows:
        point = known.get(row.ref) if row.is_removed else None
        if point is None:
            continue
        _remove(changes, point)
        for implication in source.implications:
            _leave_out(implication, "key_points", point)
        _leave_out(source, "key_points", point)


def _remove(changes: Changes, part: KeyPoint | Implication) -> None:
    """Delete a part of the source, which is noted in its history and can be undone as any deletion."""
    why = gettext("Taken out of the mapping of “%(title)s”", title=changes.stand.source.title)
    deleting.delete(changes.session, part, reason=why, by=changes.by)
    changes.number += 1


def _leave_out(record: Record, name: str, part: Record) -> None:
    """Let a loaded list be without a part, and its row in the database as it is: undoing brings it back."""
    set_committed_value(record, name, [one for one in getattr(record, name) if one is not part])


def _suspect(changes: Changes, implication: Implication, why: str) -> None:
    """Let the links wait for a person, except those that this very save looked at."""
    for link in changes.stand.links.get(implication.id, []):
        if link.type != LinkType.CALLS_FOR or link.state != LinkState.CURRENT or link.id in changes.touched_links:
            continue
        links.doubt(changes.session, link, because=why, by=changes.by)
        changes.number += 1


def _known(known: dict[str, R], row: PointRow | ImplicationRow) -> R | None:
    """The record of a row, None for a new row."""
    if row.ref and row.ref not in known:
        raise Invalid(
            f"{row.field}-text",
            gettext("This row is not part of the source any more. Copy its words to a new row to keep them"),
        )
    return known.get(row.ref)


def _set(record: Record, values: AnyMapping[str, str | None]) -> None:
    for name, value in values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)


def _titles(records_: Iterable[object]) -> str | None:
    return "; ".join(str(getattr(one, "title", "")) for one in records_) or None
