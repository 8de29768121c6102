"""What the API offers, for machines: every path with its parameters and answers, in OpenAPI 3.1."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, request

from actions.filters import ONLY
from actions.filters import SORTS as ACTION_SORTS
from actions.indicator_models import Frequency
from actions.measures.service import ONLY as INDICATOR_ONLY
from actions.measures.service import SORTS as INDICATOR_SORTS
from actions.models import Closure, Confidence, Term
from actions.schedule import State
from kb import auth, web
from kb.api.schemas import COMPONENTS
from kb.api.shapes import TEXT, Schema, list_of, named, one_of, page_of
from kb.catalogue.figures import SORTS as FIGURE_SORTS
from kb.catalogue.sources import NO_RESPONSE
from kb.catalogue.sources import SORTS as SOURCE_SORTS
from kb.models.figure import FigureKind
from kb.models.plan import ResponseType
from kb.models.record import Kind
from kb.models.source import Category, Nation, SourceStatus
from kb.paging import PER_PAGE
from search.index.ordering import Order

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("openapi", __name__)
PREFIX = "/api/v1"


@bp.get(f"{PREFIX}/openapi.json")
@auth.open_to_all
def show() -> Response:
    """The description itself, which names no record."""
    return jsonify(document(server=f"{request.script_root}/", signing_in=web.cookie_name("session")))


def document(*, server: str, signing_in: str) -> Schema:
    """The whole description, for a service at this address with this cookie."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Golden Thread",
            "version": _version(),
            "description": (
                "Read-only. Whoever may read a page may read the same here, with the cookie of the sign-in page. "
                "Values of a filter that are not known find nothing; pages that do not exist become the nearest. "
                "Dates are ISO 8601."
            ),
        },
        "servers": [{"url": server}],
        "security": [{}, {"session": []}],
        "paths": _paths(),
        "components": {
            "schemas": COMPONENTS,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": signing_in}},
        },
    }


def _paths() -> Schema:
    return {
        f"{PREFIX}/sources": _get(
            "listSources",
            "Sources, narrowed by the filters of their list",
            page_of("sources", named("ListedSource")),
            _source_filters(),
        ),
        f"{PREFIX}/sources/{{ref}}": _get(
            "getSource",
            "One source with its key points, implications, the plans’ responses, and links",
            named("Source"),
            [_REF],
        ),
        f"{PREFIX}/actions": _get(
            "listActions",
            "Actions, narrowed by the filters of their list; confidence and forecast for people who have signed in",
            page_of("actions", named("ListedAction")),
            _action_filters(),
        ),
        f"{PREFIX}/actions/{{ref}}": _get(
            "getAction",
            "One action with its matrix, milestones and links; updates for people who have signed in",
            named("Action"),
            [_REF],
        ),
        f"{PREFIX}/figures": _get(
            "listFigures",
            "Figures that sources state, narrowed by the filters of their list",
            page_of("figures", named("ListedFigure")),
            _figure_filters(),
        ),
        f"{PREFIX}/figures/{{ref}}": _get(
            "getFigure", "One figure with the figures that it is compared with", named("Figure"), [_REF]
        ),
        f"{PREFIX}/indicators": _get(
            "listIndicators",
            "Indicators with their newest readings, narrowed by the filters of their list",
            page_of("indicators", named("ListedIndicator")),
            _indicator_filters(),
        ),
        f"{PREFIX}/indicators/{{ref}}": _get(
            "getIndicator",
            "One indicator with its trajectory and readings; readings made up for a demonstration say so",
            named("Indicator"),
            [_REF],
        ),
        f"{PREFIX}/search": _get(
            "search", "Records that match a question, best first", named("Results"), _search_filters()
        ),
        f"{PREFIX}/openapi.json": _get("describe", "This description", {"type": "object"}, [], is_open=True),
    }


def _get(operation: str, summary: str, schema: Schema, parameters: list[Schema], *, is_open: bool = False) -> Schema:
    """A path that is read; what can go wrong has one form everywhere."""
    refused = {} if is_open else {"401": _error("Nobody has signed in, and reading is not public")}
    missing = {"404": _error("There is no such record, or it may not be seen")} if _REF in parameters else {}
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": parameters,
            "responses": {"200": _json("The answer", schema), **refused, **missing, "default": _error("It failed")},
            **({"security": []} if is_open else {}),
        }
    }


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _error(description: str) -> Schema:
    return _json(description, named("Error"))


