"""The gap lists of a plan: where links are missing, where a record is unfinished, and what seems to be there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, select

from actions.indicator_models import Frequency, Indicator, Reading
from actions.models import Action, Closure
from graph import same
from graph.gaps import gaps as find_in_links
from graph.gaps import measured as measured_by_links
from graph.heavy import overloaded
from graph.network import living
from kb.models.organisation import PostHolding
from kb.models.plan import Plan, Response, ResponseType
from kb.models.record import Kind, Record
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from graph.alike import Pair
    from graph.heavy import Load
    from graph.network import Node
    from graph.snapshot import Snapshot

#: Every kind of gap, the most costly first: what nobody answers or does, then what nobody can tell, then what to tidy.
GAP_KINDS = (
    "empty-response",
    "implication-without-priority",
    "priority-without-action",
    "response-without-action",
    "action-without-owner",
    "empty-post",
    "action-without-source",
    "watch-overdue",
    "review-overdue",
    "heavy-post",
    "action-without-date",
    "action-without-measure",
    "indicator-without-reading",
    "indicator-without-action",
    "watch-without-review",
    "same-action",
)
#: A response of these types says that the plan waits, so it has to say until when.
WAITING_TYPES = frozenset({ResponseType.MONITORING, ResponseType.CONSIDERING})
_KINDS = (Kind.ACTION, Kind.RESPONSE, Kind.INDICATOR)
# After so many days an indicator should have its first reading.
_FIRST_READING = {Frequency.MONTHLY: 31, Frequency.QUARTERLY: 92, Frequency.YEARLY: 366}


@dataclass(frozen=True, slots=True)
class Gap:
    """One record at which something is missing, and who should act."""

    kind: str
    ref: str
    title: str
    who: str
    detail: str = ""
    source_ref: str = ""  # the source in which an implication or a response is read
    other_ref: str = ""  # of two actions that are likely the same, the other one
    plan_ref: str = ""  # the plan of which a post owns too much


@dataclass(frozen=True)
class _Facts:
    """What the gap lists say of a plan's actions and responses."""

    actions: Sequence[Any]  # rows
    responses: Sequence[Any]
    indicators: Sequence[Any]
    shares: dict[int, int]  # of the open actions of a plan, in per cent, what is too much for one post
    named: dict[int, Any]  # rows of posts and plans by their ids
    owner_of: dict[int, str]  # the owning post's title by the id of an action or a response
    lead: str

    @property
    def open_actions(self) -> list[Any]:
        return [row for row in self.actions if row.closure == Closure.OPEN]

    def who(self, id: int) -> str:
        """Who should act on a record: its owner, else the lead."""
        return self.owner_of.get(id, self.lead)


def find(session: Session, held: Snapshot, person: Person, plan_id: int | None, today: date) -> dict[str, list[Gap]]:
    """All gaps that the person may see, by kind. Who holds a post is not for everyone, so the empty posts may lack."""
    pairs = same.find(held, person, plan_id)
    twins = {held.network.nodes[id].plan_id for pair in pairs for id in (pair.one, pair.other)}
    facts = _facts(session, person, plan_id, twins, today)
    seen = held.seen_by(person)
    found = {
        kind: [_of_node(held, node, facts, seen) for node in nodes]
        for kind, nodes in find_in_links(held.network, keep=seen, plan_id=plan_id).items()
    }
    for kind, is_missing in _UNANSWERED.items():
        found[kind] = [_of_review(held, row, facts, seen) for row in facts.responses if is_missing(row, today)]
    open_actions = facts.open_actions
    measured = measured_by_links(held.network, (row.id for row in open_actions), living(held.network, seen))
    unmeasured = [row for row in open_actions if row.id not in measured]
    for kind, is_unfinished in _UNFINISHED.items():
        found[kind] = [
            Gap("action", row.ref, row.title, facts.who(row.id), row.timescale)
            for row in (unmeasured if kind == "action-without-measure" else open_actions)
            if is_unfinished(row)
        ]
    found["heavy-post"] = _heavy_posts(facts)
    found["indicator-without-reading"] = [
        Gap("indicator", row.ref, row.title, facts.who(row.id), _read_how(row))
        for row in facts.indicators
        if not row.is_read and _first_reading(row) <= today
    ]
    found["same-action"] = [_of_pair(held, pair, facts) for pair in pairs]
    if person.may(Capability.READ_UPDATES):
        found["empty-post"] = _empty_posts(facts)
    return {kind: found[kind] for kind in GAP_KINDS if kind in found}


