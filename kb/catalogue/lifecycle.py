"""The life of a source: where it has stood since when and why, and what happens when another takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kb import history, link_choices, link_order, links, records
from kb.catalogue import resting
from kb.db import now
from kb.errors import Invalid
from kb.exporting import brief
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Response, ResponseSource
from kb.models.record import Kind
from kb.models.source import GONE_STATUSES, Source, SourceState, SourceStatus
from kb.permissions import SYSTEM, Capability, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.models.record import Record
    from kb.permissions import Person

SUPERSEDES = link_choices.Way(LinkType.SUPERSEDES, is_back=False, kinds=(Kind.SOURCE,))


@dataclass(frozen=True, slots=True)
class Step:
    """Where a source is said to stand, since when and why; `version` is the one that the person opened."""

    since: date
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the links that rested on a superseded source."""

    carried: int
    suspect: int


def life_of(session: Session, source: Source) -> Sequence[SourceState]:
    """The steps of a source's life, the first first."""
    query = select(SourceState).where(SourceState.source_id == source.id)
    return session.scalars(query.order_by(SourceState.since, SourceState.id)).all()


def write_step(session: Session, source: Source, *, since: date, reason: str, by: Person) -> None:
    """Keep that a source stands where it does since a day; whoever set its status calls this."""
    session.add(
        SourceState(source_id=source.id, status=source.status, since=since, reason=reason, person_id=by.user_id)
    )


def move(session: Session, ref: str, to: str, step: Step, *, by: Person, today: date) -> Source:
    """Let a source stand elsewhere in its life, with the day and the reason."""
    source = _opened(session, ref, step, by)
    life = life_of(session, source)
    if to not in set(SourceStatus):
        raise Invalid("status", gettext("Choose where it stands"))
    # Since when it has stood where it does may be added later.
    if to == source.status and life:
        raise Invalid("status", gettext("It stands so already; choose another status"))
    _check(step, life, today)
    if to == source.status:
        history.note(session, source, "status since", None, step.since, reason=step.reason.strip(), by=by)
    is_new = to != source.status
    source.status = to
    history.note_changes(session, source, by=by, reason=step.reason.strip())
    write_step(session, source, since=step.since, reason=step.reason.strip(), by=by)
    if is_new:
        resting.doubt(session, source, by=by)
    session.flush()
    return source


def may_carry(link: Link, by: Person) -> bool:
    """Whether the person may let a link rest on the successor: a plan's answer is its own lead's to change."""
    return links.may_edit(link.start, by)


def find_successors(session: Session, source: Source, words: str, *, person: Person) -> list[Record]:
    """Sources that may take its place, by words of their titles."""
    way = link_choices.Way(LinkType.SUPERSEDES, is_back=True, kinds=(Kind.SOURCE,))
    return link_choices.find(session, source, way, words, person=person)


def successor(session: Session, source: Source, ref: str, *, by: Person) -> Source:
    """The source that is to take the place of another; Invalid where it cannot."""
    if ref == source.ref:
        raise Invalid("by", gettext("A source cannot take its own place"))
    found = records.get(session, Source, ref, person=by)
    if found.status in GONE_STATUSES:
        raise Invalid(
            "by",
            gettext(
                "“%(title)s” is itself superseded or withdrawn, so nothing can rest on it. Choose what stands now",
                title=found.title,
            ),
        )
    link_order.refuse(session, found, LinkType.SUPERSEDES, source, by)
    return found


def supersede(
    session: Session, ref: str, by_ref: str, step: Step, carried: Collection[int], *, by: Person, today: date
) -> Done:
    """Let another source take the place of one: links that are carried rest on it, all others become suspect.

    `carried` has their ids. Links that the person may not see are left, and so become suspect too.
    """
    source = _opened(session, ref, step, by)
    other = successor(session, source, by_ref, by=by)
    _check(step, life_of(session, source), today)
    standing = resting.list_support(session, source, person=SYSTEM)
    chosen = [link for link in standing if link.id in carried]
    for link in chosen:
        links.require_editing(link.start, by)
    reason = step.reason.strip()
    is_linked = _says_so(session, other, source)
    # A link alone, which somebody made by hand, changed nothing of what rests on the source.
    is_again = is_linked and source.status == SourceStatus.SUPERSEDED
    if source.status != SourceStatus.SUPERSEDED:
        source.status = SourceStatus.SUPERSEDED
        history.note_changes(session, source, by=by, reason=reason)
        write_step(session, source, since=step.since, reason=reason, by=by)
    if not is_linked:
        link_choices.join(session, other, SUPERSEDES, source, reason=reason, by=by)
    session.flush()
    _carry(session, source, other, chosen, by)
    # Whoever comes back to carry more leaves what was confirmed since as it is.
    left = [] if is_again else [link for link in standing if link.id not in carried]
    because = gettext("%(old)s was superseded by %(new)s", old=resting.quoted(source), new=resting.quoted(other))
    for link in left:
        links.doubt(session, link, because=because, by=by)
    session.flush()
    return Done(len(chosen), len(left))


def takes_its_place(session: Session, other: Source, source: Source) -> bool:
    """Whether it is on record already that one source took the place of another."""
    return source.status == SourceStatus.SUPERSEDED and _says_so(session, other, source)


