"""Posts: the list, one with what it owns, entering them, and who holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for

from actions import service as actions
from actions.filters import Filters
from kb import auth, downloads, history, records, web
from kb.catalogue import holding, organisation_editing, organisations, posts
from kb.catalogue.holding import Part
from kb.columns import bodies as columns
from kb.forms import organisation_filters
from kb.forms.organisations import HoldingForm, PostForm
from kb.models.organisation import Organisation
from kb.paging import PER_PAGE, paged
from kb.permissions import Capability
from kb.views.saving import answer
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.organisation import Post

bp = Blueprint("posts", __name__)


@bp.get("/posts")
@auth.requires(Capability.READ)
def index() -> Response:
    """All posts, by title; those that nobody holds, for those who may know."""
    session, person, today = web.session(), web.person(), web.today()
    may_know = person.may(Capability.READ_UPDATES)
    wanted = organisation_filters.read_posts(request.args, may_know=may_know)
    if downloads.are_wanted():
        return downloads.send("posts", columns.of_posts(wanted))
    paging = paged(posts.count(session, wanted, person=person, today=today))
    page = {"offset": paging.offset, "limit": paging.limit}
    found = posts.list_posts(session, wanted, person=person, today=today, **page)
    return web.page(
        "posts/index.html",
        found=found,
        owned=actions.count_open_by_owner(session, person, [one.post.id for one in found]),
        paging=paging,
        wanted=wanted,
        may_know=may_know,
        may_add=person.may(Capability.EDIT_SHARED),
    )


@bp.get("/posts/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One post: who holds it, for those who may know, and what it owns."""
    session, person, today = web.session(), web.person(), web.today()
    found = organisations.get_post(session, ref, person=person)
    wanted = Filters(owner=found.ref)
    owned = actions.list_actions(session, person, wanted, today, limit=PER_PAGE)
    may_know = person.may(Capability.READ_UPDATES)
    return web.page(
        "posts/detail.html",
        post=found,
        holders=organisations.holders_of(session, found, today=today) if may_know else (),
        upcoming=holding.upcoming(session, found, today=today) if may_know else (),
        may_know=may_know,
        may_edit=person.may(Capability.EDIT_SHARED),
        owned=owned,
        total=actions.count(session, person, wanted, today),
        changes=history.list_for(session, found, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, found),
    )


@bp.route("/posts/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Add a post, in the organisation that the address may name."""
    session, person = web.session(), web.person()
    form = PostForm({"organisation": request.args.get("organisation", "")})
    form.offer(records.list_all(session, Organisation, person=person))

    def save() -> Post:
        return organisation_editing.create_post(session, form.details(), by=person)

    return answer(
        form,
        save,
        gettext("The post is added. Nobody holds it yet."),
        heading=gettext("Add a post"),
        lede=gettext("A post owns actions and outlives the people in it."),
        crumbs=[(gettext("Posts"), url_for("posts.index"))],
        submit=gettext("Add the post"),
    )


@bp.route("/posts/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Change a post; a stale save answers 409 with both versions."""
    session, person = web.session(), web.person()
    post = organisations.get_post(session, ref, person=person)
    form = PostForm(organisation_editing.post_details_of(post), post)
    form.offer(records.list_all(session, Organisation, person=person))

    def save() -> Post:
        return organisation_editing.edit_post(session, ref, form.details(), **form.change(), by=person)

    return answer(
        form,
        save,
        gettext("The post is saved."),
        heading=gettext("Edit this post"),
        crumbs=_crumbs(post),
        submit=gettext("Save"),
        record=post,
    )


@bp.route("/posts/<ref>/<any(holder, deputy):part>", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def hold(ref: str, part: str) -> ResponseReturnValue:
    """Say who holds a post or deputises, and from which day, or that nobody does."""
    session, person, today = web.session(), web.person(), web.today()
    post = organisations.get_post(session, ref, person=person)
    holders = organisations.holders_of(session, post, today=today)
    standing = next((one for one in holders if one.is_deputy == (part == Part.DEPUTY)), None)
    people = holding.list_people(session, person=person)
    form = HoldingForm.offering(post, people, standing.user if standing else None, today)

    def save() -> Post:
        return holding.give(session, ref, Part(part), form.change(), by=person, today=today)

    return answer(
        form,
        save,
        gettext("Who has the post is saved."),
        "posts/hold.html",
        part=part,
        post=post,
        standing=standing,
        upcoming=[
            one for one in holding.upcoming(session, post, today=today) if one.is_deputy == (part == Part.DEPUTY)
        ],
        crumbs=_crumbs(post),
    )


def _crumbs(post: Post) -> list[tuple[str, str]]:
    return [(gettext("Posts"), url_for("posts.index")), (post.title, web.url_of(post))]
