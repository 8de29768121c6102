"""What people write over columns: the same words are known in mapping tables and in lists of sources."""

from __future__ import annotations

import pytest

from kb.importing.grid import Cell, Row, Table
from kb.importing.kinds import KINDS, headings
from kb.importing.mapping.heading_words import role_of
from kb.importing.mapping.headings import recognise
from kb.importing.mapping.words import Role


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Name of document", Role.REFERENCE),
        ("Policies / Strategies", Role.REFERENCE),
        ("Title of the policy or strategy", Role.REFERENCE),
        ("What does it say?", Role.KEY_POINTS),
        ("Policy summary", Role.KEY_POINTS),
        ("What it means for us", Role.IMPLICATIONS),
        ("How it affects us", Role.IMPLICATIONS),
        ("Impact on our workforce", Role.IMPLICATIONS),
        ("What this means for the plan", Role.RELEVANCE),
        ("Our response", Role.RELEVANCE),
        ("What we do about it", Role.RELEVANCE),
        ("How we will address this", Role.RELEVANCE),
        ("Who wrote it", Role.PUBLISHER),
        ("Authors", Role.PUBLISHER),
        ("When was it published?", Role.PUBLISHED),
        ("Year", Role.PUBLISHED),
        ("Document date", Role.PUBLISHED),
        ("Website", Role.LINK),
        ("Link to document", Role.LINK),
        ("Document link", Role.LINK),
        ("Document type", Role.KIND),
        ("Countries", Role.NATIONS),
        ("Owner", Role.IGNORED),
        ("Policy owner", Role.IGNORED),
        ("Review date", Role.IGNORED),
        ("Date of last review", Role.IGNORED),
        ("Reference number", Role.IGNORED),
        ("Cost", None),
    ],
)
def test_a_heading_tells_what_its_column_holds(heading: str, role: Role | None) -> None:
    assert role_of(heading) == role


def test_what_is_done_is_the_answer_where_no_column_is_for_answers() -> None:
    def columns(*texts: str) -> list[str]:
        return list(recognise(Table("One", (Row(1, tuple(map(Cell, texts))),))).values())

    assert columns("Document", "Summary", "Our action") == ["reference", "key_points", "relevance"]
    assert columns("Document", "Relevance", "Actions") == ["reference", "relevance", "actions"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *(("Name of document", "title"), ("Who wrote it", "publishers"), ("Author(s)", "publishers")),
        *(("Published by", "publishers"), ("Web address", "link"), ("Website", "link"), ("Where to find it", "link")),
        *(("Country", "nations"), ("Year", "published"), ("Date", "published"), ("Type of document", "source_kind")),
        *(("Key messages", "summary"), ("What it says", "summary"), ("Theme", "themes"), ("Key points", "")),
        *(("Policy owner", ""), ("Date reviewed", ""), ("Published by (last day)", "")),
    ],
)
def test_a_list_of_sources_knows_the_same_words(heading: str, field: str) -> None:
    sources = KINDS["sources"]
    told = {one.key for one in sources.fields() if one.is_told}
    found = headings.named_by(Row(1, (Cell(heading),)), sources.fields()).get("0", "")
    assert (found if found not in told else "") == field


def test_the_very_words_of_a_column_come_before_words_like_them() -> None:
    row = Row(1, tuple(map(Cell, ("Policy", "Source", "Link to document", "Read it"))))
    assert headings.named_by(row, KINDS["sources"].fields()) == {"1": "title", "3": "link"}
