"""Joining a record to others: search in place, and several at once."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask import get_template_attribute, jsonify, redirect, request

from graph import suggesting
from kb import auth, dismissals, link_choices, links, records, web
from kb.errors import Invalid
from kb.forms.links import LinkForm, name_of
from kb.link_words import with_adverb
from kb.permissions import Capability
from kb.views.links import bp
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from flask.typing import ResponseReturnValue

    from graph.suggesting import Likely
    from kb.forms.links import LikelyForm
    from kb.link_choices import Way
    from kb.models.record import Record

# The name of the button that looks for records and saves nothing.
FIND = "find"


@bp.route("/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Join the record that the address names (`from=kind:ref`) to others."""
    session, person = web.session(), web.person()
    record, ways = asked()
    form = LinkForm.offering(record, ways, way_or_none(ways, request.args.get("way", "")))
    way = way_named(ways, form.way.data)
    picked = _pick(form, record, way)
    if request.method == "POST" and FIND not in request.form and _is_whole(form, record, way, picked) and way:
        try:
            link_choices.join_all(session, record, way, picked, reason=form.reason.data or "", by=person)
        except Invalid as error:
            form.refuse("chosen" if form.offers else "words", str(error))
        else:
            web.commit()
            web.say(said(record, way, picked))
            return redirect(web.url_of(record), code=303)
    return page(form, record, ways, way)


@bp.get("/find")
@auth.requires(Capability.EDIT_SHARED)
def find() -> Response:
    """The records that `q` finds for a link of one `way`, for the list that is searched in place."""
    record, ways = asked()
    way = way_named(ways, request.args.get("way"))
    if way is None:
        return jsonify(says=gettext("Choose first how they are joined"), found=[])
    found = link_choices.find(web.session(), record, way, request.args.get("q", ""), person=web.person())
    about = _about(found, record, way)
    says = ngettext("%(num)s record found", "%(num)s records found", len(found))
    if len(found) == link_choices.MOST:
        says = _first_ones()
    elif not found:
        says = gettext("No record that fits has these words. Try fewer words, or another link")
    told = [{"value": name_of(each), "title": each.title, "about": about[each.id]} for each in found]
    return jsonify(says=says, found=told)


def asked() -> tuple[Record, list[Way]]:
    """The record that the address names, and the ways in which the person may join it to others."""
    person = web.person()
    record = link_choices.record_named(web.session(), request.args.get("from", ""), person=person)
    ways = link_choices.ways_from(record.kind, may_edit=links.may_edit(record, person))
    if not ways:
        raise Invalid("from", gettext("A record of this kind has no links of its own. Link what stands beside it."))
    return record, ways


def way_named(ways: Sequence[Way], value: str | None) -> Way | None:
    """The way that a form or an address writes so."""
    return next((way for way in ways if way.value == value), None)


def way_or_none(ways: Sequence[Way], value: str) -> str:
    """What an address says of the way, if there is such a way."""
    return value if way_named(ways, value) else ""


def page(
    form: LinkForm, record: Record, ways: Sequence[Way], way: Way | None, typed: LikelyForm | None = None
) -> Response:
    """The page where a record is joined to others; `typed` is what was wrong about one that is suggested."""
    session, person = web.session(), web.person()
    offered = [each for each in suggesting.offered_ways(ways, record.kind) if way in (None, each)]
    likely = suggesting.likely(session, record, offered, person=person, most=suggesting.most_of(offered))
    names = [likely_name(each) for each in likely]
    return web.page(
        "links/new.html",
        form=form,
        record=record,
        find=FIND,
        fits={each.value: each.kinds for each in ways},
        first_ones=_first_ones() if len(form.offers) >= link_choices.MOST else "",
        likely=[(each, list(group)) for each, group in groupby(likely, key=attrgetter("way"))],
        likely_name=likely_name,
        next_of=dict(zip(names, [*names[1:], ""], strict=True)) if names else {},
        is_offered=bool(offered),
        dismissed=[
            (_way_dismissed(ways, pair.type, pair.to_id == record.id), other)
            for pair, other in dismissals.list_of(session, record, person=person)
        ],
        here=here(record),
        typed=typed,
        is_typed_shown=typed is not None and any(f"{each.kind}:{each.ref}" == typed.to.data for each in likely),
        status=422 if form.errors or typed else 200,
    )


def here(record: Record) -> dict[str, Any]:
    """What the address of the page says: the record, and the way if it is about one."""
    way = {"way": request.args["way"]} if request.args.get("way") else {}
    return {"from": name_of(record), **way}


def likely_name(each: Likely) -> str:
    """The id on the page of a link that is suggested."""
    return f"suggested-{each.way.value}-{each.kind}-{each.ref}"


def _way_dismissed(ways: Sequence[Way], type: str, is_back: bool) -> Way | None:
    return next((way for way in ways if way.type == type and way.is_back == is_back), None)


def said(record: Record, way: Way, others: Sequence[Record]) -> str:
    """What was linked, in one line."""
    titles = gettext("” and “").join(each.title for each in others)
    phrase = with_adverb("now", way.phrase)
    return gettext("“%(start)s” %(phrase)s “%(end)s”.", start=record.title, phrase=phrase, end=titles)


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
    form.offer(ticked, found, _about([*ticked, *found], record, way))
    if len(ticked) < len(set(names)) and named is None:
        form.refuse("chosen", gettext("Something that was ticked is not there any more, and is left out"))
    if words and not found and (not ticked or FIND in request.form):
        if link_choices.exactly([record], words) is None:
            form.refuse("words", gettext("No record that fits has these words. Try fewer words, or another link"))
        else:
            form.refuse("words", link_choices.to_itself(way))
    return ticked


def _about(found: Sequence[Record], start: Record, way: Way) -> dict[int, str]:
    """What tells a record from others of its title: its kind, if there are several, and its plan, if another one."""
    plan_ids = {record.plan_id for record in found if record.plan_id is not None}
    plans = records.list_by_ids(web.session(), plan_ids, person=web.person()) if plan_ids else {}
    kind_name = get_template_attribute("macros/marks.html", "kind_name")
    told = {}
    for record in found:
        of = plans.get(record.plan_id) if record.plan_id else None
        kind = str(kind_name(record.kind)).strip() if len(way.kinds) > 1 else ""
        plan = of.title if of else ""
        if links.are_of_two_plans(start, record):
            plan = gettext("Belongs to another plan: %(plan)s", plan=plan) if of else gettext("Belongs to another plan")
        told[record.id] = " · ".join(filter(None, (kind, plan)))
    return told


def _is_whole(form: LinkForm, record: Record, way: Way | None, picked: Sequence[Record]) -> bool:
    """Whether everything is there to make the links; what is not is said beside its field."""
    elsewhere = [each for each in picked if links.are_of_two_plans(record, each)]
    form.reason.validate(form)
    if way is None:
        form.refuse("way", gettext("Choose how they are joined"))
    elif not picked and not form.words.errors:
        if form.offers:
            form.refuse("chosen", gettext("Tick at least one of these"))
        else:
            form.refuse("words", gettext("Give words of the other record’s title"))
    elif len(picked) > link_choices.MOST_AT_ONCE:
        form.refuse("chosen", gettext("Tick at most %(most)s at once", most=link_choices.MOST_AT_ONCE))
    elif elsewhere and not form.chosen.data:
        # Found by its words alone, it was not shown yet.
        form.refuse("chosen", gettext("It belongs to another plan. Press “Link them” again if you mean it"))
    if not form.reason.data:
        form.refuse("reason", gettext("Say why, in one sentence"))
    return not form.errors
