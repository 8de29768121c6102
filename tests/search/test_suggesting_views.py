from __future__ import annotations

import pytest

from kb.models.record import Visibility


@pytest.fixture
def own(app):
    """The settings of the application, so that the pages and the test share one index."""
    return app.extensions["settings"]


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


@pytest.fixture
def about_others(make):
    """Records about other things, with one word in common."""
    for word in ("dental", "ambulance", "podiatry", "pharmacy", "maternity", "radiology", "audiology", "dietetic"):
        make.source(title=f"{word.title()} strategy")


def test_suggestions_name_the_kind_and_the_address_of_each_record(reader, make, keep_up):
    source = make.source(title="Nursing <b>report")
    keep_up()
    answer = reader.get("/search/suggest?q=nurs")
    shown = {"title": "Nursing <b>report", "kind": "Source", "about": "", "url": f"/sources/{source.ref}"}
    assert answer.json == {"label": "Suggestions", "says": "1 suggestion", "suggestions": [shown]}
    assert answer.mimetype == "application/json"


def test_suggestions_are_kept_for_a_moment_and_by_one_person_only(reader, keep_up):
    keep_up()
    answer = reader.get("/search/suggest?q=nurs")
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    assert "Cookie" in answer.headers["Vary"]
    assert answer.json["says"] == "No suggestions"


@pytest.mark.parametrize("query", ["", "?q=", "?q=%FF%FE", "?q=" + "a" * 5_000, "?q=a&q=b", "?q[]=1"])
def test_any_question_gets_an_answer(reader, keep_up, query):
    keep_up()
    assert reader.get(f"/search/suggest{query}").json["suggestions"] == []


def test_the_page_of_a_record_ends_with_what_is_like_it(reader, make, about_others, keep_up):
    record = make.source(title="Perinatal nursing strategy")
    other = make.source(title="<b>Perinatal</b> nursing report")
    keep_up()
    page = reader.get(f"/sources/{record.ref}").text
    assert f'href="/like/sources/{record.ref}"' in page
    assert "&lt;b&gt;Perinatal&lt;/b&gt; nursing report" in page
    page = reader.get(f"/like/sources/{record.ref}?kind=source").text
    assert f'href="/sources/{other.ref}"' in page
    assert "Both speak of: " in page


def test_a_kind_narrows_what_is_alike_and_an_unknown_one_leaves_nothing(reader, make, about_others, keep_up):
    record = make.source(title="Perinatal nursing strategy")
    other = make.action(title="Teach perinatal nursing")
    keep_up()
    address = f"/like/sources/{record.ref}"
    assert f'href="/actions/{other.ref}"' in reader.get(f"{address}?kind=action").text
    assert f'href="/actions/{other.ref}"' not in reader.get(f"{address}?kind=source").text
    assert reader.get(f"{address}?kind=%3Cb%3E").status_code == 200


def test_what_is_like_a_hidden_record_is_not_told(reader, make, keep_up):
    make.source(ref="hidden", visibility=Visibility.DRAFT)
    keep_up()
    assert reader.get("/like/sources/hidden").status_code == 404
