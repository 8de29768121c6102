"""Every refusal and fault is one clear page, or one JSON document, and nothing is half-written."""

from __future__ import annotations

import pytest
from flask import request
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from kb import auth, web
from kb.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from kb.models.record import Record
from tests.browsing import TOKEN, lend

pytestmark = [pytest.mark.every_database, pytest.mark.adds_address]

LOCKED = OperationalError("UPDATE x", {}, Exception("database is locked"))


@pytest.fixture
def failing(app):
    """Makes /fails and /api/v1/fails raise what the test says, after a change that was not committed."""

    def failing(error):
        @auth.open_to_all
        def view():
            for record in web.session().scalars(select(Record)):
                record.title = "Half-written"
            web.session().flush()
            raise error

        lend(app, "/fails", view, methods=["GET", "POST"])
        lend(app, "/api/v1/fails", view)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        return app

    return failing


CASES = [
    (NotFound("source", "t4mh-stratgy"), 404, "There is no source called “t4mh-stratgy”"),
    (NotAllowed("Your roles do not include this: edit."), 403, "Your roles do not include this: edit."),
    (Conflict("“Plan” was saved by someone else."), 409, "“Plan” was saved by someone else."),
    (Invalid("due_on", "The due date is before the start"), 422, "The due date is before the start"),
    (TooMany("Wait 3 minutes.", seconds=180), 429, "Wait 3 minutes."),
    (LOCKED, 503, "Nothing was saved. Try again in 5 seconds."),
    (StaleDataError("1 row expected"), 409, "a moment before you"),
    (IntegrityError("INSERT", {}, Exception("UNIQUE")), 409, "does not go with what is saved now"),
    (DataError("INSERT", {}, Exception("out of range")), 422, "larger than the service can keep"),
    (OverflowError("Python int too large"), 422, "larger than the service can keep"),
    (ZeroDivisionError("private detail"), 500, "nothing was saved"),
]


@pytest.mark.parametrize(("error", "status", "said"), CASES, ids=[type(case[0]).__name__ for case in CASES])
def test_an_error_becomes_a_page_and_a_document_and_saves_nothing(failing, browse, make, session, error, status, said):
    source = make.source(title="Whole")
    failing(error)
    page = browse.get("/fails")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert said in page.text
    document = browse.get("/api/v1/fails")
    assert document.status_code == status
    assert document.json["error"]["status"] == status
    assert said in document.json["error"]["message"]
    assert session.scalar(select(Record.title).where(Record.id == source.id)) == "Whole"


def test_a_fault_tells_a_reference_that_stands_in_the_log_and_nothing_of_its_inside(failing, browse, caplog):
    failing(ZeroDivisionError("private detail"))
    page = browse.get("/fails")
    assert "private detail" not in page.text
    assert "ZeroDivisionError" not in page.text
    reference = browse.get("/api/v1/fails").json["error"]["reference"]
    assert f"Fault {reference} on GET /api/v1/fails" in caplog.text


def test_waiting_times_are_told_to_machines(failing, browse, app):
    failing(LOCKED)
    assert browse.get("/fails").headers["Retry-After"] == "5"


def test_a_document_names_the_field_that_is_wrong(failing, browse):
    failing(Invalid("due_on", "Wrong"))
    assert browse.get("/api/v1/fails").json["error"]["field"] == "due_on"


def test_an_unknown_address_offers_a_search_with_its_words(browse):
    page = browse.get("/nothing/crisis-care_standards?x=1")
    assert page.status_code == 404
    assert 'value="crisis care standards"' in page.text


def test_an_unknown_ref_names_the_nearest_record_that_the_reader_may_see(failing, browse, make):
    make.source(ref="t4mh-strategy", title="Together for <i>Mental</i> Health")
    make.source(ref="t4mh-stratgyx", title="A draft of somebody else", visibility="draft")
    failing(NotFound("source", "t4mh-stratgy"))
    assert "The nearest is" not in browse.get("/fails").text, "nobody may read without signing in"
    page = browse.sign_in(make.viewer()).get("/fails").text
    assert '<a href="/sources/t4mh-strategy">Together for &lt;i&gt;Mental&lt;/i&gt; Health</a>' in page
    assert "draft of somebody" not in page


