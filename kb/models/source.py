"""Sources, what they say, and what that means for the workforce."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ColumnElement, ForeignKey, Table, Text, UniqueConstraint, and_, case
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from kb.dates import Precision, StatedDate
from kb.db import Base, Key, LongText, MadeAt, RecordKey, Word, one_of
from kb.models.organisation import Organisation, Post, StaffGroup
from kb.models.record import Kind, Record
from kb.models.term import Language

if TYPE_CHECKING:
    from kb.models.figure import Figure


class Category(StrEnum):
    """Policy drivers oblige or steer; research informs."""

    DRIVER = "driver"
    RESEARCH = "research"


class SourceStatus(StrEnum):
    """Where a source stands in its life."""

    IN_DEVELOPMENT = "in-development"
    DRAFT = "draft"
    CONSULTATION = "consultation"
    ENACTED = "enacted"
    IN_FORCE = "in-force"
    PUBLISHED = "published"
    UNDER_REVIEW = "under-review"
    ENDED = "ended"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    NOT_STATED = "not-stated"


# What took their place, or that nothing does, has been said: these support nothing any more.
GONE_STATUSES = frozenset({SourceStatus.SUPERSEDED, SourceStatus.WITHDRAWN})
OVER_STATUSES = GONE_STATUSES | {SourceStatus.ENDED}


class Nation(StrEnum):
    """The four nations; a source may cover several or none."""

    WALES = "wales"
    ENGLAND = "england"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class KeyPointKind(StrEnum):
    """A statement, a promise with who and by when, advice that nobody has promised to follow, or something learnt."""

    POINT = "point"
    COMMITMENT = "commitment"
    RECOMMENDATION = "recommendation"
    LESSON = "lesson"


class ImplicationKind(StrEnum):
    """What an implication for the workforce is about."""

    NUMBERS = "numbers"
    SKILLS = "skills"
    NEW_ROLES = "new-roles"
    RECRUITMENT = "recruitment"
    RETENTION = "retention"
    WELLBEING = "wellbeing"
    DUTIES = "duties"
    DATA = "data"
    WAYS_OF_WORKING = "ways-of-working"
    LEADERSHIP = "leadership"


class Horizon(StrEnum):
    """How soon an implication bites."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


