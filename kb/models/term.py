"""The glossary: acronyms and what they stand for."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, RecordKey, Word, one_of
from kb.models.record import Kind, Record


class Language(StrEnum):
    """The service's two languages."""

    ENGLISH = "en"
    WELSH = "cy"


class Term(Record):
    """An acronym; its title is the acronym as written."""

    __tablename__ = "term"
    __mapper_args__ = {"polymorphic_identity": Kind.TERM}

    id: Mapped[RecordKey]
    meanings: Mapped[list[Meaning]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Meaning.position"
    )

    @property
    def is_ambiguous(self) -> bool:
        return len(self.meanings) > 1


class Meaning(Base):
    """One thing that an acronym stands for."""

    __tablename__ = "meaning"
    __table_args__ = (
        UniqueConstraint("term_id", "position"),
        CheckConstraint(one_of("language", Language), name="known_language"),
    )

    id: Mapped[Key]
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id", ondelete="CASCADE"))
    position: Mapped[int]
    expansion: Mapped[str] = mapped_column(Text)
    note: Mapped[LongText]
    language: Mapped[Word] = mapped_column(default=Language.ENGLISH)
