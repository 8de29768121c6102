"""Rows of spreadsheets that are actions of one plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from actions import changing, editing
from actions.editing import ActionDetails
from actions.models import Action
from kb import labels, links
from kb.editing import faults
from kb.importing.fields import Field, Shape, plain
from kb.importing.kinds import cells, indicators, lookups, matrix, owning
from kb.importing.kinds.headed import REF, TITLE
from kb.importing.kinds.planned import Planned, plan_field, plan_of
from kb.importing.kinds.roster import Roster
from kb.importing.kinds.sources import told, visibility
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Priority
from kb.models.record import Kind
from kb.permissions import visible_to
from kb.words import gettext, in_each_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.errors import Invalid
    from kb.importing.fields import Values
    from kb.importing.kinds.named import Names
    from kb.importing.kinds.understood import Work
    from kb.importing.proposals import Context

PRIORITIES = "priorities"
_AGREED = {"baseline_due_on", "forecast_on", "is_demonstration_dated"}
_LISTS = (Action.contributors, Action.themes)


@dataclass
class Delivered:
    """By the id of each action the refs of the priorities that it delivers, and all its links to such."""

    refs: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    links: dict[int, dict[str, Link]] = field(default_factory=lambda: defaultdict(dict))
    priorities: dict[str, Priority] = field(default_factory=dict)


class Actions(Planned[Action, ActionDetails]):
    """Each row is an action; how it stands, what was said of it and whether it is done is not for a file to say."""

    name = "actions"
    kind = Kind.ACTION

    def title(self) -> str:
        return gettext("Actions")

    def fields(self) -> Sequence[Field]:
        return _fields()

    def roster(self, context: Context) -> Roster[Action]:
        if self.name not in context.cache:
            context.cache[self.name] = _roster(context)
        found: Roster[Action] = context.cache[self.name]
        return found

    def names(self, context: Context) -> Mapping[str, Names]:
        if "names" not in context.cache:
            posts = lookups.posts(context)
            context.cache["names"] = {
                "owner": posts,
                "sponsor": posts,
                "contributors": lookups.organisations(context),
                "themes": lookups.themes(context),
                PRIORITIES: lookups.priorities(context, plan_of(context)),
            }
        found: Mapping[str, Names] = context.cache["names"]
        return found

    def spread(self, values: dict[str, str]) -> dict[str, str]:
        return matrix.spread(values)

    def blank(self, context: Context) -> ActionDetails:
        return ActionDetails(title="")

    def details_of(self, context: Context, record: Action) -> ActionDetails:
        delivered = tuple(_delivered(context).refs.get(record.id, ()))
        return replace(editing.details_of(record), priorities=delivered)

    def read(self, context: Context, one: Field, values: Values, standing: Any) -> Any:
        if one.key in ("owner", "sponsor"):
            return owning.read(context, one.key, values, standing)
        return super().read(context, one, values, standing)

    def settle(self, context: Context, work: Work[Action, ActionDetails]) -> None:
        """What a file leaves out of the priorities of an action stays linked: the link has a reason of its own.

        Our own matrix names the indicators of an action beside the words of its measure of success.
        """
        if work.record is None:
            return
        kept = dict.fromkeys((*work.old.priorities, *work.new.priorities))
        words = matrix.without(work.new.measure, _measures(context))
        measure = work.old.measure if cells.are_same(work.old.measure, words) else work.new.measure
        work.new = replace(work.new, priorities=tuple(kept), measure=measure)

    def faults(self, context: Context, work: Work[Action, ActionDetails]) -> list[Invalid]:
        found = [*super().faults(context, work), *editing.faults(work.new)]
        action = work.record
        if action is not None and "due_on" in work.changed:
            to = work.new.due_on
            found += faults(lambda: changing.require_moving(action, to, by=context.by, today=context.today))
        return found

    def create(self, context: Context, details: ActionDetails, *, reason: str) -> Action:
        return editing.create(context.session, plan_of(context), details, by=context.by)

    def edit(self, context: Context, record: Action, details: ActionDetails, *, reason: str) -> None:
        if replace(details, priorities=()) != editing.details_of(record):
            editing.edit(
                context.session,
                record.ref,
                details,
                version=record.version,
                reason=reason,
                by=context.by,
                today=context.today,
            )
        self._link(context, record, details.priorities, reason)

    def before(self, context: Context, work: Work[Action, ActionDetails]) -> dict[str, str]:
        before = super().before(context, work)
        if "due_on" in before and work.record is not None:
            agreed = asdict(changing.Agreed.of(work.record))
            before |= {key: str(value or "") for key, value in agreed.items()}
        return before

    def put_back(
        self, context: Context, record: Action, details: ActionDetails, before: Mapping[str, str], *, reason: str
    ) -> None:
        """Dates that were agreed before come back without anybody's leave, since they were agreed already."""
        self._unlink(context, record, details.priorities, reason)
        if not before.keys() >= _AGREED:
            self.edit(context, record, details, reason=reason)
            return
        baseline, forecast = (
            date.fromisoformat(before[key]) if before[key] else None for key in ("baseline_due_on", "forecast_on")
        )
        agreed = changing.Agreed(baseline, forecast, is_demonstration_dated=bool(before["is_demonstration_dated"]))
        editing.put_back(
            context.session, record.ref, details, agreed, version=record.version, reason=reason, by=context.by
        )

    def _link(self, context: Context, action: Action, refs: Sequence[str], reason: str) -> None:
        """Let the action deliver these priorities too."""
        delivered, session = _delivered(context), context.session
        for ref in refs:
            if ref in delivered.refs[action.id]:
                continue
            if (link := delivered.links[action.id].get(ref)) is not None:
                links.confirm(session, link.id, reason=reason, by=context.by)
            else:
                priority = next(
                    one for one in editing.list_priorities(session, plan_of(context), context.by) if one.ref == ref
                )
                links.make(session, priority, LinkType.DELIVERED_BY, action, reason=reason, by=context.by)
            delivered.refs[action.id].append(ref)

    def _unlink(self, context: Context, action: Action, kept: Sequence[str], reason: str) -> None:
        """Let the action deliver none but these priorities."""
        delivered = _delivered(context)
        for ref in set(delivered.refs[action.id]) - set(kept):
            links.retire(context.session, delivered.links[action.id][ref].id, reason=reason, by=context.by)
            delivered.refs[action.id].remove(ref)


