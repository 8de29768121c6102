"""Meetings of the steering group: those of a plan, one with its cycle and its answers, and its cover sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from actions import meeting_columns
from actions import service as actions
from actions.forms.meetings import CancelForm, CoverForm, RearrangeForm, SeriesForm
from actions.reviews import service, words
from actions.reviews.answers import answers_of, holders
from kb import auth, downloads, web
from kb.errors import Conflict, Invalid
from kb.forms.base import add_error
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from actions.review_models import Review
    from actions.reviews.service import Arranged
    from kb.forms.base import Form
    from kb.models.plan import Plan

bp = Blueprint("meetings", __name__)


@bp.route("/plans/<ref>/meetings", methods=["GET", "POST"])
@auth.requires(Capability.READ_UPDATES)
def index(ref: str) -> ResponseReturnValue:
    """The meetings of a plan's group, the newest first; leads and the group itself plan more of them."""
    session, person = web.session(), web.person()
    plan = plans.get(session, ref, person=person)
    form = SeriesForm(data=_as_before(plan))
    if request.method == "POST":
        person.require(Capability.RUN_REVIEW, plan_id=plan.id)
        if form.validate():
            try:
                made = service.arrange_series(
                    session,
                    plan,
                    form.wanted(),
                    every=form.every.data or "",
                    times=form.times.data or 1,
                    by=person,
                    today=web.today(),
                )
            except Invalid as error:
                add_error(form, error)
            else:
                web.commit()
                web.say(_planned(made))
                return redirect(url_for(".index", ref=ref), code=303)
    found = service.list_reviews(session, plan, person)
    if downloads.are_wanted():
        return downloads.send(f"meetings-{plan.ref}", meeting_columns.sheet(found, web.today()), filters=[plan.title])
    return web.page(
        "meetings/index.html",
        plan=plan,
        reviews=found,
        current=service.current(found, web.today()),
        decided=service.count_decisions(session, found),
        cycle_of=service.cycle,
        told=_stage,
        form=form,
        may_run=person.may(Capability.RUN_REVIEW, plan_id=plan.id),
        status=_status(form),
    )


@bp.get("/meetings/<int:review_id>")
@auth.requires(Capability.READ_UPDATES)
def detail(review_id: int) -> ResponseReturnValue:
    """One meeting: the days of its cycle, who has answered and who has not, its pack and its record."""
    session, person, today = web.session(), web.person(), web.today()
    review = service.get(session, review_id, person, with_pack=True)
    cycle = service.cycle(review)
    found = answers_of(session, review, person, min(today, review.meets_on))
    late = actions.list_by_ids(session, found.late, person, today)
    return web.page(
        "meetings/detail.html",
        review=review,
        days=words.days(cycle, review.frozen_at),
        cycle=cycle,
        freezes_on=words.freezes_on(cycle),
        stage=_stage(review),
        answers=found,
        holders=holders(session, found, today),
        late=sorted((one.action for one in late.values()), key=lambda action: action.title),
        cover=service.cover(review),
        words=words,
        may_freeze=not review.is_frozen and today >= cycle.asks_on,
        may_run=person.may(Capability.RUN_REVIEW, plan_id=review.plan_id),
        may_record=person.may(Capability.RECORD_DECISION, plan_id=review.plan_id),
    )


@bp.route("/meetings/<int:review_id>/change", methods=["GET", "POST"])
@auth.requires(Capability.RUN_REVIEW)
def change(review_id: int) -> ResponseReturnValue:
    """Move a meeting, or change when owners are asked and answers close."""
    review = _runnable(review_id)
    if review.is_frozen:
        return _refused(review)
    form = RearrangeForm(review)
    if request.method == "POST" and form.validate():
        try:
            version = form.version.data or 0
            made = service.rearrange(
                web.session(), review_id, form.wanted(), version=version, by=web.person(), today=web.today()
            )
        except Invalid as error:
            add_error(form, error)
        except Conflict as conflict:
            raise _named(conflict, form) from None
        else:
            return _saved(review_id, " ".join([gettext("The meeting is changed."), *_moved([made])]))
    return web.page("meetings/change.html", review=review, form=form, status=_status(form))


