"""Who owns what hangs on a link: the posts behind the open actions at its end or below it, and that of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, union
from sqlalchemy.orm import aliased

from actions.indicator_models import Indicator
from actions.models import Action, Closure
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Response

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import CTE, ColumnElement, Select
    from sqlalchemy.orm import Session


def owners_of(session: Session, link_ids: Collection[int]) -> dict[int, list[int]]:
    """The posts that own what hangs on each of these links; a link on which nothing owned hangs is left out."""
    if not link_ids:
        return {}
    rows = owning(Link.id.in_(list(link_ids)))
    found: dict[int, list[int]] = {}
    for link_id, post_id in session.execute(select(rows.c.link_id, rows.c.post_id).order_by(rows.c.post_id)):
        found.setdefault(link_id, []).append(post_id)
    return found


def owning(which: ColumnElement[bool]) -> CTE:
    """Pairs of a link and a post that owns what hangs on it, for the links that fit."""
    onward = aliased(Link)
    at_its_end = _of_links().join(Action, Action.id == Link.to_id).add_columns(_post(Action))
    # What waits for another action hangs on the link from its start.
    waiting = _of_links().join(Action, Action.id == Link.from_id).add_columns(_post(Action))
    below = (
        _of_links()
        .join(onward, onward.from_id == Link.to_id)
        .join(Action, Action.id == onward.to_id)
        .add_columns(_post(Action))
        .where(onward.type == LinkType.DELIVERED_BY, onward.state != LinkState.RETIRED)
    )
    measured = _of_links().join(Indicator, Indicator.id == Link.to_id).add_columns(_post(Indicator))
    answering = _of_links().join(Response, Response.id == Link.from_id).add_columns(_post(Response))
    parts = (
        at_its_end.where(Link.type != LinkType.DEPENDS_ON, Action.closure == Closure.OPEN),
        waiting.where(Link.type == LinkType.DEPENDS_ON, Action.closure == Closure.OPEN),
        below.where(Action.closure == Closure.OPEN),
        measured,
        answering,
    )
    owners = (Action.owner_id, Action.owner_id, Action.owner_id, Indicator.owner_id, Response.owner_id)
    return union(*(part.where(which, owner.is_not(None)) for part, owner in zip(parts, owners, strict=True))).cte(
        "owning"
    )


def _of_links() -> Select[Any]:
    return select(Link.id.label("link_id")).select_from(Link)


def _post(model: type[Action | Indicator | Response]) -> Any:
    return model.owner_id.label("post_id")
