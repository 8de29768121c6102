"""Readings from a column that was copied from a spreadsheet: shown first, written on a second press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from actions.forms.pasting import ColumnForm
from actions.measures import pasting, readings
from kb import auth, web
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.permissions import Capability
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from actions.measures.pasting import Proposed

bp = Blueprint("pasting", __name__, url_prefix="/indicators")
# The name of the button that writes; any other press shows what would be written.
WRITE = "write"


@bp.route("/<ref>/readings/paste", methods=["GET", "POST"])
@auth.requires(Capability.ADD_READING)
def paste(ref: str) -> ResponseReturnValue:
    """Show what a pasted column would do, and write all of it or nothing."""
    session, person, today = web.session(), web.person(), web.today()
    indicator = readings.readable(session, ref, person)
    form = ColumnForm(data={"data_source": indicator.data_source})
    found: list[Proposed] = []
    if request.method == "POST" and form.validate():
        text, source, reason = form.column.data or "", form.data_source.data or "", form.reason.data or ""
        try:
            found = pasting.propose(indicator, text, by=person, today=today)
            if WRITE in request.form:
                pasting.write(session, indicator, found, data_source=source, reason=reason, by=person, today=today)
                return _written(ref, found)
        except Invalid as error:
            add_error(form, error)
    return web.page(
        "indicators/paste.html",
        form=form,
        indicator=indicator,
        found=found,
        counts=pasting.count(found),
        write=WRITE,
        status=422 if form.errors or form.form_errors else 200,
    )


def _written(ref: str, found: list[Proposed]) -> ResponseReturnValue:
    web.commit()
    counts = pasting.count(found)
    told = [ngettext("%(num)s reading is added.", "%(num)s readings are added.", counts["add"])]
    if counts["correct"]:
        told.append(ngettext("%(num)s is corrected.", "%(num)s are corrected.", counts["correct"]))
    if counts["same"]:
        told.append(gettext("%(num)s stood already.", num=counts["same"]))
    web.say(" ".join(told))
    return redirect(url_for("indicators.detail", ref=ref, _anchor="readings"), code=303)
