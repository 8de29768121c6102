"""What an address asks of a record's thread: how it is narrowed, how a large picture is summed up, what is opened.

The page and the data for exploring read the same address here, so that they never show two different threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions import in_sql
from actions.models import Action, Closure
from actions.schedule import State, schedule_words
from graph import service, snapshot
from graph.coverage.service import list_themes
from graph.folding import By, Folding, Named
from graph.threads.narrowing import narrow
from kb import labels
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from graph.threads.thread import Thread
    from kb.models.plan import Plan
    from kb.models.record import Record
    from kb.permissions import Person

Args = Mapping[str, Sequence[str]]
OPEN, DONE = "open", "done"
# An address that names more groups, or longer ones, was not made here.
MOST_OPENED, LONGEST_KEY = 100, 250


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow the thread: its name in the address, what it offers by value, and the value that is on.

    `counts` say of how many other records of the thread each value is true, where they are counted.
    """

    name: str
    offered: Mapping[str, str]
    chosen: str
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What is on, in words; nothing where nothing is."""
        return self.offered.get(self.chosen, "")


@dataclass(frozen=True)
class Asked:
    """A thread as the address asks for it, beside the whole of it."""

    record: Record
    whole: Thread
    thread: Thread
    plan: Plan | None
    filters: tuple[Filter, ...]  # plan, theme, nation, state: each with at least one value
    folding: Folding  # how its picture is summed up
    unknown: tuple[str, ...] = ()  # what was asked for and the thread does not offer

    @property
    def on(self) -> tuple[Filter, ...]:
        """The filters that are on."""
        return tuple(each for each in self.filters if each.chosen)

    @property
    def narrowing(self) -> dict[str, str]:
        """The filters that are on, as an address writes them."""
        return {each.name: each.chosen for each in self.on}

    @property
    def values(self) -> dict[str, str | list[str]]:
        """All of it as an address writes it."""
        by = {"by": self.folding.by.value} if self.folding.by else {}
        return {**self.narrowing, **by, **({"open": list(self.folding.opened)} if self.folding.opened else {})}


def read(session: Session, record: Record, person: Person, args: Args, today: date) -> Asked:
    """The thread that the arguments of an address ask for; values that are not offered are no filter.

    Raises Invalid for a kind that has no place on the thread, NotFound for what the person may not see.
    """
    whole = service.thread(session, record, person)
    owned = {node.plan_id for node in whole.nodes}
    offered_plans = [each for each in plans.list_plans(session, person=person) if each.id in owned]
    plan = next((each for each in offered_plans if each.ref == _first(args, "plan")), None)
    themes = _themes(session, person)
    groups = {
        "theme": themes,
        "nation": _nations(session),
        "state": _states(session, whole, person, today),
    }
    others = whole.above | whole.below
    filters = [Filter("plan", {each.ref: each.title for each in offered_plans}, plan.ref if plan else "")]
    passing: list[Set[int]] = []
    for name, group in groups.items():
        counts = {value: len(ids & others) for value, (_, ids) in group.items()}
        offered = {value: title for value, (title, _) in group.items() if counts[value]}
        chosen = value if (value := _first(args, name)) in offered else ""
        filters.append(Filter(name, offered, chosen, counts))
        passing += [group[chosen][1]] if chosen else []
    found = service.thread(session, record, person, plan) if plan else whole
    return Asked(
        record=record,
        whole=whole,
        thread=narrow(snapshot.current(session).network, found, passing) if passing else found,
        plan=plan,
        filters=tuple(each for each in filters if each.offered),
        folding=_folding(args, themes),
        unknown=tuple(value for each in filters if (value := _first(args, each.name)) and value != each.chosen),
    )


def _folding(args: Args, themes: Named) -> Folding:
    by = _first(args, "by")
    opened = dict.fromkeys(key for key in args.get("open", ()) if 0 < len(key) <= LONGEST_KEY)
    return Folding(By(by) if by in set(By) else None, tuple(opened)[:MOST_OPENED], themes)


def _first(args: Args, name: str) -> str:
    """The value of an argument; of several the first."""
    return next(iter(args.get(name, ())), "")


def _themes(session: Session, person: Person) -> Named:
    filing = snapshot.current(session).filing
    return {theme.ref: (theme.title, filing.of_theme(theme.id)) for theme in list_themes(session, person)}


def _nations(session: Session) -> Named:
    filing = snapshot.current(session).filing
    return {nation: (title, filing.of_nation(nation)) for nation, title in labels.nations().items()}


def _states(session: Session, whole: Thread, person: Person, today: date) -> Named:
    """The actions of the thread by how they stand; what owners say only for those who may read it."""
    ids = {node.id for node in whole.nodes if node.kind == "action"}
    if ids <= {whole.id}:
        return {}
    query = (
        select(Action.id, Action.closure, Action.confidence, in_sql.state(session, today))
        .join(in_sql.PLAN, in_sql.PLAN.id == Action.plan_id)
        .where(Action.id.in_(ids))
    )
    said = {id: _said(closure, confidence, schedule) for id, closure, confidence, schedule in session.execute(query)}
    told = states(confidence=person.may(Capability.READ_UPDATES))
    return {state: (title, frozenset(id for id in said if state in said[id])) for state, title in told.items()}


def _said(closure: str, confidence: str | None, schedule: str) -> tuple[str | None, ...]:
    """All the states that an action is in."""
    if closure == Closure.OPEN:
        return OPEN, schedule, confidence
    return (closure if closure == Closure.STOPPED else DONE,)


def states(*, confidence: bool) -> dict[str, str]:
    """How actions may stand, those first that need somebody."""
    dated = schedule_words()
    said = {"at-risk": gettext("At risk"), "off-track": gettext("Off track")} if confidence else {}
    return {
        OPEN: gettext("Open"),
        **{state.value: dated[state] for state in (State.OVERDUE, State.DUE_SOON, State.STALE)},
        **said,
        DONE: gettext("Done or verified"),
        Closure.STOPPED.value: gettext("Stopped"),
    }
