"""Actions with their milestones, their evidence and the updates of their owners."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, MadeAt, RecordKey, Word, one_of
from kb.models.history import Channel
from kb.models.organisation import Organisation, Post
from kb.models.record import Kind, Record
from kb.models.user import User


class Confidence(StrEnum):
    """What the owner declares."""

    ON_TRACK = "on-track"
    AT_RISK = "at-risk"
    OFF_TRACK = "off-track"


class Closure(StrEnum):
    """Done by the owner, verified by someone else; or stopped, which is closed unfinished, by decision."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    STOPPED = "stopped"


class Term(StrEnum):
    """How far ahead an action lies."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class ReportedBy(StrEnum):
    """How a lead heard what they write down for an owner."""

    TELEPHONE = "telephone"
    MAIL = "mail"
    MEETING = "meeting"


action_contributor = Table(
    "action_contributor",
    Base.metadata,
    Column("action_id", ForeignKey("action.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Action(Record):
    """One thing that a plan has promised to do.

    `baseline_due_on` is the first due date ever agreed; `confidence`, `forecast_on` and `last_said_on` repeat the
    newest update, so that lists need no join. `done_on` is the day on which it was done or stopped.
    """

    __tablename__ = "action"
    __mapper_args__ = {"polymorphic_identity": Kind.ACTION}
    __table_args__ = (
        CheckConstraint("starts_on IS NULL OR due_on IS NULL OR starts_on <= due_on", name="dates_in_order"),
        CheckConstraint(one_of("closure", Closure), name="known_closure"),
        CheckConstraint(one_of("confidence", Confidence, nullable=True), name="known_confidence"),
        CheckConstraint(one_of("term", Term, nullable=True), name="known_term"),
        CheckConstraint("closure <> 'open' OR done_on IS NULL", name="open_without_end"),
        CheckConstraint("closure = 'verified' OR verified_on IS NULL", name="verified_with_date"),
        CheckConstraint(
            "verified_by_id IS NULL OR done_by_id IS NULL OR verified_by_id <> done_by_id", name="two_people"
        ),
    )

    id: Mapped[RecordKey]
    position: Mapped[int] = mapped_column(default=0)
    description: Mapped[LongText]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    timescale: Mapped[LongText]
    term: Mapped[str | None]
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None] = mapped_column(index=True)
    baseline_due_on: Mapped[date | None]
    is_demonstration_dated: Mapped[bool] = mapped_column(default=False)
    support_needed: Mapped[LongText]
    resources: Mapped[LongText]
    measure: Mapped[LongText]
    recommendation: Mapped[LongText]
    plan_fit: Mapped[LongText]
    closure: Mapped[Word] = mapped_column(default=Closure.OPEN)
    done_on: Mapped[date | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    verified_on: Mapped[date | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    confidence: Mapped[str | None]
    forecast_on: Mapped[date | None]
    last_said_on: Mapped[date | None]

    owner: Mapped[Post | None] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    sponsor: Mapped[Post | None] = relationship(lazy="raise_on_sql", foreign_keys=[sponsor_id])
    contributors: Mapped[list[Organisation]] = relationship(
        secondary=action_contributor, lazy="raise_on_sql", order_by=Organisation.title
    )
    milestones: Mapped[list[Milestone]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Milestone.due_on"
    )
    updates: Mapped[list[Update]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Update.at.desc()", back_populates="action"
    )
    evidence_links: Mapped[list[Evidence]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Evidence.id"
    )

    @property
    def is_open(self) -> bool:
        return self.closure == Closure.OPEN

    @property
    def is_settled(self) -> bool:
        """Whether somebody else has verified or ended it, on the strength of what stands here."""
        return self.closure in {Closure.VERIFIED, Closure.STOPPED}


class Milestone(Base):
    """A step on the way to an action's end."""

    __tablename__ = "milestone"

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), index=True)
    title: Mapped[LongText]
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]


class Evidence(Base):
    """A paper, page or figure elsewhere that shows how far an action has come."""

    __tablename__ = "evidence"

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), index=True)
    title: Mapped[LongText]
    address: Mapped[LongText]
    added_on: Mapped[date]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    person: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])


class Update(Base):
    """A dated statement of how an action goes, with the support that its owner asks for.

    `reported_by` says how a lead heard it who wrote it down for the owner, None where the owner wrote.
    """

    __tablename__ = "update"
    __table_args__ = (
        CheckConstraint(one_of("confidence", Confidence, nullable=True), name="known_confidence"),
        CheckConstraint(one_of("channel", Channel), name="known_channel"),
        CheckConstraint(one_of("reported_by", ReportedBy, nullable=True), name="known_report"),
        Index("ix_update_action_id_at", "action_id", "at"),
    )

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"))
    at: Mapped[MadeAt]
    said_on: Mapped[date]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    channel: Mapped[Word]
    confidence: Mapped[str | None]
    narrative: Mapped[LongText]
    forecast_on: Mapped[date | None]
    forecast_reason: Mapped[LongText]
    support_needed: Mapped[LongText]
    support_answer: Mapped[LongText]
    support_answered_on: Mapped[date | None]
    support_answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    reported_by: Mapped[str | None]
    evidence: Mapped[LongText]
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    action: Mapped[Action] = relationship(lazy="raise_on_sql", foreign_keys=[action_id], back_populates="updates")
    person: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
    post: Mapped[Post | None] = relationship(lazy="raise_on_sql", foreign_keys=[post_id])
    support_answered_by: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[support_answered_by_id])

    @property
    def is_open_ask(self) -> bool:
        """Whether support was asked for and nobody has answered."""
        return bool(self.support_needed) and not self.support_answer