def _measures(context: Context) -> frozenset[str]:
    """The titles of the indicators of the plan."""
    if "measures" not in context.cache:
        context.cache["measures"] = frozenset(map(plain, indicators.roster(context).titles.values()))
    found: frozenset[str] = context.cache["measures"]
    return found


def _delivered(context: Context) -> Delivered:
    """What the actions of the plan deliver, read once."""
    if "delivered" not in context.cache:
        delivered = context.cache["delivered"] = Delivered()
        of_plan = select(Action.id).where(Action.plan_id == plan_of(context).id).correlate(None)
        query = select(Link, Priority.ref).join(Priority, Priority.id == Link.from_id)
        query = query.where(Link.type == LinkType.DELIVERED_BY, Link.to_id.in_(of_plan), visible_to(context.by))
        for link, ref in context.session.execute(query.order_by(Priority.position, Priority.id)):
            delivered.links[link.to_id][ref] = link
            if link.state != LinkState.RETIRED:
                delivered.refs[link.to_id].append(ref)
    found: Delivered = context.cache["delivered"]
    return found


def _roster(context: Context) -> Roster[Action]:
    session = context.session
    mine = Action.plan_id == plan_of(context).id, visible_to(context.by)

    def fetch(ids: Sequence[int]) -> Sequence[Action]:
        options = [joinedload(Action.owner), joinedload(Action.sponsor), *map(selectinload, _LISTS)]
        return session.scalars(select(Action).where(Action.id.in_(ids), *mine).options(*options)).all()

    roster = Roster(fetch)
    for row in session.execute(select(Action.id, Action.ref, Action.title).where(*mine).order_by(Action.id)):
        roster.add(*row)
    return roster


@in_each_language
def _fields() -> tuple[Field, ...]:
    title = gettext("The title of a post, or its title, a comma and its organisation.")
    owner = owning.fields(
        "owner",
        gettext("Owner"),
        gettext("Owner’s organisation"),
        title,
        also=("Action owner", "Responsible", "Who is responsible", "Lead", "Lead officer"),
    )
    sponsor = owning.fields("sponsor", gettext("Sponsor"), gettext("Sponsor’s organisation"), title)
    return (
        Field(REF, gettext("Ref"), help=gettext("Stands in our own files. Leave it empty for a new action.")),
        Field(
            TITLE,
            gettext("Action"),
            also=("Title", "Actions", "What", "What will be done", "Action title", "Task"),
            is_required=True,
            help=gettext("What will be done, starting with a verb. It changes a title only in a row with a Ref."),
        ),
        plan_field(),
        Field(
            PRIORITIES,
            gettext("Priority"),
            Shape.LIST,
            also=("Priorities",),
            help=gettext(
                "Priorities of the plan that it delivers, with semicolons between them. Those that a row leaves out "
                "stay linked; take them off on the page of the action."
            ),
        ),
        *owner,
        *sponsor,
        Field(
            "contributors",
            gettext("Contributing organisations"),
            Shape.LIST,
            also=("Contributors", "Partners", "Contributing"),
            help=gettext("Organisations that stand here already, with semicolons between them."),
        ),
        Field("timescale", gettext("Timescale as stated"), also=("Timescale", "Timescales", "When")),
        Field("term", gettext("Term"), Shape.CHOICE, choices=labels.horizons()),
        Field("starts_on", gettext("Starts"), Shape.DAY, also=("Start", "Start date", "Starts on"), begins=True),
        Field(
            "due_on",
            gettext("Due"),
            Shape.DAY,
            also=("Due date", "Due on", "Deadline", "By when", "Due by"),
            help=gettext(
                "A day, such as 30 September 2026; a month alone is its last day. What others have to agree to is "
                "refused here, too."
            ),
        ),
        Field("description", gettext("What it is"), Shape.TEXT, also=("Description", "Details", "More about it")),
        Field("support_needed", gettext("Support needed"), Shape.TEXT, also=("Support",)),
        Field("resources", gettext("Resources"), Shape.TEXT, also=("Resources required", "Resource")),
        Field(
            "measure",
            gettext("Measure of success"),
            Shape.TEXT,
            also=("Measures of success", "Success measure", "Measure", "How we will know"),
        ),
        Field("recommendation", gettext("Recommendation"), Shape.TEXT, also=("Recommendations",)),
        Field("plan_fit", gettext("Fit with the plan"), Shape.TEXT, also=("Strategic fit", "Fit")),
        Field(
            "themes",
            gettext("Themes"),
            Shape.LIST,
            also=("Theme",),
            help=gettext("Themes of the list, with semicolons between them."),
        ),
        visibility(),
        *told(
            *("First agreed", "Times moved", "Schedule", "Days until due", "Closure", "Done or stopped on"),
            *("Verified on", "Forecast", "Confidence", "Last update", "Pointed out", "Demonstration dates", "Page"),
        ),
    )
