"""Merging two records of one kind: one stays with everything that hung on either, the other's address leads to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from actions.indicator_models import Indicator
from actions.models import Action, Update
from actions.request_models import ChangeRequest, RequestState
from kb import history, links
from kb.db import now
from kb.errors import Invalid
from kb.models.link import ORDERED_TYPES, Link, LinkState
from kb.models.organisation import Organisation, PostHolding, StaffGroup
from kb.models.plan import Response
from kb.models.record import Kind, Record, Theme
from kb.models.source import Source, SourceName, SourceStatus
from kb.models.term import Meaning
from kb.removal import deleting, repointing
from kb.removal.deleted import WITH_DELETED
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kb.permissions import Person

FIELD = "merged"
_DATE = ("on", "precision", "words")
# What each kind says of itself, in the order of its page; the one that stays takes what it lacks from the other.
FIELDS: dict[str, tuple[str, ...]] = {
    Kind.SOURCE: (
        *("category", "source_kind", "summary", "publisher_as_stated", "status", "status_as_stated"),
        *("published_words", "starts_words", "ends_words", "link"),
    ),
    Kind.ORGANISATION: ("abbreviation", "body_kind", "note"),
    Kind.THEME: ("also_called",),
    Kind.TERM: (),
    Kind.POST: ("note",),
    Kind.STAFF_GROUP: ("also_called",),
    Kind.ACTION: (
        *("description", "timescale", "closure", "due_on", "support_needed", "resources", "measure"),
        *("recommendation", "plan_fit"),
    ),
}
# Never taken from the other: what an action has promised and reached.
_NOT_TAKEN = frozenset({"closure", "due_on", "category", "source_kind"})
_STAYING_STATES = (LinkState.CURRENT, LinkState.SUSPECT, LinkState.RETIRED)


@dataclass(frozen=True, slots=True)
class Row:
    """One field of two records side by side."""

    field: str
    one: Any
    other: Any

    @property
    def differs(self) -> bool:
        return bool(self.one or self.other) and self.one != self.other


def model_of(kind: str) -> type[Record]:
    """The class of a kind's records."""
    return Record.__mapper__.polymorphic_map[kind].class_


def may_merge(record: Record, by: Person) -> bool:
    """Whether the person may merge this record with another of its kind."""
    return record.kind in FIELDS and deleting.may_delete(record, by)


def compare(one: Record, other: Record) -> list[Row]:
    """The two, field by field; the title first."""
    return [Row(name, getattr(one, name), getattr(other, name)) for name in ("title", *FIELDS[one.kind])]


def hindrance(session: Session, one: Record, other: Record) -> str:
    """Why these two cannot be merged; nothing where they can."""
    if one.id == other.id or one.kind != other.kind or one.kind not in FIELDS:
        return gettext("Only two different records of one kind can be merged.")
    if one.visibility != other.visibility:
        return gettext("One of them is a draft and the other is not. Publish the draft first, or delete it.")
    if one.plan_id != other.plan_id:
        return gettext("They belong to two plans, and an action belongs to one.")
    if one.kind == Kind.POST and (who := _both_held(session, one, other)):
        return gettext("Both posts are held now. End a holding of %(who)s first: a post has one holder and one deputy.",
                       who=who)  # fmt: skip
    if _would_close_a_circle(session, one.id, other.id):
        return gettext("Merged, they would come before themselves, since links lead from one to the other through a "
                       "third. Retire one of those links first.")  # fmt: skip
    return ""


def merge(session: Session, loser: Record, survivor: Record, *, reason: str, by: Person) -> dict[str, int]:
    """Give everything that hangs on one record to another, and let the first one's address lead there.

    What the survivor lacks it takes from the other. The number of rows that moved, by table.
    """
    for record in (loser, survivor):
        deleting.require_deleting(record, by)
    links.hold_order(session)
    if why := hindrance(session, loser, survivor):
        raise Invalid("survivor", why)
    reason = reason.strip()
    if not reason:
        raise Invalid("reason", gettext("Say why, in a few words"))
    title, kind = loser.title, loser.kind
    _take_what_is_missing(session, loser, survivor, reason, by)
    _keep_one_of_each_link(session, loser.id, survivor.id)
    if kind == Kind.POST:
        _note_new_owner(session, loser, survivor, reason, by)
        _drop_second_holdings(session, loser.id, survivor.id)
    if kind == Kind.TERM:
        _drop_second_meanings(session, loser.id, survivor.id)
    if kind == Kind.ACTION:
        _withdraw_second_requests(session, loser.id, survivor.id)
    moved = repointing.repoint(session, loser.id, survivor.id)
    if isinstance(survivor, Action):
        _repeat_newest_update(session, survivor)
    history.note(session, survivor, FIELD, title, None, reason=reason, by=by)
    loser.deleted_at, loser.merged_into_id = now(), survivor.id
    session.flush()
    return moved


