"""Deleting and undoing on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.models.deletion import Deletion
from kb.models.link import LinkType
from kb.permissions import SYSTEM
from kb.removal import deleting

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make


def test_a_lead_sees_what_hangs_on_a_source_deletes_it_and_brings_it_back(
    browse: Browser, session: Session, make: Make
) -> None:
    source = make.source(ref="old-strategy", title="The old strategy")
    make.key_point(source, title="More nurses are needed")
    make.link(source, LinkType.CALLS_FOR, make.priority())
    browse.sign_in(make.lead())
    page = browse.get("/delete/sources/old-strategy")
    assert "More nurses are needed" in page.text
    assert "1 priority</b> will not be joined to it any more" in page.text
    assert browse.post("/delete/sources/old-strategy", {"reason": ""}).status_code == 422
    assert browse.post("/delete/sources/old-strategy", {"reason": "Entered twice"}).location == "/deletions"
    gone = browse.get("/sources/old-strategy")
    assert gone.status_code == 410
    assert "Entered twice" in gone.text
    deletion = session.scalars(select(Deletion)).one()
    back = browse.post(f"/deletions/{deletion.id}/undo", page="/deletions")
    assert back.location == "/sources/old-strategy"
    assert browse.get("/sources/old-strategy").status_code == 200


def test_who_has_not_signed_in_learns_when_and_not_why(app: Any, browse: Browser, session: Session, make: Make) -> None:
    from dataclasses import replace

    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    source = make.source(ref="old-strategy")
    deleting.delete(session, source, reason="Somebody misread it", by=SYSTEM)
    page = browse.get("/sources/old-strategy")
    assert page.status_code == 410
    assert "It was deleted on" in page.text
    assert "misread" not in page.text
    assert "Undo" not in page.text


def test_a_part_of_what_was_deleted_says_with_what_it_went(browse: Browser, session: Session, make: Make) -> None:
    source = make.source(title="The old strategy")
    make.key_point(source, ref="its-point")
    deleting.delete(session, source, reason="Entered twice", by=SYSTEM)
    page = browse.sign_in(make.lead()).get("/key-points/its-point")
    assert page.status_code == 410
    assert "with “The old strategy”" in page.text


def test_the_list_of_deletions_takes_as_many_statements_for_many_as_for_one(
    browse: Browser, session: Session, make: Make, count_statements: Callable[[], Any]
) -> None:
    browse.sign_in(make.lead())
    numbers = []
    for _ in range(2):
        deleting.delete(session, make.source(), reason="Entered twice", by=SYSTEM)
        session.commit()
        with count_statements() as count:
            browse.client.get("/deletions")
        numbers.append(count.number)
    assert numbers[0] == numbers[1] <= 12


def test_a_deletion_that_is_undone_already_is_not_undone_again(browse: Browser, session: Session, make: Make) -> None:
    deletion = deleting.delete(session, make.source(), reason="Entered twice", by=SYSTEM)
    deleting.undo(session, deletion.id, by=SYSTEM)
    browse.sign_in(make.lead())
    answer = browse.post(f"/deletions/{deletion.id}/undo", page="/account")
    assert answer.status_code == 422
    assert "undone already" in answer.text
