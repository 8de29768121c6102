"""The steering group's meetings: the round of answers before each, the pack that was frozen for it, and its record."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from actions.models import Action, Update
from actions.request_models import ChangeRequest
from kb.db import Base, Json, Key, LongText, MadeAt, Word, one_of
from kb.models.plan import Plan
from kb.models.record import Record
from kb.models.user import User


class AssuranceLevel(StrEnum):
    """How sure the group may be that the plan is under control, in the words of NHS cover sheets."""

    SUBSTANTIAL = "substantial"
    REASONABLE = "reasonable"
    LIMITED = "limited"
    NONE = "none"


class Purpose(StrEnum):
    """What the group is asked to do with a paper; a paper may have several."""

    APPROVE = "approve"
    DISCUSS = "discuss"
    ASSURE = "assure"
    NOTE = "note"


class Verdict(StrEnum):
    """What the group decided on a matter."""

    APPROVE = "approve"
    REJECT = "reject"
    DEFER = "defer"
    NOTE = "note"


class FileForm(StrEnum):
    """The forms in which a frozen pack is kept."""

    HTML = "html"
    WORD = "docx"
    PDF = "pdf"


class Review(Base):
    """A meeting of a plan's steering group with its cycle.

    `request_days` and `close_days` are working days before the meeting: on the first the owners are asked, on the
    second the answers close and the pack is frozen. The columns from `purposes` to `prepared_by` are the cover sheet;
    `purposes` are words of `Purpose` with blanks between them. `pack` is the frozen snapshot as JSON, which nothing
    changes afterwards, `digest` its SHA-256, and `numbers` its counts by key, for later meetings to compare with.
    While its files are made, `claimed_until` is held by whoever makes them. `closed_at` locks the record.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("plan_id", "meets_on"),
        CheckConstraint("request_days > close_days AND close_days >= 0", name="days_in_order"),
        CheckConstraint(one_of("assurance", AssuranceLevel, nullable=True), name="known_assurance"),
        CheckConstraint("(frozen_at IS NULL) = (pack IS NULL)", name="frozen_with_pack"),
        CheckConstraint("(frozen_at IS NULL) = (digest IS NULL)", name="frozen_with_digest"),
        CheckConstraint("closed_at IS NULL OR frozen_at IS NOT NULL", name="frozen_before_closed"),
    )

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    meets_on: Mapped[date]
    place: Mapped[LongText]
    request_days: Mapped[int] = mapped_column(default=15)
    close_days: Mapped[int] = mapped_column(default=5)
    purposes: Mapped[LongText]
    assurance: Mapped[str | None] = mapped_column(String(40))
    assurance_reason: Mapped[LongText]
    objective: Mapped[LongText]
    risk: Mapped[LongText]
    seen_before: Mapped[LongText]
    equality: Mapped[LongText]
    recommendation: Mapped[LongText]
    summary: Mapped[LongText]
    lead_director: Mapped[LongText]
    prepared_by: Mapped[LongText]
    made_at: Mapped[MadeAt]
    frozen_at: Mapped[datetime | None]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    pack: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str | None] = mapped_column(String(64))
    numbers: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    claimed_until: Mapped[datetime | None]
    trouble: Mapped[LongText]
    present: Mapped[LongText]
    apologies: Mapped[LongText]
    notes: Mapped[LongText]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    plan: Mapped[Plan] = relationship(lazy="raise_on_sql", foreign_keys=[plan_id])
    frozen_by: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[frozen_by_id])
    closed_by: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[closed_by_id])
    files: Mapped[list[ReviewFile]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan")
    decisions: Mapped[list[Decision]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="Decision.position", back_populates="review"
    )

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class ReviewFile(Base):
    """A frozen pack as one file, with its SHA-256; made once from the snapshot and never again."""

    __tablename__ = "review_file"
    __table_args__ = (CheckConstraint(one_of("form", FileForm), name="known_form"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    form: Mapped[Word] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    made_at: Mapped[MadeAt]


class Decision(Base):
    """What the group decided on one matter, why, and what follows from it.

    `record` is what it touched, `request` and `ask` the change request or the ask for support that it settled, and
    `follow_up` the action that it became.
    """

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("review_id", "position"),
        CheckConstraint(one_of("verdict", Verdict), name="known_verdict"),
    )

    id: Mapped[Key]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    position: Mapped[int]
    verdict: Mapped[Word]
    matter: Mapped[LongText]
    reason: Mapped[LongText]
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id", ondelete="SET NULL"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("change_request.id", ondelete="SET NULL"), index=True)
    ask_id: Mapped[int | None] = mapped_column(ForeignKey("update.id", ondelete="SET NULL"), index=True)
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("action.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    made_at: Mapped[MadeAt]
    review: Mapped[Review] = relationship(lazy="raise_on_sql", back_populates="decisions")
    record: Mapped[Record | None] = relationship(lazy="raise_on_sql", foreign_keys=[record_id])
    request: Mapped[ChangeRequest | None] = relationship(lazy="raise_on_sql", foreign_keys=[request_id])
    ask: Mapped[Update | None] = relationship(lazy="raise_on_sql", foreign_keys=[ask_id])
    follow_up: Mapped[Action | None] = relationship(lazy="raise_on_sql", foreign_keys=[follow_up_id])
    person: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