source_publisher = Table(
    "source_publisher",
    Base.metadata,
    Column("source_id", ForeignKey("source.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True),
)
implication_key_point = Table(
    "implication_key_point",
    Base.metadata,
    Column("implication_id", ForeignKey("implication.id", ondelete="CASCADE"), primary_key=True),
    Column("key_point_id", ForeignKey("key_point.id", ondelete="CASCADE"), primary_key=True, index=True),
)
implication_staff_group = Table(
    "implication_staff_group",
    Base.metadata,
    Column("implication_id", ForeignKey("implication.id", ondelete="CASCADE"), primary_key=True),
    Column("staff_group_id", ForeignKey("staff_group.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Source(Record):
    """A policy driver or a piece of research; the curator is the post that keeps its entry true.

    `language` is that of its title, its summary, its key points and its implications.
    """

    __tablename__ = "source"
    __mapper_args__ = {"polymorphic_identity": Kind.SOURCE}
    __table_args__ = (
        CheckConstraint(one_of("category", Category), name="known_category"),
        CheckConstraint(one_of("status", SourceStatus), name="known_status"),
        CheckConstraint(one_of("language", Language), name="known_language"),
        CheckConstraint("starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on", name="dates_in_order"),
        *(
            CheckConstraint(
                f"({name}_on IS NULL) = ({name}_precision IS NULL) AND "
                f"({one_of(f'{name}_precision', Precision, nullable=True)})",
                name=f"{name}_with_precision",
            )
            for name in ("published", "starts", "ends")
        ),
    )

    id: Mapped[RecordKey]
    category: Mapped[Word] = mapped_column(index=True)
    source_kind: Mapped[Word]
    summary: Mapped[LongText]
    publisher_as_stated: Mapped[LongText]
    is_statutory: Mapped[bool] = mapped_column(default=False)
    status: Mapped[Word] = mapped_column(default=SourceStatus.NOT_STATED)
    status_as_stated: Mapped[LongText]
    link: Mapped[LongText]
    language: Mapped[Word] = mapped_column(default=Language.ENGLISH)
    curator_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    review_by: Mapped[date | None]
    published_on: Mapped[date | None]
    published_precision: Mapped[str | None]
    published_words: Mapped[str | None]
    starts_on: Mapped[date | None]
    starts_precision: Mapped[str | None]
    starts_words: Mapped[str | None]
    ends_on: Mapped[date | None]
    ends_precision: Mapped[str | None]
    ends_words: Mapped[str | None]
    published: Mapped[StatedDate] = composite("published_on", "published_precision", "published_words")
    starts: Mapped[StatedDate] = composite("starts_on", "starts_precision", "starts_words")
    ends: Mapped[StatedDate] = composite("ends_on", "ends_precision", "ends_words")

    curator: Mapped[Post | None] = relationship(lazy="raise_on_sql", foreign_keys=[curator_id])
    publishers: Mapped[list[Organisation]] = relationship(
        secondary=source_publisher, lazy="raise_on_sql", order_by=Organisation.title
    )
    nations: Mapped[list[SourceNation]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="SourceNation.nation"
    )
    names: Mapped[list[SourceName]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="SourceName.name"
    )
    mentions: Mapped[list[Mention]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="(Mention.document, Mention.line)"
    )
    key_points: Mapped[list[KeyPoint]] = relationship(
        lazy="raise_on_sql", foreign_keys="KeyPoint.source_id", order_by="KeyPoint.position", back_populates="source"
    )
    implications: Mapped[list[Implication]] = relationship(
        lazy="raise_on_sql",
        foreign_keys="Implication.source_id",
        order_by="Implication.position",
        back_populates="source",
    )
    figures: Mapped[list[Figure]] = relationship(
        lazy="raise_on_sql", foreign_keys="Figure.source_id", order_by="Figure.position", back_populates="source"
    )
    states: Mapped[list[SourceState]] = relationship(
        lazy="raise_on_sql", viewonly=True, order_by="(SourceState.since, SourceState.id)"
    )

    def status_on(self, today: date) -> str:
        """Where it stands on a day: what has run its time has ended, though nobody wrote that down.

        `status_on` below is the same rule for lists, in SQL.
        """
        has_run_out = self.ends_on is not None and self.ends_on < today
        return SourceStatus.ENDED if has_run_out and self.status not in OVER_STATUSES else self.status


def has_run_out(today: date) -> ColumnElement[bool]:
    """The sources whose last day has passed though nobody wrote that they ended."""
    source = Source.__table__.c
    return and_(source.ends_on < today, source.status.not_in(OVER_STATUSES))


def status_on(today: date) -> ColumnElement[str]:
    """`Source.status_on` as an expression."""
    return case((has_run_out(today), SourceStatus.ENDED.value), else_=Source.__table__.c.status)


class SourceState(Base):
    """One step in the life of a source: where it has stood since a day, as a person has said with the reason."""

    __tablename__ = "source_state"
    __table_args__ = (CheckConstraint(one_of("status", SourceStatus), name="known_status"),)

    id: Mapped[Key]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    status: Mapped[Word]
    since: Mapped[date]
    reason: Mapped[LongText]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[MadeAt]


class SourceNation(Base):
    """One nation that a source covers."""

    __tablename__ = "source_nation"
    __table_args__ = (CheckConstraint(one_of("nation", Nation), name="known_nation"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    nation: Mapped[Word] = mapped_column(primary_key=True)


class SourceName(Base):
    """Another title or an acronym of a source."""

    __tablename__ = "source_name"
    __table_args__ = (CheckConstraint(one_of("language", Language), name="known_language"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    language: Mapped[Word] = mapped_column(default=Language.ENGLISH)


class Mention(Base):
    """A place where a document names a source, with the words it uses there."""

    __tablename__ = "mention"

    id: Mapped[Key]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    document: Mapped[Word]
    line: Mapped[int]
    named_as: Mapped[LongText]


class KeyPoint(Record):
    """One thing that a source says, in our words; its title is the statement.

    `site` is where a lesson was learnt, `aspect` what sort of lesson it is.
    """

    __tablename__ = "key_point"
    __mapper_args__ = {"polymorphic_identity": Kind.KEY_POINT}
    __table_args__ = (
        CheckConstraint(one_of("point_kind", KeyPointKind), name="known_kind"),
        UniqueConstraint("source_id", "position"),
    )

    id: Mapped[RecordKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    position: Mapped[int]
    point_kind: Mapped[Word] = mapped_column(default=KeyPointKind.POINT)
    place: Mapped[LongText]
    promised_by: Mapped[LongText]
    promised_for: Mapped[LongText]
    measured_by: Mapped[LongText]
    site: Mapped[LongText]
    aspect: Mapped[Word] = mapped_column(default="")
    source: Mapped[Source] = relationship(
        lazy="raise_on_sql", innerjoin=True, foreign_keys=[source_id], back_populates="key_points"
    )


class Implication(Record):
    """What a source means for the workforce; its title is the statement."""

    __tablename__ = "implication"
    __mapper_args__ = {"polymorphic_identity": Kind.IMPLICATION}
    __table_args__ = (
        CheckConstraint(one_of("implication_kind", ImplicationKind), name="known_kind"),
        CheckConstraint(one_of("horizon", Horizon, nullable=True), name="known_horizon"),
        UniqueConstraint("source_id", "position"),
    )

    id: Mapped[RecordKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    position: Mapped[int]
    implication_kind: Mapped[Word]
    horizon: Mapped[str | None]
    source: Mapped[Source] = relationship(
        lazy="raise_on_sql", innerjoin=True, foreign_keys=[source_id], back_populates="implications"
    )
    key_points: Mapped[list[KeyPoint]] = relationship(
        secondary=implication_key_point, lazy="raise_on_sql", order_by=KeyPoint.position
    )
    staff_groups: Mapped[list[StaffGroup]] = relationship(
        secondary=implication_staff_group, lazy="raise_on_sql", order_by=StaffGroup.title
    )
