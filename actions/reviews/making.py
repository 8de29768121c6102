"""Making the files of a frozen pack: beside the answer in a thread, or by the worker where that was killed.

Whoever makes them claims the meeting for a while; each file is kept as soon as it is made, and none is made twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import func, or_, select, update

from actions.review_models import FileForm, Review, ReviewFile
from actions.reviews import freezing, service
from actions.reviews.pack import digest_of
from actions.reviews.paper import page, sheet, word
from kb.db import now
from kb.errors import NotFound
from kb.models.history import Channel
from kb.models.record import Kind
from kb.permissions import SYSTEM
from kb.records import KIND_IN_ADDRESS
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from actions.reviews.pack import Named, Pack
    from kb.config import Settings
    from kb.db import Database
    from kb.permissions import Person

LEASE = timedelta(minutes=5)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """The files that are made, and what went wrong with the last attempt."""

    files: Sequence[ReviewFile]
    trouble: str

    @property
    def is_done(self) -> bool:
        return len(self.files) == len(FileForm)


def progress(session: Session, review: Review) -> Progress:
    """How far the files of a meeting are; one statement, and no content is read."""
    files = session.scalars(select(ReviewFile).where(ReviewFile.review_id == review.id)).all()
    order = list(FileForm)
    return Progress(sorted(files, key=lambda one: order.index(FileForm(one.form))), review.trouble)


def get(session: Session, review_id: int, form: str, person: Person) -> tuple[Review, ReviewFile, bytes]:
    """One file with its content, or NotFound while it is not made."""
    review = service.get(session, review_id, person)
    query = select(ReviewFile, ReviewFile.content).where(ReviewFile.review_id == review.id, ReviewFile.form == form)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound("file of the pack", form)
    return review, found[0], found[1]


def start(database: Database, settings: Settings, review_id: int) -> threading.Thread:
    """Make the files beside the answer; the worker finishes them should this process end."""
    thread = threading.Thread(target=run, args=(database, settings, review_id), name=f"pack-{review_id}", daemon=True)
    thread.start()
    return thread


def run_waiting(
    database: Database, settings: Settings, *, clock: Callable[[], datetime] = now, should_stop: Callable[[], bool]
) -> int:
    """Make the files that nobody is making; how many packs were finished. What failed waits until asked for again."""
    made = select(func.count()).where(ReviewFile.review_id == Review.id).scalar_subquery()
    waiting = select(Review.id).where(Review.frozen_at.is_not(None), made < len(FileForm), Review.trouble == "")
    with database.reading() as session:
        ids = session.scalars(waiting.order_by(Review.id)).all()
    return sum(not should_stop() and run(database, settings, review_id, clock=clock) for review_id in ids)


def run(database: Database, settings: Settings, review_id: int, *, clock: Callable[[], datetime] = now) -> bool:
    """Make what is missing of the files of one pack; False where there is nothing to do, or somebody else is at it."""
    if not _claim(database, review_id, clock()):
        return False
    trouble = ""
    try:
        with database.reading() as session:
            review = service.get(session, review_id, SYSTEM, with_pack=True)
            pack = freezing.read(review)
            made = {one.form for one in progress(session, review).files}
        assert pack is not None  # only frozen ones are claimed
        for form in FileForm:
            if form not in made:
                _keep(database, review_id, form, _content(pack, form, settings, review_id))
    except Exception:
        log.exception("The files of meeting %s could not be made", review_id)
        trouble = gettext("Something went wrong on our side while the files were made.")
    with database.writing(Channel.WORKER) as session:
        values = {"claimed_until": None, "trouble": trouble}
        session.execute(update(Review).where(Review.id == review_id).values(values))
    return not trouble


def again(session: Session, review: Review) -> None:
    """Forget what went wrong, so that the files are tried once more."""
    session.execute(update(Review).where(Review.id == review.id).values(trouble=""))


def _content(pack: Pack, form: FileForm, settings: Settings, review_id: int) -> bytes:
    base = settings.base_url.rstrip("/")

    def address(record: Named) -> str:
        return f"{base}/{KIND_IN_ADDRESS[Kind(record.kind)]}/{quote(record.ref, safe='')}" if record.ref else ""

    match form:
        case FileForm.HTML:
            return page.make(pack, address)
        case FileForm.WORD:
            return word.make(pack, address, f"{base}/meetings/{review_id}/pack")
        case _:
            return sheet.make(pack, address)


def _claim(database: Database, review_id: int, at: datetime) -> bool:
    """Take the meeting for a while, unless somebody has it or all its files are there."""
    made = select(func.count()).where(ReviewFile.review_id == review_id).scalar_subquery()
    is_free = or_(Review.claimed_until.is_(None), Review.claimed_until < at)
    claim = update(Review).where(Review.id == review_id, Review.frozen_at.is_not(None), is_free, made < len(FileForm))
    with database.writing(Channel.WORKER) as session:
        taken = session.execute(claim.values(claimed_until=at + LEASE))
        return bool(taken.rowcount)  # type: ignore[attr-defined]


def _keep(database: Database, review_id: int, form: FileForm, content: bytes) -> None:
    with database.writing(Channel.WORKER) as session:
        if session.get(ReviewFile, (review_id, form)) is None:
            made = ReviewFile(
                review_id=review_id, form=form, content=content, digest=digest_of(content), size=len(content)
            )
            session.add(made)