def _take_what_is_missing(session: Session, loser: Record, survivor: Record, reason: str, by: Person) -> None:
    for name in FIELDS[survivor.kind]:
        columns = [name.replace("_words", f"_{part}") for part in _DATE] if name.endswith("_words") else [name]
        is_taken = name not in _NOT_TAKEN and _is_empty(getattr(survivor, columns[0]))
        if is_taken and not _is_out_of_order(survivor, loser, name):
            for column in columns:
                setattr(survivor, column, getattr(loser, column))
    if isinstance(survivor, Theme | StaffGroup) and isinstance(loser, Theme | StaffGroup):
        survivor.also_called = _joined(survivor.title, survivor.also_called, loser.title, loser.also_called)
    if isinstance(survivor, Organisation) and loser.title.casefold() != survivor.title.casefold():
        told = gettext("Also entered as “%(title)s”.", title=loser.title)
        survivor.note = f"{survivor.note} {told}".strip()
    if isinstance(survivor, Source) and isinstance(loser, Source):
        _call_too(session, loser, survivor)
    history.note_changes(session, survivor, by=by, reason=reason)


def _call_too(session: Session, loser: Source, survivor: Source) -> None:
    """The title of the one that goes becomes another name of the one that stays, in its own language."""
    names = session.scalars(select(SourceName.name).where(SourceName.source_id.in_((loser.id, survivor.id)))).all()
    if loser.title.casefold() != survivor.title.casefold() and loser.title not in names:
        session.add(SourceName(source_id=survivor.id, name=loser.title, language=loser.language))


def _is_empty(value: object) -> bool:
    return value is None or value in ("", SourceStatus.NOT_STATED)


def _is_out_of_order(survivor: Record, loser: Record, name: str) -> bool:
    """Whether a date taken from the other would end before it starts."""
    if name not in ("starts_words", "ends_words") or not isinstance(survivor, Source) or not isinstance(loser, Source):
        return False
    starts = loser.starts_on if name == "starts_words" else survivor.starts_on
    ends = loser.ends_on if name == "ends_words" else survivor.ends_on
    return starts is not None and ends is not None and starts > ends


def _joined(title: str, *texts: str) -> str:
    """Names of a list, each once and never the title."""
    names = [name.strip() for text in texts for name in text.split(";")]
    kept = {name.casefold(): name for name in reversed(names) if name and name.casefold() != title.casefold()}
    return "; ".join(reversed(kept.values()))


def _links_of(session: Session, ids: Iterable[int]) -> list[Link]:
    query = select(Link).where(or_(Link.from_id.in_(ids), Link.to_id.in_(ids))).order_by(Link.id)
    return list(session.scalars(query.execution_options(**{WITH_DELETED: True})))


def _keep_one_of_each_link(session: Session, loser_id: int, survivor_id: int) -> None:
    """Of two links that would say the same, keep one with the better reason; one between the two says nothing more."""
    kept: dict[tuple[str, int, int], Link] = {}
    both = (loser_id, survivor_id)
    for link in sorted(_links_of(session, both), key=lambda link: loser_id in (link.from_id, link.to_id)):
        start, end = (survivor_id if id == loser_id else id for id in (link.from_id, link.to_id))
        twin = kept.get((link.type, start, end))
        if start == end:
            session.delete(link)
        elif twin is None:
            kept[link.type, start, end] = link
        else:
            twin.reason = max(twin.reason, link.reason, key=lambda words: len(words.strip()))
            if _STAYING_STATES.index(LinkState(link.state)) < _STAYING_STATES.index(LinkState(twin.state)):
                twin.state = link.state
                twin.suspect_since, twin.suspect_because = link.suspect_since, link.suspect_because
            twin.confirmed_at = max(filter(None, (twin.confirmed_at, link.confirmed_at)), default=None)
            session.delete(link)
    session.flush()