_UNANSWERED: dict[str, Callable[[Row[Any], date], bool]] = {
    "watch-overdue": lambda row, today: _waits(row) and row.review_by is not None and row.review_by < today,
    "watch-without-review": lambda row, _: _waits(row) and row.review_by is None,
    "review-overdue": lambda row, today: not _waits(row) and row.review_by is not None and row.review_by < today,
}
_UNFINISHED: dict[str, Callable[[Row[Any]], bool]] = {
    "action-without-owner": lambda row: row.owner_id is None,
    "action-without-date": lambda row: row.due_on is None,
    "action-without-measure": lambda row: not row.measure.strip(),
}


def _facts(session: Session, person: Person, plan_id: int | None, also: Set[int | None], today: date) -> _Facts:
    """What the lists say of records; `also` are further plans that they name."""
    rows = _rows(session, person, plan_id)
    ids = {row.owner_id for row in rows} | {row.sponsor_id for row in rows} | {row.plan_id for row in rows} | also
    named = _named(session, ids - {None}, person, today)
    owner_of = {row.id: named[row.owner_id].title for row in rows if row.owner_id in named}
    of_kind: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    for row in rows:
        of_kind[row.kind].append(row)
    shares = {row.plan_id: row.heavy_post_percent for row in of_kind[Kind.ACTION]}
    lead = gettext("Strategy lead")
    return _Facts(of_kind[Kind.ACTION], of_kind[Kind.RESPONSE], of_kind[Kind.INDICATOR], shares, named, owner_of, lead)


def _rows(session: Session, person: Person, plan_id: int | None) -> Sequence[Any]:
    """Actions, responses and indicators in the order of their plan; asking for each kind apart would take longer."""
    action, response, indicator = Action.__table__.c, Response.__table__.c, Indicator.__table__.c
    is_read = select(Reading.id).where(Reading.indicator_id == indicator.id, Reading.replaced_at.is_(None)).exists()
    query = (
        select(
            *(Record.id, Record.kind, Record.ref, Record.title, Record.plan_id, Record.created_at),
            func.coalesce(action.owner_id, response.owner_id, indicator.owner_id).label("owner_id"),
            *(action.sponsor_id, action.closure, action.due_on, action.measure, action.timescale),
            *(response.review_by, response.response_type),
            *(indicator.frequency, indicator.target_on, is_read.label("is_read")),
            Plan.__table__.c.heavy_post_percent,
        )
        .outerjoin(Action.__table__, action.id == Record.id)
        .outerjoin(Response.__table__, response.id == Record.id)
        .outerjoin(Indicator.__table__, indicator.id == Record.id)
        .outerjoin(Plan.__table__, Plan.__table__.c.id == Record.plan_id)
        .where(Record.kind.in_(_KINDS), visible_to(person))
        .order_by(func.coalesce(action.position, response.position, indicator.position), Record.id)
    )
    if plan_id is not None:
        query = query.where(Record.plan_id == plan_id)
    return session.execute(query).all()


def _named(session: Session, ids: Set[int | None], person: Person, today: date) -> dict[int, Any]:
    """The posts and plans with these ids that the person may see, each post with whether somebody holds it today."""
    holding = PostHolding.holds_on(today), PostHolding.is_deputy.is_(False)
    is_held = select(PostHolding.id).where(PostHolding.post_id == Record.id, *holding).exists().label("is_held")
    query = select(Record.id, Record.ref, Record.title, is_held).where(Record.id.in_(ids), visible_to(person))
    return {row.id: row for row in session.execute(query)}


