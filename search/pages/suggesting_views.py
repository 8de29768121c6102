"""What is offered unasked: suggestions while somebody types, and the records that are like one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flask import get_template_attribute, jsonify, request

from kb import auth, web
from kb.paging import url_with
from kb.permissions import Capability
from kb.records import KIND_IN_ADDRESS
from kb.words import gettext, ngettext
from search.language import labels
from search.pages.choices import Option
from search.pages.views import bp
from search.unasked import completing, likeness

if TYPE_CHECKING:
    from flask import Response

KINDS = {address: kind for kind, address in KIND_IN_ADDRESS.items()}
ANY = ",".join(f'"{address}"' for address in KINDS)


@bp.get("/search/suggest")
@auth.requires(Capability.READ)
def suggest() -> Response:
    """Records whose names begin with `q`, for the list below a search box, and the sentence that says how many."""
    found = completing.suggestions(web.session(), web.settings(), web.person(), request.args.get("q", ""))
    kind_name = get_template_attribute("macros/marks.html", "kind_name")
    told = [
        {"title": each.title, "kind": str(kind_name(each.kind)).strip(), "about": each.about, "url": web.url_of(each)}
        for each in found
    ]
    says = ngettext("%(num)s suggestion", "%(num)s suggestions", len(found)) if found else gettext("No suggestions")
    return jsonify(label=gettext("Suggestions"), says=says, suggestions=told)


@bp.get(f"/like/<any({ANY}):kinds>/<ref>")
@auth.requires(Capability.READ)
def like(kinds: str, ref: str) -> Response:
    """The records that are most like one, of one kind where the address names it."""
    session, person = web.session(), web.person()
    record = likeness.get(session, KINDS[kinds], ref, person=person)
    found = likeness.like(session, web.settings(), person, record, most=likeness.MOST)
    counts, chosen = Counter(each.kind for each in found), request.args.get("kind", "")
    tabs = [Option("", gettext("All"), len(found), not chosen, url_with(kind=None))]
    tabs += [
        Option(kind, words, counts[kind], kind == chosen, url_with(kind=kind))
        for kind, words in labels.kinds().items()
        if counts[kind] or kind == chosen
    ]
    shown = [each for each in found if chosen in ("", each.kind)]
    return web.page("search/like.html", record=record, alike=shown, tabs=tabs, most=likeness.MOST)
