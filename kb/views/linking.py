"""Joining a record to others: search in place, several at once, and links that are offered because they are likely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import get_template_attribute, jsonify, redirect, request, url_for

from graph import suggesting
from kb import auth, dismissals, link_choices, links, records, web
from kb.errors import Invalid, NotFound
from kb.forms.links import LikelyForm, LinkForm, name_of
from kb.permissions import Capability
from kb.views.links import bp
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from flask.typing import ResponseReturnValue

    from kb.link_choices import Way
    from kb.models.link import LinkType
    from kb.models.record import Record

# The name of the button that looks for records and saves nothing.
FIND = "find"
# So many are offered for each of several ways.
OF_EACH = 3


@bp.route("/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Join the record that the address names (`from=kind:ref`) to others."""
    session, person = web.session(), web.person()
    record, ways = _asked()
    form = LinkForm.offering(record, ways, _way_of(ways, request.args.get("way", "")))
    way = _named(ways, form.way.data)
    picked = _pick(form, record, way)
    if request.method == "POST" and FIND not in request.form and _is_whole(form, way, picked) and way:
        try:
            link_choices.join_all(session, record, way, picked, reason=form.reason.data or "", by=person)
        except Invalid as error:
            form.refuse("chosen" if form.offers else "words", str(error))
        else:
            web.commit()
            web.say(_said(record, way, picked))
            return redirect(web.url_of(record), code=303)
    return _page(form, record, ways, way)


@bp.get("/find")
@auth.requires(Capability.EDIT_SHARED)
def find() -> Response:
    """The records that `q` finds for a link of one `way`, for the list that is searched in place."""
    record, ways = _asked()
    way = _named(ways, request.args.get("way"))
    if way is None:
        return jsonify(says=gettext("Choose first how they are joined"), found=[])
    found = link_choices.find(web.session(), record, way, request.args.get("q", ""), person=web.person())
    about = _about(found, way)
    says = ngettext("%(num)s record found", "%(num)s records found", len(found))
    if len(found) == link_choices.MOST:
        says = _first_ones()
    elif not found:
        says = gettext("No record that fits has these words. Try fewer words, or another link")
    told = [{"value": name_of(each), "title": each.title, "about": about[each.id]} for each in found]
    return jsonify(says=says, found=told)


@bp.get("/likely")
@auth.requires(Capability.EDIT_SHARED)
def likely() -> Response:
    """What is offered beside the record that the address names, for its page, which does not wait for it."""
    record, _ = _asked()
    found = suggesting.of_record(web.session(), record, web.person())
    why = get_template_attribute("macros/likely.html", "why")
    told = [
        {
            "title": each.title,
            "url": web.url_of(each),
            "why": gettext("Suggested: %(why)s", why=str(why(each)).strip()),
        }
        for each in found
    ]
    says = ngettext("%(num)s suggested link", "%(num)s suggested links", len(found))
    decide = ngettext("Link or dismiss it", "Link or dismiss them", len(found))
    here: dict[str, Any] = {"from": name_of(record), "way": found[0].way.value if found else ""}
    return jsonify(
        says=says, suggested=told, decide={"words": decide, "url": url_for(".new", _anchor="likely", **here)}
    )


@bp.post("/likely/accept")
@auth.requires(Capability.EDIT_SHARED)
def accept_likely() -> ResponseReturnValue:
    """Make a link that was offered, with the reason as the person left it."""
    session, person = web.session(), web.person()
    record, ways = _asked()
    way, other, likely = _offered(ways)
    try:
        likely.validate()
        if likely.reason.errors or not likely.reason.data:
            words = likely.reason.errors[0] if likely.reason.errors else gettext("Say why, in one sentence")
            raise Invalid("reason", str(words))
        link_choices.join_all(session, record, way, [other], reason=likely.reason.data, by=person)
    except Invalid as error:
        shown = _way_of(ways, request.args.get("way", ""))
        form = LinkForm.offering(record, ways, shown)
        form.process(None, data={"way": shown})
        form.form_errors.append(f"“{other.title}”: {error}")
        return _page(form, record, ways, _named(ways, form.way.data), typed=likely)
    web.commit()
    web.say(_said(record, way, [other]))
    return _back(record)


@bp.post("/likely/dismiss")
@auth.requires(Capability.EDIT_SHARED)
def dismiss_likely() -> ResponseReturnValue:
    """Never offer a link again, until that is taken back."""
    record, ways = _asked()
    way, other, _ = _offered(ways)
    dismissals.dismiss(web.session(), *_ends(record, way, other), by=web.person())
    web.commit()
    web.say(gettext("“%(title)s” is dismissed and will not be offered again.", title=other.title))
    return _back(record)


@bp.post("/likely/offer-again")
@auth.requires(Capability.EDIT_SHARED)
def offer_likely_again() -> ResponseReturnValue:
    """Take back that a link was dismissed."""
    record, ways = _asked()
    way, other, _ = _offered(ways)
    dismissals.take_back(web.session(), *_ends(record, way, other), by=web.person())
    web.commit()
    web.say(gettext("“%(title)s” may be offered again.", title=other.title))
    return _back(record)


def _asked() -> tuple[Record, list[Way]]:
    """The record that the address names, and the ways in which the person may join it to others."""
    person = web.person()
    record = link_choices.record_named(web.session(), request.args.get("from", ""), person=person)
    ways = link_choices.ways_from(record.kind, may_edit=links.may_edit(record, person))
    if not ways:
        raise Invalid("from", gettext("A record of this kind has no links of its own. Link what stands beside it."))
    return record, ways


