"""The pages of figures, comparisons and key points."""

from __future__ import annotations

import re

import pytest


def test_a_lead_adds_a_figure_on_a_source_and_the_source_shows_it(browse, make):
    source = make.source(ref="the-source")
    browse.sign_in(make.lead())
    bad = browse.post("/figures/new?source=the-source", {"title": "Therapists", "value": "", "unit": "staff"})
    assert bad.status_code == 422
    assert 'value="staff"' in bad.text
    good = {"title": "Therapists", "value": "4,500", "unit": "staff", "figure_kind": "target", "period": "2020/21"}
    saved = browse.post("/figures/new?source=the-source", good)
    assert saved.status_code == 303
    page = browse.get(f"/sources/{source.ref}").text
    assert "1 figure it states" in page
    assert "4,500 staff" in page
    assert saved.headers["Location"] in page


def test_a_stale_change_of_a_figure_shows_both_values(browse, make, session):
    figure = make.figure(ref="the-figure", value="4,500")
    browse.sign_in(make.lead())
    given = {"title": figure.title, "value": "4,904", "figure_kind": "target", "reason": "Typed wrong", "version": "0"}
    answer = browse.post("/figures/the-figure/edit", given)
    assert answer.status_code == 409
    assert "4,500" in answer.text
    assert "4,904" in answer.text


def test_figures_are_compared_and_settled_and_point_to_each_other(browse, make):
    make.figure(make.source(ref="review"), ref="first", value="4,500")
    make.figure(make.source(title="B plan"), ref="second", title="Therapists", value="4,904")
    user = make.lead()
    browse.sign_in(user)
    address = "/comparisons/new?figure=first"
    found = browse.post(address, {"title": "Therapists", "words": "b plan", "chosen": "first", "find": "1"})
    assert 'value="second"' in found.text  # offered, and nothing is saved yet
    assert browse.post(address, {"title": "Therapists", "words": "", "chosen": "first"}).status_code == 422
    made = browse.post(address, {"title": "Therapists", "words": "b plan", "chosen": ["first", "second"]})
    assert made.headers["Location"] == "/comparisons/therapists"
    assert "Nobody has settled it yet." in browse.get("/comparisons/therapists").text
    assert "differs from" in browse.get("/sources/review").text
    assert browse.post("/comparisons/therapists/settle", {"outcome": "disagree", "version": "1"}).status_code == 422
    version = re.findall(r'name="version"[^>]*value="(\d+)"', browse.get("/comparisons/therapists/settle").text)[0]
    given = {"outcome": "disagree", "reason": "The years add up to more", "version": version}
    assert browse.post("/comparisons/therapists/settle", given).status_code == 303
    page = browse.get("/comparisons/therapists").text
    assert "The years add up to more" in page
    assert f"Settled by {user.name} on 23 November 2026." in page
    assert "They disagree" in browse.get("/figures/first").text
    assert user.name not in browse.sign_in(make.viewer()).get("/figures/first").text.split("What changed")[0]


def test_a_find_that_finds_nothing_says_so(browse, make):
    make.figure(ref="first")
    browse.sign_in(make.lead())
    answer = browse.post(
        "/comparisons/new?figure=first", {"title": "T", "words": "zebra", "chosen": "first", "find": "1"}
    )
    assert "No figure holds all these words" in answer.text


@pytest.mark.parametrize("address", ["/figures", "/comparisons", "/key-points", "/indicators"])
@pytest.mark.parametrize(
    "query",
    ["kind=gossip", "source=none", "page=999", "page=x", "sort=sideways", "only=x", "plan=%ff", "theme=x&site=y"],
)
def test_what_an_address_cannot_mean_finds_nothing_or_is_passed_over(browse, make, address, query):
    make.key_point()
    make.comparison(make.figure(), make.figure())
    make.indicator()
    assert browse.sign_in(make.viewer()).get(f"{address}?{query}").status_code == 200


def test_key_points_say_their_kind_site_and_source(browse, make):
    source = make.source(title="A report")
    make.key_point(source, title="Ask staff first", point_kind="lesson", site="Tees")
    make.key_point(source, title="Review pay", point_kind="recommendation")
    page = browse.sign_in(make.viewer()).get("/key-points").text
    assert all(words in page for words in ("Ask staff first", "Tees", "Lesson", "Recommendation", "A report"))
    assert "Ask staff first" not in browse.get("/key-points?kind=recommendation").text
