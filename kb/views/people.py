"""People, for administrators: who has an account, inviting, roles, administrators, and ending accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from actions import service as actions
from kb import auth, downloads, web
from kb.accounts import invitations, members, people, users
from kb.accounts.account_tokens import Issued
from kb.columns import people as columns
from kb.db import now
from kb.errors import Invalid
from kb.forms import people as forms
from kb.forms.base import add_error
from kb.paging import offset_asked, paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.user import User

bp = Blueprint("people", __name__, url_prefix="/people")
NUMBER = "<int(max=2147483647):user_id>"


@bp.get("")
@auth.requires(Capability.MANAGE_PEOPLE)
def index() -> Response:
    """Everybody who has an account, by name."""
    session, person, today = web.session(), web.person(), web.today()
    every_plan = plans.list_plans(session, person=person)
    wanted = forms.read(request.args, every_plan)
    if downloads.are_wanted():
        return downloads.send("people", columns.of_people(wanted, forms.STATE_WORDS, members.ROLE_WORDS))
    counts = people.count_by_state(session, person=person)
    total, found = people.list_people(session, wanted, person=person, today=today, offset=offset_asked())
    paging = paged(total)
    if total and not found:  # a page past the last one
        _, found = people.list_people(session, wanted, person=person, today=today, offset=paging.offset)
    return web.page(
        "people/index.html",
        found=found,
        paging=paging,
        wanted=wanted,
        offered=forms.offered(wanted, every_plan, counts),
        everybody=sum(counts.values()),
    )


@bp.route("/new", methods=["GET", "POST"])
@auth.requires(Capability.MANAGE_PEOPLE)
def invite() -> ResponseReturnValue:
    """Invite somebody; the answer shows the link once, for teams without mail."""
    session, person = web.session(), web.person()
    every_plan = plans.list_plans(session, person=person)
    plan = plans.choose(every_plan, request.args.get("plan"), person=person)
    form = forms.InvitationForm(every_plan, data={"plan": plan.ref if plan else ""})
    if request.method == "POST" and form.validate():
        plan = next((one for one in every_plan if one.ref == form.plan.data), None)
        try:
            issued = invitations.invite(
                session,
                name=form.name.data,
                email=form.email.data,
                plan=plan,
                role=forms.role_of(form.role) if plan else None,
                settings=web.settings(),
                at=now(),
                by=person,
            )
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            return _hand_over(issued, is_shown=True)
    return web.page(
        "people/invite.html",
        form=form,
        has_plans=bool(every_plan),
        notes=forms.ROLE_NOTES,
        status=422 if form.errors else 200,
    )


@bp.get(f"/{NUMBER}")
@auth.requires(Capability.MANAGE_PEOPLE)
def detail(user_id: int) -> Response:
    """One person: state, roles, posts, and what may be done."""
    return _page_of(user_id)


@bp.post(f"/{NUMBER}/invite")
@auth.requires(Capability.MANAGE_PEOPLE)
def invite_again(user_id: int) -> ResponseReturnValue:
    """Mail another invitation to somebody who has not come yet."""
    session, by = web.session(), web.person()
    try:
        user = users.get(session, user_id)
        issued = invitations.invite_again(session, user, settings=web.settings(), at=now(), by=by)
    except Invalid as error:
        return _page_of(user_id, refused=str(error))
    web.commit()
    return _hand_over(issued, is_shown=True)


@bp.post(f"/{NUMBER}/new-password")
@auth.requires(Capability.MANAGE_PEOPLE)
def send_reset(user_id: int) -> ResponseReturnValue:
    """Mail somebody a link for a new password; where mail leaves, it is for their eyes alone."""
    session, by = web.session(), web.person()
    try:
        issued = invitations.send_reset(session, users.get(session, user_id), settings=web.settings(), at=now(), by=by)
    except Invalid as error:
        return _page_of(user_id, refused=str(error))
    web.commit()
    return _hand_over(issued, is_shown=not web.settings().smtp_url)


@bp.post(f"/{NUMBER}/roles")
@auth.requires(Capability.MANAGE_PEOPLE)
def add_role(user_id: int) -> ResponseReturnValue:
    """Give somebody a role in a plan where they have none."""
    session, by = web.session(), web.person()
    user = users.get(session, user_id)
    every_plan = plans.list_plans(session, person=by)
    form = forms.PlanRoleForm(every_plan)
    if form.validate():
        plan = next(one for one in every_plan if one.ref == form.plan.data)
        try:
            members.add(session, user, plan, form.chosen, by=by)
        except Invalid as error:
            return _page_of(user_id, refused=str(error))
        return _done(user_id, gettext("%(name)s has a role in “%(plan)s” now.", name=user.name, plan=plan.title))
    return _page_of(user_id, refused=next(iter(form.errors.values()))[0])


@bp.post(f"/{NUMBER}/roles/<ref>")
@auth.requires(Capability.MANAGE_PEOPLE)
def set_role(user_id: int, ref: str) -> ResponseReturnValue:
    """Give somebody another role in a plan, or take it."""
    session, by = web.session(), web.person()
    user, plan = users.get(session, user_id), plans.get(session, ref, person=by)
    form = forms.RoleForm()
    if not form.validate():
        return _page_of(user_id, refused=form.role.errors[0])
    try:
        members.set_role(session, user, plan, forms.role_of(form.role), by=by)
    except Invalid as error:
        return _page_of(user_id, refused=str(error))
    return _done(user_id, gettext("The role in “%(plan)s” is changed.", plan=plan.title))


@bp.post(f"/{NUMBER}/administrator")
@auth.requires(Capability.MANAGE_PEOPLE)
def set_administrator(user_id: int) -> ResponseReturnValue:
    """Make somebody an administrator, or no longer one."""
    session, by = web.session(), web.person()
    user, is_to_be = users.get(session, user_id), request.form.get("is_administrator") == "y"
    try:
        users.set_administrator(session, user, is_to_be, by=by)
    except Invalid as error:
        return _page_of(user_id, refused=str(error))
    web.commit()
    if is_to_be:
        web.say(gettext("%(name)s is an administrator now.", name=user.name))
    else:
        web.say(gettext("%(name)s is no administrator any more.", name=user.name))
    is_own = user.id == by.user_id and not is_to_be
    return redirect(url_for("kb.home") if is_own else url_for(".detail", user_id=user_id), code=303)


@bp.route(f"/{NUMBER}/deactivate", methods=["GET", "POST"])
@auth.requires(Capability.MANAGE_PEOPLE)
def deactivate(user_id: int) -> ResponseReturnValue:
    """End an account; first the page shows what that empties."""
    session, by, today = web.session(), web.person(), web.today()
    user, refused = users.get(session, user_id), ""
    if request.method == "POST":
        try:
            users.deactivate(session, user, today=today, by=by)
        except Invalid as error:
            refused = str(error)
        else:
            return _done(user_id, gettext("%(name)s can no longer sign in.", name=user.name))
    holdings = users.list_holdings(session, user, today=today)
    return web.page(
        "people/deactivate.html",
        user=user,
        holdings=holdings,
        owned=actions.count_open_by_owner(session, by, [one.post_id for one in holdings if not one.is_deputy]),
        alone=members.list_led_alone(session, user, person=by),
        refused=refused,
        status=422 if refused else 200,
    )


@bp.post(f"/{NUMBER}/activate")
@auth.requires(Capability.MANAGE_PEOPLE)
def activate(user_id: int) -> ResponseReturnValue:
    """Let somebody in again."""
    session = web.session()
    user = users.get(session, user_id)
    users.activate(session, user, by=web.person())
    return _done(user_id, _in_again(user))


def _in_again(user: User) -> str:
    if people.state_of(user) is people.State.INVITED:
        return gettext("The account is open again. Send the invitation again.")
    return gettext("%(name)s can sign in again. Posts do not come back by themselves.", name=user.name)


def _done(user_id: int, said: str) -> ResponseReturnValue:
    web.commit()
    web.say(said)
    return redirect(url_for(".detail", user_id=user_id), code=303)


def _page_of(user_id: int, *, refused: str = "") -> Response:
    if refused:
        web.close_session()  # what was half done is undone
    session, person = web.session(), web.person()
    listed = people.get(session, user_id, person=person, today=web.today())
    held = {one.plan.id for one in listed.roles}
    free = [plan for plan in plans.list_plans(session, person=person) if plan.id not in held]
    return web.page(
        "people/detail.html",
        listed=listed,
        user=listed.user,
        role_choices=forms.role_choices(none=gettext("No role")),
        adding=forms.PlanRoleForm(free) if free else None,
        is_self=user_id == person.user_id,
        refused=refused,
        status=422 if refused else 200,
    )


def _hand_over(issued: Issued, *, is_shown: bool) -> Response:
    """The page after a link was made: it alone shows the link, which is kept nowhere, so no redirect comes between."""
    return web.page(
        "people/link.html",
        user=issued.user,
        address=issued.address(web.settings().base_url) if is_shown else "",
        ends_at=issued.ends_at,
        purpose=issued.purpose,
    )
