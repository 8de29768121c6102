"""Making a knowledge base large for benchmarks: sources, actions and what joins them, written in bulk."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text

from actions.models import Action
from kb.db import learn_sizes, now
from kb.models.link import Link, LinkType
from kb.models.organisation import Organisation, Post
from kb.models.plan import Plan, Priority, PrioritySet, Response, ResponseSource
from kb.models.record import Kind, Record, Theme, record_theme
from kb.models.source import Implication, Source, SourceNation, source_publisher

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

# fmt: off
WORDS = (
    "nursing", "psychological", "therapy", "perinatal", "crisis", "community", "inpatient", "training",
    "recruitment", "retention", "wellbeing", "data", "supervision", "pathway", "primary", "care", "children",
    "young", "people", "older", "adults", "dementia", "carers", "leadership", "digital", "skills", "apprenticeship",
    "return", "practice", "standards", "safe", "staffing", "workload", "burnout", "support", "peer", "worker",
    "review", "evaluation",
)
# fmt: on
ACTIONS_A_POST = 20
ACTIONS_A_PLAN = 500
PRIORITIES_A_PLAN = 20
CLOSED_EVERY = 5


def grow(session: Session, number: int, *, today: date) -> None:
    """Add this many sources, each with an implication and a response, and this many actions, in plans of 500 actions.

    Bulk writing passes the hooks by, so the caller builds the index anew; the map's revision is moved here.
    """
    rng = Random(7)
    plans = _plans(session, max(1, number // ACTIONS_A_PLAN), rng)
    posts = _posts(session, max(1, number // ACTIONS_A_POST), rng)
    first = _next_id(session)
    ids = {kind: range(first + step * number, first + (step + 1) * number) for step, kind in enumerate(KINDS)}
    belongs = {id: plans[place % len(plans)][0] for kind in OF_PLANS for place, id in enumerate(ids[kind])}
    for kind, numbers in ids.items():
        session.execute(insert(Record), [_record(kind, id, belongs.get(id), rng) for id in numbers])
    _sources(session, ids[Kind.SOURCE], rng)
    _inside(session, ids, today)
    _actions(session, ids[Kind.ACTION], posts, today, rng)
    _links(session, ids, dict(plans), belongs, rng)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT setval('record_id_seq', (SELECT max(id) FROM record))"))
    learn_sizes(session)
    session.execute(text("UPDATE graph_revision SET revision = revision + 1"))


def _next_id(session: Session) -> int:
    return (session.scalar(select(func.max(Record.id))) or 0) + 1


def _plans(session: Session, number: int, rng: Random) -> list[tuple[int, list[int]]]:
    """New plans, each with its priorities."""
    made = []
    for place in range(number):
        plan = Plan(ref=f"grown-plan-{place}", title=f"Plan {place}", nation="wales")
        session.add(plan)
        session.flush()
        own = PrioritySet(ref=f"grown-set-{place}", title=f"Priorities {place}", plan_id=plan.id)
        session.add(own)
        session.flush()
        priorities = [
            Priority(
                ref=f"grown-{place}-{position}",
                title=" ".join(rng.choices(WORDS, k=4)),
                set_id=own.id,
                plan_id=plan.id,
                position=position,
            )
            for position in range(PRIORITIES_A_PLAN)
        ]
        session.add_all(priorities)
        session.flush()
        made.append((plan.id, [priority.id for priority in priorities]))
    return made


def _posts(session: Session, number: int, rng: Random) -> list[int]:
    bodies = session.scalars(select(Organisation.id)).all()
    posts = [
        Post(
            ref=f"grown-post-{place}", title=f"Head of {rng.choice(WORDS)} {place}", organisation_id=rng.choice(bodies)
        )
        for place in range(number)
    ]
    session.add_all(posts)
    session.flush()
    return [post.id for post in posts]


OF_PLANS = (Kind.RESPONSE, Kind.ACTION)
KINDS = (Kind.SOURCE, Kind.IMPLICATION, Kind.RESPONSE, Kind.ACTION)


def _record(kind: Kind, id: int, plan: int | None, rng: Random) -> dict[str, Any]:
    at = now()
    return {
        "id": id,
        "kind": kind,
        "ref": f"grown-{id}",
        "title": f"{' '.join(rng.choices(WORDS, k=6)).capitalize()} {id}",
        "visibility": "published",
        "version": 1,
        "plan_id": plan,
        "created_at": at,
        "updated_at": at,
    }


def _prose(rng: Random) -> str:
    return " ".join(rng.choices(WORDS, k=30)).capitalize() + "."


def _sources(session: Session, ids: range, rng: Random) -> None:
    empty = {"publisher_as_stated": "", "status_as_stated": "", "link": ""}
    rows = [
        {
            **{
                "id": id,
                "category": rng.choice(("driver", "research")),
                "source_kind": "strategy",
                "status": "in-force",
            },
            **{"summary": _prose(rng), "is_statutory": id % 20 == 0, **empty},
        }
        for id in ids
    ]
    session.execute(insert(Source.__table__), rows)
    session.execute(insert(SourceNation), [{"source_id": id, "nation": rng.choice(NATIONS)} for id in ids])
    bodies = session.scalars(select(Organisation.id)).all()
    session.execute(insert(source_publisher), [{"source_id": id, "organisation_id": rng.choice(bodies)} for id in ids])
    themes = session.scalars(select(Theme.id)).all()
    filed = [{"record_id": id, "theme_id": theme} for id in ids for theme in rng.sample(themes, 2)]
    session.execute(insert(record_theme), filed)


NATIONS = ("wales", "england", "scotland", "northern-ireland")


def _inside(session: Session, ids: dict[Kind, range], today: date) -> None:
    pairs = zip(ids[Kind.IMPLICATION], ids[Kind.SOURCE], strict=True)
    read = [{"id": id, "source_id": source, "position": 1, "implication_kind": "skills"} for id, source in pairs]
    session.execute(insert(Implication.__table__), read)
    rows = [
        {
            **{"id": id, "section": "policy", "position": id, "response_type": "aligned", "text": "The plan agrees."},
            "review_by": today + timedelta(days=id % 300),
        }
        for id in ids[Kind.RESPONSE]
    ]
    session.execute(insert(Response.__table__), rows)
    pairs = zip(ids[Kind.RESPONSE], ids[Kind.SOURCE], strict=True)
    session.execute(
        insert(ResponseSource), [{"response_id": id, "source_id": source, "position": 1} for id, source in pairs]
    )


def _actions(session: Session, ids: range, posts: list[int], today: date, rng: Random) -> None:
    owners = cycle(posts)
    words = ("timescale", "support_needed", "resources", "recommendation", "plan_fit")
    rows = []
    for id in ids:
        due = today + timedelta(days=rng.randrange(-200, 700))
        is_done = id % CLOSED_EVERY == 0
        rows.append(
            {
                **{"id": id, "position": id, "description": _prose(rng), "owner_id": next(owners), "due_on": due},
                **{"baseline_due_on": due, "measure": "Posts filled.", **dict.fromkeys(words, "")},
                **{"closure": "done" if is_done else "open", "done_on": today if is_done else None},
                **{"confidence": rng.choice(("on-track", "at-risk", "off-track")), "is_demonstration_dated": False},
                "last_said_on": today - timedelta(days=rng.randrange(90)),
            }
        )
    session.execute(insert(Action.__table__), rows)


def _links(
    session: Session, ids: dict[Kind, range], plans: dict[int, list[int]], belongs: dict[int, int], rng: Random
) -> None:
    every = [priority for priorities in plans.values() for priority in priorities]
    rows = [
        _link(LinkType.CALLS_FOR, Kind.IMPLICATION, id, Kind.PRIORITY, rng.choice(every))
        for id in ids[Kind.IMPLICATION]
    ]
    for id in ids[Kind.ACTION]:
        priority = rng.choice(plans[belongs[id]])
        rows.append(_link(LinkType.DELIVERED_BY, Kind.PRIORITY, priority, Kind.ACTION, id))
    session.execute(insert(Link), rows)


def _link(type_: LinkType, from_kind: Kind, from_id: int, to_kind: Kind, to_id: int) -> dict[str, Any]:
    ends = {"from_id": from_id, "from_kind": from_kind, "to_id": to_id, "to_kind": to_kind}
    return {"type": type_, **ends, "reason": "It says so.", "state": "current", "made_at": now()}
