"""The record of a meeting of the steering group: decisions, who was there, minutes, and the plan's action log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from actions import action_log_columns, editing, updates
from actions.forms import decisions as forms
from actions.reviews import action_log, deciding, minutes, record, verdicts
from actions.reviews.matters import of_other_business
from kb import auth, downloads, web
from kb.errors import Conflict, Invalid, NotFound
from kb.forms.base import Form, add_error
from kb.paging import number, paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from actions.reviews.matters import Matter
    from actions.reviews.record import Record

bp = Blueprint("decisions", __name__)


@bp.route("/meetings/<int:review_id>/record", methods=["GET", "POST"])
@auth.requires(Capability.READ_UPDATES)
def show(review_id: int) -> ResponseReturnValue:
    """The agenda with what became of each matter; who was there and the notes are sent to the same address."""
    session, person, today = web.session(), web.person(), web.today()
    if request.method == "POST":
        deciding.recordable(session, review_id, person)
    found = record.get(session, review_id, person, today)
    form = forms.NotesForm.of(record.notes_of(found.review))
    if request.method == "POST" and form.validate():
        try:
            record.write(session, review_id, form.said(), version=form.version.data or 0, by=person)
        except Conflict as conflict:
            raise _named(conflict, form) from None
        web.commit()
        web.say(gettext("Who was there and the notes are saved."))
        return redirect(url_for(".show", review_id=review_id), code=303)
    status = 422 if form.errors else 200
    return web.page("decisions/record.html", found=found, form=form, told=verdicts.told, status=status)


@bp.route("/meetings/<int:review_id>/decide", methods=["GET", "POST"])
@auth.requires(Capability.RECORD_DECISION)
def decide(review_id: int) -> ResponseReturnValue:
    """Decide the matter that the address names, or one that is not on the agenda."""
    found = _found(review_id)
    if request.method == "GET" and not found.may_record:
        return _sent_back(found)
    matter = _matter(found, number("matter", 0)) if "matter" in request.args else None
    form, named = _form(found, matter), ()
    if request.method == "POST" and form.validate():
        try:
            _save(found, matter, form)
        except Invalid as error:
            add_error(form, error)
            named = getattr(error, "found", ())
        except Conflict as conflict:
            raise _named(conflict, form) from None
        else:
            return _saved(found, matter, form.said().verdict)
    status = 422 if form.errors or form.form_errors else 200
    shown = updates.last_update(web.session(), matter.action) if matter and matter.action else None
    return web.page(
        "decisions/decide.html",
        found=found,
        matter=matter,
        form=form,
        told=verdicts.told,
        shown=shown,
        named=named,
        effects=matter.effects if matter else of_other_business(),
        status=status,
    )


def _form(found: Record, matter: Matter | None) -> forms.DecisionForm:
    """The form of a matter; for a new one, which may take up what an earlier meeting put off."""
    if matter is not None:
        return (forms.OtherForm if deciding.is_other(matter) else forms.DecisionForm).on(matter)
    taken_up = number("carried", 0)
    entry = next((one for one in found.carried if one.decision.id == taken_up), None)
    given = {"matter": entry.decision.matter} if entry else {}
    if entry is not None and entry.record is not None:
        given["about"] = f"{entry.record.kind}:{entry.record.ref}"
    form = forms.OtherForm(data=given)
    form.offer(tuple(verdicts.offered()))
    return form


def _save(found: Record, matter: Matter | None, form: forms.DecisionForm) -> None:
    session, person, today, review_id = web.session(), web.person(), web.today(), found.review.id
    if matter is None:
        deciding.add(session, review_id, form.said(), by=person)
    else:
        version = form.version.data or 0
        deciding.decide(session, review_id, matter.number, form.said(), version=version, by=person, today=today)
    web.commit()


def _saved(found: Record, matter: Matter | None, verdict: str) -> ResponseReturnValue:
    left = sum(one is not matter for one in found.undecided)
    still = ngettext("%(num)s matter is undecided.", "%(num)s matters are undecided.", left)
    web.say(f"{verdicts.told(verdict)}. {still if left else gettext('Every matter is decided.')}")
    return redirect(url_for(".show", review_id=found.review.id), code=303)


@bp.post("/meetings/<int:review_id>/decide/<int:place>/take-back")
@auth.requires(Capability.RECORD_DECISION)
def take_back(review_id: int, place: int) -> ResponseReturnValue:
    """Leave a matter undecided again."""
    session, person, today = web.session(), web.person(), web.today()
    version = forms.DecisionForm().version.data or 0
    deciding.take_back(session, review_id, place, version=version, by=person, today=today)
    web.commit()
    web.say(gettext("The decision is taken back. The history of what it touched says so."))
    return redirect(url_for(".show", review_id=review_id), code=303)


@bp.route("/meetings/<int:review_id>/decide/<int:place>/action", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def follow_up(review_id: int, place: int) -> ResponseReturnValue:
    """Make an action of a decision."""
    session, person, today = web.session(), web.person(), web.today()
    found = _found(review_id)
    person.require(Capability.EDIT_PLAN, plan_id=found.review.plan_id)
    if request.method == "GET" and not found.may_record:
        return _sent_back(found)
    matter = _matter(found, place)
    if matter.decision is None:
        raise NotFound("decision", str(place))
    form = forms.FollowUpForm(data={"title": forms.title_of(matter)})
    form.offer(editing.list_owners(session, person))
    if request.method == "POST" and form.validate():
        try:
            action = deciding.follow_up(session, review_id, place, form.wanted(), by=person, today=today)
        except Invalid as error:
            add_error(form, error)
        else:
            said = gettext("“%(title)s” is an action of the plan now.", title=action.title)
            web.commit()
            web.say(said)
            return redirect(url_for(".show", review_id=review_id, _anchor=f"matter-{place}"), code=303)
    status = 422 if form.errors or form.form_errors else 200
    return web.page(
        "decisions/follow_up.html", found=found, matter=matter, form=form, told=verdicts.told, status=status
    )


@bp.route("/meetings/<int:review_id>/close", methods=["GET", "POST"])
@auth.requires(Capability.RECORD_DECISION)
def close(review_id: int) -> ResponseReturnValue:
    """Say what is undecided, and lock the record."""
    session, person = web.session(), web.person()
    if request.method == "POST":
        review = record.close(session, review_id, by=person)
        said = gettext("The meeting of %(day)s is closed. These are its minutes.", day=spoken(review.meets_on))
        web.commit()
        web.say(said)
        return redirect(url_for(".minutes_page", review_id=review_id), code=303)
    found = _found(review_id)
    if not found.may_record:
        return _sent_back(found)
    return web.page("decisions/close.html", found=found)


@bp.get("/meetings/<int:review_id>/minutes")
@auth.requires(Capability.READ_UPDATES)
def minutes_page(review_id: int) -> ResponseReturnValue:
    """The minutes as a page that prints, and for Word."""
    session, person = web.session(), web.person()
    found = record.get(session, review_id, person, web.today(), with_carried=False)
    if found.pack is None:
        return redirect(url_for(".show", review_id=review_id), code=303)
    review, made = found.review, minutes.of(session, found, person)
    if not downloads.document_is_wanted():
        standing = minutes.standing(review)
        return web.page("decisions/minutes.html", found=found, minutes=made, standing=standing)
    parts = minutes.parts(found, made, _address)
    name, title, plan = f"minutes-{review.plan.ref}-{review.meets_on.isoformat()}", minutes.title(review), review.plan
    about = f"plan:{plan.ref}"
    return downloads.send_document(name, title, parts, about=about, plan=plan.title, is_brief=True)


@bp.get("/plans/<ref>/action-log")
@auth.requires(Capability.READ_UPDATES)
def log(ref: str) -> Response:
    """What the decisions of a plan's meetings became, and what they put off."""
    session, person, today = web.session(), web.person(), web.today()
    plan = plans.get(session, ref, person=person)
    entries = action_log.list_entries(session, plan, person, today)
    if downloads.are_wanted():
        return downloads.send(f"action-log-{plan.ref}", action_log_columns.sheet(entries), filters=[plan.title])
    paging = paged(len(entries))
    return web.page(
        "decisions/log.html",
        plan=plan,
        entries=entries[paging.offset : paging.offset + paging.limit],
        still_open=sum(entry.is_open for entry in entries),
        paging=paging,
    )


def _found(review_id: int) -> Record:
    """The record of a meeting for those who may write it."""
    found = record.get(web.session(), review_id, web.person(), web.today())
    web.person().require(Capability.RECORD_DECISION, plan_id=found.review.plan_id)
    return found


def _sent_back(found: Record) -> ResponseReturnValue:
    """To the record, which says why nothing can be added to it."""
    return redirect(url_for(".show", review_id=found.review.id), code=303)


def _matter(found: Record, place: int) -> Matter:
    matter = next((one for one in found.matters if one.number == place), None)
    if matter is None:
        raise NotFound("matter of this meeting", str(place))
    return matter


def _named(conflict: Conflict, form: Form) -> Conflict:
    """A conflict with the labels of the form's fields."""
    conflict.labels = {field.name: field.label.text for field in form}
    return conflict


def _address(named: web.Named) -> str:
    return f"{web.settings().base_url}{web.url_of(named)}"
