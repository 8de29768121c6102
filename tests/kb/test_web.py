"""The CSRF check, messages, addresses, cookies, commits and what follows them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date

import pytest
from flask import before_render_template, request, request_tearing_down
from sqlalchemy import select, text
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, Length, Optional

from kb import auth, web
from kb.accounts import sessions
from kb.db import now
from kb.errors import Invalid
from kb.forms.base import DateParts, Form, add_error
from kb.models.record import Record
from tests.browsing import TOKEN, Browser, lend

pytestmark = pytest.mark.adds_address


@pytest.fixture
def rename(app, make):
    """An address that renames a record on POST, to see whether anything was changed."""
    source = make.source(title="Before")

    @auth.open_to_all
    def view():
        web.session().get(Record, source.id).title = request.form.get("title", "After")
        web.commit()
        web.say("Renamed <b>it</b>")
        return "", 204

    for address in ("/rename", "/api/v1/rename"):
        lend(app, address, view, methods=["POST", "PUT", "PATCH", "DELETE"])
    return source


def title_of(session, source):
    session.expire_all()
    return session.scalar(select(Record.title).where(Record.id == source.id))


def token_of(browser):
    path = "/help" if browser.client.get_cookie("session") else "/forgotten-password"
    return TOKEN.search(browser.client.get(path).text)[1]


@pytest.fixture
def signed_in(browse, make):
    return browse.sign_in(make.lead())


@pytest.mark.parametrize("path", ["/rename", "/api/v1/rename"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_unsafe_request_without_a_token_changes_nothing(signed_in, rename, session, method, path):
    session.commit()
    assert getattr(signed_in.client, method)(path).status_code == 400
    assert title_of(session, rename) == "Before"


@pytest.mark.parametrize("sent", ["wrong", "", "é", "\ud800", "x" * 100_000, "None"])
def test_a_wrong_token_changes_nothing(signed_in, rename, session, sent):
    session.commit()
    answer = signed_in.client.post("/rename", data={"csrf_token": sent.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 400
    assert "nothing was changed" in answer.text
    assert title_of(session, rename) == "Before"


def test_the_token_of_somebody_else_changes_nothing(app, signed_in, rename, session, make):
    other = Browser(app, session).sign_in(make.lead())
    assert signed_in.client.post("/rename", data={"csrf_token": token_of(other)}).status_code == 400
    assert title_of(session, rename) == "Before"


def test_the_token_of_the_session_before_changes_nothing(app, signed_in, rename, session, make):
    old = token_of(signed_in)
    signed_in.sign_in(make.lead())
    assert signed_in.client.post("/rename", data={"csrf_token": old}).status_code == 400
    assert title_of(session, rename) == "Before"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "CROSS-SITE", "nonsense", "", "\x01"])
def test_a_request_that_another_site_caused_changes_nothing(signed_in, rename, session, site):
    values = {"csrf_token": token_of(signed_in)}
    assert signed_in.client.post("/rename", data=values, headers={"Sec-Fetch-Site": site}).status_code == 400
    assert title_of(session, rename) == "Before"


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_the_right_token_is_let_through_in_a_form_or_in_a_header(signed_in, rename, session, headers):
    token = token_of(signed_in)
    assert signed_in.client.post("/rename", data={"csrf_token": token}, headers=headers).status_code == 204
    assert title_of(session, rename) == "After"
    headers = {"X-CSRF-Token": token, **headers}
    assert signed_in.client.post("/rename", data={"title": "Again"}, headers=headers).status_code == 204
    assert title_of(session, rename) == "Again"


def test_a_visitor_has_a_token_of_their_own_before_signing_in(app, browse, session, rename):
    session.commit()
    assert browse.client.post("/rename", data={"csrf_token": token_of(Browser(app, session))}).status_code == 400
    assert browse.client.post("/rename", data={"csrf_token": token_of(browse)}).status_code == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": "\xff\xfe"},
        {"Cookie": "session=\xff; ;;=; visitor"},
        {"Content-Type": "multipart/form-data"},
        {"Content-Type": "multipart/form-data; boundary=\xff"},
        {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"},
        {"Content-Length": "x"},
        {"Origin": "null", "Referer": "::::"},
        {"Sec-Fetch-Site": ", , ,"},
        {"Accept-Language": ";q=;", "If-None-Match": '"', "If-Modified-Since": "never", "Range": "bytes=-"},
        {"X-Forwarded-For": "\xff", "X-Forwarded-Host": "evil.example"},
    ],
)
def test_headers_that_make_no_sense_never_break_anything(signed_in, rename, session, headers):
    session.commit()
    assert signed_in.client.post("/rename", data=b"\xff=\xfe&%ff=%zz", headers=headers).status_code == 400
    assert signed_in.client.get("/help", headers=headers).status_code in {200, 303}
    assert title_of(session, rename) == "Before"


@pytest.mark.parametrize("host", ["evil.example/..", "a b", "[::1", "localhost:99999999", "\xff"])
def test_a_host_that_makes_no_sense_never_breaks_anything(browse, host):
    assert browse.client.get("/account?x=1", headers={"Host": host}).status_code in {303, 400}


def test_a_message_is_shown_once_on_the_next_page_with_its_values_escaped(signed_in, rename):
    signed_in.client.post("/rename", data={"csrf_token": token_of(signed_in)})
    page = signed_in.get("/help")
    assert "Renamed &lt;b&gt;it&lt;/b&gt;" in page.text
    assert "Renamed" not in signed_in.get("/help").text


def test_a_message_that_was_tampered_with_is_not_shown(browse):
    browse.client.set_cookie("said", "ImV2aWwi.aaaa.bbbb")
    page = browse.get("/help")
    assert "evil" not in page.text
    assert browse.client.get_cookie("said") is None


def test_a_get_that_changes_something_saves_nothing_without_a_commit(app, browse, make, session):
    source = make.source(title="Before")

    def view():
        web.session().get(Record, source.id).title = "After"
        web.session().flush()
        return "", 204

    lend(app, "/careless", view)
    session.commit()
    assert browse.client.get("/careless").status_code == 204
    assert title_of(session, source) == "Before"


def test_what_follows_a_commit_is_done_after_the_answer_and_its_faults_are_only_logged(app, signed_in, rename, caplog):
    seen = []

    def fails(database, settings):
        raise RuntimeError("the index is broken")

    app.extensions["after_commit"] = [fails, lambda database, settings: seen.append(database)]
    answer = signed_in.client.post("/rename", data={"csrf_token": token_of(signed_in)})
    assert seen == []
    answer.close()
    assert seen == [app.extensions["database"]]
    assert "the index is broken" in caplog.text


def test_nothing_follows_where_nothing_was_committed(app, browse):
    app.extensions["after_commit"] = [lambda *_: pytest.fail("nothing was committed")]
    browse.client.get("/help").close()


def test_a_record_has_one_address_also_under_a_prefix(app, make):
    source, point = make.source(ref="t4mh-strategy"), make.key_point(ref="a/b?c")
    with app.test_request_context():
        assert web.url_of(source) == "/sources/t4mh-strategy"
        assert web.url_of(point) == "/key-points/a%2Fb%3Fc"
    with app.test_request_context(base_url="http://localhost/thread"):
        assert web.url_of(source) == "/thread/sources/t4mh-strategy"


def test_the_day_is_that_of_the_services_zone(app, monkeypatch):
    app.config["TODAY"] = None
    late = now().replace(year=2026, month=7, day=1, hour=23, minute=30)
    monkeypatch.setattr(web, "now", lambda: late)
    with app.test_request_context():
        assert web.today() == date(2026, 7, 2)


def test_administrators_see_on_every_page_that_the_worker_has_stopped(app, session, make, browse):
    assert "kb work" in Browser(app, session).sign_in(make.administrator()).get("/privacy").text
    assert "kb work" not in browse.sign_in(make.lead()).get("/privacy").text


# Forms


class Dates(Form):
    title = StringField("Title", [DataRequired("Give a title"), Length(max=2000)])
    number = IntegerField("Number", [Optional()])
    due = DateParts("Due date", [Optional()])


@pytest.fixture
def send(app):
    def send(**values):
        names = {"day": "due-day", "month": "due-month", "year": "due-year"}
        data = {"title": "T", **{names.get(name, name): value for name, value in values.items()}}
        with app.test_request_context(method="POST", data=data):
            form = Dates()
            form.validate()
            return form

    return send


@pytest.mark.parametrize(
    "parts", [("30", "9", "2026"), (" 30", "09 ", "2026"), ("30", "September", "2026"), ("30", "sep", "2026")]
)
def test_a_date_is_read_from_three_boxes(send, parts):
    form = send(**dict(zip(("day", "month", "year"), parts, strict=True)))
    assert (form.errors, form.due.data) == ({}, date(2026, 9, 30))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("31", "2", "2026"), "Due date: there is no 31/2/2026. Check the day and the month"),
        (("29", "2", "2025"), "Due date: there is no 29/2/2025. Check the day and the month"),
        (("1", "13", "2026"), "Due date: there is no 1/13/2026. Check the day and the month"),
        (("0", "0", "2026"), "Due date: there is no 0/0/2026. Check the day and the month"),
        (("1", "2", "26"), "Due date: give the year in four figures, such as 2026"),
        (("1", "2", "9999"), "Due date: give a year from 1800 to 2200"),
        (("1", "2", "3000"), "Due date: give a year from 1800 to 2200"),
        (("", "2", "2026"), "Due date needs a day too"),
        (("1", "", ""), "Due date needs a month and a year too"),
        (("x", "2", "2026"), "Due date: give day, month and year in figures, such as 30 9 2026"),
        (("٣", "2", "2026"), "Due date: give day, month and year in figures, such as 30 9 2026"),
        (("9" * 5000, "2", "2026"), "Due date: give day, month and year in figures, such as 30 9 2026"),
    ],
)
def test_a_date_that_does_not_exist_says_which_and_keeps_what_was_typed(send, parts, said):
    form = send(**dict(zip(("day", "month", "year"), parts, strict=True)))
    assert form.errors == {"due": [said]}
    assert (form.due.data, tuple(form.due.parts.values())) == (None, parts)


def test_what_a_form_says_is_in_plain_words(send):
    form = send(title="x" * 2001, number="often")
    assert form.errors == {
        "title": ["Use at most 2,000 characters"],
        "number": ["Give a whole number, such as 7"],
    }


def test_an_empty_date_may_be_left_out_where_it_may_be_empty(send):
    form = send(day="", month=" ", year="")
    assert (form.errors, form.due.data) == ({}, None)


def test_a_form_shows_what_the_record_holds(app):
    with app.test_request_context():
        form = Dates(data={"title": "Old", "due": date(2026, 1, 2)})
        assert (form.title.data, form.due.parts) == ("Old", {"day": "2", "month": "1", "year": "2026"})


def test_text_is_tidied_but_for_its_lines(send):
    assert send(title="  a\r\nb\x07\x0b  ").title.data == "a\nb"
    assert send(title=" \r\n ").errors == {"title": ["Give a title"]}


def test_a_services_refusal_stands_beside_its_field_or_at_the_top(send):
    form = send()
    add_error(form, Invalid("due", "The due date is before the start"))
    add_error(form, Invalid("owner", "There is no such post"))
    assert form.due.errors == ["The due date is before the start"]
    assert form.form_errors == ["There is no such post"]


def test_sessions_are_closed_after_each_request(app, signed_in):
    opened, closed = [], []
    with (
        before_render_template.connected_to(lambda *_, **__: opened.append("db_session" in web.g), app),
        request_tearing_down.connected_to(lambda *_, **__: closed.append("db_session" not in web.g), app),
    ):
        signed_in.get("/help")
    assert (opened, closed) == ([True], [True])


def test_a_reading_request_takes_no_write_lock(app, session, make):
    user = make.user()
    token = sessions.open_session(session, user, now=now())
    session.commit()
    with app.test_request_context(headers={"Cookie": f"session={token}"}):
        assert web.person().user_id == user.id
        assert web.session().execute(text("SELECT 1")).scalar() == 1


@pytest.mark.page  # only SQLite locks the whole database
def test_what_is_read_after_a_commit_keeps_nobody_from_writing(built_app, empty_database, monkeypatch):
    """Whoever took the lock again only to read could be told that it is busy, though their change is saved."""
    monkeypatch.setitem(built_app.extensions, "database", empty_database)
    with (
        closing(sqlite3.connect(empty_database.engine.url.database, timeout=0)) as other,
        built_app.test_request_context("/", method="POST"),
    ):
        web.session().execute(select(Record.id)).all()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        web.commit()
        web.session().execute(select(Record.id)).all()
        other.execute("BEGIN IMMEDIATE")
        other.rollback()
