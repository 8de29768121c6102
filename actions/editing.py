"""Making actions and changing what they promise; dates and owners change only with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from actions import changing, service
from actions.models import Action, Term
from kb import editing, gathering, history, links, records
from kb.errors import Invalid
from kb.models.link import LinkType
from kb.models.organisation import Organisation, Post
from kb.models.plan import Priority, PrioritySet, Response
from kb.models.record import Kind, Record, Theme, Visibility
from kb.permissions import Capability, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan
    from kb.permissions import Person

# Columns that the form fills with the words as they were written.
_TEXTS = (
    "description",
    "timescale",
    "support_needed",
    "resources",
    "measure",
    "recommendation",
    "plan_fit",
)


@dataclass(frozen=True, slots=True)
class ActionDetails:
    """What a lead says about an action; owner and sponsor are refs of posts, contributors refs of organisations.

    Priorities are those that a new action delivers; later ones are linked, with a reason for each.
    """

    title: str
    description: str = ""
    owner: str = ""
    sponsor: str = ""
    contributors: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    timescale: str = ""
    term: str = ""
    starts_on: date | None = None
    due_on: date | None = None
    support_needed: str = ""
    resources: str = ""
    measure: str = ""
    recommendation: str = ""
    plan_fit: str = ""
    priorities: tuple[str, ...] = ()
    visibility: str = Visibility.PUBLISHED


@dataclass(frozen=True, slots=True)
class _Found:
    """The records that the refs of the details name."""

    owner: Post | None
    sponsor: Post | None
    contributors: list[Organisation]
    themes: list[Theme]


def details_of(action: Action) -> ActionDetails:
    """What stands now, as the form shows it; of an action that `service.get` gave."""
    return ActionDetails(
        title=action.title,
        owner=action.owner.ref if action.owner else "",
        sponsor=action.sponsor.ref if action.sponsor else "",
        contributors=tuple(organisation.ref for organisation in action.contributors),
        themes=tuple(theme.ref for theme in action.themes),
        term=action.term or "",
        starts_on=action.starts_on,
        due_on=action.due_on,
        visibility=action.visibility,
        **{name: getattr(action, name) for name in _TEXTS},
    )


def create(
    session: Session, plan: Plan, details: ActionDetails, *, response: Response | None = None, by: Person
) -> Action:
    """Add an action to a plan; its first due date is the one that all later ones are measured against.

    With a response it is linked to that row of the mapping table, from which it was started.
    """
    by.require(Capability.EDIT_PLAN, plan_id=plan.id)
    details = _checked(details)
    # None of what is looked up here is an action that waits to be saved.
    with session.no_autoflush:
        found = _find(session, details, by)
        ref = records.new_ref(session, Kind.ACTION, details.title)
        priorities = list_priorities(session, plan, by) if details.priorities else []
    action = Action(
        ref=ref,
        plan_id=plan.id,
        baseline_due_on=details.due_on,
        owner=found.owner,
        sponsor=found.sponsor,
        contributors=found.contributors,
        milestones=[],
        themes=found.themes,
    )
    _fill(action, details)
    editing.make(session, action, by=by)
    offered = {priority.ref: priority for priority in priorities}
    for ref in dict.fromkeys(details.priorities):
        if ref not in offered:
            raise Invalid("priorities", gettext("There is no priority %(ref)s in this plan", ref=ref))
        links.make(session, offered[ref], LinkType.DELIVERED_BY, action, reason="", by=by)
    if response is not None:
        reason = gettext("Started from this row of the mapping.")
        links.make(session, response, LinkType.ANSWERED_BY, action, reason=reason, by=by)
    return action


def list_priorities(session: Session, plan: Plan, person: Person) -> Sequence[Priority]:
    """The priorities that a new action of the plan may deliver, in the plan's order."""
    of = aliased(PrioritySet, flat=True)
    query = select(Priority).join(of, of.id == Priority.set_id).where(Priority.plan_id == plan.id, visible_to(person))
    return session.scalars(query.order_by(of.position, of.id, Priority.position)).all()


def edit(
    session: Session, ref: str, details: ActionDetails, *, version: int, reason: str, by: Person, today: date
) -> Action:
    """Change an action; another due date or owner needs a reason, which stays in the history."""
    action = _editable(session, ref, version, by)
    details = _checked(details)
    found = _find(session, details, by)
    due_before = action.due_on
    if details.due_on != due_before:
        changing.require_moving(action, details.due_on, by=by, today=today)
        _require_reason(reason, gettext("Say why the due date changes"))
    _change(session, action, details, found, reason, by)
    if details.due_on != due_before:
        changing.settle_due_date(action, due_before)
    session.flush()
    return action


def put_back(
    session: Session,
    ref: str,
    details: ActionDetails,
    agreed: changing.Agreed,
    *,
    version: int,
    reason: str,
    by: Person,
) -> Action:
    """Give an action what it promised before a change that is taken back, with the dates that hang on its due date."""
    action = _editable(session, ref, version, by)
    details = _checked(details)
    _change(session, action, details, _find(session, details, by), reason, by)
    agreed.put_into(action)
    session.flush()
    return action


def _change(session: Session, action: Action, details: ActionDetails, found: _Found, reason: str, by: Person) -> None:
    if found.owner is not action.owner:
        _require_reason(reason, gettext("Say why another post owns it"))
    with session.no_autoflush:
        _fill(action, details)
        history.note_changes(session, action, by=by, reason=reason)
        _note_related(session, action, found, reason, by)


