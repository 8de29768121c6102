"""Organisations and the posts in them; ownership belongs to posts, since it outlives people."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, RecordKey, Word
from kb.models.record import Kind, Record
from kb.models.user import User


class Organisation(Record):
    """A body that publishes sources, employs posts or contributes to actions."""

    __tablename__ = "organisation"
    __mapper_args__ = {"polymorphic_identity": Kind.ORGANISATION}

    id: Mapped[RecordKey]
    abbreviation: Mapped[str] = mapped_column(default="")
    body_kind: Mapped[Word] = mapped_column(default="")
    is_generic: Mapped[bool] = mapped_column(default=False)
    note: Mapped[LongText]
    nations: Mapped[list[OrganisationNation]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="OrganisationNation.nation"
    )
    posts: Mapped[list[Post]] = relationship(
        lazy="raise_on_sql", foreign_keys="Post.organisation_id", back_populates="organisation"
    )


class OrganisationNation(Base):
    """One nation in which an organisation works."""

    __tablename__ = "organisation_nation"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True)
    nation: Mapped[Word] = mapped_column(primary_key=True)


class Post(Record):
    """A role in one organisation that owns actions and responses; `is_assumed` when no document names it."""

    __tablename__ = "post"
    __mapper_args__ = {"polymorphic_identity": Kind.POST}

    id: Mapped[RecordKey]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="RESTRICT"), index=True)
    is_assumed: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    organisation: Mapped[Organisation] = relationship(
        lazy="raise_on_sql", foreign_keys=[organisation_id], back_populates="posts"
    )
    holdings: Mapped[list[PostHolding]] = relationship(lazy="raise_on_sql", back_populates="post")


class PostHolding(Base):
    """A person in a post, as its holder or deputy, from a day and until another."""

    __tablename__ = "post_holding"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR from_on <= until_on", name="dates_in_order"),
        UniqueConstraint("post_id", "user_id", "from_on"),
        Index(
            "uq_post_holding_current",
            "post_id",
            "is_deputy",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    id: Mapped[Key]
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    is_deputy: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    post: Mapped[Post] = relationship(lazy="raise_on_sql", back_populates="holdings")
    user: Mapped[User] = relationship(lazy="raise_on_sql")

    @classmethod
    def holds_on(cls, day: date) -> ColumnElement[bool]:
        """Whether a holding counts on a day; it ends with the day before the one that it names."""
        return and_(cls.from_on <= day, or_(cls.until_on.is_(None), cls.until_on > day))


class StaffGroup(Record):
    """A group of staff that implications speak about."""

    __tablename__ = "staff_group"
    __mapper_args__ = {"polymorphic_identity": Kind.STAFF_GROUP}

    id: Mapped[RecordKey]
    also_called: Mapped[LongText]
