"""The pages of a pack as people use them: preview, freeze, compare, files."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from actions.review_models import Review
from actions.reviews import making, service, words
from actions.reviews.pack import Count, Gap, Named, Silent, digest_of, encode
from kb.db import now
from kb.words import spoken
from tests.actions.reviews.packs import MEETS_ON, line, pack
from tests.conftest import TODAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make


@pytest.fixture
def lead(browse: Browser, make: Make) -> Browser:
    browse.sign_in(make.lead())
    return browse


@pytest.fixture(autouse=True)
def no_thread(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Files are made in a thread, which would not see the test's transaction; which were asked for is kept."""
    asked: list[int] = []
    monkeypatch.setattr(making, "start", lambda _database, _settings, review_id: asked.append(review_id))
    return asked


def frozen(make: Make, meets_on=MEETS_ON, **values) -> Review:
    content = encode(pack(meets_on=meets_on, **values))
    return make.review(meets_on, frozen_at=now(), pack=content, digest=digest_of(content))


def test_before_the_freeze_the_page_is_a_preview_and_says_so(lead: Browser, make: Make):
    make.action(title="Train nurses", due_on=TODAY - timedelta(days=3))
    review = make.review(TODAY + timedelta(days=14))
    page = lead.get(f"/meetings/{review.id}/pack").text
    assert "A preview." in page
    assert "Train nurses" in page
    assert f"/meetings/{review.id}/freeze" in page


def test_the_preview_names_the_day_on_which_it_is_frozen_by_itself(lead: Browser, make: Make):
    review = make.review(TODAY + timedelta(days=14))
    page = lead.get(f"/meetings/{review.id}/pack").text
    assert f"until it is frozen on {spoken(words.freezes_on(service.cycle(review)))}" in page


def test_every_number_leads_to_what_it_counts_in_the_same_pack(lead: Browser, make: Make):
    gone = Named("source", "old-law", "An old law", "Superseded")
    owed = Named("post", "nurse", "Chief Nurse")
    lacks = Gap("action-without-owner", "Actions without an owner", (Named("action", "t-1", "Train"),))
    counts = (
        Count("overdue", 1, records=(Named("action", "t-1", "Train"),)),
        Count("sources", 1, records=(gone,)),
        Count("silent", 1, records=(owed,)),
        Count("gaps", 1, records=lacks.records),
    )
    silent = (Silent(owed, (Named("action", "t-1", "Train"),), None),)
    review = frozen(make, counts=counts, sources=(gone,), silent=silent, gaps=(lacks,))
    page = lead.get(f"/meetings/{review.id}/pack").text
    numbers = page.split('id="numbers"')[1].split("</section>")[0]
    led = re.findall(r'href="#([^"]+)"', numbers)
    assert led == ["count-overdue", "sources", "silent", "gaps"]
    assert all(page.count(f'id="{each}"') == 1 for each in led)


def test_freezing_says_what_it_does_and_who_is_silent_and_then_does_it(lead, make, session, no_thread):
    post = make.post(title="Head of training")
    make.action(owner_id=post.id)
    review = make.review(TODAY + timedelta(days=14))
    before = lead.get(f"/meetings/{review.id}/freeze").text
    assert "None of 1 owners have answered." in before
    assert "Head of training" in before
    assert "Freeze it without 1 owner’s answer" in before
    answer = lead.post(f"/meetings/{review.id}/freeze", {"version": str(review.version)})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/meetings/{review.id}/pack")
    assert no_thread == [review.id]
    session.expire_all()
    assert review.is_frozen
    page = lead.get(f"/meetings/{review.id}/pack").text
    assert review.digest in page
    assert "Later changes are not in it" in page
    assert lead.get(f"/meetings/{review.id}/freeze").status_code == 409
    assert lead.post(f"/meetings/{review.id}/freeze", {"version": "1"}).status_code == 409


def test_a_stale_freeze_is_refused(lead: Browser, make: Make, session: Session):
    review = make.review(TODAY + timedelta(days=14))
    assert lead.post(f"/meetings/{review.id}/freeze", {"version": str(review.version + 1)}).status_code == 409
    session.expire_all()
    assert not review.is_frozen


