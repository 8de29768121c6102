"""Mapping a source on one working page: what it says, what that means, and how a plan answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kb import auth, web
from kb.errors import Conflict, Invalid
from kb.forms.mapping import MappingForm
from kb.mapping import service as mapping
from kb.mapping import words as mapping_words
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from kb.mapping.rows import Mapping
    from kb.mapping.service import Stand
    from kb.models.plan import Plan

bp = Blueprint("mapping", __name__)


@bp.route("/sources/<ref>/map", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Fill in, reword and remove rows; everything is saved together, and a stale save loses nothing."""
    session, person = web.session(), web.person()
    plan = plans.chosen(session, request.args.get("plan"), person=person)
    stand = mapping.get(session, ref, plan, person=person)
    standing = _open_to_person(mapping.as_rows(stand), plan)
    is_posted = request.method == "POST"
    form = MappingForm(standing, stand.offered, stand.version, request.form if is_posted else None)
    if not is_posted:
        return _page(form, stand)
    if "add" in request.form:
        return _page(form, stand, focus=form.add(request.form["add"]))
    if not form.validate():
        return _page(form, stand, status=422)
    try:
        is_changed = mapping.save(session, ref, plan, form.given(), version=form.head.version.data or 0, by=person)
    except Invalid as error:
        session.rollback()
        form.add_error(error)
        return _page(form, mapping.get(session, ref, plan, person=person), status=422)
    except Conflict as error:
        return _stale(form, stand, standing, error)
    web.commit()
    web.say(gettext("The mapping is saved.") if is_changed else gettext("Nothing was changed, so nothing was saved."))
    return redirect(url_for("sources.detail", ref=ref), code=303)


def _open_to_person(rows: Mapping, plan: Plan | None) -> Mapping:
    may_answer = plan is not None and web.person().may(Capability.EDIT_PLAN, plan_id=plan.id)
    return rows if may_answer else rows.without_response()


def _stale(form: MappingForm, stand: Stand, standing: Mapping, error: Conflict) -> ResponseReturnValue:
    differences = mapping_words.differences(standing, form.given(), stand)
    form.catch_up(stand.version, standing)
    return _page(form, stand, status=409, conflict=error, differences=differences)


def _page(form: MappingForm, stand: Stand, *, status: int = 200, **values: Any) -> ResponseReturnValue:
    values = {"conflict": None, "differences": (), "focus": "", **values}
    return web.page(
        "mapping/edit.html",
        status=status,
        form=form,
        source=stand.source,
        plan=stand.plan,
        response=stand.response.ref if stand.response else None,
        plans=plans.list_plans(web.session(), person=web.person()),
        others=[one for one in stand.response.sources if one.id != stand.source.id] if stand.response else [],
        doubtful=mapping_words.doubtful(stand),
        reasons=mapping_words.several_reasons(stand),
        **values,
    )
