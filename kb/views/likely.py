"""Links that are suggested for a record: made for the reason that a person gives, or dismissed until offered again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import get_template_attribute, jsonify, redirect, request, url_for

from graph import suggesting
from kb import auth, dismissals, link_choices, web
from kb.errors import Invalid, NotFound
from kb.forms.links import LikelyForm, LinkForm, name_of
from kb.permissions import Capability
from kb.views.linking import asked, here, page, said, way_named, way_or_none
from kb.views.links import bp
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from flask.typing import ResponseReturnValue

    from kb.link_choices import Way
    from kb.models.link import LinkType
    from kb.models.record import Record

HEADING = "likely-head"
LONGEST_NAME = 200


@bp.get("/likely")
@auth.requires(Capability.EDIT_SHARED)
def likely() -> Response:
    """What is offered beside the record that the address names, for its page, which does not wait for it."""
    record, _ = asked()
    found = suggesting.of_record(web.session(), record, web.person())
    why = get_template_attribute("macros/likely.html", "why")
    told = [
        {
            "title": each.title,
            "url": web.url_of(each),
            "does": gettext("It %(does)s", does=each.way.phrase),
            "why": gettext("Suggested: %(why)s", why=str(why(each)).strip()),
        }
        for each in found
    ]
    says = ngettext("%(num)s suggested link", "%(num)s suggested links", len(found))
    decide = ngettext("Link or dismiss it", "Link or dismiss them", len(found))
    page_of: dict[str, Any] = {"from": name_of(record)}
    url = url_for(".new", _anchor="likely", **page_of)
    return jsonify(says=says, suggested=told, decide={"words": decide, "url": url})


@bp.post("/likely/accept")
@auth.requires(Capability.EDIT_SHARED)
def accept_likely() -> ResponseReturnValue:
    """Make a link that was offered, for the reason that the person gives."""
    session, person = web.session(), web.person()
    record, ways = asked()
    way, other, typed = _offered(ways)
    try:
        if not typed.validate():
            raise Invalid("reason", typed.reason.errors[0])
        link_choices.join_all(session, record, way, [other], reason=typed.reason.data or "", by=person)
    except Invalid as error:
        typed.reason.errors = [f"“{other.title}”: {error}"]
        shown = way_or_none(ways, request.args.get("way", ""))
        form = LinkForm.offering(record, ways, shown)
        form.process(None, data={"way": shown})
        return page(form, record, ways, way_named(ways, form.way.data), typed=typed)
    web.commit()
    web.say(said(record, way, [other]))
    return _back(record)


@bp.post("/likely/dismiss")
@auth.requires(Capability.EDIT_SHARED)
def dismiss_likely() -> ResponseReturnValue:
    """Never offer a link again, until that is taken back."""
    record, ways = asked()
    way, other, _ = _offered(ways)
    dismissals.dismiss(web.session(), *_ends(record, way, other), by=web.person())
    web.commit()
    web.say(gettext("“%(title)s” is dismissed and will not be offered again.", title=other.title))
    return _back(record)


@bp.post("/likely/offer-again")
@auth.requires(Capability.EDIT_SHARED)
def offer_likely_again() -> ResponseReturnValue:
    """Take back that a link was dismissed."""
    record, ways = asked()
    way, other, _ = _offered(ways)
    dismissals.take_back(web.session(), *_ends(record, way, other), by=web.person())
    web.commit()
    web.say(gettext("“%(title)s” may be offered again.", title=other.title))
    return _back(record)


def _offered(ways: Sequence[Way]) -> tuple[Way, Record, LikelyForm]:
    """The link that a form is about."""
    form = LikelyForm()
    way = way_named(ways, form.way.data)
    others = link_choices.named(web.session(), [form.to.data or ""], person=web.person())
    if way is None or not others or others[0].kind not in way.kinds:
        raise NotFound("link", form.to.data or "")
    return way, others[0], form


def _ends(record: Record, way: Way, other: Record) -> tuple[Record, LinkType, Record]:
    return (other, way.type, record) if way.is_back else (record, way.type, other)


def _back(record: Record) -> ResponseReturnValue:
    """To the suggestion that follows the one that was decided, which the browser puts in focus, or to their heading."""
    follows = request.form.get("next", "")[:LONGEST_NAME]
    return redirect(url_for(".new", _anchor=follows or HEADING, **here(record)), code=303)
