"""Who may do what: one table that the code, the tests and the help page read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, false, or_, select, true
from sqlalchemy.orm import aliased

from kb.errors import NotAllowed
from kb.models.figure import Figure
from kb.models.record import Kind, Record, Visibility
from kb.models.source import Implication, KeyPoint
from kb.models.user import Role
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute


class Holder(StrEnum):
    """Who a capability is given to; lead, steering and owner are meant within the plan concerned."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    OWNER = "action owner"
    LEAD = "strategy lead"
    STEERING = "steering group"
    ADMINISTRATOR = "administrator"


class Capability(StrEnum):
    """Something that a person may be allowed to do; the value is the sentence that the help page shows."""

    READ = "Read published records"
    READ_UPDATES = "Read updates, asks for support, and who holds a post"
    READ_DRAFTS = "Read drafts of the plan"
    EDIT_SHARED = "Add and change what all plans share: sources, organisations, posts, themes, staff groups, glossary"
    EDIT_PLAN = "Change the plan’s responses, priorities, links and actions"
    UPDATE_ACTION = "Send an update on an action and mark it done"
    ADD_READING = "Add a reading to an indicator, and correct one"
    VERIFY_ACTION = "Verify that an action is done (never one’s own)"
    ANSWER_SUPPORT = "Answer an ask for support"
    PROPOSE_CHANGE = "Ask for another due date, owner or wording of an action, or to close it unfinished"
    DECIDE_CHANGE = "Decide such a request (never one’s own)"
    DECIDE_LATE_CHANGE = "Decide it where the action is overdue, or its due date was moved before"
    RUN_REVIEW = "Plan meetings of the steering group, write the cover sheet, and freeze the pack"
    RECORD_DECISION = "Record what the steering group decided, and close its meeting"
    SETTLE_LINK = "Confirm or retire a suspect link (owners: one that their own action or response hangs on)"
    SEE_OUTBOX = "See the mails that wait or were sent"
    SEE_STATUS = "See whether the service is well: worker, mails, search, database"
    MANAGE_PLANS = "Start a plan"
    MANAGE_MEMBERS = "Give people their roles in the plan"
    MANAGE_PEOPLE = "Invite people, end accounts, and make administrators"


