"""The mapping of a plan: every source that it stands to in some way, row by row, and the same as a document."""

from __future__ import annotations

from flask import Blueprint, Response, request

from kb import auth, downloads, labels, web
from kb.columns import documents
from kb.columns import mapping as columns
from kb.exporting import mapped
from kb.exporting.mapping import Extra
from kb.paging import paged
from kb.permissions import Capability
from kb.planning import plans, responses

bp = Blueprint("plan_mapping", __name__)


@bp.get("/plans/<ref>/mapping")
@auth.requires(Capability.READ)
def index(ref: str) -> Response:
    """The rows of the mapping, of one section where the address names it."""
    session, person = web.session(), web.person()
    plan = plans.get(session, ref, person=person)
    sections = responses.count_sections(session, plan, person=person)
    section = asked if (asked := request.args.get("section", "")) in sections else ""
    if downloads.document_is_wanted():
        return documents.mapping_of(plan, section)
    if downloads.are_wanted():
        rows = mapped.of_plan(session, plan, person=person, section=section, extras=list(Extra))
        told = [plan.title, *([labels.readable(section)] if section else [])]
        return downloads.send("mapping", columns.sheet(rows), filters=told)
    total = sections[section] if section else sum(sections.values())
    paging = paged(total)
    found = responses.list_rows(session, plan, person=person, section=section, offset=paging.offset, limit=paging.limit)
    return web.page(
        "mapping/index.html",
        plan=plan,
        rows=found,
        total=total,
        everything=sum(sections.values()),
        sections=sections,
        section=section,
        paging=paging,
        labels=labels,
        extras=(Extra.PRIORITIES, Extra.ACTIONS),
        may_edit=person.may(Capability.EDIT_PLAN, plan_id=plan.id),
    )
