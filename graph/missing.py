"""The gap lists of a plan: where links are missing, and where an action, a response or a post is unfinished."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from actions.models import Action, Closure
from graph.gaps import GAP_KINDS as LINK_GAPS
from graph.gaps import gaps as find_in_links
from graph.gaps import measured as measured_by_links
from graph.network import living
from kb.models.organisation import PostHolding
from kb.models.plan import Response
from kb.models.record import Record
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from graph.network import Node
    from graph.snapshot import Snapshot

#: Kinds of gap that the records themselves show, after those that links show.
RECORD_GAPS = (
    "review-overdue",
    "action-without-owner",
    "action-without-date",
    "action-without-measure",
    "empty-post",
)
GAP_KINDS = (*LINK_GAPS, *RECORD_GAPS)


@dataclass(frozen=True, slots=True)
class Gap:
    """One record at which something is missing, and who should act."""

    kind: str
    ref: str
    title: str
    who: str
    detail: str = ""
    source_ref: str = ""  # the source in which an implication or a response is read


@dataclass(frozen=True)
class _Facts:
    """What the gap lists say of a plan's actions and responses."""

    actions: Sequence[Any]  # rows
    responses: Sequence[Any]
    owners: dict[int, Any]  # rows of posts by their ids
    owner_of: dict[int, str]  # the owning post's title by the id of an action or a response
    lead: str

    def who(self, id: int) -> str:
        """Who should act on a record: its owner, else the lead."""
        return self.owner_of.get(id, self.lead)


def find(session: Session, held: Snapshot, person: Person, plan_id: int | None, today: date) -> dict[str, list[Gap]]:
    """All gaps that the person may see, by kind. Who holds a post is not for everyone, so the empty posts may lack."""
    facts = _facts(session, person, plan_id, today)
    seen = held.seen_by(person)
    found = {
        kind: [_of_node(held, node, facts, seen) for node in nodes]
        for kind, nodes in find_in_links(held.network, keep=seen, plan_id=plan_id).items()
    }
    open_actions = [row for row in facts.actions if row.closure == Closure.OPEN]
    found["review-overdue"] = [
        _of_review(held, row, facts, seen)
        for row in facts.responses
        if row.review_by is not None and row.review_by < today
    ]
    measured = measured_by_links(held.network, (row.id for row in open_actions), living(held.network, seen))
    unmeasured = [row for row in open_actions if row.id not in measured]
    for kind, is_missing in _UNFINISHED.items():
        found[kind] = [
            Gap("action", row.ref, row.title, facts.who(row.id), row.timescale)
            for row in (unmeasured if kind == "action-without-measure" else open_actions)
            if is_missing(row)
        ]
    if person.may(Capability.READ_UPDATES):
        found["empty-post"] = _empty_posts(facts, open_actions)
    return found


_UNFINISHED: dict[str, Callable[[Row[Any]], bool]] = {
    "action-without-owner": lambda row: row.owner_id is None,
    "action-without-date": lambda row: row.due_on is None,
    "action-without-measure": lambda row: not row.measure.strip(),
}


def _facts(session: Session, person: Person, plan_id: int | None, today: date) -> _Facts:
    seen = [visible_to(person)] + ([Record.plan_id == plan_id] if plan_id is not None else [])
    actions = session.execute(
        select(
            *(Action.id, Action.ref, Action.title, Action.owner_id, Action.sponsor_id, Action.closure),
            *(Action.due_on, Action.measure, Action.timescale),
        )
        .where(*seen)
        .order_by(Action.position, Action.id)
    ).all()
    responses = session.execute(
        select(Response.id, Response.ref, Response.title, Response.owner_id, Response.review_by)
        .where(*seen)
        .order_by(Response.position, Response.id)
    ).all()
    named = {row.owner_id for row in (*actions, *responses)} | {row.sponsor_id for row in actions}
    owners = _owners(session, named - {None}, person, today)
    owner_of = {row.id: owners[row.owner_id].title for row in (*actions, *responses) if row.owner_id in owners}
    return _Facts(actions, responses, owners, owner_of, gettext("Strategy lead"))


def _owners(session: Session, ids: Set[int], person: Person, today: date) -> dict[int, Any]:
    """The posts with these ids that the person may see, each with whether somebody holds it today."""
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
    detail = gettext("Review was due on %(date)s", date=spoken(row.review_by))
    return Gap("response", row.ref, row.title, facts.who(row.id), detail, sources[0].ref if sources else "")


def _sources_of(held: Snapshot, id: int, seen: Set[int]) -> list[Node]:
    return [held.network.nodes[each] for each in held.network.before[id] if each in seen]


def _empty_posts(facts: _Facts, open_actions: Iterable[Row[Any]]) -> list[Gap]:
    """Posts that own or sponsor open actions, or own responses, and that nobody holds today."""
    rows = [*open_actions, *facts.responses]
    wanted = {row.owner_id for row in rows} | {row.sponsor_id for row in open_actions}
    known = [facts.owners[id] for id in wanted if id in facts.owners]
    empty = sorted((post for post in known if not post.is_held), key=lambda post: post.title)
    return [Gap("post", post.ref, post.title, gettext("Administrator"), _waiting(rows, post.id)) for post in empty]


def _waiting(rows: Iterable[Row[Any]], post_id: int) -> str:
    owned = sum(row.owner_id == post_id for row in rows)
    if not owned:
        return gettext("Sponsors open actions")
    return ngettext("Owns %(num)s action or response", "Owns %(num)s actions and responses", owned)
