"""Plans, how they stand to sources, and what they put first."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, LongText, RecordKey, Word, one_of
from kb.models.organisation import Post
from kb.models.record import Kind, Record
from kb.models.source import Source


class ResponseType(StrEnum):
    """How a plan stands to a source; a response without type and text is a gap."""

    INCORPORATED = "incorporated"
    ALIGNED = "aligned"
    SUPPORTING = "supporting"
    MONITORING = "monitoring"
    CONSIDERING = "considering"
    CONTEXT_ONLY = "context-only"


class Plan(Record):
    """A workforce plan or programme; `source` is the source that publishes it, where there is one.

    The columns from `stale_after_days` to `is_paused` are its policy of reminders: days before a date (0: not at all),
    days between reminders while overdue, working days after which a sponsor and the steering group hear of it (0:
    never), and the hour of the day in the plan's time zone (empty: the service's). `heavy_post_percent` is the share
    of the plan's open actions from which one post is said to own too much. `perspectives` are the headings of its
    scorecard in their order, one a line; indicators with other ones come after them.
    """

    __tablename__ = "plan"
    __mapper_args__ = {"polymorphic_identity": Kind.PLAN}
    __table_args__ = (
        CheckConstraint(
            "stale_after_days > 0 AND overdue_every_days > 0 AND first_days_before >= 0 AND second_days_before >= 0 "
            "AND sponsor_after_days >= 0 AND steering_after_days >= 0",
            name="days_in_range",
        ),
        # Between midnight and three clocks are put back and forth.
        CheckConstraint("write_at_hour BETWEEN 4 AND 22", name="hour_of_the_day"),
        CheckConstraint("heavy_post_percent BETWEEN 1 AND 100", name="share_in_range"),
    )

    id: Mapped[RecordKey]
    summary: Mapped[LongText]
    nation: Mapped[Word] = mapped_column(default="")
    stale_after_days: Mapped[int] = mapped_column(default=28)
    first_days_before: Mapped[int] = mapped_column(default=30)
    second_days_before: Mapped[int] = mapped_column(default=7)
    overdue_every_days: Mapped[int] = mapped_column(default=7)
    sponsor_after_days: Mapped[int] = mapped_column(default=5)
    steering_after_days: Mapped[int] = mapped_column(default=15)
    write_at_hour: Mapped[int] = mapped_column(default=8)
    timezone: Mapped[Word] = mapped_column(default="")
    is_paused: Mapped[bool] = mapped_column(default=False)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    heavy_post_percent: Mapped[int] = mapped_column(default=25)
    perspectives: Mapped[LongText]
    first_loaded_on: Mapped[date | None]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="SET NULL"), index=True)
    source: Mapped[Source | None] = relationship(lazy="raise_on_sql", foreign_keys=[source_id])


class Response(Record):
    """A row of a plan's mapping table: how the plan stands to one or more sources."""

    __tablename__ = "response"
    __mapper_args__ = {"polymorphic_identity": Kind.RESPONSE}
    __table_args__ = (
        CheckConstraint(one_of("response_type", ResponseType, nullable=True), name="known_type"),
        CheckConstraint("response_type IS NULL OR text <> ''", name="type_with_text"),
    )

    id: Mapped[RecordKey]
    section: Mapped[Word] = mapped_column(default="")
    position: Mapped[int]
    response_type: Mapped[str | None]
    text: Mapped[LongText]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    review_by: Mapped[date | None]
    owner: Mapped[Post | None] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    sources: Mapped[list[Source]] = relationship(
        secondary="response_source", lazy="raise_on_sql", order_by="ResponseSource.position"
    )

    @property
    def is_empty(self) -> bool:
        return self.response_type is None and not self.text


class ResponseSource(Base):
    """One source of a response; a row that names two documents has two."""

    __tablename__ = "response_source"

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class PrioritySet(Record):
    """Priorities that were named together, by a plan (`plan_id`) or by a source (`source_id`), never by both."""

    __tablename__ = "priority_set"
    __mapper_args__ = {"polymorphic_identity": Kind.PRIORITY_SET}

    id: Mapped[RecordKey]
    position: Mapped[int] = mapped_column(default=0)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    source: Mapped[Source | None] = relationship(lazy="raise_on_sql", foreign_keys=[source_id])
    priorities: Mapped[list[Priority]] = relationship(
        lazy="raise_on_sql", foreign_keys="Priority.set_id", order_by="Priority.position", back_populates="set"
    )


class Priority(Record):
    """Something that a plan puts first, or that a source names as its own priority."""

    __tablename__ = "priority"
    __mapper_args__ = {"polymorphic_identity": Kind.PRIORITY}
    __table_args__ = (UniqueConstraint("set_id", "position"),)

    id: Mapped[RecordKey]
    set_id: Mapped[int] = mapped_column(ForeignKey("priority_set.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    priority_kind: Mapped[Word] = mapped_column(default="")
    summary: Mapped[LongText]
    set: Mapped[PrioritySet] = relationship(lazy="raise_on_sql", foreign_keys=[set_id], back_populates="priorities")
