"""Actions that are likely the same: the list, two of them side by side, and those that somebody said are two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from actions.models import Action
from graph import columns
from graph.same import pairs as same
from graph.views import bp
from kb import auth, downloads, records, same_actions, web
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.forms.links import ReasonForm
from kb.paging import paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from graph.same.pairs import Offered
    from kb.models.plan import Plan

# The button that says that the two are not the same.
TWO = "two"


@bp.get("/same-actions")
@auth.requires(Capability.READ)
def same_pairs() -> ResponseReturnValue:
    """The pairs that wait for somebody to say whether they are the same, of one plan or of all."""
    session, person = web.session(), web.person()
    offered, plan = _plans()
    pairs = same.list_offered(session, person, plan.id if plan else None)
    if downloads.are_wanted():
        return downloads.send("same-actions", columns.same(pairs), filters=[plan.title] if plan else [])
    paging = paged(len(pairs))
    shown = pairs[paging.offset : paging.offset + paging.limit]
    return web.page(
        "graph/same.html",
        pairs=shown,
        paging=paging,
        plan=plan,
        plans=offered if len(offered) > 1 else [],
        may_decide=_may_decide,
        pairs_to_decide=any(map(_may_decide, shown)),
    )


@bp.route("/same-actions/<ref>/<other>", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def decide_same(ref: str, other: str) -> ResponseReturnValue:
    """Two actions side by side; say that they are the same, or that they are not."""
    session, person = web.session(), web.person()
    first, second = (records.get(session, Action, each, person=person) for each in (ref, other))
    same_actions.require_deciding(first, second, person)
    form = ReasonForm()
    if request.method == "POST" and form.validate():
        decide = same_actions.dismiss if TWO in request.form else same_actions.confirm
        try:
            decide(session, first, second, reason=form.reason.data or "", by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(
                gettext("They stay two actions, and are not offered again.")
                if TWO in request.form
                else gettext(
                    "A link now says that “%(one)s” and “%(other)s” are the same.", one=first.title, other=second.title
                )
            )
            return redirect(url_for(".same_pairs"), code=303)
    return web.page(
        "graph/same_decide.html",
        pair=same.compare(session, person, first, second),
        details=same.details(session, person, (first, second)),
        form=form,
        two=TWO,
        status=422 if form.errors or form.form_errors else 200,
    )


@bp.get("/same-actions/dismissed")
@auth.requires(Capability.READ_UPDATES)
def dismissed_same() -> ResponseReturnValue:
    """The pairs that somebody said are two actions, with the reason; whoever may decide can have them offered again."""
    person = web.person()
    offered, plan = _plans()
    found = same_actions.list_dismissed(web.session(), person=person, plan_id=plan.id if plan else None)
    if downloads.are_wanted():
        return downloads.send("dismissed-pairs", columns.dismissed(found), filters=[plan.title] if plan else [])
    paging = paged(len(found))
    return web.page(
        "graph/same_dismissed.html",
        found=found[paging.offset : paging.offset + paging.limit],
        paging=paging,
        plan=plan,
        plans=offered if len(offered) > 1 else [],
        may_decide=lambda each: same_actions.may_decide(each.one, each.other, person),
    )


@bp.post("/same-actions/dismissed/<int:pair_id>")
@auth.requires(Capability.EDIT_PLAN)
def offer_same_again(pair_id: int) -> ResponseReturnValue:
    """Take back that two actions are not the same."""
    same_actions.offer_again(web.session(), pair_id, by=web.person())
    web.commit()
    web.say(gettext("The two are offered again, if their titles are still near each other."))
    return redirect(url_for(".dismissed_same"), code=303)


def _may_decide(pair: Offered) -> bool:
    """Whether the reader may change one of the two plans."""
    plan_ids = {pair.one.action.plan_id, pair.other.action.plan_id}
    return any(web.person().may(Capability.EDIT_PLAN, plan_id=plan_id) for plan_id in plan_ids)


def _plans() -> tuple[Sequence[Plan], Plan | None]:
    """The plans to choose from, and the one that the address names; without one it is about all of them."""
    offered = plans.list_plans(web.session(), person=web.person())
    return offered, next((plan for plan in offered if plan.ref == request.args.get("plan")), None)