def _says_so(session: Session, other: Source, source: Source) -> bool:
    """Whether a link says that one source supersedes another."""
    counting = Link.type == LinkType.SUPERSEDES, Link.state != LinkState.RETIRED
    query = select(Link.id).where(*counting, Link.from_id == other.id, Link.to_id == source.id)
    return session.scalar(query) is not None


def _opened(session: Session, ref: str, step: Step, by: Person) -> Source:
    """The source, kept from everybody else until the transaction ends, in the version that the person opened."""
    source = records.get(session, Source, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    session.refresh(source, ["version", "status"], with_for_update=True)
    records.check_version(source, step.version, theirs={"status": source.status})
    return source


def _check(step: Step, life: Sequence[SourceState], today: date) -> None:
    if not step.reason.strip():
        raise Invalid("reason", gettext("Say why, in one sentence"))
    check_since(step.since, life, today)


def check_since(since: date, life: Sequence[SourceState], today: date) -> None:
    """Raise Invalid where a source cannot stand anywhere since this day, given the steps of its life so far."""
    if since > today:
        raise Invalid("since", gettext("Give a day that has come; change it when it happens"))
    if life and since < life[-1].since:
        day = spoken(life[-1].since)
        raise Invalid("since", gettext("It has stood as it does since %(day)s; give that day or a later one", day=day))


def _carry(session: Session, source: Source, other: Source, chosen: Sequence[Link], by: Person) -> None:
    """Let links rest on the successor.

    A priority is called for by the successor itself. A plan's answer goes on as it is, and answers the successor too;
    where the plan has an answer to that already, its links become that one's, and stay its own as well where it answers
    another source that still counts.
    """
    responses = {link.start.id: link.start for link in chosen if link.from_kind == Kind.RESPONSE}
    homes = {id: _home(session, start, other, source, by) for id, start in responses.items()}
    new: dict[tuple[int, str, int], tuple[Record, list[Link]]] = {}
    for link in chosen:
        start = homes.get(link.from_id, other)
        if start.id == link.from_id:
            _hold(session, link, source, other, by)
        else:
            new.setdefault((start.id, link.type, link.to_id), (start, []))[1].append(link)
    shared = _answering_others(session, responses, source)
    for start, some in new.values():
        _make(session, start, some, source, by)
        for link in (one for one in some if one.from_id not in shared):
            words = links.told(link.start, LinkType(link.type), link.end)
            links.settle(link, LinkState.RETIRED)
            told = gettext("Carried to %(title)s", title=resting.quoted(start))
            history.note(session, link.start, "link", words, None, reason=told, by=by)


def _answering_others(session: Session, ids: Collection[int], source: Source) -> set[int]:
    """Those of these answers that are to another source as well, which was neither superseded nor withdrawn."""
    query = (
        select(ResponseSource.response_id)
        .join(Source, Source.id == ResponseSource.source_id)
        .where(ResponseSource.response_id.in_(ids), Source.id != source.id)
        .where(Source.status.not_in(GONE_STATUSES), Source.deleted_at.is_(None))
    )
    return set(session.scalars(query))


def _home(session: Session, start: Record, other: Source, source: Source, by: Person) -> Record:
    """The answer of the plan that the successor belongs to: the one it has, or this one, which takes it in."""
    own = (
        select(Response)
        .join(ResponseSource, ResponseSource.response_id == Response.id)
        .where(ResponseSource.source_id == other.id, Response.plan_id == start.plan_id, visible_to(by))
        .order_by(Response.position, Response.id)
    )
    found = session.scalars(own).all()
    if found:
        return next((one for one in found if one.id == start.id), found[0])
    last = session.scalar(select(func.max(ResponseSource.position)).where(ResponseSource.response_id == start.id)) or 0
    session.add(ResponseSource(response_id=start.id, source_id=other.id, position=last + 1))
    reason = gettext("It took the place of %(title)s", title=resting.quoted(source))
    history.note(session, start, "sources", None, resting.named(other), reason=reason, by=by)
    session.flush()
    return start


def _hold(session: Session, link: Link, source: Source, other: Source, by: Person) -> None:
    """Say that an answer's link still holds, now that the answer is to the successor too."""
    links.settle(link, LinkState.CURRENT)
    link.confirmed_at = now()
    words = links.told(link.start, LinkType(link.type), link.end)
    told = gettext("Carried from %(old)s to %(new)s", old=resting.quoted(source), new=resting.quoted(other))
    history.note(session, link.start, "link", words, words, reason=told, by=by)


def _make(session: Session, start: Record, some: Sequence[Link], source: Source, by: Person) -> None:
    """One link from the new start in place of these, unless it is there; the reasons go along."""
    first = some[0]
    query = select(Link.state).where(Link.type == first.type, Link.from_id == start.id, Link.to_id == first.to_id)
    if session.scalar(query) in (LinkState.CURRENT, LinkState.SUSPECT):
        return
    reasons = "; ".join(dict.fromkeys(link.reason.strip().rstrip(".") for link in some if link.reason.strip()))
    told = gettext("Carried from %(title)s", title=resting.quoted(source))
    way = link_choices.Way(LinkType(first.type), is_back=False, kinds=(Kind(first.to_kind),))
    # The links that it replaces keep their reasons in full.
    words = brief.short(f"{told}: {reasons}" if reasons else told, links.LONGEST_REASON)
    link_choices.join(session, start, way, first.end, reason=words, by=by)
