"""The map of each database as one immutable snapshot in memory, read again when its revision has moved."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, func, select

from actions.models import Action, Closure
from graph import collecting
from graph.filing import Filing, filed
from graph.models import GraphRevision
from graph.network import COLUMNS, OWNS, Edge, Network, Node, Seen, build, see
from graph.outbox import MARK
from kb import same_actions
from kb.models.link import Link
from kb.models.plan import Priority, PrioritySet, Response, ResponseSource
from kb.models.record import Record, Visibility
from kb.models.source import GONE_STATUSES, OVER_STATUSES, Category, Implication, Source
from kb.models.user import Role
from kb.permissions import SYSTEM, Capability, Person

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session, SessionTransaction

# Who may see the same drafts share what they see; so many different ones are kept.
MOST_READERS = 32
STATUTE, OTHER_DRIVER, RESEARCH = range(3)


@dataclass(frozen=True, slots=True)
class Draft:
    """Whose a record is that is not published yet."""

    id: int
    plan_id: int | None
    author_id: int | None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The whole map as it stood at one revision, with what decides who may see which record."""

    revision: int
    network: Network
    published: frozenset[int]
    drafts: tuple[Draft, ...]
    weights: dict[int, int]  # of each source: law before other drivers before research
    over: dict[int, str]  # the status of each source that is over
    closed: frozenset[int]  # actions that are done or stopped
    unmeasured: frozenset[int]  # open actions of which nobody has said how to tell that they worked
    decided: frozenset[tuple[int, int]]  # pairs of actions of which somebody said whether they are the same
    filing: Filing
    seen: dict[frozenset[int], Seen] = field(default_factory=dict)  # by the drafts that a reader may see

    def seen_by(self, person: Person) -> Seen:
        """The ids that `kb.permissions.visible_to` lets the person see, None for all.

        An implication is read inside its source, so whoever may not see the source does not see it either.
        """
        if not person.may(Capability.READ):
            return see(self.network, ())
        plans = set(person.plans_with(Role.LEAD, Role.STEERING))
        drafts = frozenset(
            draft.id for draft in self.drafts if person is SYSTEM or _may_see_draft(person, plans, draft)
        )
        seen = self.seen.get(drafts)
        if seen is None:
            if len(self.seen) == MOST_READERS:
                self.seen.clear()
            seen = self.seen[drafts] = see(self.network, self._readable(drafts))
        return seen

    def _readable(self, drafts: Set[int]) -> Set[int]:
        hidden = {draft.id for draft in self.drafts} - drafts
        within = {
            child
            for id in hidden
            if self.network.nodes[id].kind == "source"
            for child in self.network.after[id]
            if self.network.nodes[child].kind == "implication"
        }
        return (self.published | drafts) - within


