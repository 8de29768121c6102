"""The record: one identity for everything that has a page."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.schema import SchemaItem

from kb.db import Base, Key, Slug, Word, now, one_of


class Kind(StrEnum):
    """What a record is."""

    SOURCE = "source"
    KEY_POINT = "key_point"
    IMPLICATION = "implication"
    RESPONSE = "response"
    PLAN = "plan"
    PRIORITY = "priority"
    ACTION = "action"
    THEME = "theme"
    TERM = "term"
    ORGANISATION = "organisation"
    POST = "post"
    PRIORITY_SET = "priority_set"
    STAFF_GROUP = "staff_group"
    FIGURE = "figure"
    COMPARISON = "comparison"
    INDICATOR = "indicator"


class Visibility(StrEnum):
    """Who may read a record: drafts are for their author and the plan's leads and steering members."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Record(Base):
    """Identity, title and version of one thing that people look up, link and change.

    `plan_id` names the plan that the record belongs to; records without one are shared by all plans. A record with
    `deleted_at` is out of sight until its deletion is undone; `merged_into_id` says where a merged one went.
    """

    __tablename__ = "record"
    __table_args__: tuple[SchemaItem, ...] = (
        UniqueConstraint("kind", "ref"),
        UniqueConstraint("id", "kind"),
        CheckConstraint(one_of("kind", Kind), name="known_kind"),
        CheckConstraint(one_of("visibility", Visibility), name="known_visibility"),
        CheckConstraint("length(ref) > 0 AND length(title) > 0", name="named"),
        Index("ix_record_kind_title", "kind", "title"),
    )
    id: Mapped[Key]
    kind: Mapped[Word] = mapped_column()
    ref: Mapped[Slug]
    title: Mapped[str] = mapped_column(Text)
    visibility: Mapped[Word] = mapped_column(default=Visibility.PUBLISHED)
    version: Mapped[int] = mapped_column()
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("record.id", ondelete="SET NULL"), index=True)
    document: Mapped[str | None] = mapped_column(Text)
    document_line: Mapped[int | None]

    __mapper_args__ = {"polymorphic_on": kind, "version_id_col": version}

    themes: Mapped[list[Theme]] = relationship(
        secondary="record_theme", lazy="raise_on_sql", order_by="Theme.title", back_populates="filed"
    )

    @property
    def came_from(self) -> str:
        """Where the record was first written down, for people: document and line."""
        if not self.document:
            return ""
        return f"Document {self.document}" + (f", line {self.document_line}" if self.document_line else "")


record_theme = Table(
    "record_theme",
    Base.metadata,
    Column("record_id", ForeignKey("record.id", ondelete="CASCADE"), primary_key=True),
    Column("theme_id", ForeignKey("theme.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Theme(Record):
    """A subject from the controlled list that records are filed under."""

    __tablename__ = "theme"
    __mapper_args__ = {"polymorphic_identity": Kind.THEME}

    id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    also_called: Mapped[str] = mapped_column(Text, default="")
    filed: Mapped[list[Record]] = relationship(secondary="record_theme", lazy="raise_on_sql", back_populates="themes")
