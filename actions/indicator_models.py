"""Indicators: the measures of success of a plan, what they should reach, and what was read."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, MadeAt, RecordKey, Word, one_of
from kb.models.figure import Figure
from kb.models.organisation import Organisation, Post
from kb.models.record import Kind, Record
from kb.models.user import User


class Direction(StrEnum):
    """Which way an indicator should move."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


class Frequency(StrEnum):
    """How often an indicator is read."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    ONCE = "once"
    NOT_STATED = "not-stated"


indicator_figure = Table(
    "indicator_figure",
    Base.metadata,
    Column("indicator_id", ForeignKey("indicator.id", ondelete="CASCADE"), primary_key=True),
    Column("figure_id", ForeignKey("figure.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Indicator(Record):
    """A measure of success of one plan; `baseline` and `target` are numbers in its unit, their periods as stated.

    `tolerance` is by how many per cent of a planned value a reading may fall short and still be on its trajectory.
    """

    __tablename__ = "indicator"
    __mapper_args__ = {"polymorphic_identity": Kind.INDICATOR}
    __table_args__ = (
        CheckConstraint(one_of("direction", Direction), name="known_direction"),
        CheckConstraint(one_of("frequency", Frequency), name="known_frequency"),
        CheckConstraint("tolerance >= 0 AND tolerance <= 100", name="tolerance_in_range"),
    )

    id: Mapped[RecordKey]
    position: Mapped[int] = mapped_column(default=0)
    definition: Mapped[LongText]
    numerator: Mapped[LongText]
    denominator: Mapped[LongText]
    unit: Mapped[LongText]
    direction: Mapped[Word] = mapped_column(default=Direction.NONE)
    frequency: Mapped[Word] = mapped_column(default=Frequency.NOT_STATED)
    perspective: Mapped[LongText]
    data_source: Mapped[LongText]
    baseline: Mapped[float | None]
    baseline_period: Mapped[LongText]
    target: Mapped[float | None]
    target_period: Mapped[LongText]
    target_on: Mapped[date | None]
    tolerance: Mapped[float] = mapped_column(default=0.0)
    note: Mapped[LongText]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    owner: Mapped[Post | None] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    figures: Mapped[list[Figure]] = relationship(secondary=indicator_figure, lazy="raise_on_sql", order_by=Figure.id)
    trajectory: Mapped[list[TrajectoryPoint]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="TrajectoryPoint.position"
    )
    readings: Mapped[list[Reading]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Reading.ends_on"
    )
    rebases: Mapped[list[Rebase]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Rebase.starts_on"
    )


class TrajectoryPoint(Base):
    """What an indicator should be in one period, for all or for one organisation."""

    __tablename__ = "trajectory_point"
    __table_args__ = (UniqueConstraint("indicator_id", "position"),)

    id: Mapped[Key]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"))
    position: Mapped[int]
    period: Mapped[LongText]
    ends_on: Mapped[date]
    value: Mapped[float]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql", foreign_keys=[organisation_id])


class Reading(Base):
    """What was measured for the period that ended on a day; a correction replaces a reading and keeps it."""

    __tablename__ = "reading"
    __table_args__ = (
        Index(
            "uq_reading_current",
            "indicator_id",
            "ends_on",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"))
    ends_on: Mapped[date]
    value: Mapped[float]
    data_source: Mapped[LongText]
    quality_note: Mapped[LongText]
    at: Mapped[MadeAt]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    replaced_at: Mapped[datetime | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    person: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])


class Rebase(Base):
    """From a day on the limits of an indicator are computed anew, for a reason; withdrawn ones are kept.

    They rest on the readings up to `until`, or on all from the day on.
    """

    __tablename__ = "rebase"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= starts_on", name="days_in_order"),
        Index(
            "uq_rebase_current",
            "indicator_id",
            "starts_on",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"))
    starts_on: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[LongText]
    at: Mapped[MadeAt]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    withdrawn_at: Mapped[datetime | None]
