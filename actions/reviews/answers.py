"""Who has answered the request for updates before a meeting, who has said nothing, and whose answer came late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import aliased

from actions import in_sql
from actions.models import Action
from actions.reviews import happened, service
from actions.reviews.pack import Named, Silent, decode
from kb.models.organisation import Post, PostHolding
from kb.models.record import Kind, Visibility
from kb.models.user import User
from kb.permissions import Capability, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.review_models import Review
    from kb.permissions import Person


@dataclass(frozen=True)
class Answers:
    """How many owners were asked and how many have answered for all that they own, and the actions behind it.

    `silent` are the posts that have not, with the actions that lack an answer, longest silence first. `late` are the
    ids of the actions whose first answer came after the answers closed.
    """

    asked: int = 0
    answered: int = 0
    silent: tuple[Silent, ...] = ()
    late: frozenset[int] = frozenset()


def answers(session: Session, review: Review, person: Person, today: date) -> Answers:
    """How the request for a meeting was answered by a day; nothing before it goes out. Two statements.

    Asked is every post that owns an action of the plan which is published, open and begun. Raises NotAllowed for
    whoever may not read updates.
    """
    person.require(Capability.READ_UPDATES)
    cycle = service.cycle(review)
    if today < cycle.asks_on:
        return Answers()
    post = aliased(Post, flat=True)
    query = (
        select(post.id, post.ref, post.title, Action.ref, Action.title, Action.last_said_on)
        .join(post, post.id == Action.owner_id)
        .where(Action.plan_id == review.plan_id, in_sql.is_open(), in_sql.has_started(today))
        .where(Action.visibility == Visibility.PUBLISHED, visible_to(person, Action))
        .order_by(Action.last_said_on.is_(None).desc(), Action.last_said_on, Action.id)
    )
    posts: dict[int, Named] = {}
    lacking: dict[int, list[tuple[Named, date | None]]] = {}
    for post_id, post_ref, post_title, ref, title, said_on in session.execute(query):
        posts[post_id] = Named(Kind.POST, post_ref, post_title)
        if not cycle.is_answered(said_on):
            lacking.setdefault(post_id, []).append((Named(Kind.ACTION, ref, title), said_on))
    silent = tuple(
        Silent(posts[post_id], tuple(action for action, _ in some), max((day for _, day in some if day), default=None))
        for post_id, some in lacking.items()
    )
    return Answers(len(posts), len(posts) - len(silent), silent, _late(session, review, person))


def answers_of(session: Session, review: Review, person: Person, today: date) -> Answers:
    """As `answers`, but as the pack has it once that is frozen; who was late is told even then."""
    if review.pack is None:
        return answers(session, review, person, today)
    pack = decode(review.pack)
    return Answers(pack.asked, pack.answered, pack.silent, _late(session, review, person))


def holders(session: Session, found: Answers, today: date) -> dict[str, str]:
    """Who holds the posts that have not answered, or else deputises, by name and by the post's ref; one statement."""
    refs = {one.post.ref for one in found.silent}
    query = (
        select(Post.ref, User.name, PostHolding.is_deputy)
        .join(PostHolding, PostHolding.post_id == Post.id)
        .join(User, User.id == PostHolding.user_id)
        .where(Post.ref.in_(refs), PostHolding.holds_on(today))
        .order_by(PostHolding.is_deputy.desc())
    )
    rows = session.execute(query) if refs else ()
    return {ref: gettext("%(name)s, deputy", name=name) if is_deputy else name for ref, name, is_deputy in rows}


def _late(session: Session, review: Review, person: Person) -> frozenset[int]:
    """The actions of the plan that were answered after the close."""
    late = happened.late_answers(service.cycle(review)).subquery().c
    ours = select(Action.id).where(Action.plan_id == review.plan_id, visible_to(person, Action))
    return frozenset(session.scalars(ours.where(Action.id.in_(select(late.action_id)))))
