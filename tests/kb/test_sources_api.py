"""Sources as JSON: the list with its filters, one source with its mapping."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kb.models.link import LinkType


@pytest.fixture
def in_public(app):
    """The same application where published records need no sign-in."""
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    return app


def test_the_list_needs_signing_in_where_reading_is_not_public(browse):
    assert browse.get("/api/v1/sources").status_code == 401


def test_the_list_is_filtered_and_paged_as_its_page_is(browse, make):
    for title in ("B strategy", "A strategy", "C strategy"):
        make.source(title=title, nations=("wales",))
    make.source(title="D framework", nations=("england",))
    browse.sign_in(make.viewer())
    answer = browse.get("/api/v1/sources?nation=wales&limit=2").json
    assert (answer["total"], answer["pages"], answer["page"]) == (3, 2, 1)
    assert [one["title"] for one in answer["sources"]] == ["A strategy", "B strategy"]
    assert answer["sources"][0]["nations"] == ["wales"]
    rest = browse.get("/api/v1/sources?nation=wales&limit=2&page=2").json
    assert [one["title"] for one in rest["sources"]] == ["C strategy"]


@pytest.mark.parametrize("address", ["?nation=nowhere", "?limit=-1&page=x", "?limit=999999999", "?sort=no", "?q=%25_"])
def test_values_that_mean_nothing_do_no_harm(browse, make, address):
    make.source()
    browse.sign_in(make.viewer())
    assert browse.get(f"/api/v1/sources{address}").status_code == 200


def test_one_source_carries_its_facts_its_mapping_and_where_each_comes_from(browse, make):
    source = make.source(
        document="001",
        document_line=7,
        published_on=date(2021, 12, 31),
        published_precision="year",
        published_words="2021",
    )
    other = make.source(title="Strategy")
    point = make.key_point(source, title="Train more staff", document="001", document_line=9)
    implication = make.implication(source, key_points=(point,))
    priority, action = make.priority(), make.action()
    response = make.response(source, other, response_type="aligned", text="It is taken up.")
    make.link(implication, LinkType.CALLS_FOR, priority, reason="It asks for it.")
    make.link(response, LinkType.ANSWERED_BY, action, reason="It does it.")
    make.link(source, LinkType.IMPLEMENTS, other)
    browse.sign_in(make.viewer())
    told = browse.get(f"/api/v1/sources/{source.ref}").json
    assert told["published"] == {"day": "2021-12-31", "precision": "year", "as_stated": "2021"}
    assert told["from"] == {"document": "001", "line": 7}
    assert [(one["text"], one["from"]["line"]) for one in told["key_points"]] == [("Train more staff", 9)]
    assert told["implications"][0]["key_points"] == [point.ref]
    called = told["implications"][0]["calls_for"][0]
    assert (called["priority"]["ref"], called["reason"]) == (priority.ref, "It asks for it.")
    assert told["responses"][0]["sources"] == [source.ref, other.ref]
    assert told["responses"][0]["answered_by"][0]["action"]["ref"] == action.ref
    assert told["links"][0]["end"]["ref"] == other.ref


def test_drafts_are_not_told_to_readers_who_may_not_see_them(in_public, browse, make):
    draft = make.source(title="Secret plan", visibility="draft")
    source = make.source()
    make.link(source, LinkType.DRAWS_ON, draft)
    make.response(source, response_type="aligned", text="Not yet said aloud.", visibility="draft")
    assert browse.get(f"/api/v1/sources/{draft.ref}").status_code == 404
    for path in ("/api/v1/sources", f"/api/v1/sources/{source.ref}", f"/sources/{source.ref}"):
        answer = browse.get(path)
        assert answer.status_code == 200
        assert "Secret plan" not in answer.text
        assert "said aloud" not in answer.text


def test_the_number_of_statements_does_not_grow_with_the_list(browse, make, count_statements):
    browse.sign_in(make.viewer())

    def cost(path):
        with count_statements() as count:
            assert browse.get(path).status_code == 200
        return count.number

    source = make.source()
    make.implication(source, key_points=(make.key_point(source),))
    few = cost("/api/v1/sources?limit=100"), cost(f"/api/v1/sources/{source.ref}")
    for _ in range(60):
        another = make.source(nations=("wales",))
        make.response(another, response_type="aligned", text="Yes.")
        implication = make.implication(source, key_points=(make.key_point(source),))
        make.link(implication, LinkType.CALLS_FOR, make.priority())
    many = cost("/api/v1/sources?limit=100"), cost(f"/api/v1/sources/{source.ref}")
    assert many[0] <= max(few[0], 12)
    assert many[1] <= 20
