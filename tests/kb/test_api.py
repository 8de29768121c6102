from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from actions.forms import filters as action_filters
from actions.models import Milestone
from kb.api.schemas import COMPONENTS
from kb.dates import parse
from kb.forms import source_filters
from kb.models.link import LinkType
from kb.models.source import SourceName
from search.language.asked import FILTERS as SEARCH_FILTERS
from search.language.asked import YEARS as SEARCH_YEARS
from tests.conftest import TODAY

TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}


def faults(value, schema, place="answer"):
    """Where a value is not as the schema says; the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        return faults(value, COMPONENTS[schema["$ref"].rpartition("/")[2]], place)
    if "anyOf" in schema:
        tried = [faults(value, one, place) for one in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    if schema["type"] == "null":
        return [] if value is None else [f"{place}: {value!r} is not null"]
    if not isinstance(value, TYPES[schema["type"]]) or (isinstance(value, bool) and schema["type"] != "boolean"):
        return [f"{place}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    if schema.get("format") == "date":
        date.fromisoformat(value)
    if isinstance(value, list):
        return [fault for at, one in enumerate(value) for fault in faults(one, schema["items"], f"{place}[{at}]")]
    return faults_inside(value, schema, place) if isinstance(value, dict) else []


def faults_inside(value, schema, place):
    known, further = schema.get("properties", {}), schema.get("additionalProperties", True)
    found = [f"{place}: without {name}" for name in schema.get("required", ()) if name not in value]
    for name, inner in value.items():
        if name in known:
            found += faults(inner, known[name], f"{place}.{name}")
        elif further is False:
            found.append(f"{place}: {name} is not described")
        elif isinstance(further, dict):
            found += faults(inner, further, f"{place}.{name}")
    return found


@pytest.fixture
def described(browse):
    return browse.get("/api/v1/openapi.json").json


@pytest.fixture
def line(make):
    """A source and an action that have something in every field, joined both ways."""
    organisation, theme, post = make.organisation(), make.theme(), make.post()
    dates = {"published": parse("2021-12-05"), "starts": parse("spring 2022"), "ends": parse("2024/25")}
    further = {"publishers": [organisation], "themes": [theme], "names": [SourceName(name="S4N")], **dates}
    source = make.source(ref="the-source", nations=("wales", "england"), link="https://example.org", **further)
    point = make.key_point(source, place="O1", point_kind="commitment")
    implication = make.implication(source, key_points=(point,), horizon="short", document="001", document_line=7)
    answered = {"response_type": "aligned", "text": "It is taken up.", "owner_id": post.id, "review_by": TODAY}
    response = make.response(source, **answered)
    action = make.action(
        ref="the-action",
        owner_id=post.id,
        sponsor_id=post.id,
        starts_on=TODAY - timedelta(days=90),
        due_on=TODAY + timedelta(days=9),
        contributors=[organisation],
        milestones=[Milestone(title="Half way", due_on=TODAY)],
        themes=[theme],
        term="short",
        measure="Ten nurses.",
    )
    priority = make.priority()
    make.link(implication, LinkType.CALLS_FOR, priority)
    make.link(priority, LinkType.DELIVERED_BY, action)
    make.link(response, LinkType.ANSWERED_BY, action)
    make.link(make.source(), LinkType.SUPERSEDES, source)
    make.link(action, LinkType.DEPENDS_ON, make.action())
    figure = make.figure(source, ref="the-figure", low=10.0, high=10.0, unit="%", document="004", document_line=90)
    make.comparison(figure, make.figure(), outcome="disagree", settled_on=TODAY)
    indicator = make.indicator(ref="the-indicator", owner_id=post.id, target=75.0, target_on=TODAY, unit="%")
    make.reading(indicator, ends_on=TODAY, value=71.8, is_demonstration=True)
    make.point(indicator, organisation_id=organisation.id)
    make.relate(indicator, figures=[figure])
    make.link(action, LinkType.MEASURED_BY, indicator)
    make.evidence(action)
    make.update(action, support_needed="Two trainers.", post_id=post.id, forecast_on=TODAY + timedelta(days=20))
    return source, action


def schema_of(described, path):
    return described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


def parameters(described, path):
    return {one["name"]: one for one in described["paths"][path]["get"]["parameters"] if one["in"] == "query"}


def test_every_route_of_the_api_is_described_and_nothing_else(app, described):
    routes = {
        re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert routes == set(described["paths"])


def test_the_description_stands_on_its_own(described):
    assert described["openapi"].startswith("3.1.")
    text = str(described)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in described["components"]["schemas"]
    operations = [path["get"]["operationId"] for path in described["paths"].values()]
    assert len(operations) == len(set(operations))
    for path, item in described["paths"].items():
        named = {one["name"] for one in item["get"]["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_the_description_needs_no_signing_in_and_the_rest_does(browse, described, line):
    for path in described["paths"]:
        answer = browse.get(path.replace("{ref}", "the-source"))
        assert answer.status_code == (200 if path.endswith("openapi.json") else 401), path
        if answer.status_code == 401:
            assert faults(answer.json, COMPONENTS["Error"]) == []


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/sources",
        "/api/v1/sources/the-source",
        "/api/v1/actions",
        "/api/v1/actions/the-action",
        "/api/v1/figures",
        "/api/v1/figures/the-figure",
        "/api/v1/indicators",
        "/api/v1/indicators/the-indicator",
        "/api/v1/search?q=source",
    ],
)
@pytest.mark.parametrize("who", ["viewer", "lead", "public"])
def test_answers_are_as_described(app, browse, make, described, line, address, who):
    if who == "public":
        app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    else:
        browse.sign_in(getattr(make, who)())
    path = re.sub(r"/the-\w+$", "/{ref}", address.partition("?")[0])
    answer = browse.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert faults(answer.json, schema_of(described, path)) == []


def test_the_check_of_answers_finds_what_is_wrong():
    record = {"kind": "source", "ref": "a", "title": "A", "url": "/sources/a"}
    assert faults(record, COMPONENTS["Record"]) == []
    for wrong in ({**record, "kind": "gossip"}, {**record, "title": 1}, {**record, "more": ""}, {"kind": "source"}, []):
        assert faults(wrong, COMPONENTS["Record"]) != []


def test_every_filter_is_described(described):
    shared, years = {"q", "page", "limit"}, {"from_year", "to_year"}
    assert set(parameters(described, "/api/v1/sources")) == {*source_filters.NAMES, *years, "sort", *shared}
    assert set(parameters(described, "/api/v1/actions")) == {*action_filters.SINGLE, "schedule", "sort", *shared}
    figures = {"kind", "source", "unit", "plan", "sort"}
    indicators = {"plan", "owner", "perspective", "frequency", "only", "sort"}
    assert set(parameters(described, "/api/v1/figures")) == figures | shared
    assert set(parameters(described, "/api/v1/indicators")) == indicators | shared
    search = {*SEARCH_FILTERS, *SEARCH_YEARS, "order", "own", "exact", "meaning"}
    assert set(parameters(described, "/api/v1/search")) == search | shared


@pytest.mark.parametrize(
    "path", [f"/api/v1/{kind}" for kind in ("sources", "actions", "figures", "indicators", "search")]
)
def test_every_described_value_of_a_filter_is_taken(browse, make, described, line, path):
    browse.sign_in(make.viewer())
    for name, one in parameters(described, path).items():
        schema = one["schema"].get("items", one["schema"])
        for value in schema.get("enum", ["1", "nothing"]):
            answer = browse.get(f"{path}?{name}={value}")
            assert answer.status_code == 200, (name, value)
            assert faults(answer.json, schema_of(described, path)) == [], (name, value)


def test_the_filters_of_figures_and_indicators_narrow_their_lists(browse, make, line):
    browse.sign_in(make.viewer())
    for query in ("source=the-source", "unit=%25", "q=10&source=the-source"):
        assert [one["ref"] for one in browse.get(f"/api/v1/figures?{query}").json["figures"]] == ["the-figure"], query
    assert browse.get("/api/v1/figures?kind=gossip").json["total"] == 0
    told = browse.get("/api/v1/indicators?only=no-reading").json
    assert told["total"] == 0
    told = browse.get("/api/v1/indicators/the-indicator").json
    assert (told["latest"]["value"], told["latest"]["is_demonstration"]) == (71.8, True)
    assert [one["record"]["ref"] for one in told["measures"]] == ["the-action"]


def test_the_filters_of_sources_narrow_their_list(browse, make, line):
    make.source(title="Elsewhere", category="research", nations=("scotland",))
    browse.sign_in(make.viewer())
    for query in ("nation=wales", "q=s4n", "response=aligned", "theme=" + line[0].themes[0].ref):
        assert [one["ref"] for one in browse.get(f"/api/v1/sources?{query}").json["sources"]] == ["the-source"], query
    assert browse.get("/api/v1/sources?category=gossip").json["sources"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/sources/nothing", 404),
        ("/api/v1/actions/nothing", 404),
        ("/api/v1/nothing", 404),
        ("/api/v1/sources?q=%00", 400),
        ("/api", 404),
    ],
)
def test_what_fails_answers_in_json(browse, make, path, status):
    answer = browse.sign_in(make.viewer()).get(path)
    assert answer.status_code == status
    assert answer.json["error"]["status"] == status
    assert faults(answer.json, COMPONENTS["Error"]) == []


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/api/v1/sources", "/api/v1/sources/the-source", "/api/v1/openapi.json"])
def test_nothing_is_written_through_the_api(browse, make, line, path, method):
    answer = getattr(browse.sign_in(make.lead()).client, method)(path)
    assert answer.status_code in {400, 403, 405}
    assert faults(answer.json, COMPONENTS["Error"]) == []


def test_a_draft_is_not_there_for_readers_of_the_api(browse, make):
    make.source(ref="secret", title="Secret strategy", visibility="draft")
    browse.sign_in(make.viewer())
    for path in ("/api/v1/sources", "/api/v1/sources/secret"):
        assert "Secret strategy" not in browse.get(path).text
    assert browse.sign_in(make.lead()).get("/api/v1/sources/secret").status_code == 200


def test_addresses_in_answers_lead_to_pages(browse, make, line):
    browse.sign_in(make.viewer())
    for record in line:
        told = browse.get(f"/api/v1/{record.kind}s/{record.ref}").json
        assert told["url"] == f"/{record.kind}s/{record.ref}"
        assert browse.get(told["url"]).status_code == 200
