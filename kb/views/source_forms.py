"""Adding a source and changing one; near-duplicates are pointed out before a second press saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from kb import auth, records, source_editing, web
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.forms.sources import SourceEditForm, SourceForm
from kb.models.organisation import Organisation
from kb.models.record import Theme
from kb.permissions import Capability
from kb.source_likeness import alike
from kb.views.sources import bp
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from kb.models.record import Record
    from kb.models.source import Source

# The name of the button that saves in spite of a likeness.
ALL_THE_SAME = "all_the_same"


@bp.route("/sources/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Add a source."""
    session, person = web.session(), web.person()
    form = _form(SourceForm)
    near: Sequence[Record] = ()
    if request.method == "POST" and form.validate():
        near = _near(form)
        if not near:
            try:
                source = source_editing.create(session, form.details(), by=person)
            except Invalid as error:
                add_error(form, error)
            else:
                web.commit()
                web.say(gettext("The source is added."))
                return redirect(url_for(".detail", ref=source.ref), code=303)
    return _page(form, near, None)


@bp.route("/sources/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Change a source; a stale save answers 409 with both versions."""
    session, person = web.session(), web.person()
    source = source_editing.get(session, ref, person=person)
    form = _form(SourceEditForm, source)
    near: Sequence[Record] = ()
    if request.method == "POST" and form.validate():
        near = _near(form, source)
        if not near:
            version, reason = form.version.data or 0, form.reason.data or ""
            try:
                source_editing.edit(session, ref, form.details(), version=version, reason=reason, by=person)
            except Invalid as error:
                add_error(form, error)
            else:
                web.commit()
                web.say(gettext("The source is saved."))
                return redirect(url_for(".detail", ref=ref), code=303)
    return _page(form, near, source)


def _form(kind: type[SourceForm], source: Source | None = None) -> SourceForm:
    session, person = web.session(), web.person()
    return kind.offering(
        records.list_all(session, Organisation, person=person),
        records.list_all(session, Theme, person=person),
        source_editing.list_kinds(session),
        source_editing.details_of(source) if source else None,
        source.version if source else None,
    )


def _near(form: SourceForm, source: Source | None = None) -> Sequence[Record]:
    """Sources that may be the same one; none where the person has seen them, or the names stand as they were."""
    details = form.details()
    if ALL_THE_SAME in request.form:
        return ()
    if source is not None:
        before = source_editing.details_of(source)
        if (details.title, set(details.also_called)) == (before.title, set(before.also_called)):
            return ()
    return alike(web.session(), details.title, details.also_called, person=web.person(), besides=source)


def _page(form: SourceForm, near: Sequence[Record], source: Source | None) -> ResponseReturnValue:
    refused = bool(form.errors or form.form_errors or near)
    return web.page(
        "sources/edit.html",
        form=form,
        near=near,
        all_the_same=ALL_THE_SAME,
        source=source,
        status=422 if refused else 200,
    )
