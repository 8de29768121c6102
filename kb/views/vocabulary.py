"""Themes and staff groups: the lists with what is filed under each, one of them, and entering them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for

from kb import auth, downloads, history, records, web
from kb.catalogue import vocabulary
from kb.columns import bodies as columns
from kb.forms.filtering import word
from kb.forms.vocabulary import WordForm
from kb.models.organisation import StaffGroup
from kb.models.record import Kind, Theme
from kb.paging import paged
from kb.permissions import Capability
from kb.views.saving import Names, answer, look_alikes
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from kb.catalogue.vocabulary import Word, WordDetails
    from kb.models.record import Record

bp = Blueprint("vocabulary", __name__)
MOST_SHOWN = 12
MODELS: dict[str, type[Theme] | type[StaffGroup]] = {"themes": Theme, "staff-groups": StaffGroup}
LISTS = '<any(themes, "staff-groups"):kinds>'


@bp.get(f"/{LISTS}")
@auth.requires(Capability.READ)
def index(kinds: str) -> Response:
    """The whole list, or what of it holds words."""
    session, person = web.session(), web.person()
    words = word(request.args, "q")
    found = vocabulary.list_words(session, MODELS[kinds], words, person=person)
    if downloads.are_wanted():
        title = gettext("Themes") if kinds == "themes" else gettext("Staff groups")
        return downloads.send(kinds, columns.of_words(title, found))
    return web.page(
        "vocabulary/index.html",
        kinds=kinds,
        words=words,
        found=found,
        may_add=person.may(Capability.EDIT_SHARED),
    )


@bp.get(f"/{LISTS}/<ref>")
@auth.requires(Capability.READ)
def detail(kinds: str, ref: str) -> Response:
    """One of a list with what is filed under it."""
    return _theme(ref) if kinds == "themes" else _staff_group(ref)


def _theme(ref: str) -> Response:
    session, person = web.session(), web.person()
    found = records.get(session, Theme, ref, person=person)
    return web.page(
        "vocabulary/theme.html",
        theme=found,
        names=vocabulary.names_of(found),
        counts=vocabulary.count_filed(session, Theme, [found.id], person=person).get(found.id, {}),
        sources=vocabulary.filed_under(session, found, Kind.SOURCE, person=person, limit=MOST_SHOWN),
        actions=vocabulary.filed_under(session, found, Kind.ACTION, person=person, limit=MOST_SHOWN),
        priorities=vocabulary.filed_under(session, found, Kind.PRIORITY, person=person, limit=MOST_SHOWN),
        changes=history.list_for(session, found, person=person, limit=10),
        may_edit=person.may(Capability.EDIT_SHARED),
    )


def _staff_group(ref: str) -> Response:
    session, person = web.session(), web.person()
    found = records.get(session, StaffGroup, ref, person=person)
    counts = vocabulary.count_filed(session, StaffGroup, [found.id], person=person).get(found.id, {})
    paging = paged(counts.get(Kind.IMPLICATION, 0))
    page = {"offset": paging.offset, "limit": paging.limit}
    return web.page(
        "vocabulary/staff_group.html",
        group=found,
        names=vocabulary.names_of(found),
        implications=vocabulary.implications_about(session, found, person=person, **page),
        paging=paging,
        changes=history.list_for(session, found, person=person, limit=10),
        may_edit=person.may(Capability.EDIT_SHARED),
    )


@bp.route(f"/{LISTS}/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new(kinds: str) -> ResponseReturnValue:
    """Add to a list."""
    form = WordForm()

    def save() -> Word:
        return vocabulary.create(web.session(), MODELS[kinds], form.details(), by=web.person())

    is_theme = kinds == "themes"
    return answer(
        form,
        save,
        gettext("The theme is added.") if is_theme else gettext("The staff group is added."),
        near=lambda: look_alikes(MODELS[kinds], _names(form.details())),
        heading=gettext("Add a theme") if is_theme else gettext("Add a staff group"),
        crumbs=_crumbs(kinds),
        submit=gettext("Add the theme") if is_theme else gettext("Add the staff group"),
    )


@bp.route(f"/{LISTS}/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(kinds: str, ref: str) -> ResponseReturnValue:
    """Rename one of a list; a stale save answers 409 with both versions."""
    session, person, model = web.session(), web.person(), MODELS[kinds]
    word: Word = records.get(session, model, ref, person=person)
    standing = vocabulary.details_of(word)
    form = WordForm(standing, word)

    def save() -> Word:
        return vocabulary.edit(session, model, ref, form.details(), **form.change(), by=person)

    def near() -> Sequence[Record]:
        return look_alikes(model, _names(form.details()), record=word, standing=_names(standing))

    is_theme = kinds == "themes"
    return answer(
        form,
        save,
        gettext("The theme is saved.") if is_theme else gettext("The staff group is saved."),
        near=near,
        heading=gettext("Edit this theme") if is_theme else gettext("Edit this staff group"),
        crumbs=[*_crumbs(kinds), (word.title, web.url_of(word))],
        submit=gettext("Save"),
        record=word,
    )


def _names(details: WordDetails) -> Names:
    return Names(details.title, details.also_called)


def _crumbs(kinds: str) -> list[tuple[str, str]]:
    title = gettext("Themes") if kinds == "themes" else gettext("Staff groups")
    return [(title, url_for("vocabulary.index", kinds=kinds))]
