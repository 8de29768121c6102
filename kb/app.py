"""Builds the Flask application: settings, database, templates, errors, headers and the list of blueprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, abort, request
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

import actions.api
import actions.measures_api
import actions.views
import actions.views.answers
import actions.views.decisions
import actions.views.indicators
import actions.views.meetings
import actions.views.pack_files
import actions.views.packs
import actions.views.pasting
import actions.views.requests
import actions.views.scorecards
import graph.coverage.views
import graph.exploring.views
import graph.impact.views
import graph.same.views
import graph.suspect_views
import graph.views
import graph.why.views
import kb.api.figures
import kb.api.openapi
import kb.api.sources
import search.pages.api
import search.pages.saved_views
import search.pages.suggesting_views
import search.pages.views
import search.service
from kb import csrf, downloads, error_pages, uploads, web, words
from kb.accounts import first_day
from kb.assembly import open_database
from kb.catalogue import amounts
from kb.config import Settings
from kb.headers import add_headers
from kb.importing import service as importing
from kb.models.user import Role
from kb.paging import url_with
from kb.paths import STATIC, TEMPLATES
from kb.permissions import Capability
from kb.planning.plans import chosen
from kb.removal import deleting, merging
from kb.views import (
    account_links,
    accounts,
    calendars,
    comparisons,
    deletions,
    figures,
    health,
    home,
    import_review,
    import_rows,
    imports,
    key_points,
    lifecycle,
    likely,
    linking,
    links,
    mapping,
    members,
    merges,
    organisations,
    outbox,
    pages,
    parts,
    people,
    plan_forms,
    plan_mapping,
    plans,
    posts,
    priorities,
    priority_sets,
    reminders,
    responses,
    shortlists,
    source_forms,
    sources,
    terms,
    unsubscribing,
    vocabulary,
)

if TYPE_CHECKING:
    from actions.models import Action

LARGEST_BODY = 1024 * 1024
MOST_FIELDS = 2_000
# Every module whose views are served; each has the blueprint that they belong to as `bp`.
VIEW_MODULES = (
    home,
    shortlists,
    sources,
    source_forms,
    lifecycle,
    mapping,
    parts,
    priorities,
    priority_sets,
    plans,
    plan_forms,
    plan_mapping,
    reminders,
    responses,
    organisations,
    posts,
    terms,
    vocabulary,
    figures,
    comparisons,
    key_points,
    links,
    linking,
    likely,
    pages,
    accounts,
    account_links,
    calendars,
    unsubscribing,
    people,
    members,
    outbox,
    deletions,
    merges,
    imports,
    import_review,
    import_rows,
    health,
    actions.views,
    actions.views.answers,
    actions.views.indicators,
    actions.views.scorecards,
    actions.views.meetings,
    actions.views.packs,
    actions.views.pack_files,
    actions.views.pasting,
    actions.views.requests,
    actions.views.decisions,
    search.pages.views,
    search.pages.suggesting_views,
    search.pages.saved_views,
    graph.views,
    graph.coverage.views,
    graph.exploring.views,
    graph.impact.views,
    graph.same.views,
    graph.suspect_views,
    graph.why.views,
    kb.api.sources,
    kb.api.figures,
    actions.measures_api,
    kb.api.openapi,
    actions.api,
    search.pages.api,
)


class GoldenThread(Flask):
    """Flask with templates that escape every value, also in the `.jinja` macros of the design system."""

    jinja_options = {"autoescape": True, "undefined": ChainableUndefined, "extensions": ["jinja2.ext.i18n"]}

    def log_exception(self, exc_info: Any) -> None:
        """Write a fault to the log beside the reference that its page quotes."""
        self.logger.error("Fault %s on %s %s", error_pages.reference(), request.method, request.path, exc_info=exc_info)


def build_app(settings: Settings | None = None) -> Flask:
    """The application with these settings, or with those of the environment; it touches no database yet."""
    settings = settings or Settings.from_env()
    settings.check_serving("127.0.0.1")  # whoever listens elsewhere checks that address
    app = GoldenThread("kb", static_folder=str(STATIC), static_url_path="/static", template_folder=str(TEMPLATES))
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, MAX_FORM_PARTS=MOST_FIELDS)
    app.extensions["settings"] = settings
    app.extensions["database"] = open_database(settings)
    app.extensions["after_commit"] = [search.service.catch_up]
    _set_up_templates(app, settings)
    app.before_request(uploads.allow)
    app.before_request(_refuse_unreadable)
    app.before_request(csrf.check)
    app.after_request(web.finish_response)
    app.after_request(add_headers)
    app.teardown_request(web.close_session)
    error_pages.register(app)
    _register_blueprints(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


@pass_eval_context
def _translated(evaluated: EvalContext, message: str, /, **values: object) -> str:
    """As the gettext of Jinja, which goes through four calls where this is one; a page asks for hundreds of texts."""
    text = words.catalogue().gettext(message)
    if not evaluated.autoescape:
        return text % values
    return Markup(text) % values if values else Markup(text % values)  # noqa: S704 - the values are escaped


def _set_up_templates(app: Flask, settings: Settings) -> None:
    app.jinja_loader = ChoiceLoader([FileSystemLoader(TEMPLATES), PackageLoader("nhsuk_frontend_jinja")])
    environment: Any = app.jinja_env
    environment.policies["ext.i18n.trimmed"] = True
    catalogue = words.catalogue()
    # Newstyle: `_("… %(name)s", name=…)` escapes the values and not the message.
    environment.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)
    environment.globals.update(
        _=_translated,
        gettext=_translated,
        settings=settings,
        demonstration=settings.demo,
        csrf_token=csrf.token,
        url_of=web.url_of,
        url_with=url_with,
        url_to=web.url_to,
        may_delete=lambda record: deleting.may_delete(record, web.person()),
        may_merge=lambda record: merging.may_merge(record, web.person()),
        origins_of=lambda record: importing.origins_of(web.session(), record, by=web.person()),
        spoken=words.spoken,
        spoken_time=lambda at: words.spoken_time(at, settings.timezone),
        relative=words.relative,
        counted=words.counted,
        amount=amounts.amount,
        with_unit=amounts.with_unit,
    )
    app.context_processor(_of_this_request)


def _of_this_request() -> dict[str, object]:
    person = web.person_or_nobody()
    may_know = person.may(Capability.READ_UPDATES)

    def confidence_of(action: Action) -> str | None:
        """What an action's owner declared, for those who may know."""
        return action.confidence if may_know else "hidden"

    told = {"person": person, "today": web.today(), "shortlisted": web.shortlisted()}
    told["may_tidy"] = deleting.may_list(person)
    told["may_bring"] = importing.may_bring(person)
    told["is_print"] = downloads.are_on_paper()
    return told | {"confidence_of": confidence_of, "first_steps": _first_steps}


def _first_steps() -> first_day.FirstDay | None:
    """What the reader's plan still lacks on its first day; asked for only below a message of something done."""
    person = web.person_or_nobody()
    if request.endpoint == "kb.home" or not (person.is_administrator or Role.LEAD in person.roles.values()):
        return None
    session = web.session()
    return first_day.of(session, chosen(session, None, person=person), person=person, today=web.today())


def _refuse_unreadable() -> None:
    """A NUL is no text, and PostgreSQL refuses it: say so before it gets that far."""
    if "\0" in request.path or any("\0" in v for k, vs in request.args.lists() for v in (k, *vs)):
        abort(400)
    if request.method not in web.SAFE_METHODS and any("\0" in v for vs in request.form.listvalues() for v in vs):
        abort(400)


def _register_blueprints(app: Flask) -> None:
    """Register each blueprint once; a blueprint may have its views in several modules."""
    for blueprint in dict.fromkeys(module.bp for module in VIEW_MODULES):
        app.register_blueprint(blueprint)