def test_a_meeting_that_is_far_away_cannot_be_frozen_and_the_page_says_why(lead: Browser, make: Make):
    review = make.review(TODAY + timedelta(days=90))
    page = lead.get(f"/meetings/{review.id}/freeze").text
    assert "nothing to freeze" in page
    assert "Freeze it without" not in page
    assert lead.post(f"/meetings/{review.id}/freeze", {"version": str(review.version)}).status_code == 422


def test_the_frozen_page_shows_the_snapshot_and_nothing_of_the_tables(lead: Browser, make: Make):
    review = frozen(make, actions=(line(1, owner="<b>Owner</b>"),))
    make.action(title="Came later")
    page = lead.get(f"/meetings/{review.id}/pack").text
    assert "Action 1" in page
    assert "&lt;b&gt;Owner" in page
    assert "Came later" not in page


def test_viewers_read_the_pack_and_cannot_freeze_it_and_others_see_nothing(browse: Browser, make: Make):
    review = make.review(TODAY + timedelta(days=14))
    assert browse.get(f"/meetings/{review.id}/pack").status_code == 303
    browse.sign_in(make.viewer())
    page = browse.get(f"/meetings/{review.id}/pack")
    assert page.status_code == 200
    assert f"/meetings/{review.id}/freeze" not in page.text
    assert browse.get(f"/meetings/{review.id}/freeze").status_code == 403
    assert browse.post(f"/meetings/{review.id}/freeze", {"version": "1"}).status_code == 403


@pytest.mark.parametrize("path", ["pack", "freeze", "compare", "pack/files", "pack.pdf"])
@pytest.mark.parametrize("number", [0, 999, 2**70])
def test_a_meeting_that_is_not_there_is_not_found(lead: Browser, path: str, number: int):
    assert lead.get(f"/meetings/{number}/{path}").status_code == 404


def test_two_packs_are_compared(lead: Browser, make: Make):
    frozen(make, MEETS_ON - timedelta(days=70), actions=(line(1, closure="open"), line(2)))
    review = frozen(make, actions=(line(1, closure="done"), line(3)))
    page = lead.get(f"/meetings/{review.id}/compare").text
    assert "Done since then (1)" in page
    assert "New actions (1)" in page
    assert "No longer in the plan (1)" in page


def test_without_an_earlier_pack_there_is_nothing_to_compare_and_a_strange_one_is_not_found(lead: Browser, make: Make):
    review = frozen(make)
    assert "There is no earlier pack" in lead.get(f"/meetings/{review.id}/compare").text
    for other in ("x", str(review.id), "99"):
        assert lead.get(f"/meetings/{review.id}/compare?with={other}").status_code == 404


def test_the_files_page_asks_again_until_they_are_made_and_then_offers_them(lead: Browser, make: Make):
    review = frozen(make)
    waiting = lead.get(f"/meetings/{review.id}/pack/files")
    assert "None of 3 files are made." in waiting.text
    assert waiting.headers["Refresh"] == "3"
    assert lead.post(f"/meetings/{review.id}/pack/files", {}).status_code == 303
    done = lead.get(f"/meetings/{review.id}/pack/files")
    assert "Refresh" not in done.headers
    file = lead.get(f"/meetings/{review.id}/pack.pdf")
    assert file.data.startswith(b"%PDF")
    assert file.headers["Content-Disposition"].endswith(f'-{review.meets_on.isoformat()}.pdf"')
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert digest_of(file.data) in done.text
    assert lead.get(f"/meetings/{review.id}/pack.exe").status_code == 404


def test_before_the_freeze_no_files_are_made(lead: Browser, make: Make, no_thread: list[int]):
    review = make.review(TODAY + timedelta(days=14))
    assert "made when the pack is frozen" in lead.get(f"/meetings/{review.id}/pack/files").text
    assert lead.post(f"/meetings/{review.id}/pack/files", {}).status_code == 409
    assert no_thread == []
