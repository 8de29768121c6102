"""Any record goes out and comes back the same, and one cell that somebody edits there is one change and no other."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.models import Action
from kb.dates import parse
from kb.importing.kinds import KINDS
from kb.models.importing import Outcome
from kb.models.plan import Plan
from kb.models.source import SourceName
from kb.permissions import SYSTEM
from kb.spreadsheets import absolute, as_typed, harmless, write_csv, write_workbook
from tests.factories import Make
from tests.kb.importing.sheets import Incoming, read, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

HOSTILE = st.sampled_from(
    ["=1+2", "'=1", "-3", "@a", "a; b", '"x', "_x000D_", "<r>a</r>", "\u202ea", "1/2/2026", "a\n\nb", "#N/A"]
)
TEXTS = st.one_of(
    HOSTILE, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40), st.just("")
)
TITLES = TEXTS.map(lambda text: " ".join("".join(filter(str.isprintable, text)).split()) or "A title")
# As services keep them.
KEPT = TEXTS.map(str.strip)
DATES = st.sampled_from(
    ["", "2019", "2021-Q3", "winter 2023", "2019/20", "2021-12", "December 2021", "5 December 2021"]
)
GENERATED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FEW = settings(GENERATED, max_examples=10)
NUMBERS = st.one_of(st.none(), st.integers(-(10**9), 10**9).map(float), st.floats(-1e12, 1e12))
DAYS = st.one_of(st.none(), st.dates(date(1950, 1, 1), date(2150, 12, 31)))


@contextmanager
def once(session: Session, make: Make) -> Iterator[Make]:
    """One example, with a maker of its own; the next one finds the database as this one did."""
    savepoint = session.begin_nested()
    try:
        yield Make(session, today=make.today)
    finally:
        savepoint.rollback()
        session.expunge_all()


def exported(app: Flask, session: Session, make: Make, name: str, ending: str) -> bytes:
    """A list as the site sends it, without asking the site."""
    from actions import columns as of_actions
    from actions import indicator_columns as of_indicators
    from actions.filters import Filters
    from actions.measures.service import IndicatorFilter
    from kb import web
    from kb.catalogue.posts import PostFilter
    from kb.catalogue.sources import SourceFilter
    from kb.columns import bodies as of_bodies
    from kb.columns import sources as of_sources

    sheets: dict[str, Callable[[], Any]] = {
        "sources": lambda: of_sources.sheet(SourceFilter()),
        "actions": lambda: of_actions.sheet(Filters()),
        "posts": lambda: of_bodies.of_posts(PostFilter()),
        "indicators": lambda: of_indicators.sheet(IndicatorFilter()),
        "readings": lambda: of_indicators.readings(IndicatorFilter()),
    }

    session.flush()
    session.expunge_all()
    with app.test_request_context("/"), pytest.MonkeyPatch.context() as patch:
        for function, value in (("session", session), ("person", SYSTEM), ("today", make.today)):
            patch.setattr(web, function, lambda value=value: value)
        sheet = sheets[name]()
        sheet = replace(sheet, columns=absolute(sheet.columns, "https://example.org"))
        file = BytesIO()
        if ending == ".csv":
            write_csv(file, sheet)
        else:
            write_workbook(file, [sheet], [("List", sheet.title)])
    return file.getvalue()


def edited(data: bytes, heading: str, text: str) -> bytes:
    """The file with another text in one column of its first row, as a spreadsheet program saves it."""
    rows = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    rows[1][rows[0].index(heading)] = harmless(text)
    file = StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def first_row(data: bytes) -> dict[str, str]:
    found = next(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))
    return {heading: as_typed(text) for heading, text in found.items()}


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@GENERATED
@given(data=st.data())
def test_any_source_goes_out_and_comes_back_the_same(
    app: Flask, session: Session, make: Make, ending: str, data: st.DataObject
):
    with once(session, make) as make:
        for _ in range(3):
            body = make.organisation(title=data.draw(TITLES))
            make.source(
                title=data.draw(TITLES),
                summary=data.draw(TEXTS),
                publisher_as_stated=data.draw(TEXTS),
                status_as_stated=data.draw(TEXTS),
                publishers=[body, make.organisation(title=data.draw(TITLES))],
                themes=[make.theme(title=data.draw(TITLES))],
                curator_id=make.post(title=data.draw(TITLES), organisation_id=body.id).id,
                published=parse(data.draw(DATES)),
                names=[SourceName(name=name) for name in data.draw(st.sets(TITLES, max_size=3))],
                language=data.draw(st.sampled_from(["en", "cy"])),
                visibility=data.draw(st.sampled_from(["draft", "published"])),
                is_statutory=data.draw(st.booleans()),
            )
        incoming = Incoming(session, KINDS["sources"], SYSTEM)
        proposals = incoming.proposals(read(exported(app, session, make, "sources", ending), ending))
        assert [(told(one), one.problems) for one in proposals] == [({}, ())] * 3
        assert {one.outcome for one in proposals} == {Outcome.SAME}


def made(make: Make, name: str, plan_id: int, draw: Callable[[Any], Any]) -> None:
    """A record of this kind whose every field says anything."""
    body = make.organisation(title=draw(TITLES))
    post = make.post(title=draw(TITLES), organisation_id=body.id, note=draw(KEPT), is_assumed=draw(st.booleans()))
    make.owner(post)
    if name == "actions":
        make.action(
            **{key: draw(KEPT) for key in ("description", "timescale", "support_needed", "resources", "measure")},
            title=draw(TITLES),
            due_on=draw(DAYS),
            term=draw(st.sampled_from([None, "short", "long"])),
            owner_id=post.id,
            contributors=[body],
            themes=[make.theme(title=draw(TITLES))],
            visibility=draw(st.sampled_from(["draft", "published"])),
            plan_id=plan_id,
        )
    elif name != "posts":
        indicator = make.indicator(
            **{
                key: draw(KEPT) for key in ("definition", "numerator", "unit", "baseline_period", "data_source", "note")
            },
            title=draw(TITLES),
            baseline=draw(NUMBERS),
            target=draw(NUMBERS),
            target_on=draw(DAYS),
            owner_id=post.id,
            plan_id=plan_id,
        )
        words = {key: draw(KEPT) for key in ("data_source", "quality_note")}
        make.reading(indicator, ends_on=date(2026, 1, 31), value=draw(NUMBERS) or 0.0, **words)


@pytest.mark.parametrize(
    ("name", "ending"),
    [("actions", ".xlsx"), ("posts", ".csv"), ("posts", ".xlsx"), ("indicators", ".xlsx"), ("readings", ".xlsx")],
)
@FEW
@given(data=st.data())
def test_any_record_goes_out_and_comes_back_the_same(
    app: Flask, session: Session, make: Make, name: str, ending: str, data: st.DataObject
):
    with once(session, make) as make:
        plan_id = make.plan().id
        for _ in range(2):
            made(make, name, plan_id, data.draw)
        incoming = Incoming(session, KINDS[name], SYSTEM, session.get_one(Plan, plan_id))
        proposals = incoming.proposals(read(exported(app, session, make, name, ending), ending))
        assert len(proposals) == 2
        assert [(one.outcome, told(one), one.problems) for one in proposals] == [(Outcome.SAME, {}, ())] * 2


EDITS: dict[str, Any] = {
    "Action": (TITLES, "title"),
    "What it is": (TEXTS, "description"),
    "Timescale as stated": (TEXTS, "timescale"),
    "Measure of success": (TEXTS, "measure"),
    "Term": (st.sampled_from(["", "Short term", "Long term"]), "term"),
    "Starts": (st.sampled_from(["", "2026-01-31", "2025-12-01"]), "starts_on"),
}


@GENERATED
@given(data=st.data())
def test_one_edited_cell_is_one_change_and_goes_out_as_it_was_edited(
    app: Flask, session: Session, make: Make, data: st.DataObject
):
    with once(session, make) as make:
        plan_id = make.plan().id
        for _ in range(2):
            make.action(title=data.draw(TITLES), description=data.draw(KEPT), measure=data.draw(KEPT), plan_id=plan_id)
        heading = data.draw(st.sampled_from(sorted(EDITS)))
        text = data.draw(EDITS[heading][0])
        before = exported(app, session, make, "actions", ".csv")
        after = edited(before, heading, text)
        incoming = Incoming(session, KINDS["actions"], SYSTEM, session.get_one(Plan, plan_id))
        first, second = incoming.proposals(read(after, ".csv"))
        assert (second.outcome, second.problems, first.problems) == (Outcome.SAME, (), ())
        if first.outcome == Outcome.SAME:
            return
        assert told(first).keys() == {heading}
        incoming.apply(read(after, ".csv"))
        now = first_row(exported(app, session, make, "actions", ".csv"))
        assert {key: value for key, value in now.items() if key != heading} == {
            key: value for key, value in first_row(before).items() if key != heading
        }
        again = incoming.proposals(read(exported(app, session, make, "actions", ".csv"), ".csv"))
        assert {one.outcome for one in again} == {Outcome.SAME}
        assert {one.outcome for one in incoming.proposals(read(after, ".csv"))} == {Outcome.SAME}
        session.expunge_all()
        assert session.query(Action).count() == 2
