"""Files that are brought in: the list, bringing one, and the templates to fill in."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, request, send_file, url_for
from werkzeug.datastructures import CombinedMultiDict

from kb import auth, downloads, error_pages, uploads, web
from kb.columns import imports as columns
from kb.errors import Invalid, NotAllowed, NotFound
from kb.forms.base import add_error
from kb.forms.imports import BringForm
from kb.importing import bringing, service, templates, work
from kb.importing.kinds import KINDS
from kb.importing.kinds.headed import Headed
from kb.importing.proposals import Context
from kb.importing.reading.limits import MOST_BYTES
from kb.models.importing import ImportState
from kb.paging import paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext
from search import service as search

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue
    from werkzeug.exceptions import RequestEntityTooLarge

    from kb.models.importing import Import
    from kb.models.plan import Plan

bp = Blueprint("imports", __name__, url_prefix="/imports")
NUMBER = "<int(max=2147483647):import_id>"
# More rows than these are proposed, or written, beside the answer, on a page that looks again by itself.
MOST_AT_ONCE = {ImportState.READING: 500, ImportState.ACCEPTING: 100}
LOOK_AGAIN_SECONDS = 3
MEGABYTES = MOST_BYTES // 1024**2


@bp.get("")
@auth.requires(Capability.EDIT_SHARED)
def index() -> Response:
    """The files that were brought in, the newest first."""
    session, person = web.session(), web.person()
    if downloads.are_wanted():
        return downloads.send("files-brought-in", columns.of_imports())
    paging = paged(service.count(session, by=person))
    return web.page(
        "imports/index.html",
        listed=columns.list_counted(paging.offset, paging.limit),
        paging=paging,
        kinds=_kinds(),
        templates=_with_template(),
        states=columns.STATES,
    )


@bp.route("/new", methods=["GET", "POST"])
@uploads.takes_files(MOST_BYTES)
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Bring a file in: it is read and proposed, and nothing else is written."""
    led = _plans_led()
    if request.method != "POST":
        return _form_page(BringForm.offering(_kinds(), led, None, kind=request.args.get("kind", "")))
    form = BringForm.offering(_kinds(), led, CombinedMultiDict([request.files, request.form]))
    if not form.validate():
        return _form_page(form, status=422)
    # Reading may take seconds, and while a transaction of ours is open nobody else can write on SQLite.
    web.session().commit()
    plan = next((plan for plan in led if plan.ref == form.plan.data), None)
    file = form.file.data
    try:
        with uploads.kept(file) as path:
            name, kind = uploads.name_of(file), form.kind.data or ""
            incoming = bringing.bring(web.session(), path, name, kind=kind, plan=plan, by=web.person())
    except Invalid as error:
        add_error(form, error)
        return _form_page(form, status=422)
    return go_on(incoming)


@bp.errorhandler(413)
def too_large(error: RequestEntityTooLarge) -> Response:
    """The form again, with what is wrong with the file; too long a form of another page is answered as anywhere."""
    if request.endpoint != f"{bp.name}.new" or not web.person().may(Capability.EDIT_SHARED):
        return error_pages.of_http(error)
    form = BringForm.offering(_kinds(), _plans_led(), None)
    words = gettext("The file is larger than %(most)s MB. Split it, or leave pictures out", most=MEGABYTES)
    form.file.errors = [words]
    return _form_page(form, status=413)


@bp.get("/templates/<kind>.xlsx")
@auth.requires(Capability.EDIT_SHARED)
def template(kind: str) -> Response:
    """An empty file of one kind, with its headings and what may stand under them."""
    made = KINDS.get(kind)
    if not isinstance(made, Headed):
        raise NotFound("template", kind)
    plan = next(iter(_plans_led()), None)
    file = templates.workbook(made, Context(web.session(), plan, web.person(), web.today()))
    name = gettext("template-%(kind)s.xlsx", kind=kind)
    return send_file(BytesIO(file), downloads.EXCEL_TYPE, as_attachment=True, download_name=name)


def go_on(incoming: Import) -> ResponseReturnValue:
    """Commit, let the waiting step of an import be done, at once where it is short, and go to its review."""
    is_short = incoming.total <= MOST_AT_ONCE[ImportState(incoming.state)]
    web.commit()
    if is_short:
        work.run(web.database(), web.settings(), incoming.id)
    else:
        _work_beside(incoming.id)
    return redirect(url_for(".detail", import_id=incoming.id), code=303)


def may_decide(incoming: Import) -> bool:
    """Whether the person may decide about an import that they see: who led its plan once sees it still."""
    try:
        service.require_changing(incoming, web.person())
    except NotAllowed:
        return False
    return True


def _form_page(form: BringForm, *, status: int = 200) -> Response:
    return web.page("imports/new.html", status=status, form=form, templates=_with_template(), megabytes=MEGABYTES)


def _kinds() -> dict[str, str]:
    """The kinds of rows that a file may hold, with their words."""
    return {name: kind.title() for name, kind in KINDS.items()}


def _with_template() -> dict[str, str]:
    """Those kinds that are tables under headings; a mapping table comes in as the document that it is."""
    return {name: kind.title() for name, kind in KINDS.items() if isinstance(kind, Headed)}


def _plans_led() -> Sequence[Plan]:
    person = web.person()
    every = plans.list_plans(web.session(), person=person)
    return [plan for plan in every if person.may(Capability.EDIT_PLAN, plan_id=plan.id)]


def filter_in(values: Mapping[str, str]) -> dict[str, Any]:
    """The filter and the page of the review that somebody comes from."""
    return {name: value for name in ("show", "page") if (value := values.get(name, "")[:10])}


def _work_beside(import_id: int) -> None:
    """Do the waiting step in a thread; what it wrote is found by the search as soon as it is done."""
    database, settings = web.database(), web.settings()
    work.start(database, settings, import_id, lambda: search.catch_up(database, settings))
