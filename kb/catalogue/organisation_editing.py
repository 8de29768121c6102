"""Adding organisations and posts, and changing what is written down about them; leads of any plan do both."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kb import editing, labels, records
from kb.catalogue import naming, organisations
from kb.errors import Invalid
from kb.models.organisation import Organisation, OrganisationNation, Post
from kb.models.record import Kind
from kb.models.source import Nation
from kb.permissions import Capability, Person
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class OrganisationDetails:
    """What a lead says about an organisation; a generic one stands for many, such as all health boards."""

    title: str
    abbreviation: str = ""
    body_kind: str = ""
    nations: tuple[str, ...] = ()
    is_generic: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PostDetails:
    """What a lead says about a post; the organisation is a ref."""

    title: str
    organisation: str = ""
    is_assumed: bool = False
    note: str = ""


def details_of(organisation: Organisation) -> OrganisationDetails:
    """What stands now, as the form shows it; of an organisation that `organisations.get` gave."""
    return OrganisationDetails(
        title=organisation.title,
        abbreviation=organisation.abbreviation,
        body_kind=labels.readable(organisation.body_kind),
        nations=tuple(row.nation for row in organisation.nations),
        is_generic=organisation.is_generic,
        note=organisation.note,
    )


def post_details_of(post: Post) -> PostDetails:
    """What stands now, as the form shows it; of a post that `organisations.get_post` gave."""
    return PostDetails(post.title, post.organisation.ref, post.is_assumed, post.note)


def create(session: Session, details: OrganisationDetails, *, by: Person) -> Organisation:
    """Add an organisation that all plans share."""
    by.require(Capability.EDIT_SHARED)
    values = _checked(details)
    organisation = Organisation(
        ref=records.new_ref(session, Kind.ORGANISATION, details.title),
        nations=[OrganisationNation(nation=nation) for nation in _nations(details)],
        posts=[],
        **values,
    )
    return editing.make(session, organisation, by=by)


def edit(
    session: Session, ref: str, details: OrganisationDetails, *, version: int, reason: str, by: Person
) -> Organisation:
    """Change an organisation."""
    organisation = organisations.get(session, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    editing.check_version(organisation, version, asdict(details_of(organisation)))
    values, nations, words = _checked(details), _nations(details), labels.nations()
    with session.no_autoflush:
        editing.change(session, organisation, values, reason=reason, by=by)
        kept = {row.nation: row for row in organisation.nations}
        before = [words[nation] for nation in words if nation in kept]
        after = [words[nation] for nation in nations]
        if editing.note_words(session, organisation, "nations", before, after, reason=reason, by=by):
            organisation.nations = [kept.get(nation) or OrganisationNation(nation=nation) for nation in nations]
    session.flush()
    return organisation


def create_post(session: Session, details: PostDetails, *, by: Person) -> Post:
    """Add a post to an organisation; nobody holds it yet."""
    by.require(Capability.EDIT_SHARED)
    organisation = _employer(session, details, by)
    title = _free_title(session, details, organisation)
    post = Post(
        ref=records.new_ref(session, Kind.POST, title),
        title=title,
        organisation=organisation,
        is_assumed=details.is_assumed,
        note=details.note.strip(),
    )
    return editing.make(session, post, by=by)


def edit_post(session: Session, ref: str, details: PostDetails, *, version: int, reason: str, by: Person) -> Post:
    """Change a post; who holds it is changed elsewhere."""
    post = organisations.get_post(session, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    editing.check_version(post, version, asdict(post_details_of(post)), chosen=["organisation"])
    organisation = _employer(session, details, by)
    title = _free_title(session, details, organisation, besides=post)
    values = {"title": title, "is_assumed": details.is_assumed, "note": details.note.strip()}
    with session.no_autoflush:
        editing.change(session, post, values, reason=reason, by=by)
        was = post.organisation.title
        if editing.note_words(session, post, "organisation", [was], [organisation.title], reason=reason, by=by):
            post.organisation = organisation
    session.flush()
    return post


def check_post(session: Session, details: PostDetails, *, by: Person, besides: Post | None = None) -> None:
    """Raise Invalid where a post cannot be called so, or not in this organisation."""
    _free_title(session, details, _employer(session, details, by), besides)


def _checked(details: OrganisationDetails) -> dict[str, object]:
    """The columns as they will stand; Invalid for what cannot."""
    title = editing.checked_title(details.title)
    editing.check_choice("nations", details.nations, frozenset(Nation))
    return {
        "title": title,
        "abbreviation": details.abbreviation.strip(),
        "body_kind": editing.checked_word("body_kind", details.body_kind),
        "is_generic": details.is_generic,
        "note": details.note.strip(),
    }


def _nations(details: OrganisationDetails) -> list[str]:
    return [nation.value for nation in Nation if nation in details.nations]


def _employer(session: Session, details: PostDetails, by: Person) -> Organisation:
    if not details.organisation:
        raise Invalid("organisation", gettext("Say which organisation the post is in"))
    return naming.chosen(session, Organisation, details.organisation, "organisation", by=by)


def _free_title(session: Session, details: PostDetails, organisation: Organisation, besides: Post | None = None) -> str:
    """The title, if no other post of the organisation bears it."""
    title = editing.checked_title(details.title)
    query = select(Post.id).where(Post.organisation_id == organisation.id, func.lower(Post.title) == title.lower())
    if besides is not None:
        query = query.where(Post.id != besides.id)
    if session.scalar(query.limit(1)) is not None:
        where = organisation.title
        raise Invalid("title", gettext("%(where)s has a post of this name already", where=where))
    return title
