"""What cells of every kind of rows may name: organisations, posts, themes and priorities, each read once for a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from kb.importing.kinds.named import Names
from kb.models.link import Link, LinkType
from kb.models.organisation import Organisation, Post
from kb.models.plan import Priority
from kb.models.record import Record, Theme
from kb.permissions import visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from kb.importing.proposals import Context
    from kb.models.plan import Plan


def organisations(context: Context) -> Names:
    """Every organisation, by title or abbreviation."""
    return _once(context, "organisations", _organisations)


def posts(context: Context) -> Names:
    """Every post, by title, or by title and organisation where several bear it."""
    return _once(context, "posts", _posts)


def themes(context: Context) -> Names:
    """Every theme."""
    return _once(context, "themes", _themes)


def priorities(context: Context, plan: Plan) -> Names:
    """The priorities of a plan, and those of others that its actions deliver already."""
    return _once(context, f"priorities:{plan.id}", lambda of: _priorities(of, plan))


def organisation_of(context: Context) -> dict[str, str]:
    """By the ref of each post, the ref of its organisation."""
    if "organisation_of" not in context.cache:
        body = Organisation.__table__.join(Record.__table__, Organisation.__table__.c.id == Record.__table__.c.id)
        of = select(Organisation.__table__.c.id, Record.__table__.c.ref).select_from(body).subquery()
        query = select(Post.ref, of.c.ref).join(of, of.c.id == Post.organisation_id).where(visible_to(context.by))
        context.cache["organisation_of"] = dict(context.session.execute(query).all())
    found: dict[str, str] = context.cache["organisation_of"]
    return found


def _once(context: Context, key: str, make: Callable[[Context], Names]) -> Names:
    if key not in context.cache:
        context.cache[key] = make(context)
    found = context.cache[key]
    assert isinstance(found, Names)
    return found


def _organisations(context: Context) -> Names:
    names = Names(gettext("organisation"))
    query = select(Organisation.ref, Organisation.title, Organisation.abbreviation)
    for ref, title, abbreviation in context.session.execute(query.where(visible_to(context.by)).order_by(Record.id)):
        names.add(ref, title, [abbreviation])
    return names


def _posts(context: Context) -> Names:
    names, bodies = Names(gettext("post")), organisations(context)
    employers = organisation_of(context)
    query = select(Post.ref, Post.title).where(visible_to(context.by)).order_by(Record.id)
    for ref, title in context.session.execute(query):
        body = bodies.titles.get(employers.get(ref, ""), "")
        names.add(ref, title, longer=f"{title}, {body}" if body else "")
    return names


def _themes(context: Context) -> Names:
    names = Names(gettext("theme"))
    for ref, title in context.session.execute(
        select(Theme.ref, Theme.title).where(visible_to(context.by)).order_by(Record.id)
    ):
        names.add(ref, title)
    return names


def _priorities(context: Context, plan: Plan) -> Names:
    names = Names(gettext("priority of this plan"))
    of_plan = select(Record.id).where(Record.plan_id == plan.id).correlate(None)
    delivering = select(Link.from_id).where(Link.type == LinkType.DELIVERED_BY, Link.to_id.in_(of_plan))
    query = select(Priority.ref, Priority.title).where(
        or_(Priority.plan_id == plan.id, Priority.id.in_(delivering)), visible_to(context.by)
    )
    for ref, title in context.session.execute(query.order_by(Priority.id)):
        names.add(ref, title)
    return names
