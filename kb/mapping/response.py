"""Writing how a plan answers a source: the foot of the mapping page."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import func, select

from kb import records
from kb.editing import LONGEST_TITLE
from kb.errors import Invalid
from kb.mapping.changes import Changes, retie
from kb.models.link import LinkState, LinkType
from kb.models.plan import Response, ResponseSource
from kb.models.record import Kind, Record
from kb.words import gettext

if TYPE_CHECKING:
    from kb.mapping.rows import LinkRow, ResponseRow
    from kb.models.plan import Plan
    from kb.models.source import Source

R = TypeVar("R", bound=Record)


def save(changes: Changes, plan: Plan, row: ResponseRow) -> None:
    """Write the plan's response to the source; one that is filled in for the first time is made."""
    response = changes.stand.response
    if response is None:
        if row.is_empty:
            return
        response = _make(changes, plan, row)
    else:
        _check(changes, row)
        response.response_type, response.text, response.review_by = row.type or None, row.text, row.review_by
        changes.note_columns(response)
        _own(changes, response, row)
    _lead_to(changes, response, LinkType.ANSWERED_BY, row.actions, changes.stand.offered.actions)
    _lead_to(changes, response, LinkType.CALLS_FOR, row.priorities, changes.stand.offered.priorities)


def _check(changes: Changes, row: ResponseRow) -> None:
    if row.type and not row.text:
        raise Invalid("response-text", gettext("Say how the plan answers, or choose “No answer yet”"))
    if row.owner and row.owner not in changes.stand.offered.posts:
        raise Invalid("response-owner", gettext("Choose a post of the list"))


def title_of(plan: Plan, source: Source) -> str:
    """What a response is called; nobody writes its title."""
    return gettext("How %(plan)s answers %(source)s", plan=plan.title, source=source.title)[:LONGEST_TITLE]


def _make(changes: Changes, plan: Plan, row: ResponseRow) -> Response:
    _check(changes, row)
    source = changes.stand.source
    last = select(func.max(Response.position)).where(Response.plan_id == plan.id)
    owner = changes.stand.offered.posts.get(row.owner)
    response = Response(
        ref=records.new_ref(changes.session, Kind.RESPONSE, f"{plan.ref} {source.ref}"),
        title=title_of(plan, source),
        plan_id=plan.id,
        position=(changes.session.scalar(last) or 0) + 1,
        response_type=row.type or None,
        text=row.text,
        owner_id=owner.id if owner else None,
        review_by=row.review_by,
        **changes.as_hidden_as_the_source,
    )
    changes.note_created(response)
    changes.session.add(ResponseSource(response_id=response.id, source_id=source.id, position=1))
    return response


def _own(changes: Changes, response: Response, row: ResponseRow) -> None:
    owner = changes.stand.offered.posts.get(row.owner)
    if (owner.id if owner else None) != response.owner_id:
        before = response.owner.title if response.owner else None
        changes.note(response, "owner", before, owner.title if owner else None)
        response.owner = owner


def _lead_to(
    changes: Changes, response: Response, kind: LinkType, rows: tuple[LinkRow, ...], offered: dict[str, R]
) -> None:
    standing = changes.stand.links_of(changes.stand.response, kind)
    # What no row speaks of stays as it is.
    wanted: dict[int, tuple[Record, str]] = {
        link.to_id: (link.end, "") for link in standing if link.state != LinkState.RETIRED
    }
    seen: set[str] = set()
    for row in rows:
        record = offered.get(row.ref)
        if record is None:
            raise Invalid(f"{row.field}-ref", gettext("Choose one of the list; what was chosen is not in it any more"))
        if row.ref in seen:
            raise Invalid(f"{row.field}-ref", gettext("“%(title)s” is named twice", title=record.title))
        seen.add(row.ref)
        if row.is_removed:
            wanted.pop(record.id, None)
        elif not row.reason:
            raise Invalid(f"{row.field}-reason", gettext("Say why"))
        else:
            wanted[record.id] = (record, row.reason)
    retie(changes, response, kind, standing, wanted)
