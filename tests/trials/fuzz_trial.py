"""Random addresses, queries and bodies against every route, as everybody: never a server fault.

Control: the same application with one more route, which raises.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select

from kb import csrf
from kb.app import build_app
from kb.models.record import Record
from kb.records import KIND_IN_ADDRESS
from tests.trials import world
from tests.trials.forms import Form, forms_in
from tests.trials.ground import Outcome, Trial, knowledge_base

if TYPE_CHECKING:
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from kb.config import Settings

PARAMETERS = (
    "q", "page", "state", "kind", "theme", "nation", "plan", "next", "limit", "order", "status", "category", "owner",
    "what_if", "by", "show", "set", "schedule", "confidence", "sort", "person", "format", "id", "version",
)  # fmt: skip
NASTY = (
    "", " ", "0", "-1", "1", "9" * 40, "1e309", "NaN", "true", "null", "None", "undefined", "'", '"', "' OR 1=1 --",
    "<script>alert(1)</script>", "{{ 7*7 }}", "%s%s%n", "../../etc/passwd", "..", "/", "//example.org", "\\",
    "\r\nX: y", "\x00", "a\x00b", "\u202e", "👩🏽‍⚕️", "ﬁ", "İ", "ß" * 50, "\udcff", "a" * 3_000, "x " * 800,
    "*", "a*", "?*?*", "[a TO z]", "NOT " * 60, "(" * 400, '"' * 99, "kind:",
    "kind:source", "source:source-0", "31", "2", "13", "2026", "0000",
    "99999", "2026-02-31", "31 February 2026", "draft", "published", "on-track", "wales", "AB",
)  # fmt: skip
# How often each form is sent in a round, for each time that a page is read.
POSTS = 4
Refs = dict[str, list[str]]
# Signing out ends the session that the round needs.
LEFT_OUT = frozenset({"static", "accounts.sign_out"})


def run(trials: int) -> Outcome:
    outcome = Outcome(wrong=Counter({"server faults": 0}), told=Counter(requests=0))
    for number in range(trials):
        with knowledge_base(filled_by=world.fill, public_read=number % 2 == 1) as settings:
            one(outcome, settings, build_app(settings), random.Random(number))
    return outcome


def control() -> Outcome:
    outcome = Outcome(wrong=Counter({"server faults": 0}), told=Counter(requests=0))
    with knowledge_base(filled_by=world.fill) as settings:
        app = build_app(settings)

        def broken(ref: str) -> str:
            raise RuntimeError(ref)

        app.add_url_rule("/broken/<ref>", view_func=broken)
        one(outcome, settings, app, random.Random(0), only="/broken/<ref>")
    return outcome


def one(outcome: Outcome, settings: Settings, app: Flask, chance: random.Random, *, only: str = "") -> None:
    """Every route and method, each as somebody else and with other rubbish."""
    app.config["TODAY"] = world.TODAY
    visitors = [_Visitor(app, settings, role) for role in (*world.ROLES, "")]
    with app.extensions["database"].reading() as session:
        refs: Refs = {}
        for kind, ref in session.execute(select(Record.kind, Record.ref)):
            refs.setdefault(KIND_IN_ADDRESS[kind], []).append(ref)
    routes = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods or ())
        for _ in range(POSTS if method == "POST" else 1)
    ]
    chance.shuffle(routes)
    for rule, method in routes:
        if rule.endpoint in LEFT_OUT or only not in rule.rule:
            continue
        # A lead may do most, so a lead's rubbish gets furthest.
        visitor = visitors[0] if chance.random() < 0.5 else chance.choice(visitors)
        response = visitor.visit(rule, method, refs, chance)
        outcome.told["requests"] += 1
        outcome.told["let through"] += method == "POST" and response.status_code in (200, 303, 409, 422)
        if response.status_code >= 500:
            outcome.wrong["server faults"] += 1
            outcome.told[f"at {method} {rule.rule}"] += 1
        response.close()
    outcome.trials += 1
    app.extensions["database"].engine.dispose()


class _Visitor:
    """Somebody in one role, or nobody, with a browser that has the right token."""

    def __init__(self, app: Flask, settings: Settings, role: str) -> None:
        self.client = app.test_client()
        token = world.sign_in(settings, role) if role else "a visitor"
        self.client.set_cookie("session" if role else "visitor", token)
        cookie = f"{'session' if role else 'visitor'}={token}"
        with app.test_request_context("/", headers={"Cookie": cookie}):
            self.csrf = csrf.token()

    def visit(self, rule: Rule, method: str, refs: Refs, chance: random.Random) -> TestResponse:
        path = _path(rule, refs, chance)
        query = [(chance.choice(PARAMETERS), _rubbish(chance)) for _ in range(chance.randrange(4))]
        query_string = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in query)
        if method in ("GET", "HEAD", "OPTIONS"):
            return self.client.open(path, method=method, query_string=query_string)
        return self.client.open(path, method=method, query_string=query_string, **self._body(path, chance))

    def _body(self, path: str, chance: random.Random) -> dict[str, Any]:
        shape = chance.randrange(10)
        headers = {"X-CSRF-Token": self.csrf}
        if shape == 0:
            return {
                "data": chance.randbytes(200),
                "headers": headers,
                "content_type": "multipart/form-data; boundary=x",
            }
        if shape == 1:
            return {"data": json.dumps({"a": [_rubbish(chance)] * 3}), "headers": headers, "content_type": "text/json"}
        values = dict(self._form(path).values)
        # Mostly what a browser would send, with a few fields spoilt: so that the rubbish gets past the first check.
        for name in list(values):
            if chance.random() < 0.25:
                values[name] = _rubbish(chance)
        for _ in range(chance.randrange(3)):
            values[chance.choice(PARAMETERS)] = _rubbish(chance)
        values["csrf_token"] = self.csrf
        body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in values.items())
        return {"data": body, "headers": headers, "content_type": "application/x-www-form-urlencoded"}

    def _form(self, path: str) -> Form:
        """The form that would be sent there: the fullest one of the page at the same address."""
        response = self.client.get(path)
        forms = forms_in(response.text) if response.mimetype == "text/html" and response.status_code == 200 else []
        return max(
            (form for form in forms if form.method == "post"), key=lambda form: len(form.values), default=Form("", "")
        )


def _path(rule: Rule, refs: Refs, chance: random.Random) -> str:
    own = refs.get(rule.rule.split("/")[1], [])
    every = [ref for some in refs.values() for ref in some]

    def part(_: re.Match[str]) -> str:
        if chance.random() < 0.2:
            return _quoted(_rubbish(chance) or "x")
        return _quoted(chance.choice([*(own * 5), *every, "1", "2", "3"]))

    return re.sub(r"<[^>]+>", part, rule.rule)


def _rubbish(chance: random.Random) -> str:
    if chance.random() < 0.2:
        return "".join(chr(chance.choice([chance.randrange(1, 128), chance.randrange(160, 0x3000)])) for _ in range(20))
    return chance.choice(NASTY)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="")


TRIAL = Trial("fuzz", 30, run, control, "server faults")
