"""Rows of spreadsheets that are posts; who holds them is given on their pages, since it has a day."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kb.catalogue import organisation_editing
from kb.catalogue.organisation_editing import PostDetails
from kb.editing import faults
from kb.errors import Invalid
from kb.importing.fields import Field, Shape
from kb.importing.kinds import cells, lookups
from kb.importing.kinds.headed import REF, TITLE
from kb.importing.kinds.named import key_of
from kb.importing.kinds.roster import Roster
from kb.importing.kinds.sheets import Sheet
from kb.importing.kinds.sources import told
from kb.models.organisation import Post
from kb.permissions import Capability, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.importing.fields import Values
    from kb.importing.kinds.named import Names
    from kb.importing.kinds.understood import Work
    from kb.importing.proposals import Context

ORGANISATION = "organisation"


class Posts(Sheet[Post, PostDetails]):
    """Each row is a post in an organisation that stands here already."""

    name = "posts"
    needed = frozenset({TITLE, ORGANISATION})

    def title(self) -> str:
        return gettext("Posts")

    def fields(self) -> Sequence[Field]:
        return _fields()

    def require(self, context: Context) -> None:
        context.by.require(Capability.EDIT_SHARED)

    def roster(self, context: Context) -> Roster[Post]:
        if self.name not in context.cache:
            context.cache[self.name] = _roster(context)
        found: Roster[Post] = context.cache[self.name]
        return found

    def names(self, context: Context) -> Mapping[str, Names]:
        return {ORGANISATION: lookups.organisations(context)}

    def called(self, context: Context, values: Values) -> list[str]:
        """Posts of this title in the organisation of the row: nearly every organisation has one of the same title."""
        bodies = lookups.organisations(context).refs(cells.clean(values.get(ORGANISATION, "")))
        employers = lookups.organisation_of(context)
        return [ref for ref in super().called(context, values) if employers.get(ref) in bodies]

    def seen_as(self, values: Values) -> str:
        title, body = (key_of(cells.clean(values.get(key, ""))) for key in (TITLE, ORGANISATION))
        return f"{title}, {body}" if title else ""

    def blank(self, context: Context) -> PostDetails:
        return PostDetails(title="")

    def details_of(self, context: Context, record: Post) -> PostDetails:
        return organisation_editing.post_details_of(record)

    def faults(self, context: Context, work: Work[Post, PostDetails]) -> list[Invalid]:
        if not work.new.organisation:
            return [Invalid(ORGANISATION, gettext("Say which organisation the post is in"))]
        if work.record is not None and not work.changed.keys() & {TITLE, ORGANISATION}:
            return []
        return faults(
            lambda: organisation_editing.check_post(context.session, work.new, by=context.by, besides=work.record)
        )

    def create(self, context: Context, details: PostDetails, *, reason: str) -> Post:
        post = organisation_editing.create_post(context.session, details, by=context.by)
        lookups.organisation_of(context)[post.ref] = details.organisation
        return post

    def edit(self, context: Context, record: Post, details: PostDetails, *, reason: str) -> None:
        organisation_editing.edit_post(
            context.session, record.ref, details, version=record.version, reason=reason, by=context.by
        )
        lookups.organisation_of(context)[record.ref] = details.organisation


def _roster(context: Context) -> Roster[Post]:
    session, seen = context.session, visible_to(context.by)

    def fetch(ids: Sequence[int]) -> Sequence[Post]:
        query = select(Post).where(Post.id.in_(ids), seen).options(joinedload(Post.organisation))
        return session.scalars(query).all()

    roster = Roster(fetch)
    for row in session.execute(select(Post.id, Post.ref, Post.title).where(seen).order_by(Post.id)):
        roster.add(*row)
    return roster


@cache
def _fields() -> tuple[Field, ...]:
    return (
        Field(REF, gettext("Ref"), help=gettext("Stands in our own files. Leave it empty for a new post.")),
        Field(
            TITLE,
            gettext("Post"),
            also=("Title", "Post title", "Job title", "Role"),
            is_required=True,
            help=gettext("What the post is called, without who holds it. Only a row with a Ref changes it."),
        ),
        Field(
            ORGANISATION,
            gettext("Organisation"),
            also=("Employer", "Body", "Organisation name"),
            is_required=True,
            help=gettext("The title or abbreviation of an organisation that stands here already."),
        ),
        Field(
            "is_assumed",
            gettext("Assumed"),
            Shape.YES,
            also=("Is assumed",),
            help=gettext("Yes where no document names the post."),
        ),
        Field("note", gettext("Note"), Shape.TEXT, also=("Notes", "Remark", "Comment")),
        *told("Held by", "Deputy", "Open actions", "Page"),
    )
