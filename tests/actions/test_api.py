from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.models import Milestone
from kb.models.link import LinkType
from tests.conftest import TODAY


def days(number):
    return TODAY + timedelta(days=number)


@pytest.fixture
def in_public(app):
    """The same application where published records need no sign-in."""
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    return app


def test_the_list_needs_signing_in_where_reading_is_not_public(browse):
    answer = browse.get("/api/v1/actions")
    assert answer.status_code == 401
    assert answer.json["error"]["status"] == 401


def test_the_list_is_filtered_and_paged_as_its_page_is(browse, make):
    late = [make.action(due_on=days(-number)) for number in (1, 2, 3)]
    make.action(due_on=days(90))
    browse.sign_in(make.viewer())
    answer = browse.get("/api/v1/actions?schedule=overdue&limit=2").json
    assert (answer["total"], answer["pages"], answer["page"]) == (3, 2, 1)
    assert [one["ref"] for one in answer["actions"]] == [late[2].ref, late[1].ref]
    assert answer["actions"][0]["schedule"] == {"state": "overdue", "days": 3}
    rest = browse.get("/api/v1/actions?schedule=overdue&limit=2&page=2").json
    assert [one["ref"] for one in rest["actions"]] == [late[0].ref]


@pytest.mark.parametrize("address", ["?schedule=nonsense", "?limit=-1&page=x", "?limit=999999999", "?sort=nonsense"])
def test_values_that_mean_nothing_do_no_harm(browse, make, address):
    make.action()
    browse.sign_in(make.viewer())
    assert browse.get(f"/api/v1/actions{address}").status_code == 200


def test_one_action_carries_its_matrix_with_dates_in_iso(browse, make):
    post, action = make.post(), make.action(due_on=days(5), measure="All staff", document="001", document_line=12)
    action.owner_id = post.id
    make.session.add(Milestone(action_id=action.id, title="Half way", due_on=days(2)))
    make.link(make.priority(title="Perinatal care"), LinkType.DELIVERED_BY, action, reason="It trains its staff.")
    browse.sign_in(make.viewer())
    answer = browse.get(f"/api/v1/actions/{action.ref}").json
    assert answer["due_on"] == answer["due_dates"][0] == "2026-11-28"
    assert answer["owner"]["ref"] == post.ref
    assert answer["from"] == {"document": "001", "line": 12}
    assert answer["milestones"] == [
        {
            "title": "Half way",
            "due_on": "2026-11-25",
            "done_on": None,
            "schedule": {"state": "due_soon", "days": 2},
        }
    ]
    assert [(one["record"]["title"], one["reason"]) for one in answer["links"]] == [
        ("Perinatal care", "It trains its staff.")
    ]


def test_what_owners_say_is_for_people_who_have_signed_in(in_public, browse, make):
    action = make.action(forecast_on=days(90))
    make.update(action, narrative="Two trainers have left.", confidence="off-track")
    for path in ("/api/v1/actions", f"/api/v1/actions/{action.ref}"):
        public = browse.get(path).text
        assert action.title in public
        assert "off-track" not in public
        assert "trainers" not in public
        assert "forecast" not in public
    browse.sign_in(make.viewer())
    told = browse.get(f"/api/v1/actions/{action.ref}").json
    assert told["confidence"] == "off-track"
    assert told["updates"][0]["narrative"] == "Two trainers have left."


def test_an_unknown_ref_and_a_draft_that_is_not_for_the_reader_are_both_not_there(browse, make):
    draft = make.action(visibility="draft")
    browse.sign_in(make.viewer())
    assert browse.get("/api/v1/actions/nothing").status_code == 404
    assert browse.get(f"/api/v1/actions/{draft.ref}").status_code == 404
