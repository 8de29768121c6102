"""Rows of spreadsheets that are posts; who holds one that nobody holds may be named, and holds it from that day."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kb.catalogue import holding, organisation_editing
from kb.catalogue.holding import Part, Wanted
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
from kb.words import gettext, in_each_language, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from kb.importing.fields import Values
    from kb.importing.kinds.named import Names
    from kb.importing.kinds.understood import Work
    from kb.importing.proposals import Context

ORGANISATION, HOLDER = "organisation", "holder"


@dataclass(frozen=True, slots=True)
class HeldPost(PostDetails):
    """What a row says about a post; the holder is an email address."""

    holder: str = ""


class Posts(Sheet[Post, HeldPost]):
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

    def blank(self, context: Context) -> HeldPost:
        return HeldPost(title="")

    def details_of(self, context: Context, record: Post) -> HeldPost:
        details = organisation_editing.post_details_of(record)
        return HeldPost(**asdict(details), holder=_holder_of(context, record))

    def read(self, context: Context, one: Field, values: Values, standing: Any) -> Any:
        if one.key != HOLDER:
            return super().read(context, one, values, standing)
        email = cells.clean(values[HOLDER]).removeprefix("mailto:").lower()
        if email in ("", standing) or email in _accounts(context):
            return email
        words = gettext(
            "“%(email)s” is not the address of one person with an account here. Have the person invited first, correct "
            "the address, or leave the cell empty",
            email=email[:100],
        )
        raise Invalid(HOLDER, words)

    def settle(self, context: Context, work: Work[Post, HeldPost]) -> None:
        """That a file names no holder does not end the time of whoever holds the post."""
        if not work.new.holder:
            work.new = replace(work.new, holder=work.old.holder)

    def faults(self, context: Context, work: Work[Post, HeldPost]) -> list[Invalid]:
        if not work.new.organisation:
            return [Invalid(ORGANISATION, gettext("Say which organisation the post is in"))]
        found = [*_second_holder(context, work.record)] if HOLDER in work.changed and work.record else []
        if work.record is not None and not work.changed.keys() & {TITLE, ORGANISATION}:
            return found
        return found + faults(
            lambda: organisation_editing.check_post(context.session, work.new, by=context.by, besides=work.record)
        )

    def create(self, context: Context, details: HeldPost, *, reason: str) -> Post:
        post = organisation_editing.create_post(context.session, details, by=context.by)
        lookups.organisation_of(context)[post.ref] = details.organisation
        self._give(context, post, details.holder, reason)
        return post

    def edit(self, context: Context, record: Post, details: HeldPost, *, reason: str) -> None:
        organisation_editing.edit_post(
            context.session, record.ref, details, version=record.version, reason=reason, by=context.by
        )
        lookups.organisation_of(context)[record.ref] = details.organisation
        self._give(context, record, details.holder, reason)

    def _give(self, context: Context, post: Post, email: str, reason: str) -> None:
        """Let whoever has this address hold the post from today, or nobody."""
        if email == _holder_of(context, post):
            return
        context.session.flush()  # only a post that is saved can be held
        wanted = Wanted(email, context.today, post.version, reason)
        holding.give(context.session, post.ref, Part.HOLDER, wanted, by=context.by, today=context.today)
        if email:
            _holders(context)[post.id] = Held(email, _accounts(context)[email], context.today)
        else:
            _holders(context).pop(post.id)


class Held(NamedTuple):
    """Who holds a post or will, and from which day."""

    email: str
    name: str
    from_on: date


def _holders(context: Context) -> dict[int, Held]:
    """By post who holds it today, or else will first; read once."""
    if "holders" not in context.cache:
        found = holding.list_holders(context.session, person=context.by, today=context.today)
        context.cache["holders"] = {
            post_id: Held(first.user.email, first.user.name, first.from_on) for post_id, (first, *_) in found.items()
        }
    holders: dict[int, Held] = context.cache["holders"]
    return holders


def _holder_of(context: Context, post: Post) -> str:
    """The address of whoever holds a post today."""
    held = _holders(context).get(post.id)
    return held.email if held is not None and held.from_on <= context.today else ""


def _second_holder(context: Context, post: Post) -> Iterator[Invalid]:
    """What is wrong where a post that somebody holds, or will, is given to somebody else."""
    if held := _holders(context).get(post.id):
        words = gettext(
            "%(name)s holds it from %(day)s, and a post has one holder. End that on the page of the post first, or "
            "leave the cell empty",
            name=held.name,
            day=spoken(held.from_on),
        )
        yield Invalid(HOLDER, words)


def _accounts(context: Context) -> dict[str, str]:
    """The addresses of all who may be given a post, and their names."""
    if "accounts" not in context.cache:
        people = holding.list_people(context.session, person=context.by)
        context.cache["accounts"] = {user.email: user.name for user in people}
    found: dict[str, str] = context.cache["accounts"]
    return found


def _roster(context: Context) -> Roster[Post]:
    session, seen = context.session, visible_to(context.by)

    def fetch(ids: Sequence[int]) -> Sequence[Post]:
        query = select(Post).where(Post.id.in_(ids), seen).options(joinedload(Post.organisation))
        return session.scalars(query).all()

    roster = Roster(fetch)
    for row in session.execute(select(Post.id, Post.ref, Post.title).where(seen).order_by(Post.id)):
        roster.add(*row)
    return roster


@in_each_language
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
        Field(
            HOLDER,
            gettext("Holder’s email"),
            also=("Holder email", "Email of the holder", "Email", "Email address"),
            help=gettext(
                "The address of a person with an account here, who holds the post from the day that the row comes in. "
                "Only for a post that nobody holds; an empty cell changes nothing."
            ),
        ),
        *told("Held by", "Deputy", "Open actions", "Page"),
    )