@bp.route("/meetings/<int:review_id>/cover", methods=["GET", "POST"])
@auth.requires(Capability.RUN_REVIEW)
def cover(review_id: int) -> ResponseReturnValue:
    """Write the cover sheet of the pack."""
    review = _runnable(review_id)
    if review.is_frozen:
        return _refused(review)
    form = CoverForm(review)
    if request.method == "POST" and form.validate():
        try:
            service.write_cover(web.session(), review_id, form.cover(), version=form.version.data or 0, by=web.person())
        except Conflict as conflict:
            raise _named(conflict, form) from None
        return _saved(review_id, gettext("The cover sheet is saved."))
    return web.page("meetings/cover.html", review=review, form=form, status=_status(form))


@bp.route("/meetings/<int:review_id>/cancel", methods=["GET", "POST"])
@auth.requires(Capability.RUN_REVIEW)
def cancel(review_id: int) -> ResponseReturnValue:
    """Take a meeting out of the cycle, with what that does before the button."""
    review = _runnable(review_id)
    if review.is_frozen:
        return _refused(review)
    form = CancelForm(data={"version": review.version})
    if request.method == "POST" and form.validate():
        plan = service.cancel(web.session(), review_id, version=form.version.data or 0, by=web.person())
        day = spoken(review.meets_on)
        web.commit()
        web.say(gettext("The meeting of %(day)s is cancelled.", day=day))
        return redirect(url_for(".index", ref=plan.ref), code=303)
    return web.page(
        "meetings/cancel.html",
        review=review,
        form=form,
        is_asking=web.today() >= service.cycle(review).asks_on,
        status=_status(form),
    )


def _as_before(plan: Plan) -> dict[str, int]:
    """The days of the last meeting that was planned, which most others keep."""
    found = service.list_reviews(web.session(), plan, web.person())
    return {"request_days": found[0].request_days, "close_days": found[0].close_days} if found else {}


def _stage(review: Review) -> str:
    cycle = service.cycle(review)
    return words.stage(cycle.stage(web.today(), is_frozen=review.is_frozen, is_closed=review.is_closed), cycle)


def _planned(made: list[Arranged]) -> str:
    first, last = spoken(made[0].review.meets_on), spoken(made[-1].review.meets_on)
    if len(made) == 1:
        told = gettext("The meeting of %(day)s is planned.", day=first)
    else:
        told = ngettext(
            "%(num)s meeting is planned, from %(first)s to %(last)s.",
            "%(num)s meetings are planned, from %(first)s to %(last)s.",
            len(made),
            first=first,
            last=last,
        )
    return " ".join([told, *_moved(made)])


def _moved(made: list[Arranged]) -> list[str]:
    """A sentence for each meeting that was to be on a day off."""
    return [
        gettext(
            "%(asked)s is no working day, so the group meets on %(day)s.",
            asked=spoken(one.moved_from),
            day=spoken(one.review.meets_on),
        )
        for one in made
        if one.moved_from
    ]


def _named(conflict: Conflict, form: Form) -> Conflict:
    """A conflict with the labels of the form's fields."""
    conflict.labels = {field.name: field.label.text for field in form}
    return conflict


def _runnable(review_id: int) -> Review:
    """The meeting, for those who may plan and change it."""
    review = service.get(web.session(), review_id, web.person())
    web.person().require(Capability.RUN_REVIEW, plan_id=review.plan_id)
    return review


def _refused(review: Review) -> ResponseReturnValue:
    """Nothing is changed once the pack is frozen: a form is not opened, and what was sent is kept on the screen."""
    if request.method == "POST":
        raise Conflict(service.frozen_words())
    web.say(service.frozen_words())
    return redirect(url_for(".detail", review_id=review.id), code=303)


def _saved(review_id: int, told: str) -> ResponseReturnValue:
    web.commit()
    web.say(told)
    return redirect(url_for(".detail", review_id=review_id), code=303)


def _status(form: Form) -> int:
    return 422 if form.errors or form.form_errors else 200
