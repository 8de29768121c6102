"""The gap lists of a plan: where links are missing, where a record is unfinished, and what seems to be there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Set
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from actions.indicator_models import Frequency
from graph.gaps import facts as gap_facts
from graph.gaps.heavy import overloaded
from graph.gaps.in_links import gaps as find_in_links
from graph.gaps.in_links import measured as measured_by_links
from graph.network import living
from graph.same import pairs as same
from kb.models.plan import ResponseType
from kb.permissions import Capability, Person
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from graph.gaps.facts import ActionRow, Facts, IndicatorRow, ResponseRow
    from graph.gaps.heavy import Load
    from graph.network import Node
    from graph.same.alike import Pair
    from graph.snapshot import Snapshot

#: The one kind that is a suggestion: pairs of actions that may be the same.
SAME = "same-action"
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
    SAME,
)
#: A response of these types says that the plan waits, so it has to say until when.
WAITING_TYPES = frozenset({ResponseType.MONITORING, ResponseType.CONSIDERING})
# After so many days an indicator should have its first reading.
_FIRST_READING = {Frequency.MONTHLY: 31, Frequency.QUARTERLY: 92, Frequency.YEARLY: 366}


class Gap(NamedTuple):
    """One record at which something is missing, and who should act."""

    kind: str
    ref: str
    title: str
    who: str
    detail: str = ""
    source_ref: str = ""  # the source in which an implication or a response is read
    other_ref: str = ""  # of two actions that are likely the same, the other one
    plan_ref: str = ""  # the plan of which a post owns too much
    owner_id: int | None = None  # the post that owns an action, which may ask for what it lacks


def find(
    session: Session, held: Snapshot, person: Person, plan_id: int | None, today: date, *, has_pairs: bool = True
) -> dict[str, list[Gap]]:
    """All gaps that the person may see, by kind. Who holds a post is not for everyone, so the empty posts may lack.

    Without pairs nothing is said of actions that may be the same.
    """
    pairs = same.find(held, person, plan_id) if has_pairs else []
    twins = {held.network.nodes[id].plan_id for pair in pairs for id in (pair.one, pair.other)}
    facts = gap_facts.read(session, held, person, plan_id, twins, today)
    found = among(held, facts, person, plan_id, today)
    return {**found, SAME: [_of_pair(held, pair, facts) for pair in pairs]} if has_pairs else found


def among(held: Snapshot, facts: Facts, person: Person, plan_id: int | None, today: date) -> dict[str, list[Gap]]:
    """All gaps by kind of what has been read already, without the suggestions."""
    seen = held.seen_by(person)
    found = {
        kind: [_of_node(held, node, facts, seen, kind) for node in nodes if node.id not in held.closed]
        for kind, nodes in find_in_links(held.network, keep=seen, plan_id=plan_id).items()
    }
    for kind, is_missing in _UNANSWERED.items():
        found[kind] = [_of_review(held, row, facts, seen) for row in facts.responses if is_missing(row, today)]
    open_ids = (row.node.id for row in facts.open_actions)
    found |= _unfinished(facts, measured_by_links(held.network, open_ids, living(held.network, seen)))
    found["heavy-post"] = _heavy_posts(facts)
    found["indicator-without-reading"] = [
        Gap("indicator", row.node.ref, row.node.title, facts.who(row.node.id), _read_how(row))
        for row in facts.indicators
        if not row.is_read and _first_reading(row) <= today
    ]
    if person.may(Capability.READ_UPDATES):
        found["empty-post"] = _empty_posts(facts)
    return {kind: found[kind] for kind in GAP_KINDS if kind in found}


_UNANSWERED: dict[str, Callable[[ResponseRow, date], bool]] = {
    "watch-overdue": lambda row, today: _waits(row) and row.review_by is not None and row.review_by < today,
    "watch-without-review": lambda row, _: _waits(row) and row.review_by is None,
    "review-overdue": lambda row, today: not _waits(row) and row.review_by is not None and row.review_by < today,
}
_UNFINISHED: dict[str, Callable[[ActionRow, Set[int]], bool]] = {
    "action-without-owner": lambda row, _: row.owner_id is None,
    "action-without-date": lambda row, _: not row.has_date,
    "action-without-measure": lambda row, measured: not row.measure.strip() and row.node.id not in measured,
}


# Only leads may say how an action is measured, or link it with what it is for.
_OF_LEADS = frozenset({"action-without-measure", "action-without-source"})


def _unfinished(facts: Facts, measured: Set[int]) -> dict[str, list[Gap]]:
    """The open actions that lack something, each told once for all the lists that it is in."""
    found: dict[str, list[Gap]] = {kind: [] for kind in _UNFINISHED}
    for row in facts.open_actions:
        lacking = [kind for kind, is_unfinished in _UNFINISHED.items() if is_unfinished(row, measured)]
        if lacking:
            who = facts.who(row.node.id)
            gap = Gap("action", row.node.ref, row.node.title, who, row.timescale, owner_id=row.owner_id)
            for kind in lacking:
                found[kind].append(gap if kind not in _OF_LEADS else gap._replace(who=facts.lead))
    return found


def _of_node(held: Snapshot, node: Node, facts: Facts, seen: Set[int], kind: str) -> Gap:
    """A gap that links show; implications and responses are known by their source."""
    sources = _sources_of(held, node.id, seen) if node.kind in ("implication", "response") else []
    detail = ", ".join(source.title for source in sources)
    who = facts.lead if kind in _OF_LEADS else facts.who(node.id)
    return Gap(node.kind, node.ref, node.title, who, detail, sources[0].ref if sources else "")


def _of_review(held: Snapshot, row: ResponseRow, facts: Facts, seen: Set[int]) -> Gap:
    node = row.node
    sources = _sources_of(held, node.id, seen)
    if row.review_by is None:
        detail = gettext("No review date")
    else:
        detail = gettext("Review was due on %(date)s", date=spoken(row.review_by))
    return Gap("response", node.ref, node.title, facts.who(node.id), detail, sources[0].ref if sources else "")


def _waits(row: ResponseRow) -> bool:
    return row.response_type in WAITING_TYPES


def _first_reading(row: IndicatorRow) -> date:
    """The day by which an indicator should have been read once; where nobody says how often, the day it was made."""
    made = row.made_at.date()
    if row.frequency == Frequency.ONCE:
        return row.target_on or made
    return made + timedelta(days=_FIRST_READING.get(row.frequency, 0))


def _read_how(row: IndicatorRow) -> str:
    match row.frequency:
        case Frequency.MONTHLY:
            return gettext("Read each month")
        case Frequency.QUARTERLY:
            return gettext("Read each quarter")
        case Frequency.YEARLY:
            return gettext("Read each year")
        case Frequency.ONCE:
            return gettext("Read once")
    return gettext("Not stated how often it is read")


def _of_pair(held: Snapshot, pair: Pair, facts: Facts) -> Gap:
    """Two actions that are likely the same, told by the older; the owner of neither can decide it alone."""
    one, other = held.network.nodes[pair.one], held.network.nodes[pair.other]
    detail = other.title
    if other.plan_id is not None and other.plan_id != one.plan_id and other.plan_id in facts.named:
        detail = gettext("%(title)s, in %(plan)s", title=detail, plan=facts.named[other.plan_id].title)
    return Gap("action", one.ref, one.title, facts.lead, detail, other_ref=other.ref)


def _heavy_posts(facts: Facts) -> list[Gap]:
    owners = ((plan_id, row.owner_id) for row in facts.open_actions if (plan_id := row.node.plan_id) is not None)
    loads = overloaded(owners, facts.shares)
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


def _empty_posts(facts: Facts) -> list[Gap]:
    """Posts that own or sponsor open actions, or own responses, and that nobody holds today."""
    owned = Counter([row.owner_id for row in facts.open_actions] + [row.owner_id for row in facts.responses])
    wanted = owned.keys() | {row.sponsor_id for row in facts.open_actions}
    known = [(id, facts.named[id]) for id in wanted if id is not None and id in facts.named]
    empty = sorted(((id, post) for id, post in known if not post.is_held), key=lambda one: one[1].title)
    return [Gap("post", post.ref, post.title, facts.lead, _waiting(owned[id])) for id, post in empty]


def _waiting(owned: int) -> str:
    if not owned:
        return gettext("Sponsors open actions")
    return ngettext("Owns %(num)s action or response", "Owns %(num)s actions and responses", owned)
