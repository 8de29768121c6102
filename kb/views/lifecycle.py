"""Letting a source move on in its life, and letting another take its place; both show what that would do first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request

from graph import service as graph
from kb import auth, labels, links, records, web
from kb.catalogue import lifecycle, resting, sources
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.forms.lifecycle import StateForm, StepForm, SuccessorForm
from kb.link_choices import MOST
from kb.models.source import OVER_STATUSES, Source, SourceStatus
from kb.permissions import Capability
from kb.views.sources import bp
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from graph.service import Bearing
    from kb.forms.base import Form
    from kb.models.link import Link

# The value of the button that carries every link; the other carries those that are ticked.
ALL = "all"


@bp.route("/sources/<ref>/state", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def state(ref: str) -> ResponseReturnValue:
    """Say where a source stands, since when and why; its end is saved once its effect was shown."""
    session, person, today = web.session(), web.person(), web.today()
    source = sources.get(session, ref, person=person)
    form = StateForm.about(source, today)
    impact: Bearing | None = None
    asked = 0
    if request.method == "POST" and _is_valid(form, source):
        to = form.status.data or ""
        if to in OVER_STATUSES and to != source.status and request.form.get("shown") != to:
            impact = graph.bearing(session, source.id, person)
            asked = len(resting.list_carrying(session, source, person=person))
        else:
            try:
                lifecycle.move(session, ref, to, form.step(), by=person, today=today)
            except Invalid as error:
                add_error(form, error)
            else:
                web.commit()
                web.say(gettext("It is saved where the source stands: %(status)s.", status=_status(to)))
                return redirect(web.url_of(source), code=303)
    return web.page(
        "sources/state.html",
        source=source,
        form=form,
        impact=impact,
        asked=asked,
        status_words=labels.source_statuses(),
        status=_answered(form),
    )


@bp.route("/sources/<ref>/supersede", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def supersede(ref: str) -> ResponseReturnValue:
    """Choose what takes the place of a source, then what becomes of each link that rests on it."""
    session, person = web.session(), web.person()
    source = records.get(session, Source, ref, person=person)
    by = request.args.get("by", "")
    if not by:
        return _choose(source)
    try:
        other = lifecycle.successor(session, source, by, by=person)
    except Invalid as error:
        return _choose(source, str(error))
    return _decide(source, other)


def _choose(source: Source, refused: str = "") -> ResponseReturnValue:
    """Find the successor by words; one that cannot be is said beside the field."""
    form = SuccessorForm(request.args if "words" in request.args else None)
    words = form.words.data or ""
    form.validate()
    found = []
    if words and not form.errors:
        found = lifecycle.find_successors(web.session(), source, words, person=web.person())
        if not found:
            refused = gettext("No other source has these words. Try fewer words, or add the source first")
    if refused:
        form.words.errors = [*form.words.errors, refused]
    status = _answered(form)
    return web.page("sources/successor.html", source=source, form=form, found=found, most=MOST, status=status)


def _decide(source: Source, other: Source) -> ResponseReturnValue:
    session, person, today = web.session(), web.person(), web.today()
    standing = resting.list_support(session, source, person=person)
    open_ones = {link.id for link in standing if lifecycle.may_carry(link, person)}
    carried = open_ones & {int(each) for each in request.form.getlist("carry") if each.isdecimal() and len(each) < 19}
    is_again = lifecycle.takes_its_place(session, other, source)
    form, is_recounted = StepForm.about(source, today), False
    if request.method == "POST" and _is_valid(form, source):
        carried = open_ones if request.form.get("deed") == ALL else carried
        # Where links were made or settled since the page was, it is shown again first.
        is_recounted = request.form.get("of") != str(len(standing))
        if not is_recounted:
            try:
                done = lifecycle.supersede(session, source.ref, other.ref, form.step(), carried, by=person, today=today)
            except Invalid as error:
                add_error(form, error)
            else:
                web.commit()
                web.say(_said(done.carried, done.suspect, is_again=is_again))
                return redirect(web.url_of(source), code=303)
    return web.page(
        "sources/supersede.html",
        source=source,
        other=other,
        form=form,
        standing=_grouped(standing),
        total=len(standing),
        carriable=open_ones,
        carried=carried,
        is_recounted=is_recounted,
        is_again=is_again,
        impact=graph.bearing(session, source.id, person),
        phrases=links.PHRASES,
        status=_answered(form),
    )


def _grouped(standing: list[Link]) -> dict[str, list[Link]]:
    """The links by the kind of record that they start from."""
    kinds = ("source", "implication", "response")
    return {kind: some for kind in kinds if (some := [link for link in standing if link.from_kind == kind])}


def _is_valid(form: StepForm, source: Source) -> bool:
    """Whether all is filled in, and the day can be: a wrong day is said with what else is wrong."""
    form.validate()
    if form.since.data is not None and not form.since.errors:
        try:
            lifecycle.check_since(form.since.data, lifecycle.life_of(web.session(), source), web.today())
        except Invalid as error:
            add_error(form, error)
    return not form.errors and not form.form_errors


def _said(carried: int, suspect: int, *, is_again: bool) -> str:
    told = [] if is_again and carried else [gettext("It is superseded.")]
    if carried:
        told.append(ngettext("%(num)s link was carried.", "%(num)s links were carried.", carried))
    if suspect:
        told.append(ngettext("%(num)s link is suspect now.", "%(num)s links are suspect now.", suspect))
    return " ".join(told)


def _status(value: str) -> str:
    return labels.source_statuses()[SourceStatus(value)].lower()


def _answered(form: Form) -> int:
    return 422 if form.errors or form.form_errors else 200
