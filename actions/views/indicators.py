"""Indicators: the list of a plan's measures of success, one with its readings, and what changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from actions import editing as actions
from actions import indicator_columns
from actions.forms import indicator_filters
from actions.forms.indicators import (
    CorrectionForm,
    IndicatorEditForm,
    IndicatorFiguresForm,
    IndicatorForm,
    ReadingForm,
    TrajectoryForm,
)
from actions.forms.rebasing import RebaseForm, WithdrawRebaseForm
from actions.measures import (
    editing,
    perspectives,
    readings,
    rebasing,
    service,
    standing,
    standing_words,
    track_words,
    trajectories,
)
from actions.measures.picture import picture_of
from actions.measures.planned import by_period
from graph import service as graph
from kb import auth, downloads, history, labels, records, web
from kb.catalogue import figures
from kb.errors import Invalid, NotFound
from kb.forms.base import Form, add_error
from kb.models.organisation import Organisation
from kb.paging import PER_PAGE, offset_asked, paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from actions.indicator_models import Indicator
    from kb.models.plan import Plan

bp = Blueprint("indicators", __name__, url_prefix="/indicators")
# The names of the buttons that save nothing: look for figures, and more empty rows.
FIND, MORE = "find", "more"
MOST_FOUND = 20
# The file of the list that holds what was read, not the indicators.
READINGS = "readings"


@bp.get("")
@auth.requires(Capability.READ)
def index() -> Response:
    """The indicators of all plans, narrowed by the filters in the address."""
    session, person = web.session(), web.person()
    wanted = indicator_filters.read(request.args)
    if downloads.are_wanted() and request.args.get("as") == READINGS:
        return downloads.send(READINGS, indicator_columns.readings(wanted))
    if downloads.are_wanted():
        return downloads.send("indicators", indicator_columns.sheet(wanted))
    asked = offset_asked()
    total, listed = service.list_indicators(session, person, wanted, offset=asked, limit=PER_PAGE)
    paging = paged(total)
    if paging.offset != asked:  # there is no such page: show the nearest
        _, listed = service.list_indicators(session, person, wanted, offset=paging.offset, limit=paging.limit)
    everything = total
    if not total and wanted.is_narrowing:
        everything, _ = service.list_indicators(session, person, service.IndicatorFilter(), limit=0)
    return web.page(
        "indicators/index.html",
        listed=listed,
        paging=paging,
        wanted=wanted,
        everything=everything,
        offered=indicator_filters.offered(wanted, service.choices(session, person)),
        strips=graph.strips(session, [one.indicator.id for one in listed], person),
        labels=labels,
        may_add=person.may(Capability.EDIT_PLAN),
    )


@bp.get("/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One indicator with its trajectory and its readings."""
    session, person = web.session(), web.person()
    found = service.detail(session, ref, person)
    indicator = found.indicator
    rights = {"plan_id": indicator.plan_id, "owner_id": indicator.owner_id}
    stands = standing.standing_of(indicator, found.readings[::-1])
    points = stands.process.points if stands.process else ()
    return web.page(
        "indicators/detail.html",
        found=found,
        indicator=indicator,
        planned=by_period(indicator),
        picture=picture_of(found, stands),
        stands=stands,
        late=found.late(web.today()),
        rebases=[(each.id, rebasing.told(each), each.reason) for each in standing.current(indicator)],
        words=standing_words,
        track=track_words,
        special={point.day: point for point in points if point.causes},
        shown_kinds={point.variation for point in points},
        strip=graph.strips(session, [indicator.id], person).get(indicator.id, []),
        changes=history.list_for(session, indicator, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, indicator),
        labels=labels,
        may_know=person.may(Capability.READ_UPDATES),
        may_edit=person.may(Capability.EDIT_PLAN, plan_id=indicator.plan_id),
        may_read=person.may(Capability.ADD_READING, **rights),
    )