def _of_node(held: Snapshot, node: Node, facts: _Facts, seen: Set[int]) -> Gap:
    """A gap that links show; implications and responses are known by their source."""
    sources = _sources_of(held, node.id, seen) if node.kind in ("implication", "response") else []
    detail = ", ".join(source.title for source in sources)
    return Gap(node.kind, node.ref, node.title, facts.who(node.id), detail, sources[0].ref if sources else "")


def _of_review(held: Snapshot, row: Row[Any], facts: _Facts, seen: Set[int]) -> Gap:
    sources = _sources_of(held, row.id, seen)
    if row.review_by is None:
        detail = gettext("No review date")
    else:
        detail = gettext("Review was due on %(date)s", date=spoken(row.review_by))
    return Gap("response", row.ref, row.title, facts.who(row.id), detail, sources[0].ref if sources else "")


def _waits(row: Row[Any]) -> bool:
    return row.response_type in WAITING_TYPES


def _first_reading(row: Row[Any]) -> date:
    """The day by which an indicator should have been read once; where nobody says how often, the day it was made."""
    made: date = row.created_at.date()
    if row.frequency == Frequency.ONCE:
        return row.target_on or made
    return made + timedelta(days=_FIRST_READING.get(row.frequency, 0))


def _read_how(row: Row[Any]) -> str:
    return {
        Frequency.MONTHLY: gettext("Read each month"),
        Frequency.QUARTERLY: gettext("Read each quarter"),
        Frequency.YEARLY: gettext("Read each year"),
        Frequency.ONCE: gettext("Read once"),
    }.get(row.frequency, gettext("Not stated how often it is read"))


def _of_pair(held: Snapshot, pair: Pair, facts: _Facts) -> Gap:
    """Two actions that are likely the same, told by the older; the owner of neither can decide it alone."""
    one, other = held.network.nodes[pair.one], held.network.nodes[pair.other]
    detail = other.title
    if one.plan_id != other.plan_id and other.plan_id in facts.named:
        detail = gettext("%(title)s, in %(plan)s", title=detail, plan=facts.named[other.plan_id].title)
    return Gap("action", one.ref, one.title, facts.lead, detail, other_ref=other.ref)


def _heavy_posts(facts: _Facts) -> list[Gap]:
    loads = overloaded(((row.plan_id, row.owner_id) for row in facts.open_actions), facts.shares)
    return [
        Gap("post", post.ref, post.title, facts.lead, _share(load), plan_ref=plan.ref)
        for load in loads
        if (post := facts.named.get(load.post_id)) and (plan := facts.named.get(load.plan_id))
    ]


def _share(load: Load) -> str:
    if load.owned == load.open:
        return gettext("Owns all %(open)s open actions", open=load.open)
    return gettext(
        "Owns %(owned)s of %(open)s open actions (%(percent)s)",
        owned=load.owned,
        open=load.open,
        percent=f"{load.percent}%",
    )


def _sources_of(held: Snapshot, id: int, seen: Set[int]) -> list[Node]:
    return [held.network.nodes[each] for each in held.network.before[id] if each in seen]


def _empty_posts(facts: _Facts) -> list[Gap]:
    """Posts that own or sponsor open actions, or own responses, and that nobody holds today."""
    rows = [*facts.open_actions, *facts.responses]
    wanted = {row.owner_id for row in rows} | {row.sponsor_id for row in facts.open_actions}
    known = [facts.named[id] for id in wanted if id in facts.named]
    empty = sorted((post for post in known if not post.is_held), key=lambda post: post.title)
    return [Gap("post", post.ref, post.title, gettext("Administrator"), _waiting(rows, post.id)) for post in empty]


def _waiting(rows: Iterable[Row[Any]], post_id: int) -> str:
    owned = sum(row.owner_id == post_id for row in rows)
    if not owned:
        return gettext("Sponsors open actions")
    return ngettext("Owns %(num)s action or response", "Owns %(num)s actions and responses", owned)
