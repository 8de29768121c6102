"""Links between records: which kinds may join, why, since when, and whether they still hold."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, MadeAt, Word, one_of
from kb.models.record import Kind, Record


class LinkType(StrEnum):
    """What a link says, read from its first record to its second."""

    CALLS_FOR = "calls-for"
    ANSWERED_BY = "answered-by"
    DELIVERED_BY = "delivered-by"
    MEASURED_BY = "measured-by"
    SUPERSEDES = "supersedes"
    AMENDS = "amends"
    IMPLEMENTS = "implements"
    REVIEWS = "reviews"
    DRAWS_ON = "draws-on"
    DEPENDS_ON = "depends-on"
    SAME_AS = "same-as"


class LinkState(StrEnum):
    """A suspect link waits for a person, since what it rests on changed; a retired one no longer counts."""

    CURRENT = "current"
    SUSPECT = "suspect"
    RETIRED = "retired"


# Support: any one path from a source to an action justifies the action.
SUPPORT_TYPES = frozenset({LinkType.CALLS_FOR, LinkType.ANSWERED_BY, LinkType.DELIVERED_BY, LinkType.MEASURED_BY})
# These say that one comes before another, so a chain of them may not close into a circle.
ORDERED_TYPES = frozenset(
    {
        LinkType.SUPERSEDES,
        LinkType.AMENDS,
        LinkType.IMPLEMENTS,
        LinkType.REVIEWS,
        LinkType.DRAWS_ON,
        LinkType.DEPENDS_ON,
    }
)

_SOURCE_TO_SOURCE = (LinkType.SUPERSEDES, LinkType.AMENDS, LinkType.IMPLEMENTS, LinkType.REVIEWS, LinkType.DRAWS_ON)
# The one table of which kinds a link may join; forms, imports, checks, help and the database read it.
ALLOWED: dict[LinkType, frozenset[tuple[Kind, Kind]]] = {
    LinkType.CALLS_FOR: frozenset(
        {
            (Kind.IMPLICATION, Kind.PRIORITY),
            (Kind.SOURCE, Kind.PRIORITY),
            (Kind.RESPONSE, Kind.PRIORITY),
        }
    ),
    LinkType.ANSWERED_BY: frozenset({(Kind.RESPONSE, Kind.ACTION)}),
    LinkType.DELIVERED_BY: frozenset({(Kind.PRIORITY, Kind.ACTION)}),
    LinkType.MEASURED_BY: frozenset({(Kind.ACTION, Kind.INDICATOR), (Kind.PRIORITY, Kind.INDICATOR)}),
    **{kind: frozenset({(Kind.SOURCE, Kind.SOURCE)}) for kind in _SOURCE_TO_SOURCE},
    LinkType.DEPENDS_ON: frozenset({(Kind.ACTION, Kind.ACTION)}),
    LinkType.SAME_AS: frozenset((kind, kind) for kind in (Kind.SOURCE, Kind.PRIORITY, Kind.ACTION, Kind.ORGANISATION)),
}


def _pairs_check() -> str:
    rows = sorted((kind.value, a.value, b.value) for kind, pairs in ALLOWED.items() for a, b in pairs)
    return " OR ".join(f"(type = '{t}' AND from_kind = '{a}' AND to_kind = '{b}')" for t, a, b in rows)


class Link(Base):
    """One statement that a record calls for, is answered by, delivers … another, with its reason.

    What made it suspect, and since when, stands until somebody confirms or retires it.
    """

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("type", "from_id", "to_id"),
        ForeignKeyConstraint(["from_id", "from_kind"], ["record.id", "record.kind"], ondelete="CASCADE"),
        ForeignKeyConstraint(["to_id", "to_kind"], ["record.id", "record.kind"], ondelete="CASCADE"),
        CheckConstraint("from_id <> to_id", name="joins_two"),
        CheckConstraint(one_of("state", LinkState), name="known_state"),
        CheckConstraint(_pairs_check(), name="allowed_pair"),
        Index("ix_link_from_id", "from_id"),
        Index("ix_link_to_id", "to_id"),
    )

    id: Mapped[Key]
    type: Mapped[Word]
    from_id: Mapped[int]
    from_kind: Mapped[Word]
    to_id: Mapped[int]
    to_kind: Mapped[Word]
    reason: Mapped[LongText]
    state: Mapped[Word] = mapped_column(default=LinkState.CURRENT)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    made_at: Mapped[MadeAt]
    confirmed_at: Mapped[datetime | None]
    suspect_since: Mapped[datetime | None]
    suspect_because: Mapped[LongText]
    start: Mapped[Record] = relationship(
        lazy="raise_on_sql", primaryjoin="Link.from_id == Record.id", foreign_keys="Link.from_id"
    )
    end: Mapped[Record] = relationship(
        lazy="raise_on_sql", primaryjoin="Link.to_id == Record.id", foreign_keys="Link.to_id"
    )


class DismissedPair(Base):
    """Two records that were offered for a link, which a person has said does not hold; it is not offered again."""

    __tablename__ = "dismissed_pair"
    __table_args__ = (
        UniqueConstraint("type", "from_id", "to_id"),
        CheckConstraint("from_id <> to_id", name="names_two"),
    )

    id: Mapped[Key]
    type: Mapped[Word]
    from_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"))
    to_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    reason: Mapped[LongText]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[MadeAt]