def move_due_date(
    session: Session, ref: str, *, to: date, reason: str, version: int, by: Person, today: date
) -> Action:
    """Give an action another due date; the old one and the reason stay in its history."""
    action = _editable(session, ref, version, by)
    changing.require_moving(action, to, by=by, today=today)
    _require_reason(reason, gettext("Say why the due date changes"))
    changing.set_due_date(session, action, to, reason=reason, by=by)
    session.flush()
    return action


def list_owners(session: Session, person: Person) -> Sequence[Post]:
    """The posts that may own or sponsor an action, with their organisations, by title."""
    query = select(Post).where(visible_to(person)).options(joinedload(Post.organisation)).order_by(Post.title, Post.id)
    return session.scalars(query).all()


def _editable(session: Session, ref: str, version: int, by: Person) -> Action:
    action = service.get(session, ref, by)
    by.require(Capability.EDIT_PLAN, plan_id=action.plan_id)
    records.check_version(action, version, theirs=_in_words(action), chosen=_chosen(action))
    return action


def _in_words(action: Action) -> dict[str, str]:
    """What stands now, by field of the form, for a person to compare with their own."""
    return {
        "title": action.title,
        "owner": action.owner.title if action.owner else "",
        "sponsor": action.sponsor.title if action.sponsor else "",
        "contributors": _titles(action.contributors) or "",
        "themes": _titles(action.themes) or "",
        "term": action.term or "",
        "starts_on": spoken(action.starts_on),
        "due_on": spoken(action.due_on),
        "visibility": action.visibility,
        **{name: getattr(action, name) for name in _TEXTS},
    }


def faults(details: ActionDetails) -> list[Invalid]:
    """Everything that is wrong with the details by themselves."""
    return editing.faults(
        lambda: editing.checked_title(details.title),
        lambda: _check("term", details.term, {"", *Term}, gettext("Choose short, medium or long")),
        lambda: _check("visibility", details.visibility, set(Visibility), gettext("Choose who may read it")),
        lambda: changing.check_order(details.starts_on, details.due_on),
    )


def _checked(details: ActionDetails) -> ActionDetails:
    """The details with their title in one line; Invalid where something is wrong with them."""
    for fault in faults(details):
        raise fault
    return replace(details, title=editing.checked_title(details.title))


def _check(field: str, value: str, allowed: Collection[str], words: str) -> None:
    if value not in allowed:
        raise Invalid(field, words)


def _require_reason(reason: str, words: str) -> None:
    if not reason.strip():
        raise Invalid("reason", words)


def _find(session: Session, details: ActionDetails, by: Person) -> _Found:
    """The posts and organisations that the details name; Invalid where one is not there."""
    wanted = {ref for ref in (details.owner, details.sponsor) if ref}
    posts = {post.ref: post for post in gathering.named(session, Post, wanted, by, joinedload(Post.organisation))}
    for field, ref in (("owner", details.owner), ("sponsor", details.sponsor)):
        if ref and ref not in posts:
            raise Invalid(field, gettext("There is no post called “%(ref)s”", ref=ref))
    organisations = gathering.named(session, Organisation, details.contributors, by)
    if unknown := set(details.contributors) - {organisation.ref for organisation in organisations}:
        raise Invalid("contributors", gettext("There is no organisation called “%(ref)s”", ref=min(unknown)))
    themes = gathering.named(session, Theme, details.themes, by)
    if unknown := set(details.themes) - {theme.ref for theme in themes}:
        raise Invalid("themes", gettext("There is no theme called “%(ref)s”", ref=min(unknown)))
    return _Found(posts.get(details.owner), posts.get(details.sponsor), organisations, themes)


def _fill(action: Action, details: ActionDetails) -> None:
    action.title = details.title
    action.term = details.term or None
    action.visibility = str(details.visibility)
    action.starts_on, action.due_on = details.starts_on, details.due_on
    for name in _TEXTS:
        setattr(action, name, getattr(details, name).strip())


def _note_related(session: Session, action: Action, found: _Found, reason: str, by: Person) -> None:
    """Change owner, sponsor, contributors and themes, and note them by their titles rather than by numbers."""
    for field, now in (("owner", found.owner), ("sponsor", found.sponsor)):
        before = getattr(action, field)
        if now is not before:
            history.note(session, action, field, _title(before), _title(now), reason=reason, by=by)
            setattr(action, field, now)
    if set(found.contributors) != set(action.contributors):
        were, are = _titles(action.contributors), _titles(found.contributors)
        history.note(session, action, "contributors", were, are, reason=reason, by=by)
        action.contributors = found.contributors
    if set(found.themes) != set(action.themes):
        history.note(session, action, "themes", _titles(action.themes), _titles(found.themes), reason=reason, by=by)
        action.themes = found.themes


def _chosen(action: Action) -> dict[str, list[str]]:
    """What is chosen from lists now, as the form sends it."""
    return {
        "owner": [action.owner.ref] if action.owner else [],
        "sponsor": [action.sponsor.ref] if action.sponsor else [],
        "contributors": [organisation.ref for organisation in action.contributors],
        "themes": [theme.ref for theme in action.themes],
        "term": [action.term] if action.term else [],
        "visibility": [action.visibility],
    }


def _titles(records: Sequence[Record]) -> str | None:
    return ", ".join(record.title for record in records) or None


def _title(post: Post | None) -> str | None:
    return post.title if post else None