def _query(name: str, schema: Schema, description: str = "") -> Schema:
    told = {"description": description} if description else {}
    return {"name": name, "in": "query", "required": False, "schema": schema, **told}


def _several(name: str, schema: Schema, description: str = "") -> Schema:
    """A filter that may be given more than once; its values widen the answer."""
    return {**_query(name, list_of(schema), description), "style": "form", "explode": True}


_REF: Schema = {"name": "ref", "in": "path", "required": True, "schema": TEXT}
_PAGING = [
    _query("page", {"type": "integer", "minimum": 1, "default": 1}),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": PER_PAGE}, "Items on a page"),
]


def _source_filters() -> list[Schema]:
    return [
        _query("q", TEXT, "Words in the title or another name"),
        _several("category", one_of(Category)),
        _several("source_kind", TEXT, "Kind of document, such as strategy"),
        _several("status", one_of(SourceStatus)),
        _several("nation", one_of(Nation)),
        _several("theme", TEXT, "Ref of a theme"),
        _several("publisher", TEXT, "Ref of an organisation"),
        _several("response", one_of([*ResponseType, NO_RESPONSE]), "How a plan stands to it"),
        _query("from_year", {"type": "integer"}, "Published, or else started, in this year or later"),
        _query("to_year", {"type": "integer"}, "Published, or else started, in this year or earlier"),
        _query("sort", one_of(SOURCE_SORTS)),
        *_PAGING,
    ]


def _action_filters() -> list[Schema]:
    return [
        _query("q", TEXT, "Words in its text"),
        _query("plan", TEXT, "Ref of a plan"),
        _query("owner", TEXT, "Ref of a post, or none"),
        _several("schedule", one_of(State)),
        _query("confidence", one_of([*Confidence, "none"]), "Only for people who have signed in"),
        _query("closure", one_of(Closure)),
        _query("term", one_of(Term)),
        _query("priority", TEXT, "Ref of a priority"),
        _query("theme", TEXT, "Ref of a theme"),
        _query("only", one_of(ONLY), "Open actions with one finding"),
        _query("sort", one_of(ACTION_SORTS)),
        *_PAGING,
    ]


def _figure_filters() -> list[Schema]:
    return [
        _query("q", TEXT, "Words in what is counted, its value, unit, place, period or note"),
        _several("kind", one_of(FigureKind), "What the number is"),
        _query("source", TEXT, "Ref of a source"),
        _query("unit", TEXT, "Words in the unit"),
        _query("plan", TEXT, "Ref of a plan that answers the source or that the source publishes"),
        _query("sort", one_of(FIGURE_SORTS)),
        *_PAGING,
    ]


def _indicator_filters() -> list[Schema]:
    return [
        _query("q", TEXT, "Words in its text"),
        _query("plan", TEXT, "Ref of a plan"),
        _query("owner", TEXT, "Ref of a post, or none"),
        _query("perspective", TEXT, "The perspective as it is written"),
        _query("frequency", one_of(Frequency)),
        _query("only", one_of(INDICATOR_ONLY), "Indicators with one finding"),
        _query("sort", one_of(INDICATOR_SORTS)),
        *_PAGING,
    ]


def _search_filters() -> list[Schema]:
    names = ("theme", "source_kind", "status", "plan", "publisher", "owner", "staff_group")
    states = [state for state in State if state != State.CLOSED]
    return [
        _query("q", TEXT, "The question: words, “phrases”, -without, begin*, and filters such as kind:action"),
        _several("kind", one_of(Kind)),
        _several("nation", one_of(Nation)),
        _several("category", one_of(Category)),
        *(_several(name, TEXT) for name in names),
        _several("schedule", one_of(states), "How actions stand by their dates today"),
        _several("due", TEXT, "When actions are due: overdue, none, <30d, 2026-12, 2026-10..2026-12"),
        _several("ends", TEXT, "The year in which a source ends"),
        _several("year", TEXT, "A year, or 2017..2021"),
        _query("from_year", TEXT, "The first year"),
        _query("to_year", TEXT, "The last year"),
        _query("order", one_of(Order)),
        _query("own", one_of(["1"]), "1 searches for the words alone, without what acronyms stand for"),
        _query("exact", one_of(["1"]), "1 searches for the words as written, without putting them right"),
        _several("meaning", TEXT, "Which meaning of an acronym is meant, by its place from 1: LTP:2"),
        *_PAGING,
    ]


def _version() -> str:
    try:
        return version("golden-thread")
    except PackageNotFoundError:
        return "0"
