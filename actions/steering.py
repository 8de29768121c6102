"""What a steering group needs before it meets: how many actions stand how, the worst of them, and what to decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, union_all

from actions import closing, in_sql, service, support
from actions.models import Action, Closure, Confidence, Update
from actions.requests import service as requests
from actions.requests import words as request_words
from actions.schedule import State
from kb import suspects
from kb.models.plan import Plan
from kb.permissions import Capability, visible_to
from kb.suspects import Waiting, Wanted
from kb.words import gettext, relative, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from typing import Any

    from sqlalchemy.orm import Session

    from actions.requests.service import Asked
    from actions.service import Listed
    from kb.permissions import Person

_OPEN = Closure.OPEN.value
# Each number with the filters that open the list which it counts.
_FILTERS: dict[str, dict[str, str]] = {
    "overdue": {"schedule": State.OVERDUE.value},
    "due_soon": {"schedule": State.DUE_SOON.value},
    "silent": {"only": "silent", "sort": "silent"},
    "no_owner": {"only": "no-owner"},
    "no_measure": {"only": "no-measure"},
    "off_track": {"confidence": Confidence.OFF_TRACK.value, "closure": _OPEN},
    "slipped": {"only": "slipped"},
    "to_verify": {"closure": Closure.DONE.value},
    "asks": {"only": "asks"},
}
# These tell what updates say.
_FROM_UPDATES = frozenset({"off_track", "asks"})
_LISTED = ("overdue", "slipped", "due_soon", "silent", "no_owner", "no_measure")


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows each list may have."""

    listed: int
    decisions: int
    latest: int


ON_THE_PAGE = Limits(listed=12, decisions=10, latest=5)
ON_PAPER = Limits(listed=100, decisions=50, latest=20)
IN_A_FILE = Limits(listed=10_000, decisions=1_000, latest=1_000)


@dataclass(frozen=True, slots=True)
class Number:
    """How many actions a finding is true of, with the filters of the list that shows them."""

    key: str
    number: int
    filters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that the group is asked to do, beginning with its verb."""

    verb: str
    words: str
    note: str
    action: Action
    update_id: int | None
    may_decide: bool
    request_id: int | None = None


@dataclass(frozen=True)
class Overview:
    """One page before the meeting; `plans` are those that may be chosen, `plan` the chosen one or none for all."""

    plans: Sequence[Plan]
    plan: Plan | None
    numbers: list[Number]
    lists: dict[str, list[Listed]]
    decisions: list[Decision]
    suspects: Waiting
    latest: Sequence[Update] = field(default_factory=tuple)

    @property
    def late(self) -> list[Listed]:
        """What is overdue, then what has slipped without being so."""
        slipped = [one for one in self.lists["slipped"] if one.schedule.state != State.OVERDUE]
        return [*self.lists["overdue"], *slipped]

    def number(self, key: str) -> int:
        """One of the numbers; none for what the person may not know."""
        return next((one.number for one in self.numbers if one.key == key), 0)


@dataclass(frozen=True, slots=True)
class Choice:
    """The plans that may be chosen, and the chosen one or none for all."""

    plans: Sequence[Plan]
    plan: Plan | None


def choose(session: Session, person: Person, ref: str | None) -> Choice:
    """No ref means the person's own plan, where they have one, and an unknown one means all."""
    plans = session.scalars(select(Plan).where(visible_to(person)).order_by(Plan.title, Plan.id)).all()
    return Choice(plans, _chosen(plans, ref, person))


def overview(
    session: Session,
    person: Person,
    today: date,
    *,
    plan: str | None = None,
    choice: Choice | None = None,
    limits: Limits = ON_THE_PAGE,
) -> Overview:
    """Everything on the steering page, in a number of statements that does not grow; `plan` is the ref for `choose`."""
    choice = choice or choose(session, person, plan)
    plans, chosen = choice.plans, choice.plan
    plan_id = chosen.id if chosen else None
    findings = _findings(session, person, today)
    worst = {key: _worst(person, findings[key], _order(key), plan_id, limits.listed) for key in _LISTED}
    worst["to_verify"] = _worst(person, findings["to_verify"], (Action.done_on, Action.id), plan_id, limits.decisions)
    lists = _lists(session, person, worst, today)
    asks, latest = support.asks_and_latest(session, person, plan_id, limits.latest)
    wanted = requests.wanted_of(session, person, today, plan_id=plan_id, limit=limits.decisions)
    return Overview(
        plans=plans,
        plan=chosen,
        numbers=_numbers(session, person, findings, chosen),
        decisions=decisions(asks, wanted, lists.pop("to_verify"), person, when=ago(today))[: limits.decisions],
        lists=lists,
        latest=latest,
        suspects=suspects.waiting(session, Wanted(plan=chosen), person=person),
    )


def _chosen(plans: Sequence[Plan], ref: str | None, person: Person) -> Plan | None:
    own = [plan for plan in plans if plan.id in person.roles]
    if ref is None:
        return own[0] if len(own) == 1 else None
    return next((plan for plan in plans if plan.ref == ref), None)


def numbers(session: Session, person: Person, today: date, plan: Plan | None) -> list[Number]:
    """The numbers of the page alone."""
    return _numbers(session, person, _findings(session, person, today), plan)