def _may_see_draft(person: Person, plans: set[int], draft: Draft) -> bool:
    if not person.is_signed_in:
        return False
    if draft.author_id == person.user_id:
        return True
    return draft.plan_id in plans or (draft.plan_id is None and bool(plans))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What one transaction of a session goes by."""

    transaction: SessionTransaction | None
    snapshot: Snapshot


_held: WeakKeyDictionary[Any, Snapshot] = WeakKeyDictionary()
_lock = Lock()
_KEPT = "map_kept"


def current(session: Session) -> Snapshot:
    """The snapshot that fits what this session sees; changes that it has not committed yet are in it too.

    One transaction keeps to one snapshot, so a page that asks many questions looks for the revision once.
    """
    session.flush()
    if session.info.get(MARK):
        return _read(session, _revision(session))
    kept: _Kept | None = session.info.get(_KEPT)
    if kept is None or kept.transaction is not session.get_transaction():
        held = _fitting(session, _revision(session))
        kept = session.info[_KEPT] = _Kept(session.get_transaction(), held)
    return kept.snapshot


def _revision(session: Session) -> int:
    return session.scalar(select(GraphRevision.revision)) or 0


def _fitting(session: Session, revision: int) -> Snapshot:
    """The snapshot of this revision that the process holds, read now if it is not the one held."""
    bind = session.get_bind()
    # Every session of a process draws on one pool; a test's sessions share one connection.
    key = bind if isinstance(bind, Connection) else bind.pool
    held = _held.get(key)
    if held is None or held.revision != revision:
        with _lock:  # of many that ask at once, one reads
            held = _held.get(key)
            if held is None or held.revision != revision:
                held = _held[key] = _read(session, revision)
    return held


def forget(session: Session) -> None:
    """Let go of every snapshot, so that the next question reads the map again."""
    _held.clear()
    session.info.pop(_KEPT, None)


def _read(session: Session, revision: int) -> Snapshot:
    with collecting.later():
        rows = _records(session)
        network = build(map(_node, rows), _edges(session, rows))
    return Snapshot(
        revision=revision,
        network=network,
        published=frozenset(row.id for row in rows if row.visibility == Visibility.PUBLISHED),
        drafts=tuple(
            Draft(row.id, row.plan_id, row.author_id) for row in rows if row.visibility != Visibility.PUBLISHED
        ),
        weights={row.id: _weight(row) for row in rows if row.kind == "source"},
        over={row.id: row.status for row in rows if row.status in OVER_STATUSES},
        closed=frozenset(row.id for row in rows if row.closure is not None and row.closure != Closure.OPEN),
        unmeasured=frozenset(row.id for row in rows if row.measure == "" and row.closure == Closure.OPEN),
        decided=frozenset(same_actions.decided(session)),
        filing=filed(session),
    )


class _Read(NamedTuple):
    """One record as it is read; each of the columns means nothing for most kinds."""

    id: int
    kind: str
    ref: str
    title: str
    plan_id: int | None
    visibility: str
    author_id: int | None
    status: Any
    is_statutory: bool | None
    category: str | None
    response_type: str | None
    has_no_text: bool | None
    source_id: int | None
    closure: str | None
    measure: str | None


def _records(session: Session) -> list[_Read]:
    """Bare rows through Core: a tenth of the time that objects take. Their columns by name would take long again."""
    record, source = Record.__table__.c, Source.__table__.c
    response, implication, action = Response.__table__.c, Implication.__table__.c, Action.__table__.c
    joined = (
        Record.__table__.outerjoin(Source.__table__, source.id == record.id)
        .outerjoin(Response.__table__, response.id == record.id)
        .outerjoin(Implication.__table__, implication.id == record.id)
        .outerjoin(Action.__table__, action.id == record.id)
    )
    query = (
        select(
            *(record.id, record.kind, record.ref, record.title, record.plan_id, record.visibility, record.author_id),
            *(source.status, source.is_statutory, source.category),
            *(response.response_type, (response.text == "").label("has_no_text")),
            *(implication.source_id, action.closure, func.trim(action.measure).label("measure")),
        )
        .select_from(joined)
        .where(record.kind.in_(COLUMNS), record.deleted_at.is_(None))
        .order_by(record.id)
    )
    return [_Read._make(row) for row in session.connection().execute(query).all()]


def _node(row: _Read) -> Node:
    return Node(
        id=row.id,
        kind=row.kind,
        ref=row.ref,
        title=row.title,
        plan_id=row.plan_id,
        is_live=row.status not in GONE_STATUSES and row.closure != Closure.STOPPED,
        response_type=row.response_type,
        is_empty=bool(row.has_no_text) and row.response_type is None,
    )


def _edges(session: Session, rows: list[_Read]) -> Iterator[Edge]:
    for row in rows:
        if row.source_id is not None:
            yield Edge(row.source_id, row.id, OWNS)
    connection = session.connection()
    owned = ResponseSource.__table__.c
    for source_id, response_id in connection.execute(select(owned.source_id, owned.response_id)).all():
        yield Edge(source_id, response_id, OWNS)
    link = Link.__table__.c
    for from_id, to_id, type_, reason, state in connection.execute(
        select(link.from_id, link.to_id, link.type, link.reason, link.state).order_by(link.id)
    ).all():
        yield Edge(from_id, to_id, type_, reason or None, state)
    for source_id, priority_id in connection.execute(_own_priorities()).all():  # last: a link with a reason says more
        yield Edge(source_id, priority_id, OWNS)


def _own_priorities() -> Select[Any]:
    """Each source with each priority of the sets that it names itself."""
    of, priority = PrioritySet.__table__.c, Priority.__table__.c
    joined = PrioritySet.__table__.join(Priority.__table__, priority.set_id == of.id)
    return select(of.source_id, priority.id).select_from(joined).where(of.source_id.is_not(None)).order_by(priority.id)


def _weight(row: _Read) -> int:
    if row.category != Category.DRIVER:
        return RESEARCH
    return STATUTE if row.is_statutory else OTHER_DRIVER
