"""A browser for tests: keeps cookies, signs in, sends forms with their token, and checks every page that it gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kb.accounts import sessions
from kb.db import now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from kb.models.user import User

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """Acts as one person."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app = app
        self.session = session
        self.client = app.test_client()

    def sign_in(self, user: User) -> Browser:
        """Sign in without a password, as after the sign-in page."""
        token = sessions.open_session(self.session, user, now=now())
        self.session.commit()
        self.client.set_cookie("session", token)
        return self

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """A page; every page that any test gets is also checked for its frame."""
        self.session.commit()
        response = self.client.get(path, **kwargs)
        self.session.expire_all()
        response.get_data()
        response.close()  # as a server does, and as files want
        if response.mimetype == "text/html" and response.location is None:
            check_page(response.text)
        return response

    def post(self, path: str, values: dict[str, Any] | None = None, *, page: str | None = None) -> TestResponse:
        """Send a form with its token, which is taken from the page that shows it."""
        self.session.commit()
        found = TOKEN.search(self.client.get(page or path).text)
        token = {"csrf_token": found.group(1)} if found else {}
        response = self.client.post(path, data={**token, **(values or {})})
        response.get_data()
        response.close()  # as a server does; what follows a commit happens now
        self.session.expire_all()
        if response.mimetype == "text/html" and response.location is None:
            check_page(response.text)
        return response


def lend(app: Flask, address: str, view: Callable[[], Any], *, methods: Sequence[str] = ("GET",)) -> None:
    """Give a view an address for one test, which is marked `adds_address`; the view goes when the test is over.

    An address has the same methods in every test.
    """
    endpoint = f"lent {address}"
    if all(rule.endpoint != endpoint for rule in app.url_map.iter_rules()):
        app.url_map.add(app.url_rule_class(address, endpoint=endpoint, methods=methods))
    app.view_functions[endpoint] = view


def check_page(html: str) -> None:
    """What holds on every page: a title, one main heading, no inline style or script, no unescaped template."""
    assert re.search(r"<title>[^<]+ – Golden Thread</title>", html), "a page needs a title"
    assert len(re.findall(r"<h1[ >]", html)) == 1, "a page has one main heading"
    assert not re.search(r"<[^>]+ style=", html), "no inline style"
    assert not re.search(r"<script(?![^>]* src=)", html), "no inline script"
    assert not re.search(r"<[^>]+ on[a-z]+=", html), "no inline handler"
    assert "{{" not in html, "a template left its braces"