def _offered(ways: Sequence[Way]) -> tuple[Way, Record, LikelyForm]:
    """The link that a form is about."""
    form = LikelyForm()
    way = _named(ways, form.way.data)
    others = link_choices.named(web.session(), [form.to.data or ""], person=web.person())
    if way is None or not others or others[0].kind not in way.kinds:
        raise NotFound("link", form.to.data or "")
    return way, others[0], form


def _ends(record: Record, way: Way, other: Record) -> tuple[Record, LinkType, Record]:
    return (other, way.type, record) if way.is_back else (record, way.type, other)


def _named(ways: Sequence[Way], value: str | None) -> Way | None:
    return next((way for way in ways if way.value == value), None)


def _way_of(ways: Sequence[Way], value: str) -> str:
    return value if _named(ways, value) else ""


def _back(record: Record) -> ResponseReturnValue:
    return redirect(url_for(".new", _anchor="likely", **_here(record)), code=303)


def _here(record: Record) -> dict[str, Any]:
    """What the address of the page says: the record, and the way if it is about one."""
    way = {"way": request.args["way"]} if request.args.get("way") else {}
    return {"from": name_of(record), **way}


def _page(
    form: LinkForm, record: Record, ways: Sequence[Way], way: Way | None, typed: LikelyForm | None = None
) -> Response:
    session, person = web.session(), web.person()
    offered = [each for each in suggesting.offered_ways(ways, record.kind) if way in (None, each)]
    most = suggesting.MOST if len(offered) == 1 else OF_EACH
    return web.page(
        "links/new.html",
        form=form,
        record=record,
        find=FIND,
        first_ones=_first_ones() if len(form.offers) >= link_choices.MOST else "",
        likely=suggesting.likely(session, record, offered, person=person, most=most),
        is_offered=bool(offered),
        dismissed=[
            (_way_dismissed(ways, pair.type, pair.to_id == record.id), other)
            for pair, other in dismissals.list_of(session, record, person=person)
        ],
        here=_here(record),
        typed={typed.to.data: typed.reason.data} if typed else {},
        status=422 if form.errors or form.form_errors else 200,
    )


def _way_dismissed(ways: Sequence[Way], type: str, is_back: bool) -> Way | None:
    return next((way for way in ways if way.type == type and way.is_back == is_back), None)


def _said(record: Record, way: Way, others: Sequence[Record]) -> str:
    titles = gettext("” and “").join(each.title for each in others)
    return gettext("“%(start)s” now %(phrase)s “%(end)s”.", start=record.title, phrase=way.phrase, end=titles)


def _first_ones() -> str:
    return gettext("These are the first %(num)s. More words find fewer.", num=link_choices.MOST)


def _pick(form: LinkForm, record: Record, way: Way | None) -> list[Record]:
    """Offer the records that fit the words, and give those that are ticked, else the one that is named in full."""
    if way is None:
        return []
    session, person, words = web.session(), web.person(), form.words.data or ""
    names = list(form.chosen.data or [])
    ticked = link_choices.named(session, names, person=person)
    found = link_choices.find(session, record, way, words, person=person)
    if not words and len(found) == link_choices.MOST:
        found = []  # too many to choose from without words
    named = link_choices.exactly(found, words)
    if named is not None and not ticked:
        ticked = found = [named]
    form.offer(ticked, found, _about([*ticked, *found], way))
    if len(ticked) < len(set(names)) and named is None:
        form.refuse("chosen", gettext("Something that was ticked is not there any more, and is left out"))
    if words and not found and (not ticked or FIND in request.form):
        if link_choices.exactly([record], words) is None:
            form.refuse("words", gettext("No record that fits has these words. Try fewer words, or another link"))
        else:
            form.refuse("words", link_choices.to_itself(way))
    return ticked


def _about(found: Sequence[Record], way: Way) -> dict[int, str]:
    """What tells a record from others of its title: its kind, if there are several, and the plan that it belongs to."""
    plan_ids = {record.plan_id for record in found if record.plan_id is not None}
    plans = records.list_by_ids(web.session(), plan_ids, person=web.person()) if plan_ids else {}
    kind_name = get_template_attribute("macros/marks.html", "kind_name")
    told = {}
    for record in found:
        of = plans.get(record.plan_id) if record.plan_id else None
        kind = str(kind_name(record.kind)).strip() if len(way.kinds) > 1 else ""
        told[record.id] = " · ".join(filter(None, (kind, of.title if of else "")))
    return told


def _is_whole(form: LinkForm, way: Way | None, picked: Sequence[Record]) -> bool:
    """Whether everything is there to make the links; what is not is said beside its field."""
    if way is None:
        form.refuse("way", gettext("Choose how they are joined"))
    elif not picked and not form.words.errors:
        if form.offers:
            form.refuse("chosen", gettext("Tick at least one of these"))
        else:
            form.refuse("words", gettext("Give words of the other record’s title"))
    elif len(picked) > link_choices.MOST_AT_ONCE:
        form.refuse("chosen", gettext("Tick at most %(most)s at once", most=link_choices.MOST_AT_ONCE))
    if not form.reason.data:
        form.refuse("reason", gettext("Say why, in one sentence"))
    return not form.errors
