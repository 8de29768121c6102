"""Change requests: what owners ask to have changed, how each stands, and who decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from actions import in_sql
from actions.models import Action, Closure
from actions.request_models import ChangeRequest, RequestedChange, RequestState
from actions.requests.deciding import Dates, Matter, matter_of, may_decide
from actions.requests.filters import RequestFilter, criteria, is_for_group
from kb.db import LARGEST_KEY
from kb.errors import NotFound
from kb.models.history import Change
from kb.models.organisation import Post
from kb.models.plan import Plan
from kb.models.user import Membership, Role, User
from kb.permissions import Capability, Person, visible_to
from kb.words import spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

NEWS_DAYS = 14
# The lines of an action's history that tell what it said when a change of it was asked for.
_FIELDS: dict[str, tuple[str, ...]] = {
    RequestedChange.DUE_DATE: ("due_on",),
    RequestedChange.OWNER: ("owner", "owner_id"),
    RequestedChange.SCOPE: ("title", "description"),
    RequestedChange.CLOSURE: ("closure",),
}
_NOTED = [field for fields in _FIELDS.values() for field in fields]


@dataclass(frozen=True, slots=True)
class Wording:
    """What an action says: its title, and more about it. Kept in a request as one text, the title in its first line."""

    title: str
    description: str = ""

    @classmethod
    def read(cls, words: str) -> Wording:
        title, _, description = words.partition("\n")
        return cls(title, description)

    def __str__(self) -> str:
        return f"{self.title}\n{self.description}".strip()


@dataclass(frozen=True)
class Asked:
    """A request with its plan, what stood when it was made, and what makes it the group's or a lead's to decide.

    `stood` is a date in words, the title of a post, the wording of the action, or its closure; `has_moved` says that
    this stands otherwise by now.
    """

    request: ChangeRequest
    plan: Plan
    matter: Matter
    stood: str
    has_moved: bool

    @property
    def action(self) -> Action:
        return self.request.action

    @property
    def is_open(self) -> bool:
        return self.request.state == RequestState.OPEN

    @property
    def stood_wording(self) -> Wording:
        return Wording.read(self.stood)

    @property
    def proposed_wording(self) -> Wording:
        return Wording.read(self.request.proposed_words)

    def may_be_decided_by(self, person: Person) -> bool:
        """Whether it waits for a decision that this person may take."""
        plan_id = self.action.plan_id
        return self.is_open and may_decide(
            self.matter,
            is_proposer=self.is_of(person),
            decides=person.may(Capability.DECIDE_CHANGE, plan_id=plan_id),
            decides_late=person.may(Capability.DECIDE_LATE_CHANGE, plan_id=plan_id),
        )

    def is_of(self, person: Person) -> bool:
        """Whether this person asked for it."""
        return person.user_id is not None and self.request.proposer_id == person.user_id


def get(session: Session, request_id: int, person: Person, today: date) -> Asked:
    """One request with its action, or NotFound, also where the person may not know of it."""
    person.require(Capability.READ_UPDATES)
    query = _select(person).where(ChangeRequest.id == request_id)
    found = _asked(session, query, today) if 0 < request_id <= LARGEST_KEY else []
    if not found:
        raise NotFound("request for a change", str(request_id))
    return found[0]


def list_by_ids(session: Session, ids: Collection[int], person: Person, today: date) -> dict[int, Asked]:
    """These requests, as far as the person may know of them; two statements."""
    found = _asked(session, _select(person).where(ChangeRequest.id.in_(ids)), today) if ids else []
    return {asked.request.id: asked for asked in found}


def count(session: Session, person: Person, wanted: RequestFilter, today: date) -> int:
    """How many requests fit."""
    person.require(Capability.READ_UPDATES)
    query = select(func.count(ChangeRequest.id)).join(ChangeRequest.action)
    query = query.join(in_sql.PLAN, in_sql.PLAN.id == Action.plan_id)
    return session.scalar(query.where(visible_to(person), *criteria(wanted, person, today))) or 0


def list_requests(
    session: Session, person: Person, wanted: RequestFilter, today: date, *, offset: int = 0, limit: int | None = 25
) -> list[Asked]:
    """One page of the requests that fit: open ones first, the oldest first, then what was decided, the newest first."""
    person.require(Capability.READ_UPDATES)
    is_open = ChangeRequest.state == RequestState.OPEN
    order = (case((is_open, 0), else_=1), case((is_open, ChangeRequest.id), else_=-ChangeRequest.id))
    query = _select(person).where(*criteria(wanted, person, today)).order_by(*order).offset(offset).limit(limit)
    return _asked(session, query, today)


def for_action(session: Session, action: Action, person: Person, today: date) -> list[Asked]:
    """All requests about one action, open ones first; none for whoever may not read updates."""
    query = _select(person).where(ChangeRequest.action_id == action.id)
    query = query.order_by(case((ChangeRequest.state == RequestState.OPEN, 0), else_=1), ChangeRequest.id.desc())
    return _asked(session, query, today) if person.may(Capability.READ_UPDATES) else []


def end_of(session: Session, action: Action) -> str:
    """Why a stopped action was stopped; empty for all others, and where no request says it."""
    if action.closure != Closure.STOPPED:
        return ""
    query = select(ChangeRequest.proposed_words).where(
        ChangeRequest.action_id == action.id,
        ChangeRequest.what == RequestedChange.CLOSURE,
        ChangeRequest.state == RequestState.ACCEPTED,
        ChangeRequest.decided_on == action.done_on,
    )
    return session.scalars(query.order_by(ChangeRequest.id.desc()).limit(1)).first() or ""


def open_of(session: Session, action: Action) -> set[str]:
    """The kinds of change that somebody has asked for on the action and nobody has decided yet."""
    query = select(ChangeRequest.what).where(
        ChangeRequest.action_id == action.id, ChangeRequest.state == RequestState.OPEN
    )
    return set(session.scalars(query))


def open_by(session: Session, person: Person, today: date) -> list[Asked]:
    """The requests of this person that wait for a decision, the oldest first."""
    if person.user_id is None:
        return []
    is_theirs = (ChangeRequest.proposer_id == person.user_id, ChangeRequest.state == RequestState.OPEN)
    return _asked(session, _select(person).where(*is_theirs).order_by(ChangeRequest.id), today)


def decided_for(session: Session, person: Person, today: date, *, days: int = NEWS_DAYS) -> list[Asked]:
    """The requests of this person that others decided of late, or that ended with the action; the newest first."""
    if person.user_id is None:
        return []
    is_news = (
        ChangeRequest.proposer_id == person.user_id,
        or_(ChangeRequest.state.in_((RequestState.ACCEPTED, RequestState.REFUSED)), _ended_by_others(person)),
        ChangeRequest.decided_on >= today - timedelta(days=days),
    )
    query = _select(person).where(*is_news).order_by(ChangeRequest.decided_on.desc(), ChangeRequest.id.desc())
    return _asked(session, query, today)


def _ended_by_others(person: Person) -> ColumnElement[bool]:
    """That a request ended because somebody else ended the action."""
    return and_(
        ChangeRequest.state == RequestState.WITHDRAWN,
        ChangeRequest.decision != "",
        ChangeRequest.decided_by_id.is_distinct_from(person.user_id),
    )


def wanted_of(
    session: Session, person: Person, today: date, *, plan_id: int | None = None, limit: int | None = None
) -> list[Asked]:
    """What the steering page asks to have decided: what the group decides, and for a lead also what leads decide."""
    if not person.may(Capability.READ_UPDATES):
        return []
    leads = Action.plan_id.in_(person.plans_with(Role.LEAD))
    query = _select(person).where(ChangeRequest.state == RequestState.OPEN, or_(is_for_group(today), leads))
    if plan_id is not None:
        query = query.where(Action.plan_id == plan_id)
    return _asked(session, query.order_by(ChangeRequest.id).limit(limit), today)


def deciders(session: Session, asked: Asked) -> Sequence[User]:
    """The people who may decide an open request, by name."""
    roles = [Role.LEAD, Role.STEERING] if asked.matter == Matter.ORDINARY else [Role.STEERING]
    query = select(User).join(Membership, Membership.user_id == User.id)
    query = query.where(Membership.plan_id == asked.action.plan_id, Membership.role.in_(roles), User.is_active)
    return [user for user in session.scalars(query.order_by(User.name)) if user.id != asked.request.proposer_id]


def _select(person: Person) -> Select[ChangeRequest, Plan]:
    """Requests with all that is shown of them, as far as the person may see their actions."""
    query = select(ChangeRequest, in_sql.PLAN).join(ChangeRequest.action)
    return (
        query.join(in_sql.PLAN, in_sql.PLAN.id == Action.plan_id)
        .where(visible_to(person))
        .options(
            contains_eager(ChangeRequest.action).joinedload(Action.owner).joinedload(Post.organisation),
            joinedload(ChangeRequest.proposed_post).joinedload(Post.organisation),
            joinedload(ChangeRequest.proposer),
            joinedload(ChangeRequest.decided_by),
        )
    )


def _asked(session: Session, query: Select[ChangeRequest, Plan], today: date) -> list[Asked]:
    rows = session.execute(query).all()
    later = _changes_since(session, [request for request, _ in rows])
    made = []
    for request, plan in rows:
        of_action = later.get(request.action_id, ())
        changes = [
            change for change in of_action if change.at >= request.made_at and change.field in _FIELDS[request.what]
        ]
        action = request.action
        dates = Dates(action.is_open, action.due_on, action.baseline_due_on)
        matter = matter_of(request.what, dates, today)
        made.append(Asked(request, plan, matter, _stood(request, changes), bool(changes)))
    return made


def _changes_since(session: Session, requests: Sequence[ChangeRequest]) -> dict[int, list[Change]]:
    """What changed on the actions of these requests since the first of them was made, in order; one statement."""
    found: dict[int, list[Change]] = {}
    if not requests:
        return found
    query = select(Change).where(
        Change.record_id.in_({request.action_id for request in requests}),
        Change.field.in_(_NOTED),
        Change.at >= min(request.made_at for request in requests),
    )
    for change in session.scalars(query.order_by(Change.id)):
        found.setdefault(change.record_id, []).append(change)
    return found


def _stood(request: ChangeRequest, changes: Sequence[Change]) -> str:
    """What the action said when the request was made: what the first change since then replaced, else what it says."""
    action = request.action
    first: dict[str, str] = {}
    for change in changes:
        first.setdefault(change.field, change.old or "")
    match request.what:
        case RequestedChange.DUE_DATE:
            return first.get("due_on", spoken(action.due_on))
        case RequestedChange.OWNER:
            return next(iter(first.values()), action.owner.title if action.owner else "")
        case RequestedChange.SCOPE:
            return str(Wording(first.get("title", action.title), first.get("description", action.description)))
        case _:
            return first.get("closure", action.closure)
