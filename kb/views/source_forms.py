"""Adding a source and changing one; near-duplicates are pointed out before a second press saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import editing as actions
from kb import auth, records, web
from kb.catalogue import source_editing
from kb.forms.sources import SourceEditForm, SourceForm
from kb.models.organisation import Organisation
from kb.models.record import Theme
from kb.models.source import Source
from kb.permissions import Capability
from kb.views.saving import Names, answer, look_alikes
from kb.views.sources import bp
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from kb.catalogue.source_editing import SourceDetails
    from kb.models.record import Record

TEMPLATE = "sources/edit.html"


@bp.route("/sources/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Add a source."""
    form = _form(SourceForm)

    def save() -> Source:
        return source_editing.create(web.session(), form.details(), by=web.person())

    return answer(form, save, gettext("The source is added."), TEMPLATE, near=lambda: _near(form), source=None)


@bp.route("/sources/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Change a source; a stale save answers 409 with both versions."""
    session, person = web.session(), web.person()
    source = source_editing.get(session, ref, person=person)
    form = _form(SourceEditForm, source)

    def save() -> Source:
        version, reason = form.version.data or 0, form.reason.data or ""
        return source_editing.edit(session, ref, form.details(), version=version, reason=reason, by=person)

    said = gettext("The source is saved.")
    return answer(form, save, said, TEMPLATE, near=lambda: _near(form, source), source=source)


def _form(kind: type[SourceForm], source: Source | None = None) -> SourceForm:
    session, person = web.session(), web.person()
    return kind.offering(
        records.list_all(session, Organisation, person=person),
        records.list_all(session, Theme, person=person),
        source_editing.list_kinds(session),
        actions.list_owners(session, person),
        source_editing.details_of(source) if source else None,
        source.version if source else None,
    )


def _near(form: SourceForm, source: Source | None = None) -> Sequence[Record]:
    standing = _names(source_editing.details_of(source)) if source else None
    return look_alikes(Source, _names(form.details()), record=source, standing=standing)


def _names(details: SourceDetails) -> Names:
    return Names(details.title, (*details.also_called, *details.also_called_in_welsh))
