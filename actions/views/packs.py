"""The pack of a meeting: the preview, the frozen one, freezing it, and two packs compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from actions.forms.packs import FreezeForm
from actions.reviews import comparing, count_words, freezing, making, service, words
from actions.reviews.answers import answers
from actions.reviews.gathering import gather
from graph.gaps import headings
from kb import auth, web
from kb.db import now
from kb.errors import Conflict, Invalid, NotFound
from kb.forms.base import add_error
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from actions.review_models import Review
    from actions.reviews.pack import Pack

bp = Blueprint("packs", __name__)


@bp.get("/meetings/<int:review_id>/pack")
@auth.requires(Capability.READ_UPDATES)
def detail(review_id: int) -> ResponseReturnValue:
    """The frozen pack, or what it would be if it were frozen now."""
    review = _review(review_id)
    return web.page(
        "packs/detail.html",
        review=review,
        pack=_pack(review),
        words=words,
        freezes_on=words.freezes_on(service.cycle(review)),
        counts=count_words,
        earlier=_frozen_before(review),
        may_freeze=not review.is_frozen and web.person().may(Capability.RUN_REVIEW, plan_id=review.plan_id),
    )


@bp.route("/meetings/<int:review_id>/freeze", methods=["GET", "POST"])
@auth.requires(Capability.RUN_REVIEW)
def freeze(review_id: int) -> ResponseReturnValue:
    """Freeze the pack, with what that does and who has not answered before the button."""
    session, person, today = web.session(), web.person(), web.today()
    review = _review(review_id)
    person.require(Capability.RUN_REVIEW, plan_id=review.plan_id)
    if review.is_frozen:
        raise Conflict(gettext("The pack of this meeting is frozen already."))
    form = FreezeForm(data={"version": review.version})
    if request.method == "POST" and form.validate():
        version = form.version.data or 0
        try:
            freezing.freeze(session, review_id, version=version, by=person, today=today, now=web.local_time(now()))
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            making.start(web.database(), web.settings(), review_id)
            web.say(gettext("The pack is frozen. What changes from now on is not in it."))
            return redirect(url_for(".detail", review_id=review_id), code=303)
    return web.page(
        "packs/freeze.html",
        review=review,
        form=form,
        cycle=service.cycle(review),
        why_not=freezing.why_not(review, today),
        answers=answers(session, review, person, today),
        status=422 if form.errors or form.form_errors else 200,
    )


@bp.get("/meetings/<int:review_id>/compare")
@auth.requires(Capability.READ_UPDATES)
def compare(review_id: int) -> ResponseReturnValue:
    """What has changed since the pack of an earlier meeting; of the last one before, unless another is named."""
    review = _review(review_id)
    earlier = _frozen_before(review)
    named = request.args.get("with", "")
    chosen = next((one for one in earlier if str(one.id) == named), None)
    if named and chosen is None:
        raise NotFound("earlier frozen pack", named[:20])
    chosen = chosen or next(iter(earlier), None)
    before = freezing.read(service.get(web.session(), chosen.id, web.person(), with_pack=True)) if chosen else None
    after = _pack(review)
    return web.page(
        "packs/compare.html",
        review=review,
        earlier=earlier,
        chosen=chosen,
        before=before,
        after=after,
        found=comparing.compare(before, after) if before else None,
        counts=count_words,
        gap_words=_gap_words(before, after) if before else {},
    )


def _gap_words(*packs: Pack) -> dict[str, str]:
    """What the gaps of these packs are called, by kind."""
    return {gap.key: headings.of(gap.key, 0).heading for pack in packs for gap in pack.gaps}


def _review(review_id: int) -> Review:
    return service.get(web.session(), review_id, web.person(), with_pack=True)


def _pack(review: Review) -> Pack:
    """The frozen pack, or one of the moment."""
    return freezing.read(review) or gather(web.session(), review, web.today(), web.local_time(now()))


def _frozen_before(review: Review) -> list[Review]:
    """The earlier meetings of the plan that have a frozen pack, the newest first."""
    found = service.list_reviews(web.session(), review.plan, web.person())
    return [one for one in found if one.is_frozen and one.meets_on < review.meets_on]
