"""What holds for the whole application: marks on views, headers on answers, escaping, health, and when it may start."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import render_template_string
from jinja2 import Environment
from markupsafe import Markup
from werkzeug.routing.converters import AnyConverter, NumberConverter

from kb import auth, create_app, pulse
from kb.app import build_app
from kb.config import Settings
from kb.db import now
from kb.errors import Misconfigured
from kb.permissions import Capability
from kb.words import catalogue
from tests.browsing import lend

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_view_says_who_may_open_it(app):
    silent = [name for name, view in app.view_functions.items() if name != "static" and auth.access_of(view) is None]
    assert silent == []


def test_these_views_and_no_others_are_open_to_all(app):
    views = {name for name, view in app.view_functions.items() if auth.access_of(view) == auth.OPEN}
    assert views == {
        "accounts.forgotten_password",
        "accounts.invitation",
        "accounts.new_password",
        "accounts.show_sign_in",
        "accounts.sign_in",
        "accounts.sign_in_demonstration",
        "accounts.sign_out",
        "answers.answer",
        "answers.ask",
        "answers.new_link",
        "calendars.show",
        "health.show",
        "pages.accessibility",
        "pages.help",
        "pages.privacy",
        "unsubscribing.decline",
        "unsubscribing.show",
    } | {name for name in views if name.startswith("openapi.")}


def sample(converter):
    """A value that an address may hold in this place."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, NumberConverter) else "x"


def test_whoever_may_not_read_is_led_to_sign_in_from_every_view_that_needs_it(app, browse):
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint == "static" or auth.access_of(view) == auth.OPEN or "GET" not in rule.methods:
            continue
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **{name: sample(rule._converters[name]) for name in rule.arguments})
        answer = browse.client.get(address)
        assert answer.status_code == (401 if address.startswith("/api/") else 303), rule


ANSWERS = [
    ("get", "/help", 200),
    ("get", "/sign-in", 200),
    ("get", "/account", 303),
    ("get", "/health", 200),
    ("get", "/nothing", 404),
    ("get", "/api/v1/nothing", 404),
    ("post", "/help", 405),
    ("post", "/sign-in", 400),
    ("get", "/help?q=%00", 400),
    ("get", "/static/js/focus.js", 200),
    ("get", "/static/nothing.js", 404),
    ("get", "/static/../kb/app.py", 404),
    ("options", "/help", 200),
    ("head", "/help", 200),
    ("get", "/broken", 500),
]


@pytest.mark.adds_address
@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_carries_the_security_headers(app, browse, method, path, status):
    lend(app, "/broken", auth.open_to_all(lambda: 1 / 0))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = getattr(browse.client, method)(path)
    answer.close()
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'"} <= set(policy)
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Permissions-Policy" in answer.headers
    assert "Strict-Transport-Security" not in answer.headers
    assert "Server" not in answer.headers


def test_nothing_that_a_signed_in_person_saw_is_kept_by_the_browser(browse, make):
    assert browse.get("/help").headers["Cache-Control"] == "no-cache"
    assert browse.sign_in(make.viewer()).get("/help").headers["Cache-Control"] == "no-store"
    assert "Cookie" in browse.get("/help").headers["Vary"]


def test_behind_https_browsers_are_told_to_stay_there(app, browse):
    app.extensions["settings"] = replace(app.extensions["settings"], secure_cookies=True)
    for path in ("/help", "/nothing", "/static/js/focus.js"):
        answer = browse.client.get(path)
        answer.close()
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


TEXT = "<script>alert(1)</script>"
MACROS = {
    "a template": "{{ text }}",
    "an input of the design system": """{% from "nhsuk/components/input/macro.jinja" import input %}{{ input({
        "id": "x", "name": "x", "label": {"text": text}, "hint": {"text": text}, "value": text,
        "errorMessage": {"text": text}}) }}""",
    "a list of problems": """{% from "nhsuk/components/error-summary/macro.jinja" import errorSummary %}
        {{ errorSummary({"titleText": text, "errorList": [{"text": text, "href": "#x"}]}) }}""",
    "radios": """{% from "nhsuk/components/radios/macro.jinja" import radios %}{{ radios({"idPrefix": "x", "name": "x",
        "fieldset": {"legend": {"text": text}}, "items": [{"value": text, "text": text}]}) }}""",
    "a translated sentence": """{{ _("Due %(date)s", date=text) }}""",
    "a translated number": """{{ ngettext("%(num)s of %(what)s", "%(num)s of %(what)s", 2, what=text) }}""",
    "a translated block": """{% trans what=text %}Due {{ what }}{% endtrans %}""",
}


