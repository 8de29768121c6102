"""Which documents a change touches: a renamed organisation changes the words of its sources, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from actions.indicator_models import Indicator
from actions.models import Action, action_contributor
from kb.models.figure import Figure, comparison_figure
from kb.models.organisation import Post
from kb.models.plan import Priority, PrioritySet, Response, ResponseSource
from kb.models.record import record_theme
from kb.models.source import Implication, KeyPoint, implication_staff_group, source_publisher

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

BATCH = 500


def touched_by(session: Session | Connection, record_ids: Iterable[int]) -> set[int]:
    """The records whose documents have to be made again when these records changed, these included."""
    touched = set(record_ids)
    edge = sorted(touched)
    for start in range(0, len(edge), BATCH):
        touched |= _one_step(session, edge[start : start + BATCH])
    # A theme or an organisation reaches key points through their source: a second step, over sources alone.
    through = sorted(touched - set(edge))
    for start in range(0, len(through), BATCH):
        touched |= _inside_sources(session, through[start : start + BATCH])
    return touched


def _one_step(session: Session | Connection, ids: list[int]) -> set[int]:
    # Tables only, no entities: the session hook asks through a connection in the middle of a flush.
    of, groups_table, groups = _tables(), implication_staff_group, implication_staff_group.c
    steps = [
        select(of[KeyPoint].c.source_id).where(of[KeyPoint].c.id.in_(ids)),
        select(of[Implication].c.source_id).where(of[Implication].c.id.in_(ids)),
        select(source_publisher.c.source_id).where(source_publisher.c.organisation_id.in_(ids)),
        select(of[Post].c.id).where(of[Post].c.organisation_id.in_(ids)),
        select(action_contributor.c.action_id).where(action_contributor.c.organisation_id.in_(ids)),
        select(of[Action].c.id).where(of[Action].c.owner_id.in_(ids)),
        select(of[Response].c.id).where(of[Response].c.owner_id.in_(ids)),
        select(of[Indicator].c.id).where(of[Indicator].c.owner_id.in_(ids)),
        select(of[Priority].c.id).where(of[Priority].c.set_id.in_(ids)),
        select(groups.implication_id).where(groups.staff_group_id.in_(ids)),
        select(of[Implication].c.source_id)
        .join(groups_table, groups.implication_id == of[Implication].c.id)
        .where(groups.staff_group_id.in_(ids)),
        select(comparison_figure.c.comparison_id).where(comparison_figure.c.figure_id.in_(ids)),
        select(comparison_figure.c.comparison_id)
        .join(of[Figure], of[Figure].c.id == comparison_figure.c.figure_id)
        .where(of[Figure].c.source_id.in_(ids)),
        select(record_theme.c.record_id).where(record_theme.c.theme_id.in_(ids)),
    ]
    return _all(session, steps) | _inside_sources(session, ids)


def _inside_sources(session: Session | Connection, ids: list[int]) -> set[int]:
    of = _tables()
    return _all(
        session,
        [
            select(of[KeyPoint].c.id).where(of[KeyPoint].c.source_id.in_(ids)),
            select(of[Implication].c.id).where(of[Implication].c.source_id.in_(ids)),
            select(of[Figure].c.id).where(of[Figure].c.source_id.in_(ids)),
            select(of[PrioritySet].c.id).where(of[PrioritySet].c.source_id.in_(ids)),
            select(of[ResponseSource].c.response_id).where(of[ResponseSource].c.source_id.in_(ids)),
        ],
    )


def _all(session: Session | Connection, steps: list[Select[Any]]) -> set[int]:
    return {row[0] for step in steps for row in session.execute(step)}


def _tables() -> dict[type, Any]:
    models = (
        *(Action, Figure, Implication, Indicator, KeyPoint),
        *(Post, Priority, PrioritySet, Response, ResponseSource),
    )
    return {model: model.__table__ for model in models}
