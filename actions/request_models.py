"""Change requests: what owners ask to have changed on an action, and what others decided."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from actions.models import Action
from kb.db import Base, Key, LongText, MadeAt, Word, one_of
from kb.models.organisation import Post
from kb.models.user import User


class RequestedChange(StrEnum):
    """What an owner asks to have changed."""

    DUE_DATE = "due-date"
    OWNER = "owner"
    SCOPE = "scope"
    CLOSURE = "closure"


class RequestState(StrEnum):
    """Where a change request stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ChangeRequest(Base):
    """What an owner asks to have changed on an action, and what another person decided.

    Of the three proposed columns the one that fits `what` is filled: a day, a post, or words for the scope and for what
    shows that the action is done.
    """

    __tablename__ = "change_request"
    __table_args__ = (
        CheckConstraint(one_of("what", RequestedChange), name="known_change"),
        CheckConstraint(one_of("state", RequestState), name="known_state"),
        CheckConstraint("(what = 'due-date') = (proposed_on IS NOT NULL)", name="day_where_it_fits"),
        CheckConstraint("proposed_post_id IS NULL OR what = 'owner'", name="post_where_it_fits"),
        CheckConstraint(
            "decided_by_id IS NULL OR proposer_id IS NULL OR state = 'withdrawn' OR decided_by_id <> proposer_id",
            name="two_people",
        ),
        Index(
            "uq_change_request_open",
            "action_id",
            "what",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"))
    what: Mapped[Word]
    proposed_on: Mapped[date | None]
    proposed_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    proposed_words: Mapped[LongText]
    reason: Mapped[LongText]
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    made_at: Mapped[MadeAt]
    made_on: Mapped[date]
    state: Mapped[Word] = mapped_column(default=RequestState.OPEN, index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    decided_on: Mapped[date | None]
    decision: Mapped[LongText]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    action: Mapped[Action] = relationship(lazy="raise_on_sql", foreign_keys=[action_id])
    proposed_post: Mapped[Post | None] = relationship(lazy="raise_on_sql", foreign_keys=[proposed_post_id])
    proposer: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[proposer_id])
    decided_by: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[decided_by_id])
