"""The files of a frozen pack: how far they are, and each of them to be downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, url_for

from actions.review_models import FileForm
from actions.reviews import making, service
from kb import auth, web
from kb.errors import Conflict
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("pack_files", __name__)
_TYPES = {
    FileForm.HTML: "text/html; charset=utf-8",
    FileForm.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileForm.PDF: "application/pdf",
}


@bp.get("/meetings/<int:review_id>/pack/files")
@auth.requires(Capability.READ_UPDATES)
def index(review_id: int) -> ResponseReturnValue:
    """The three files with their check sums, or how far they are; without script the page asks again by itself."""
    session = web.session()
    review = service.get(session, review_id, web.person())
    found = making.progress(session, review)
    response = web.page("packs/files.html", review=review, found=found, forms=list(FileForm))
    if review.is_frozen and not found.is_done and not found.trouble:
        response.headers["Refresh"] = "3"
    return response


@bp.post("/meetings/<int:review_id>/pack/files")
@auth.requires(Capability.READ_UPDATES)
def make(review_id: int) -> ResponseReturnValue:
    """Make the files now, which takes seconds, or try again what failed; not where somebody is at it."""
    session = web.session()
    review = service.get(session, review_id, web.person())
    if not review.is_frozen:
        raise Conflict(gettext("The pack is not frozen yet, so there is nothing to make files of."))
    making.again(session, review)
    web.commit()
    making.run(web.database(), web.settings(), review_id)
    return redirect(url_for(".index", review_id=review_id), code=303)


@bp.get("/meetings/<int:review_id>/pack.<form>")
@auth.requires(Capability.READ_UPDATES)
def download(review_id: int, form: str) -> Response:
    """One of the files, always as a download: nothing in it runs here."""
    review, file, content = making.get(web.session(), review_id, form, web.person())
    response = Response(content, mimetype=_TYPES[FileForm(file.form)])
    name = f"steering-pack-{review.plan.ref}-{review.meets_on.isoformat()}.{file.form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