_LEADERS = frozenset({Holder.LEAD, Holder.STEERING})
TABLE: Mapping[Capability, frozenset[Holder]] = {
    Capability.READ: frozenset({Holder.SIGNED_IN}),
    Capability.READ_UPDATES: frozenset({Holder.SIGNED_IN}),
    Capability.READ_DRAFTS: _LEADERS,
    Capability.EDIT_SHARED: frozenset({Holder.LEAD}),
    Capability.EDIT_PLAN: frozenset({Holder.LEAD}),
    Capability.UPDATE_ACTION: frozenset({Holder.OWNER, Holder.LEAD}),
    Capability.ADD_READING: frozenset({Holder.OWNER, Holder.LEAD}),
    Capability.VERIFY_ACTION: _LEADERS,
    Capability.ANSWER_SUPPORT: _LEADERS,
    Capability.PROPOSE_CHANGE: frozenset({Holder.OWNER, Holder.LEAD}),
    Capability.DECIDE_CHANGE: _LEADERS,
    Capability.DECIDE_LATE_CHANGE: frozenset({Holder.STEERING}),
    Capability.RUN_REVIEW: _LEADERS,
    Capability.RECORD_DECISION: _LEADERS,
    Capability.SETTLE_LINK: frozenset({Holder.OWNER, Holder.LEAD}),
    Capability.SEE_OUTBOX: frozenset({Holder.ADMINISTRATOR}),
    Capability.SEE_STATUS: frozenset({Holder.ADMINISTRATOR}),
    Capability.MANAGE_PLANS: frozenset({Holder.ADMINISTRATOR}),
    # Leads give roles to people who have an account; only administrators let new people in.
    Capability.MANAGE_MEMBERS: frozenset({Holder.LEAD, Holder.ADMINISTRATOR}),
    Capability.MANAGE_PEOPLE: frozenset({Holder.ADMINISTRATOR}),
}
# With public reading (and so in demonstration mode) published records need no sign-in; nothing else becomes public.
PUBLIC = frozenset({Capability.READ})


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever asks: a signed-in user with roles and posts, or somebody who has not signed in."""

    user_id: int | None = None
    name: str = ""
    roles: Mapping[int, Role] = field(default_factory=dict)
    posts: Mapping[int, str] = field(default_factory=dict)
    deputises: frozenset[int] = frozenset()  # those of the posts that another person holds
    is_administrator: bool = False
    reads_publicly: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def post_titles(self) -> list[str]:
        return list(self.posts.values())

    @property
    def is_owner_alone(self) -> bool:
        """Whether posts are all that they have here: they come to answer, and neither lead nor steer."""
        return bool(self.posts) and not self.is_administrator and not self.plans_with(Role.LEAD, Role.STEERING)

    def may(self, capability: Capability, *, plan_id: int | None = None, owner_id: int | None = None) -> bool:
        """Whether the table gives this person the capability.

        With `plan_id` the role in that plan decides, without it a role in any plan; `owner_id` is the post that owns
        the action or indicator in question. The machine itself may do everything.
        """
        if self is SYSTEM:
            return True
        if capability in PUBLIC and self.reads_publicly:
            return True
        return bool(TABLE[capability] & self._holders(plan_id, owner_id))

    def require(self, capability: Capability, *, plan_id: int | None = None, owner_id: int | None = None) -> None:
        """Raise NotAllowed unless the person has the capability."""
        if not self.may(capability, plan_id=plan_id, owner_id=owner_id):
            raise NotAllowed(gettext("Your roles do not include this: %(what)s.", what=capability.value.lower()))

    def _holders(self, plan_id: int | None, owner_id: int | None) -> set[Holder]:
        if not self.is_signed_in:
            return {Holder.ANYONE}
        held = {Holder.ANYONE, Holder.SIGNED_IN}
        roles = set(self.roles.values()) if plan_id is None else {self.roles.get(plan_id)}
        if Role.LEAD in roles:
            held.add(Holder.LEAD)
        if Role.STEERING in roles:
            held.add(Holder.STEERING)
        if self.is_administrator:
            held.add(Holder.ADMINISTRATOR)
        if owner_id is not None and owner_id in self.posts:
            held.add(Holder.OWNER)
        return held

    def plans_with(self, *roles: Role) -> list[int]:
        """The plans in which the person has one of the roles."""
        return [plan_id for plan_id, role in self.roles.items() if role in roles]


NOBODY = Person()
# Seeding, the worker and commands run with the rights of the machine they run on.
SYSTEM = Person(user_id=None, name="Golden Thread", is_administrator=True, reads_publicly=True)


def visible_to(person: Person, record: type[Record] = Record) -> ColumnElement[bool]:
    """The criterion on `record` that every list and every get passes through; a query of two says which it means."""
    if person is SYSTEM:
        return true()
    if not person.may(Capability.READ):
        return false()
    if not person.is_signed_in:
        return record.visibility == Visibility.PUBLISHED
    plans = person.plans_with(Role.LEAD, Role.STEERING)
    drafts = [record.author_id == person.user_id]
    if plans:
        # Shared records belong to no plan: the leads and steering members of any plan see their drafts.
        drafts.append(or_(record.plan_id.is_(None), record.plan_id.in_(plans)))
    return or_(record.visibility == Visibility.PUBLISHED, and_(record.visibility == Visibility.DRAFT, or_(*drafts)))


def parent_is_visible(person: Person) -> ColumnElement[bool]:
    """The criterion on `Record` that what is read inside a source is found only by those who may see the source."""
    if person is SYSTEM:
        return true()
    source = _source_around()
    tables = (KeyPoint.__table__.c, Implication.__table__.c, Figure.__table__.c)
    return or_(
        Record.kind.not_in((Kind.KEY_POINT, Kind.IMPLICATION, Kind.FIGURE)),
        *(
            exists().where(table.id == Record.id, table.source_id == source.id, visible_to(person, source))
            for table in tables
        ),
    )


@cache
def _source_around() -> type[Record]:
    """The source around a record, beside the record itself; made once, since that costs more than to ask with it."""
    return aliased(Record)


def may_see(person: Person, id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The criterion that the person may see the record which a column names, looked up row by row.

    A list of all visible ids would be made anew for each question, however few rows it is about.
    """
    named = aliased(Record)
    return select(named.id).where(named.id == id, visible_to(person, named)).exists()
