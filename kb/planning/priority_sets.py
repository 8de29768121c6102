"""Sets of priorities, of a plan or of a source and never of both, and the priorities in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from kb import editing, history, records
from kb.catalogue import naming
from kb.errors import Invalid
from kb.models.plan import Plan, Priority, PrioritySet
from kb.models.record import Kind, Theme
from kb.models.source import Source
from kb.permissions import Capability, Person, visible_to
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class SetDetails:
    """What a lead says about a set; `places` is the place of each priority in it, by ref."""

    title: str
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriorityDetails:
    """What a lead says about a priority; its kind is what the plan calls it: a goal, a principle."""

    title: str
    summary: str = ""
    priority_kind: str = ""
    themes: tuple[str, ...] = ()


def get(session: Session, ref: str, *, person: Person) -> PrioritySet:
    """One set with its priorities in order and the source that it belongs to, or NotFound."""
    options = [joinedload(PrioritySet.source), selectinload(PrioritySet.priorities.and_(visible_to(person)))]
    return records.get(session, PrioritySet, ref, person=person, options=options)


def list_of(session: Session, owner: Plan | Source, *, person: Person) -> list[plans.Listed]:
    """The sets of a plan or a source that the person may see, empty ones too, each with its priorities in order."""
    of = aliased(PrioritySet, flat=True)
    owned = of.plan_id == owner.id if isinstance(owner, Plan) else of.source_id == owner.id
    query = (
        select(of, Priority)
        .outerjoin(Priority, and_(Priority.set_id == of.id, visible_to(person)))
        .where(owned)
        .order_by(of.position, of.id, Priority.position)
    )
    listed: dict[int, plans.Listed] = {}
    for one, priority in session.execute(query):
        here = listed.setdefault(one.id, plans.Listed(one, []))
        if priority is not None:
            here.priorities.append(priority)
    return list(listed.values())


def may_edit(of: PrioritySet | Priority | Plan | Source, person: Person) -> bool:
    """Whether the person may change a set or its priorities: the plan's leads, or for a source's set any lead."""
    plan_id = of.id if isinstance(of, Plan) else of.plan_id
    return person.may(Capability.EDIT_SHARED if plan_id is None else Capability.EDIT_PLAN, plan_id=plan_id)


def require_editing(of: PrioritySet | Priority | Plan | Source, by: Person) -> None:
    """Raise NotAllowed unless the person may change a set or its priorities."""
    plan_id = of.id if isinstance(of, Plan) else of.plan_id
    by.require(Capability.EDIT_SHARED if plan_id is None else Capability.EDIT_PLAN, plan_id=plan_id)


def create(
    session: Session, details: SetDetails, *, plan: Plan | None = None, source: Source | None = None, by: Person
) -> PrioritySet:
    """Add a set to a plan or to a source, as hidden as the source; Invalid for both or neither."""
    owner = plan or source
    if owner is None or (plan is not None and source is not None):
        raise Invalid("title", gettext("A set of priorities belongs to one plan or to one source"))
    require_editing(owner, by)
    title = editing.checked_title(details.title)
    column = PrioritySet.plan_id if plan is not None else PrioritySet.source_id
    last = session.scalar(select(func.max(PrioritySet.position)).where(column == owner.id)) or 0
    made = PrioritySet(
        ref=records.new_ref(session, Kind.PRIORITY_SET, f"{owner.ref} {title}"),
        title=title,
        plan_id=plan.id if plan is not None else None,
        source=source,
        position=last + 1,
        visibility=owner.visibility,
        priorities=[],
    )
    return editing.make(session, made, by=by)


def edit(session: Session, ref: str, details: SetDetails, *, version: int, reason: str, by: Person) -> PrioritySet:
    """Rename a set and put its priorities in another order."""
    standing = get(session, ref, person=by)
    require_editing(standing, by)
    editing.check_version(standing, version, {"title": standing.title})
    values = {"title": editing.checked_title(details.title)}
    before = standing.priorities
    after = sorted(before, key=lambda one: (details.places.get(one.ref, before.index(one) + 1), before.index(one)))
    with session.no_autoflush:
        editing.change(session, standing, values, reason=reason, by=by)
        for place, priority in enumerate(after, 1):
            if priority is not before[place - 1]:
                was = before.index(priority) + 1
                history.note(session, priority, "place", was, place, reason=reason.strip(), by=by)
    if after != before:
        _put_in_order(session, standing, after)
        standing.priorities = after
    session.flush()
    return standing


def _put_in_order(session: Session, standing: PrioritySet, after: list[Priority]) -> None:
    """Give each its place; by way of free places, since no two may have the same at any moment."""
    places = sorted(priority.position for priority in after)
    free = _last_place(session, standing) + 1
    for number, priority in enumerate(after):
        priority.position = free + number
    session.flush()
    for place, priority in zip(places, after, strict=True):
        priority.position = place


def _last_place(session: Session, of: PrioritySet) -> int:
    """The highest place in a set; deleted priorities keep theirs, so the bare table is asked."""
    table = Priority.__table__.c
    return session.scalar(select(func.max(table.position)).where(table.set_id == of.id)) or 0


def add_priority(session: Session, ref: str, details: PriorityDetails, *, by: Person) -> Priority:
    """Add a priority at the end of a set."""
    of = get(session, ref, person=by)
    require_editing(of, by)
    values = _checked(details)
    priority = Priority(
        ref=records.new_ref(session, Kind.PRIORITY, details.title),
        plan_id=of.plan_id,
        set=of,
        position=_last_place(session, of) + 1,
        visibility=of.visibility,
        themes=naming.chosen_all(session, Theme, details.themes, "themes", by=by),
        **values,
    )
    return editing.make(session, priority, by=by)


def edit_priority(
    session: Session, ref: str, details: PriorityDetails, *, version: int, reason: str, by: Person
) -> Priority:
    """Reword a priority; the words before stay in its history, with why they changed."""
    priority = plans.get_priority(session, ref, person=by)
    require_editing(priority, by)
    editing.check_version(priority, version, asdict(details_of(priority)))
    if not reason.strip():
        raise Invalid("reason", gettext("Say why it changes"))
    values, themes = _checked(details), naming.chosen_all(session, Theme, details.themes, "themes", by=by)
    with session.no_autoflush:
        editing.change(session, priority, values, reason=reason, by=by)
        before, after = ([theme.title for theme in some] for some in (priority.themes, themes))
        if editing.note_words(session, priority, "themes", before, after, reason=reason, by=by):
            priority.themes = themes
    session.flush()
    return priority


def details_of(priority: Priority) -> PriorityDetails:
    """What stands now, as the form shows it; of a priority that `plans.get_priority` gave."""
    themes = tuple(theme.ref for theme in priority.themes)
    return PriorityDetails(priority.title, priority.summary, priority.priority_kind, themes)


def list_kinds(session: Session) -> list[str]:
    """What priorities are called so far."""
    return sorted(set(session.scalars(select(Priority.priority_kind).distinct())) - {""})


def _checked(details: PriorityDetails) -> dict[str, Any]:
    kind = " ".join(details.priority_kind.split()).lower()
    if len(kind) > editing.LONGEST_WORD:
        raise Invalid("priority_kind", gettext("Use up to %(number)s characters", number=editing.LONGEST_WORD))
    return {
        "title": editing.checked_title(details.title),
        "summary": details.summary.strip(),
        "priority_kind": kind,
    }