@pytest.mark.parametrize("ref", ["<script>alert(1)</script>", "x" * 5_000, "ﷺ" * 40, "", "%00", "../../etc/passwd"])
def test_a_ref_that_makes_no_sense_is_shown_as_text(failing, browse, make, ref):
    failing(NotFound("source", ref))
    page = browse.sign_in(make.viewer()).get("/fails")
    assert page.status_code == 404
    assert "<script>alert" not in page.text


def test_a_stale_edit_shows_both_texts_and_sends_mine_with_the_version_that_stands_now(app, browse, make):
    @auth.open_to_all
    def view():
        if request.form.get("version") == "7":
            return f"saved {request.form['text']} {request.form.getlist('theme')}"
        theirs = {"text": "Theirs <b>now</b>", "title": "Same", "owner": "not in the form"}
        raise Conflict("It was saved.", theirs=theirs, saved_by="The lead", version=7)

    lend(app, "/edit", view, methods=["POST"])
    mine = {"version": "6", "text": "Mine & <i>new</i>", "title": " Same\r\n", "theme": ["a", "b"]}
    page = browse.post("/edit", mine, page="/forgotten-password")
    assert page.status_code == 409
    assert "Theirs &lt;b&gt;now&lt;/b&gt;" in page.text
    assert "Mine &amp; &lt;i&gt;new&lt;/i&gt;" in page.text
    assert "The lead saved it." in page.text
    assert page.text.count("<h3>") == 2, "what both wrote alike is not shown as a difference"
    form = {"csrf_token": TOKEN.findall(page.text)[-1], "version": "7", "text": mine["text"], "theme": ["a", "b"]}
    for name in ("version", "theme"):
        assert f'type="hidden" name="{name}"' in page.text
    assert browse.client.post("/edit", data=form).text == "saved Mine & <i>new</i> ['a', 'b']"


def test_a_race_that_the_database_lost_keeps_the_text_to_copy(app, browse):
    @auth.open_to_all
    def view():
        raise StaleDataError("1 row expected")

    lend(app, "/edit", view, methods=["POST"])
    page = browse.post("/edit", {"long_text": "What I wrote"}, page="/forgotten-password")
    assert page.status_code == 409
    assert "What I wrote" in page.text
    assert "Put mine in its place" not in page.text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_wrong_method_says_so_and_what_would_do(browse, method):
    answer = getattr(browse.client, method)("/help")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "That cannot be done here" in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/x"])
def test_a_body_of_more_than_a_megabyte_is_refused(browse, app, path):
    lend(app, "/api/v1/x", auth.open_to_all(lambda: "in"), methods=["POST"])
    answer = browse.client.post(path, data={"email": "x" * (1024 * 1024 + 1)})
    assert answer.status_code == 413
    assert "one megabyte" in answer.text


def test_a_body_of_a_great_many_parts_is_refused(browse):
    values = {f"field{number}": (None, "x") for number in range(2_001)}
    body = (
        "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n' for name in values) + "--b--\r\n"
    )
    answer = browse.client.post("/sign-in", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413


@pytest.mark.parametrize("address", ["/help?q=%00", "/help?%00=x", "/%00", "/sources/a%00b"])
def test_a_nul_is_no_text(browse, address):
    assert browse.get(address).status_code == 400


def test_a_nul_in_a_form_changes_nothing(browse):
    assert browse.post("/sign-in", {"email": "a\0b", "password": "x"}).status_code == 400


@pytest.mark.parametrize(
    "address", ["/help?q=%ff%fe", "/help?" + "a=b&" * 2_000, "/h%C3%A9lp", "/" + "x" * 5_000, "//help"]
)
def test_addresses_that_make_no_sense_never_break_anything(browse, address):
    assert browse.get(address).status_code in {200, 308, 404}


def test_an_error_page_that_cannot_be_shown_says_its_words_plainly(failing, browse, app, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the frame is broken")

    failing(ZeroDivisionError())
    monkeypatch.setattr(web, "render_template", broken)
    answer = browse.client.get("/fails")
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert "nothing was saved" in answer.text


def test_when_the_database_does_not_answer_every_page_says_so(app, browse, monkeypatch):
    def dead():
        raise LOCKED

    browse.client.set_cookie("session", "any")
    monkeypatch.setattr(web, "session", dead)
    answer = browse.client.get("/account")
    assert answer.status_code == 503
    assert "Nothing was saved" in answer.text
    health = browse.client.get("/health")
    assert (health.status_code, health.json["status"]) == (503, "failed")
