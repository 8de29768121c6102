"""The files of a pack: made once each, by one at a time, and finished by whoever comes after."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from actions.review_models import FileForm, ReviewFile
from actions.reviews import making
from actions.reviews.pack import digest_of, encode
from actions.reviews.paper import sheet
from kb.db import now
from kb.errors import NotFound
from kb.permissions import SYSTEM
from tests.actions.reviews.packs import MEETS_ON, pack

if TYPE_CHECKING:
    from actions.review_models import Review

pytestmark = pytest.mark.differs


@pytest.fixture
def review(make) -> Review:
    content = encode(pack())
    return make.review(MEETS_ON, frozen_at=now(), pack=content, digest=digest_of(content))


def test_all_three_are_made_and_bear_their_digests(database, settings, session, review):
    assert making.run(database, settings, review.id)
    session.expire_all()
    found = making.progress(session, review)
    assert found.is_done
    assert [one.form for one in found.files] == list(FileForm)
    for form, begins in ((FileForm.HTML, b"<!doctype"), (FileForm.WORD, b"PK"), (FileForm.PDF, b"%PDF")):
        _, file, content = making.get(session, review.id, form, SYSTEM)
        assert content.startswith(begins)
        assert (file.digest, file.size) == (digest_of(content), len(content))
    assert review.claimed_until is None


def test_what_is_made_is_not_made_again(database, settings, session, review, monkeypatch):
    making.run(database, settings, review.id)
    before = {one.form: one.made_at for one in session.scalars(select(ReviewFile))}
    assert not making.run(database, settings, review.id)
    assert making.run_waiting(database, settings, should_stop=lambda: False) == 0
    session.expire_all()
    assert {one.form: one.made_at for one in session.scalars(select(ReviewFile))} == before


def test_nobody_else_makes_them_while_somebody_does(database, settings, session, review):
    review.claimed_until = now() + timedelta(minutes=1)
    session.flush()
    assert not making.run(database, settings, review.id)
    later = lambda: now() + timedelta(minutes=2)  # noqa: E731
    assert making.run(database, settings, review.id, clock=later)


def test_what_fails_is_told_keeps_the_others_and_can_be_tried_again(database, settings, session, review, monkeypatch):
    def broken(*_: object) -> bytes:
        raise RuntimeError("no room on the disk")

    with monkeypatch.context() as patch:
        patch.setattr(sheet, "make", broken)
        assert not making.run(database, settings, review.id)
    session.expire_all()
    found = making.progress(session, review)
    assert [one.form for one in found.files] == [FileForm.HTML, FileForm.WORD]
    assert "went wrong on our side" in found.trouble
    assert "disk" not in found.trouble
    assert making.run_waiting(database, settings, should_stop=lambda: False) == 0
    making.again(session, review)
    session.flush()
    assert making.run_waiting(database, settings, should_stop=lambda: False) == 1
    session.expire_all()
    assert making.progress(session, review).is_done


def test_before_the_freeze_there_is_nothing_to_make(database, settings, session, make):
    waiting = make.review(MEETS_ON)
    assert not making.run(database, settings, waiting.id)
    with pytest.raises(NotFound):
        making.get(session, waiting.id, "pdf", SYSTEM)
