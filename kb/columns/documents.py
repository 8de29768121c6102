"""Documents for Word: a plan’s mapping, the rows of it that name chosen sources, and a source on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from graph import service as graph
from graph.reach_words import reach_told
from kb import downloads, labels, web
from kb.catalogue import sources
from kb.exporting import brief, mapped, mapping, wording
from kb.exporting.brief import Brief, Listing
from kb.exporting.lines import text
from kb.exporting.mapping import Extra
from kb.planning import plans
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response

    from kb.models.plan import Plan
    from kb.models.source import Source

# What Word still opens at once; a list of more sources is cut, and says so.
MOST_SOURCES = 2_000


def extras_asked() -> list[Extra]:
    """The further columns that the address asks for."""
    wanted = set(request.args.getlist("with"))
    return [extra for extra in (Extra.PRIORITIES, Extra.ACTIONS) if extra in wanted]


def mapping_of(plan: Plan, section: str) -> Response:
    """A plan’s mapping, or one section of it."""
    extras = extras_asked()
    rows = mapped.of_plan(web.session(), plan, person=web.person(), section=section, extras=extras)
    name = "-".join(filter(None, ("mapping", plan.ref, section)))
    made = mapping.parts(rows, extras)
    return downloads.send_document(name, _title(), made, about=f"plan:{plan.ref}", plan=plan.title)


def mapping_of_sources(
    name: str, ids: Sequence[int], *, chosen_by: str, notes: Mapping[int, str] | None = None
) -> Response:
    """The rows of the reader’s plan that name these sources; `chosen_by` says in words how they were chosen."""
    session, person = web.session(), web.person()
    plan = plans.chosen(session, request.args.get("plan"), person=person)
    extras = [*extras_asked(), *([Extra.NOTES] if notes and any(notes.values()) else [])]
    kept = list(dict.fromkeys(ids))[:MOST_SOURCES]
    rows = mapped.of_sources(session, kept, plan, person=person, extras=extras, notes=notes)
    made = [text(chosen_by), *mapping.parts(rows, extras)]
    if len(ids) > len(kept):
        words = gettext("Only the first %(most)s sources are in it: narrow the list to see the others.")
        made.insert(1, text(words % {"most": f"{MOST_SOURCES:,}"}))
    about, title = (f"plan:{plan.ref}", plan.title) if plan else ("", "")
    return downloads.send_document(name, _title(), made, about=about, plan=title)


def source_on_a_page(source: Source) -> Response:
    """One source as a brief; of a source that `sources.get` gave."""
    session, person = web.session(), web.person()
    responses = sources.responses_of(session, source, person=person)
    answers = [
        f"{plan.title}: {wording.stance(response.response_type or '')}{response.text or gettext('no answer yet')}"
        for response, plan in responses
    ]
    strip = graph.strips(session, [source.id], person).get(source.id, [])
    publishers = "; ".join(publisher.title for publisher in source.publishers) or source.publisher_as_stated
    nations = labels.nations_told([each.nation for each in source.nations])
    told = Brief(
        mark=("source", source.ref),
        kind=wording.DOT.join(filter(None, (gettext("Source"), labels.readable(source.source_kind), publishers))),
        summary=source.summary,
        language=source.language,
        facts=[
            (gettext("Status"), labels.source_statuses()[source.status_on(web.today())]),
            (gettext("Published"), source.published.spoken),
            (gettext("Runs from"), source.starts.spoken),
            (gettext("Runs until"), source.ends.spoken),
            (gettext("Applies to"), nations),
            (gettext("Law"), gettext("Yes") if source.is_statutory else ""),
            (gettext("Looked after by"), source.curator.title if source.curator else ""),
            (gettext("Look at it again by"), spoken(source.review_by)),
            (gettext("Thread"), reach_told(strip)),
        ],
        links=[
            *([(gettext("Read it"), source.link)] if source.link else []),
            (gettext("On the web"), f"{web.settings().base_url}{web.url_of(source)}"),
        ],
        listings=[
            Listing(gettext("How plans answer"), answers, is_whole=True),
            Listing(gettext("What it says"), [point.title for point in source.key_points], source.language),
            Listing(wording.workforce_heading(), [one.title for one in source.implications], source.language),
        ],
    )
    made = brief.parts(told)
    return downloads.send_document(
        f"source-{source.ref}", source.title, made, about=f"source:{source.ref}", is_brief=True
    )


def _title() -> str:
    return gettext("Mapping of sources")
