"""The steering page before a meeting, and the lists behind its numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from actions.reviews.count_words import KEYS, meanings, titles
from kb.models.record import Visibility
from tests.conftest import TODAY

LAST, NEXT = date(2026, 9, 28), date(2026, 12, 7)


@pytest.fixture
def meetings(make):
    at = datetime.combine(LAST, time(9), UTC)
    frozen = {"pack": b"{}", "digest": "0" * 64, "frozen_at": at, "closed_at": at, "numbers": {"overdue": 3}}
    return make.review(LAST, **frozen), make.review(NEXT)


@pytest.fixture
def group(browse, make, meetings):
    """A browser of somebody of the group."""
    browse.sign_in(make.steering())
    return browse


def row(page, title):
    """The row of the table in which a number stands."""
    return next(part for part in page.split("<tr")[1:] if f">{title}</a>" in part).partition("</tr>")[0]


def test_the_page_says_which_meeting_since_when_and_who_has_answered(group, make):
    asks_on = date(2026, 11, 16)
    make.update(make.action(owner_id=make.post().id), days_ago=(TODAY - asks_on).days)
    make.action(owner_id=make.post().id)
    page = group.get("/steering").text
    assert "Meeting of 7 December 2026</h1>" in page
    assert "What has happened since 28 September 2026." in page
    assert "1 of 2 owners has answered" not in page
    assert "1 of 2 owners have answered; the pack freezes on 30 November 2026." in page


def test_a_number_stands_with_its_change_and_its_line_and_leads_to_its_records(group, make):
    make.action(title="Late", due_on=date(2026, 11, 1))
    page = group.get("/steering").text
    overdue = row(page, "Overdue")
    assert ">1<" in overdue
    assert "down 2" in overdue
    assert 'aria-label="Overdue, last meetings: 3, 1"' in overdue
    assert "1 newly so" in overdue
    assert "not known" in row(page, "Done")
    listed = group.get(f"/steering/since?plan={make.the_plan.ref}&key=overdue").text
    assert "Late</a>" in listed
    assert "22 days overdue" in listed


@pytest.mark.parametrize("key", KEYS)
def test_every_number_has_its_name_its_meaning_its_page_and_its_file(group, make, key):
    address = f"/steering/since?plan={make.the_plan.ref}&key={key}"
    page = group.get(address)
    assert page.status_code == 200
    assert titles()[key] in page.text
    assert meanings()[key] in page.text
    assert group.get(f"{address}&format=csv").text.startswith("\ufeffKind,Ref,Title,What,Page")
    assert group.get(f"{address}&format=csv&table=2").text.splitlines()[1].startswith("2026-09-28")


def test_at_the_first_meeting_the_page_says_so_far_and_knows_no_change(browse, make):
    make.review(NEXT)
    browse.sign_in(make.steering())
    page = browse.get("/steering").text
    assert "So far</h2>" in page
    assert "This is the first meeting, so everything on record so far counts." in page
    assert "Change</th>" not in page
    assert "gt-spark" not in page


def test_what_is_decided_next_depends_on_whether_the_pack_is_frozen(session, group, meetings):
    page = group.get("/steering").text
    assert "Preview the pack</a>" in page
    assert f'href="/meetings/{meetings[1].id}/compare">Compare packs</a>' in page
    coming = meetings[1]
    coming.pack, coming.digest, coming.frozen_at = b"{}", "0" * 64, datetime(2026, 11, 23, 8, tzinfo=UTC)
    session.commit()
    page = group.get("/steering").text
    assert "Record decisions</a>" in page
    assert "the pack was frozen on 23 November 2026." in page


def test_decisions_wanted_stand_there_and_are_counted_in_full(group, make):
    for number in range(12):
        make.update(make.action(), days_ago=1, support_needed=f"Room {number}")
    make.action(title="Finished", closure="done", done_on=TODAY)
    page = group.get("/steering").text
    assert "13 decisions wanted" in page
    assert "10 of 13" in page
    assert "Room 3" in page


def test_late_actions_stand_worst_first_then_what_slipped(group, make):
    slipped = make.action(title="Slipped", due_on=date(2026, 12, 1))
    make.update(slipped, days_ago=2, forecast_on=date(2026, 12, 9))
    slipped.forecast_on = date(2026, 12, 9)
    make.action(title="Later", due_on=date(2026, 11, 20))
    make.action(title="Worst", due_on=date(2026, 10, 1))
    page = group.get("/steering").text.partition('id="late"')[2].partition("</section>")[0]
    places = [page.index(f">{title}</a>") for title in ("Worst", "Later", "Slipped")]
    assert places == sorted(places)


def test_the_tables_of_the_page_are_files(group, make):
    make.action(title="Quiet", owner_id=make.post(title="Head").id)
    numbers = group.get("/steering?format=csv").text.splitlines()
    assert numbers[0] == "\ufeffWhat,Now,Change,Note,28 September 2026"
    assert numbers[3].startswith("Overdue,0,-3,0 newly so,3")
    assert "Head,Quiet" in group.get("/steering?format=csv&table=4").text
    assert group.get("/steering?format=xlsx").status_code == 200


def test_without_a_meeting_one_line_says_so_and_where_to_plan_one(browse, make):
    plan = make.the_plan
    browse.sign_in(make.lead())
    page = browse.get("/steering").text
    assert "How things stand on" in page
    assert "No meeting of this group is planned." in page
    assert f'href="/plans/{plan.ref}/meetings">Plan the next one</a>' in page
    assert "choose a plan" in browse.get("/steering?plan=all").text


def test_a_meeting_that_is_closed_is_not_prepared_any_more(session, browse, make, meetings):
    session.delete(meetings[1])
    session.commit()
    browse.sign_in(make.steering())
    page = browse.get("/steering").text
    assert "Every meeting of this group is closed, and no other is planned." in page
    assert "How things stand on" in page


def test_a_stranger_reads_how_things_stand_and_nothing_of_the_meeting(app, browse, make, meetings):
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, public_read=True)
    try:
        make.update(make.action(due_on=date(2026, 11, 1)), support_needed="A room")
        page = browse.get(f"/steering?plan={make.the_plan.ref}")
        assert page.status_code == 200
        assert "Meeting of" not in page.text
        assert "meeting of this group" not in page.text
        assert "A room" not in page.text
        assert browse.get(f"/steering/since?plan={make.the_plan.ref}&key=asks").status_code in (302, 303)
    finally:
        app.extensions["settings"] = settings


def test_a_viewer_does_not_count_drafts(browse, make, meetings):
    make.action(title="Hidden", due_on=date(2026, 11, 1), visibility=Visibility.DRAFT)
    browse.sign_in(make.viewer())
    page = browse.get(f"/steering?plan={make.the_plan.ref}").text
    assert ">none<" in row(page, "Overdue")
    assert "Hidden" not in page


def test_a_number_that_is_not_there_is_not_found(group, make):
    assert group.get(f"/steering/since?plan={make.the_plan.ref}&key=weather").status_code == 404
    assert group.get("/steering/since?plan=all&key=done").status_code == 404
