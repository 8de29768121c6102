"""Sets of priorities: the page of one, entering them for a plan or a source, and the priorities in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, url_for

from graph import service as graph
from kb import auth, history, labels, records, web
from kb.catalogue import sources
from kb.forms.plans import PriorityForm, SetForm
from kb.models.record import Theme
from kb.permissions import Capability
from kb.planning import plans, priority_sets
from kb.views.saving import answer
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.plan import Plan, Priority, PrioritySet
    from kb.models.source import Source

bp = Blueprint("priority_sets", __name__)


@bp.get("/priority-sets/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One set with its priorities in order."""
    session, person = web.session(), web.person()
    found = priority_sets.get(session, ref, person=person)
    return web.page(
        "priority_sets/detail.html",
        set=found,
        plan=plans.plan_of(session, found, person=person),
        strips=graph.strips(session, [one.id for one in found.priorities], person),
        changes=history.list_for(session, found, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, found),
        labels=labels,
        may_edit=priority_sets.may_edit(found, person),
    )


@bp.route("/plans/<ref>/priority-sets/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def new(ref: str) -> ResponseReturnValue:
    """Add a set to a plan."""
    plan = plans.get(web.session(), ref, person=web.person())
    priority_sets.require_editing(plan, web.person())
    crumbs = [(gettext("Plans"), url_for("plans.index")), (plan.title, web.url_of(plan))]
    return _new(crumbs, gettext("What the plan puts first, in one list or several."), plan=plan)


@bp.route("/sources/<ref>/priority-sets/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new_of_source(ref: str) -> ResponseReturnValue:
    """Add a set to a source: what the source itself names as its priorities."""
    source = sources.get(web.session(), ref, person=web.person())
    crumbs = [(gettext("Sources"), url_for("sources.index")), (source.title, web.url_of(source))]
    return _new(crumbs, gettext("Priorities that the source names as its own. They are not the plan’s."), source=source)


def _new(
    crumbs: list[tuple[str, str]], lede: str, *, plan: Plan | None = None, source: Source | None = None
) -> ResponseReturnValue:
    form = SetForm()

    def save() -> PrioritySet:
        return priority_sets.create(web.session(), form.details(), plan=plan, source=source, by=web.person())

    return answer(
        form,
        save,
        gettext("The set is added. Now add its priorities."),
        heading=gettext("Add a set of priorities"),
        lede=lede,
        crumbs=crumbs,
        submit=gettext("Add the set"),
    )


@bp.route("/priority-sets/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Rename a set and put its priorities in order."""
    session, person = web.session(), web.person()
    found = priority_sets.get(session, ref, person=person)
    priority_sets.require_editing(found, person)
    form = SetForm(found, found.priorities)

    def save() -> PrioritySet:
        return priority_sets.edit(session, ref, form.details(), **form.change(), by=person)

    return answer(
        form,
        save,
        gettext("The set is saved."),
        "priority_sets/edit.html",
        heading=gettext("Edit this set of priorities"),
        crumbs=_crumbs(found),
        submit=gettext("Save"),
        record=found,
    )


@bp.route("/priority-sets/<ref>/priorities/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new_priority(ref: str) -> ResponseReturnValue:
    """Add a priority at the end of a set."""
    session, person = web.session(), web.person()
    found = priority_sets.get(session, ref, person=person)
    priority_sets.require_editing(found, person)
    form = priority_form()

    def save() -> PrioritySet:
        priority_sets.add_priority(session, ref, form.details(), by=person)
        return found  # where the next one is added

    return answer(
        form,
        save,
        gettext("The priority is added."),
        heading=gettext("Add a priority"),
        lede=found.title,
        crumbs=_crumbs(found),
        submit=gettext("Add the priority"),
    )


def priority_form(priority: Priority | None = None) -> PriorityForm:
    """The form of a priority with what there is to choose from."""
    session, person = web.session(), web.person()
    form = PriorityForm(priority_sets.details_of(priority) if priority else None, priority)
    return form.offer(priority_sets.list_kinds(session), records.list_all(session, Theme, person=person))


def _crumbs(found: PrioritySet) -> list[tuple[str, str]]:
    owner = found.source or plans.plan_of(web.session(), found, person=web.person())
    return [*([(owner.title, web.url_of(owner))] if owner else []), (found.title, web.url_of(found))]