@pytest.mark.parametrize("escapes", [True, False])
@pytest.mark.parametrize(
    "call",
    [
        "_('Plain & simple')",
        "_('100%% of <b>%(name)s</b>', name='<i>Ann</i>')",
        "gettext('%(name)s', name=safe)",
        "_('%(message)s %(n)d', message='a & b', n=3)",
    ],
)
def test_templates_translate_as_jinja_does(app, call, escapes):
    plain = Environment(autoescape=escapes, extensions=["jinja2.ext.i18n"])
    plain.install_gettext_callables(catalogue().gettext, catalogue().ngettext, newstyle=True)
    page = "{% autoescape " + str(escapes) + " %}{{ " + call + " }}{% endautoescape %}"
    ours = app.jinja_env.from_string(page).render(safe=Markup("<u>"))
    assert ours == plain.from_string("{{ " + call + " }}").render(safe=Markup("<u>"))


@pytest.mark.parametrize("template", MACROS.values(), ids=MACROS)
def test_every_kind_of_template_escapes_what_people_wrote(app, template):
    with app.test_request_context():
        shown = render_template_string(template, text=TEXT)
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_markup_inside_a_sentence_stays_and_numbers_choose_their_form(app):
    with app.test_request_context():
        template = """{{ _("See %(link)s", link=link) }} {{ ngettext("%(num)s day", "%(num)s days", 1) }}"""
        assert render_template_string(template, link=Markup("<b>it</b>")) == "See <b>it</b> 1 day"


# Health


def test_health_is_told_without_signing_in_and_names_nothing_that_is_in_it(browse, session, make):
    make.source(title="Secret strategy")
    pulse.beat(session, pulse.WORKER, now() - timedelta(seconds=30))
    answer = browse.get("/health")
    assert answer.json["status"] == "ok"
    assert answer.json["database"] == "ok"
    assert answer.json["index_changes_waiting"] >= 1
    assert 29 <= answer.json["worker_seconds_ago"] <= 40
    assert "Secret" not in answer.text


@pytest.mark.parametrize("age", [None, timedelta(minutes=4)])
def test_a_silent_worker_makes_the_service_degraded_and_not_down(browse, session, age):
    if age:
        pulse.beat(session, pulse.WORKER, now() - age)
    answer = browse.get("/health")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")


# When it may start


@pytest.mark.parametrize("key", ["", "short", "x" * 31])
def test_outside_demonstration_mode_it_does_not_start_without_a_secret_key(settings, key):
    with pytest.raises(Misconfigured, match="KB_SECRET_KEY"):
        replace(settings, secret_key=key).check_serving("127.0.0.1")
    with pytest.raises(Misconfigured, match="KB_SECRET_KEY"):
        build_app(replace(settings, secret_key=key))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "", "example.org"])
def test_demonstration_mode_listens_on_this_machine_only(host):
    settings = Settings.from_env({"KB_DEMO": "1"})
    assert settings.public_read
    with pytest.raises(Misconfigured, match="this machine only"):
        settings.check_serving(host)
    for own in ("127.0.0.1", "::1", "localhost"):
        settings.check_serving(own)


def test_a_team_may_be_served_with_a_key_of_its_own():
    Settings.from_env({"KB_SECRET_KEY": "k" * 32}).check_serving("0.0.0.0")


def test_no_mail_leaves_a_demonstration():
    assert Settings.from_env({"KB_DEMO": "1", "KB_SMTP_URL": "smtp://localhost"}).smtp_url == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KB_DEMO", "maybe"),
        ("KB_SESSION_HOURS", "twelve"),
        ("KB_TRUSTED_PROXIES", "-1"),
        ("KB_TIMEZONE", "Nowhere/At All"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(name, value):
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({name: value})


def test_the_application_is_built_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("KB_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path))
    app = create_app()
    assert app.extensions["settings"].data_dir == tmp_path
    app.extensions["database"].engine.dispose()


def test_a_trusted_proxy_names_address_host_and_scheme(settings, tmp_path):
    app = build_app(replace(settings, data_dir=tmp_path, trusted_proxies=1))
    app.add_url_rule("/who", view_func=auth.open_to_all(lambda: f"{auth.request.remote_addr} {auth.request.host_url}"))
    headers = {
        "X-Forwarded-For": "198.51.100.1, 203.0.113.5",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "gt.example",
    }
    assert app.test_client().get("/who", headers=headers).text == "203.0.113.5 https://gt.example/"
    app.extensions["database"].engine.dispose()


def test_every_setting_is_documented():
    told = DOCS.read_text(encoding="utf-8")
    for setting in fields(Settings):
        assert f"`KB_{setting.name.upper()}`" in told
        assert setting.metadata["help"] in told


def test_the_help_page_shows_the_permission_table(browse):
    page = browse.get("/help").text
    for capability in Capability:
        assert capability.value in page
