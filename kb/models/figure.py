"""Figures: numbers that sources state, and those that stand side by side to be compared."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, LongText, RecordKey, Word, one_of
from kb.models.record import Kind, Record
from kb.models.source import Source
from kb.models.user import User


class FigureKind(StrEnum):
    """What a number is said to be."""

    TARGET = "target"
    TRAJECTORY = "trajectory"
    BASELINE = "baseline"
    STATISTIC = "statistic"
    FORECAST = "forecast"
    THRESHOLD = "threshold"
    FACT = "fact"
    FREQUENCY = "frequency"
    ILLUSTRATION = "illustration"
    DATE_SPAN = "date-span"


class Outcome(StrEnum):
    """What came of comparing figures."""

    DISAGREE = "disagree"
    DIFFERENT_THINGS = "different-things"
    MISPRINT = "misprint"


comparison_figure = Table(
    "comparison_figure",
    Base.metadata,
    Column("comparison_id", ForeignKey("comparison.id", ondelete="CASCADE"), primary_key=True),
    Column("figure_id", ForeignKey("figure.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Figure(Record):
    """A number that a source states; its title is what is counted, `value` the number as a person writes it.

    `low` and `high` are the same number, or the ends of a range; a value that is no number has neither.
    """

    __tablename__ = "figure"
    __mapper_args__ = {"polymorphic_identity": Kind.FIGURE}
    __table_args__ = (
        CheckConstraint(one_of("figure_kind", FigureKind), name="known_kind"),
        CheckConstraint("(low IS NULL) = (high IS NULL)", name="whole_range"),
        CheckConstraint("low IS NULL OR low <= high", name="range_in_order"),
        UniqueConstraint("source_id", "position"),
    )

    id: Mapped[RecordKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    position: Mapped[int]
    figure_kind: Mapped[Word]
    value: Mapped[LongText]
    low: Mapped[float | None]
    high: Mapped[float | None]
    unit: Mapped[LongText]
    population: Mapped[LongText]
    period: Mapped[LongText]
    qualifier: Mapped[LongText]
    note: Mapped[LongText]
    source: Mapped[Source] = relationship(
        lazy="raise_on_sql", innerjoin=True, foreign_keys=[source_id], back_populates="figures"
    )
    comparisons: Mapped[list[Comparison]] = relationship(
        secondary=comparison_figure, lazy="raise_on_sql", back_populates="figures"
    )


class Comparison(Record):
    """Figures that speak of the same thing and differ; settled by a named person with a reason, never merged.

    `whole_id` is the figure that the others are parts of, where they should add up to it.
    """

    __tablename__ = "comparison"
    __mapper_args__ = {"polymorphic_identity": Kind.COMPARISON}
    __table_args__ = (CheckConstraint(one_of("outcome", Outcome, nullable=True), name="known_outcome"),)

    id: Mapped[RecordKey]
    outcome: Mapped[str | None]
    note: Mapped[LongText]
    settled_on: Mapped[date | None]
    whole_id: Mapped[int | None] = mapped_column(ForeignKey("figure.id", ondelete="SET NULL"), index=True)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    settled_by: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[settled_by_id])
    figures: Mapped[list[Figure]] = relationship(
        secondary=comparison_figure, lazy="raise_on_sql", order_by=Figure.id, back_populates="comparisons"
    )