def _would_close_a_circle(session: Session, one: int, other: int) -> bool:
    """Whether links of an ordered type lead from one to the other through a third record."""
    kinds = {link.type for link in _links_of(session, (one, other))} & ORDERED_TYPES
    query = select(Link.type, Link.from_id, Link.to_id).where(Link.type.in_(kinds), Link.state != LinkState.RETIRED)
    onward: dict[tuple[str, int], set[int]] = {}
    for kind, start, end in session.execute(query) if kinds else ():
        start, end = (one if id == other else id for id in (start, end))
        if start != end:
            onward.setdefault((kind, start), set()).add(end)
    for kind in kinds:
        seen: set[int] = set()
        edge = onward.get((kind, one), set())
        while edge:
            if one in edge:
                return True
            seen |= edge
            edge = {end for start in edge for end in onward.get((kind, start), ())} - seen
    return False


def _holdings(session: Session, *post_ids: int) -> list[PostHolding]:
    query = select(PostHolding).where(PostHolding.post_id.in_(post_ids)).order_by(PostHolding.id)
    return list(session.scalars(query))


def _both_held(session: Session, one: Record, other: Record) -> str:
    """The post whose present holder or deputy stands in the way of the other's; nothing where none does."""
    present: dict[bool, PostHolding] = {}
    for holding in _holdings(session, one.id, other.id):
        if holding.until_on is None:
            twin = present.setdefault(holding.is_deputy, holding)
            if twin.user_id != holding.user_id:
                return f"“{one.title}”" if holding.post_id == one.id else f"“{other.title}”"
    return ""


def _drop_second_holdings(session: Session, loser_id: int, survivor_id: int) -> None:
    """A person who holds both posts holds one."""
    held = {(each.user_id, each.is_deputy) for each in _holdings(session, survivor_id) if each.until_on is None}
    for holding in _holdings(session, loser_id):
        if holding.until_on is None and (holding.user_id, holding.is_deputy) in held:
            session.delete(holding)


def _drop_second_meanings(session: Session, loser_id: int, survivor_id: int) -> None:
    query = select(Meaning).where(Meaning.term_id.in_((loser_id, survivor_id)))
    meanings = list(session.scalars(query))
    known = {(one.language, one.expansion.casefold()) for one in meanings if one.term_id == survivor_id}
    for meaning in meanings:
        if meaning.term_id == loser_id and (meaning.language, meaning.expansion.casefold()) in known:
            session.delete(meaning)


def _withdraw_second_requests(session: Session, loser_id: int, survivor_id: int) -> None:
    """Where the same kind of change was asked for on both actions, the request about the one that stays is decided."""
    query = select(ChangeRequest).where(
        ChangeRequest.action_id.in_((loser_id, survivor_id)), ChangeRequest.state == RequestState.OPEN
    )
    requests = list(session.scalars(query))
    asked = {one.what for one in requests if one.action_id == survivor_id}
    for request in requests:
        if request.action_id == loser_id and request.what in asked:
            request.state, request.decided_on = RequestState.WITHDRAWN, now().date()
            request.decision = gettext("The action became one with another, of which the same was asked")


def _note_new_owner(session: Session, loser: Record, survivor: Record, reason: str, by: Person) -> None:
    """Let the history of what the post owns say that another owns it now."""
    owning: tuple[tuple[type[Record], str], ...] = (
        (Action, "owner_id"),
        (Action, "sponsor_id"),
        (Response, "owner_id"),
        (Indicator, "owner_id"),
        (Source, "curator_id"),
    )
    for model, name in owning:
        for owned in session.scalars(select(model).where(getattr(model, name) == loser.id)):
            field = name.removesuffix("_id")
            history.note(session, owned, field, loser.title, survivor.title, reason=reason, by=by)


def _repeat_newest_update(session: Session, action: Action) -> None:
    """An action repeats its newest update; after a merge that may be one of the other's."""
    query = select(Update).where(Update.action_id == action.id).order_by(Update.said_on.desc(), Update.id.desc())
    newest = session.scalars(query.limit(1)).first()
    if newest is not None:
        action.confidence, action.forecast_on, action.last_said_on = (
            newest.confidence,
            newest.forecast_on,
            newest.said_on,
        )
