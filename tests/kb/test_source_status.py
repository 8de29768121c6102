"""What has run its time has ended: one rule for a record, for SQL, and for every place that tells of it."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from kb.catalogue import sources
from kb.catalogue.sources import SourceFilter
from kb.models.source import Source, SourceStatus, status_on
from tests.conftest import TODAY

YESTERDAY = TODAY - timedelta(days=1)
# How a page tells of a status; what holds as it should stands there in plain words.
TAG = re.compile(r'class="gt-tag gt-life[^"]*">([^<]+)')


def ending(day):
    return {"ends_on": day, "ends_precision": "day", "ends_words": str(day)} if day else {}


def test_the_rule_in_sql_is_that_of_the_record(make, session):
    for status in SourceStatus:
        for day in (None, YESTERDAY, TODAY, TODAY + timedelta(days=1)):
            make.source(status=status, **ending(day))
    rows = session.execute(select(Source, status_on(TODAY))).all()
    assert len(rows) == 4 * len(SourceStatus)
    assert [(source.status, source.ends_on, told) for source, told in rows] == [
        (source.status, source.ends_on, source.status_on(TODAY)) for source, _ in rows
    ]
    run_out = {source.status for source, told in rows if told == "ended" and source.ends_on == YESTERDAY}
    assert run_out == set(SourceStatus) - {"superseded", "withdrawn"}


def test_a_list_is_filtered_counted_and_ordered_by_how_sources_stand_today(make, session):
    make.source(title="Old", status="published", **ending(YESTERDAY))
    make.source(title="Last day", status="in-force", **ending(TODAY))
    make.source(title="Draft", status="draft")
    reader = make.person(make.viewer())

    def listed(wanted, today=TODAY):
        found = sources.list_sources(session, wanted, person=reader, today=today)
        assert sources.count(session, wanted, person=reader, today=today) == len(found)
        return [source.title for source in found]

    ended = SourceFilter(statuses=("ended",))
    assert listed(ended) == ["Old"]
    assert listed(ended, TODAY + timedelta(days=1)) == ["Last day", "Old"]
    assert listed(SourceFilter(statuses=("published",))) == []
    assert listed(SourceFilter(sort="status")) == ["Draft", "Old", "Last day"]
    assert sources.facets(session, person=reader, today=TODAY).statuses == {"draft": 1, "ended": 1, "in-force": 1}


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


def test_page_file_and_api_say_of_a_source_what_its_own_page_says(reader, make):
    publisher = make.organisation()
    old = make.source(title="Old", status="in-force", publishers=[publisher], **ending(YESTERDAY))
    make.source(title="New", status="published")
    for address in ("/sources", f"/sources/{old.ref}", f"/organisations/{publisher.ref}"):
        assert TAG.findall(reader.get(address).text) == ["Ended"], address
    answer = reader.get("/sources?status=ended&format=csv")
    rows = csv.DictReader(StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert [(row["Ref"], row["Status"]) for row in rows] == [(old.ref, "Ended")]
    listed = reader.get("/api/v1/sources?status=ended").json["sources"]
    assert [(one["ref"], one["status"]) for one in listed] == [(old.ref, "ended")]
    assert reader.get(f"/api/v1/sources/{old.ref}").json["status"] == "ended"