@bp.route("/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def new() -> ResponseReturnValue:
    """Add an indicator to a plan."""
    session, person = web.session(), web.person()
    plan = plans.chosen(session, request.args.get("plan"), person=person)
    if plan is None:
        raise NotFound("plan", request.args.get("plan", ""))
    person.require(Capability.EDIT_PLAN, plan_id=plan.id)
    form = IndicatorForm.offering(actions.list_owners(session, person))
    if request.method == "POST" and form.validate():
        try:
            made = editing.create(session, plan, form.details(), by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("The indicator is added. Say next what it should reach, and what it measures."))
            return redirect(url_for(".detail", ref=made.ref), code=303)
    return _edit_page(form, plan, None)


@bp.route("/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def edit(ref: str) -> ResponseReturnValue:
    """Change an indicator; a stale save answers 409 with both versions."""
    session, person = web.session(), web.person()
    indicator = editing.editable(session, ref, person)
    owners = actions.list_owners(session, person)
    form = IndicatorEditForm.offering(owners, editing.details_of(indicator), indicator.version)
    if request.method == "POST" and form.validate():
        version, reason = form.version.data or 0, form["reason"].data or ""
        try:
            editing.edit(session, ref, form.details(), version=version, reason=reason, by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("The indicator is saved."))
    return _edit_page(form, None, indicator)


@bp.route("/<ref>/trajectory", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def trajectory(ref: str) -> ResponseReturnValue:
    """Say what an indicator should be in each period."""
    session, person = web.session(), web.person()
    indicator = editing.editable(session, ref, person)
    bodies = records.list_all(session, Organisation, person=person)
    posted = request.form if request.method == "POST" else None
    form = TrajectoryForm.offering(indicator, bodies, posted)
    if MORE in request.form:
        form.add_rows()
    elif posted is not None and (points := form.points()) is not None:
        version, reason = form.version.data or 0, form.reason.data or ""
        try:
            trajectories.set_trajectory(session, ref, points, version=version, reason=reason, by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("The trajectory is saved."), "trajectory")
    status = 422 if form.all_errors else 200
    return web.page("indicators/trajectory.html", form=form, indicator=indicator, more=MORE, status=status)


@bp.route("/<ref>/figures", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def comes_from(ref: str) -> ResponseReturnValue:
    """Say which figures of sources an indicator comes from."""
    session, person = web.session(), web.person()
    indicator = editing.editable(session, ref, person)
    form = IndicatorFiguresForm(data={"chosen": [figure.ref for figure in indicator.figures]})
    ticked = figures.by_refs(session, form.chosen.data or (), person=person)
    words = form.words.data or ""
    found = figures.find(session, words, person=person, limit=MOST_FOUND) if words else ()
    form.chosen.offer(list(dict.fromkeys((*indicator.figures, *ticked))), found)
    if words and not found:
        form.words.errors = [*form.words.errors, gettext("No figure holds all these words. Try fewer")]
    if request.method == "POST" and FIND not in request.form and form.validate():
        try:
            editing.set_figures(session, ref, form.chosen.data or (), by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("The figures are saved."), "figures")
    return web.page(
        "indicators/figures.html", form=form, indicator=indicator, find=FIND, most=MOST_FOUND, status=_status(form)
    )


@bp.route("/<ref>/readings/new", methods=["GET", "POST"])
@auth.requires(Capability.ADD_READING)
def add_reading(ref: str) -> ResponseReturnValue:
    """Add what was read."""
    session, person = web.session(), web.person()
    indicator = readings.readable(session, ref, person)
    form = ReadingForm(data={"data_source": indicator.data_source})
    if request.method == "POST" and form.validate():
        try:
            readings.add(session, ref, form.details(), by=person, today=web.today())
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("The reading is added."), "readings")
    return _reading_page(form, indicator, None)


@bp.route("/<ref>/readings/<int:reading_id>/correct", methods=["GET", "POST"])
@auth.requires(Capability.ADD_READING)
def correct_reading(ref: str, reading_id: int) -> ResponseReturnValue:
    """Correct a reading; what it was stays on the page beneath it."""
    session, person = web.session(), web.person()
    indicator = readings.readable(session, ref, person)
    reading = readings.standing(indicator, reading_id)
    form = CorrectionForm(obj=reading)
    if request.method == "POST" and form.validate():
        reason = form.reason.data or ""
        try:
            readings.correct(session, ref, reading_id, form.details(), reason=reason, by=person, today=web.today())
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("The reading is corrected. What it was stays beneath it."), "readings")
    return _reading_page(form, indicator, readings.told(reading, indicator))


@bp.route("/<ref>/limits", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def rebase(ref: str) -> ResponseReturnValue:
    """Compute the limits of an indicator anew from a day on."""
    session, person = web.session(), web.person()
    indicator = rebasing.rebasable(session, ref, person)
    form = RebaseForm()
    if request.method == "POST" and form.validate():
        try:
            rebasing.rebase(session, ref, form.details(), by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("The limits are computed anew. The chart shows both."), "chart")
    days = sorted(reading.ends_on for reading in service.current(indicator))
    return web.page("indicators/rebase.html", form=form, indicator=indicator, days=days, status=_status(form))


@bp.route("/<ref>/limits/<int:rebase_id>/withdraw", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def withdraw_rebase(ref: str, rebase_id: int) -> ResponseReturnValue:
    """Compute the limits as before."""
    session, person = web.session(), web.person()
    indicator = rebasing.rebasable(session, ref, person)
    found = rebasing.standing(indicator, rebase_id)
    form = WithdrawRebaseForm()
    if request.method == "POST" and form.validate():
        rebasing.withdraw(session, ref, rebase_id, reason=form.reason.data or "", by=person)
        return _saved(ref, gettext("The limits are computed as before."), "chart")
    words = rebasing.told(found)
    return web.page("indicators/withdraw_rebase.html", form=form, indicator=indicator, told=words, status=_status(form))


def _edit_page(form: IndicatorForm, plan: Plan | None, indicator: Indicator | None) -> Response:
    plan_id = plan.id if plan else indicator.plan_id if indicator else None
    return web.page(
        "indicators/edit.html",
        form=form,
        plan=plan,
        perspectives=perspectives.offered(web.session(), plan_id, web.person()),
        indicator=indicator,
        status=_status(form),
    )


def _reading_page(form: ReadingForm, indicator: Indicator, before: str | None) -> Response:
    return web.page(
        "indicators/reading.html",
        form=form,
        indicator=indicator,
        before=before,
        latest=max(service.current(indicator), key=lambda one: one.ends_on, default=None),
        status=_status(form),
    )


def _saved(ref: str, words: str, place: str | None = None) -> ResponseReturnValue:
    web.commit()
    web.say(words)
    return redirect(url_for(".detail", ref=ref, _anchor=place), code=303)


def _status(form: Form) -> int:
    return 422 if form.errors or form.form_errors else 200