def _findings(session: Session, person: Person, today: date) -> dict[str, ColumnElement[bool]]:
    """What each number counts, as SQL."""
    reads_updates = person.may(Capability.READ_UPDATES)
    open_, silent = in_sql.is_open(), in_sql.is_silent(session, today)
    state = in_sql.state_with(silent, today)
    findings = {
        "overdue": state == State.OVERDUE.value,
        "due_soon": state == State.DUE_SOON.value,
        "silent": and_(open_, in_sql.has_started(today), silent),
        "no_owner": and_(open_, Action.owner_id.is_(None)),
        "no_measure": and_(open_, in_sql.is_unmeasured(person)),
        "off_track": and_(open_, Action.confidence == Confidence.OFF_TRACK),
        "slipped": and_(open_, in_sql.has_slipped(with_forecast=reads_updates)),
        "to_verify": Action.closure == Closure.DONE,
        "asks": and_(open_, in_sql.asks_for_support()),
    }
    return {key: finding for key, finding in findings.items() if reads_updates or key not in _FROM_UPDATES}


def _numbers(
    session: Session, person: Person, findings: dict[str, ColumnElement[bool]], plan: Plan | None
) -> list[Number]:
    """All numbers in one statement over the actions."""
    counted = [func.coalesce(func.sum(case((finding, 1), else_=0)), 0).label(key) for key, finding in findings.items()]
    query = service.seen_by(person, select(*counted))
    if plan is not None:
        query = query.where(Action.plan_id == plan.id)
    row = session.execute(query).one()
    of_plan = {"plan": plan.ref} if plan else {}
    return [Number(key, int(getattr(row, key)), {**of_plan, **_FILTERS[key]}) for key in findings]


def _worst(
    person: Person, finding: ColumnElement[bool], order: tuple[Any, ...], plan_id: int | None, limit: int
) -> Select[Any]:
    """The ids of one list, the worst first, with the place of each."""
    keys = [column.label(f"key_{place}") for place, column in enumerate(order)]
    query = service.seen_by(person, select(Action.id.label("id"), *keys)).where(finding).order_by(*order).limit(limit)
    if plan_id is not None:
        query = query.where(Action.plan_id == plan_id)
    found = query.subquery()
    return select(found.c.id, func.row_number().over(order_by=[found.c[key.name] for key in keys]).label("place"))


def _lists(session: Session, person: Person, worst: dict[str, Select[Any]], today: date) -> dict[str, list[Listed]]:
    """The rows of all lists: their ids in one statement, then each action once, however many lists it stands in."""
    named = [query.add_columns(literal(key).label("list")) for key, query in worst.items()]
    rows = sorted(session.execute(union_all(*named)).all(), key=lambda row: row.place)
    ids = list(dict.fromkeys(row.id for row in rows))
    known: dict[int, Listed] = {}
    for start in range(0, len(ids), service.BATCH):
        known |= service.list_by_ids(session, ids[start : start + service.BATCH], person, today)
    return {key: [known[row.id] for row in rows if row.list == key and row.id in known] for key in worst}


def _order(key: str) -> tuple[Any, ...]:
    """Worst first: the oldest date, or the longest silence; those without a date come last."""
    by_date = (Action.due_on.is_(None), Action.due_on, Action.id)
    if key == "silent":
        return case((Action.last_said_on.is_(None), 0), else_=1), Action.last_said_on, *by_date
    return by_date


def decisions(
    asks: Sequence[Update],
    wanted: Sequence[Asked],
    done: Sequence[Listed],
    person: Person,
    *,
    when: Callable[[date], str],
) -> list[Decision]:
    """The asks for support, then the changes asked for, oldest first; then what is done and not verified.

    `when` says how a day is told: how long ago on a page, and by its date where that is kept.
    """
    return [
        *(_to_answer(ask, person, when) for ask in asks),
        *(_to_decide(asked, person, when) for asked in wanted),
        *(_to_verify(one.action, person) for one in done),
    ]


def ago(today: date) -> Callable[[date], str]:
    """Days as a page tells them: how long ago they were."""
    return lambda day: relative(day, today)


def _to_answer(ask: Update, person: Person, when: Callable[[date], str]) -> Decision:
    at = when(ask.said_on)
    note = gettext("%(post)s, asked %(when)s", post=ask.post.title, when=at) if ask.post else ""
    may = person.may(Capability.ANSWER_SUPPORT, plan_id=ask.action.plan_id)
    return Decision(
        gettext("Answer"), ask.support_needed, note or gettext("Asked %(when)s", when=at), ask.action, ask.id, may
    )


def _to_decide(asked: Asked, person: Person, when: Callable[[date], str]) -> Decision:
    what = request_words.changes()[asked.request.what]
    who = asked.request.proposer.name if asked.request.proposer else gettext("Somebody")
    note = gettext("%(who)s asked %(when)s", who=who, when=when(asked.request.made_on))
    may = asked.may_be_decided_by(person)
    words = f"{what}: {request_words.told(asked)}"
    return Decision(gettext("Decide"), words, note, asked.action, None, may, asked.request.id)


def _to_verify(action: Action, person: Person) -> Decision:
    done_on = gettext("Marked done on %(day)s", day=spoken(action.done_on))
    note = done_on if action.done_on else gettext("Done; the day is not stated")
    return Decision(gettext("Verify"), action.title, note, action, None, closing.may_verify(action, person))
