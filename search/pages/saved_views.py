"""Saved searches: saving one from its results, the list of one's own, and what each has newly found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from kb import auth, web
from kb.db import now
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.forms.saved_searches import SavedSearchForm
from kb.mailing import declining
from kb.words import gettext
from search import service
from search.index.ordering import Order
from search.language import labels, naming
from search.language.asked import Asked
from search.language.filters import NAMED
from search.saving import saved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from search.answers.results import Results
    from search.models import SavedSearch

bp = Blueprint("saved_searches", __name__, url_prefix="/saved-searches")
NUMBER = "<int(max=2147483647):search_id>"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the results page says about saving: the search as it was saved before, or the form that saves it."""

    found: SavedSearch | None
    form: SavedSearchForm
    url: str


def offer(asked: Asked, results: Results) -> Offer:
    """Saving what the results page shows: the question is saved as it was put right."""
    question = (results.did_you_mean or "") if results.is_corrected else asked.question
    # Who "me" is may change; every other name is the record that it means now.
    owner = asked.filters.owner if naming.ME in asked.filters.owner else results.filters.owner
    asked = replace(asked, question=question)
    shown = replace(asked, filters=replace(results.filters, owner=owner))
    found = saved.saved_as(web.session(), shown, person=web.person())
    if found is None and shown != asked:  # one that was saved while all its filters were there
        found = saved.saved_as(web.session(), asked, person=web.person())
    return Offer(found, _form(shown), f"{url_for('saved_searches.new')}?{shown.kept()}")


@bp.get("")
@auth.requires_sign_in
def index() -> ResponseReturnValue:
    """The person's own saved searches."""
    session, person = web.session(), web.person()
    searches = saved.list_own(session, person=person)
    return web.page(
        "saved_searches/index.html",
        searches=searches,
        new=saved.count_new(session, searches, person=person, now=now()),
        words=_in_words(searches),
        is_declined=_is_declined(),
    )


@bp.route("/new", methods=["GET", "POST"])
@auth.requires_sign_in
def new() -> ResponseReturnValue:
    """Save a search; the results page has the same form."""
    if request.method == "GET":
        asked = Asked.from_address(request.args)
        return _new_page(_form(asked), asked)
    form = SavedSearchForm()
    asked = Asked.from_kept(form.asks.data or "")
    if form.validate():
        try:
            kept = saved.save(
                web.session(),
                web.settings(),
                asked,
                form.name.data or "",
                is_told=form.is_told.data,
                by=web.person(),
                today=web.today(),
            )
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            told = gettext("You will be told in your daily mail when something new matches.") if kept.is_told else ""
            web.say(" ".join(filter(None, (gettext("Saved as “%(name)s”.", name=kept.name), told))))
            back = auth.safe_next(request.form.get("next"))
            return redirect(back or f"{url_for('search.results')}?{kept.asks}", code=303)
    return _new_page(form, asked, status=422)


@bp.get(f"/{NUMBER}")
@auth.requires_sign_in
def detail(search_id: int) -> ResponseReturnValue:
    """What one search has found since it was saved, and its name and mails."""
    found = saved.get(web.session(), search_id, person=web.person())
    values = MultiDict({"name": found.name, **({"is_told": "y"} if found.is_told else {})})
    return _detail_page(found, SavedSearchForm(values))


@bp.post(f"/{NUMBER}")
@auth.requires_sign_in
def change(search_id: int) -> ResponseReturnValue:
    """Rename a search, and say whether to be told."""
    session, person, form = web.session(), web.person(), SavedSearchForm()
    found = saved.get(session, search_id, person=person)
    if form.validate():
        try:
            name, is_told = form.name.data or "", form.is_told.data
            saved.change(session, web.settings(), search_id, name, is_told=is_told, by=person, today=web.today())
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("“%(name)s” is changed.", name=found.name))
            return redirect(url_for(".index"), code=303)
    session.rollback()
    return _detail_page(saved.get(session, search_id, person=person), form, status=422)


@bp.post(f"/{NUMBER}/remove")
@auth.requires_sign_in
def remove(search_id: int) -> ResponseReturnValue:
    """Forget a search; undoing it saves it anew, and what matches at that moment is nothing new."""
    gone = saved.remove(web.session(), search_id, by=web.person())
    web.commit()
    again = [("asks", gone.asks), ("name", gone.name), ("next", url_for(".index"))]
    again += [("is_told", "y")] if gone.is_told else []
    web.say(gettext("“%(name)s” is removed.", name=gone.name), undo=(url_for(".new"), again))
    return redirect(url_for(".index"), code=303)


def _form(asked: Asked) -> SavedSearchForm:
    """The form of a search that has no name yet; its words are the first proposal."""
    name = asked.question or ", ".join(value for values in asked.filters.values().values() for value in values)
    return SavedSearchForm(MultiDict({"name": " ".join(name.split())[: saved.LONGEST_NAME], "asks": asked.kept()}))


def _new_page(form: SavedSearchForm, asked: Asked, *, status: int = 200) -> Response:
    return web.page(
        "saved_searches/new.html",
        form=form,
        words=_words(asked, _titles([asked])),
        results_url=f"{url_for('search.results')}?{asked.kept()}",
        status=status,
    )


def _detail_page(found: SavedSearch, form: SavedSearchForm, *, status: int = 200) -> Response:
    session, person = web.session(), web.person()
    return web.page(
        "saved_searches/detail.html",
        search=found,
        form=form,
        words=_in_words([found])[found.id],
        new=saved.list_new(session, found, person=person),
        most=saved.MOST_NEW_SHOWN,
        is_declined=_is_declined(),
        status=status,
    )


def _is_declined() -> bool:
    """Whether the person has stopped the mails about all of them."""
    return declining.Subject.SEARCHES in declining.list_declined(web.session(), web.person().user_id or 0)


def _in_words(searches: Sequence[SavedSearch]) -> dict[int, list[str]]:
    asked = {each.id: Asked.from_kept(each.asks) for each in searches}
    titles = _titles(list(asked.values()))
    return {search_id: _words(each, titles) for search_id, each in asked.items()}


def _titles(searches: Sequence[Asked]) -> Mapping[tuple[str, str], str]:
    refs = {ref for each in searches for ref in each.filters.refs()}
    return service.titles_of(web.session(), web.person(), refs) if refs else {}


def _words(asked: Asked, titles: Mapping[tuple[str, str], str]) -> list[str]:
    """What a search asks, in words; a filter whose record is gone says so."""
    told = [f"“{asked.question}”"] if asked.question.strip() else []
    names: dict[str, Any] = labels.fields()
    for name, values in asked.filters.values().items():
        for value in values:
            words = f"{names[name]}: {labels.value(name, value, titles)}"
            is_gone = name in NAMED and value != naming.ME and (name, value) not in titles
            told.append(gettext("%(filter)s (no longer here)", filter=words) if is_gone else words)
    if asked.filters.year_from is not None or asked.filters.year_to is not None:
        told.append(f"{names['year']}: {labels.years(asked.filters)}")
    if asked.order != Order.BEST:
        told.append(gettext("in another order than the best match first"))
    if asked.only_my_words:
        told.append(gettext("only these words, not what acronyms stand for"))
    return told
