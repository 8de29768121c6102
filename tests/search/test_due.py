"""Facts about the language of due dates: what is understood, what it means, and how it is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language import due
from tests.conftest import TODAY

MEANT = {
    "<30d": ("<30d", TODAY, TODAY + timedelta(days=30), "within 30 days"),
    "30 days": ("<30d", TODAY, TODAY + timedelta(days=30), "within 30 days"),
    "<=2w": ("<14d", TODAY, TODAY + timedelta(days=14), "within 14 days"),
    ">1d": (">1d", TODAY + timedelta(days=2), date.max, "in more than 1 day"),
    "<30": ("<30d", TODAY, TODAY + timedelta(days=30), "within 30 days"),
    "this week": ("this-week", date(2026, 11, 23), date(2026, 11, 29), "this week"),
    "this month": ("this-month", date(2026, 11, 1), date(2026, 11, 30), "this month"),
    "next-month": ("next-month", date(2026, 12, 1), date(2026, 12, 31), "next month"),
    "next year": ("next-year", date(2027, 1, 1), date(2027, 12, 31), "next year"),
    "OVERDUE": ("overdue", date.min, TODAY - timedelta(days=1), "Overdue"),
    "2026": ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
    "2028-02": ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "February 2028"),
    "2026-12-24": ("2026-12-24", date(2026, 12, 24), date(2026, 12, 24), "24 December 2026"),
    "2026-12..2027": ("2026-12..2027", date(2026, 12, 1), date(2027, 12, 31), "December 2026 to 2027"),
    "2027..2026": ("2027..2026", date(2026, 1, 1), date(2027, 12, 31), "2027 to 2026"),
    "2026-12..": ("2026-12..", date(2026, 12, 1), date.max, "December 2026 or later"),
    "..2026": ("..2026", date.min, date(2026, 12, 31), "2026 or earlier"),
}


@pytest.mark.parametrize("given", MEANT)
def test_a_time_is_understood_and_told(given):
    read, first, last, words = MEANT[given]
    assert due.read(given) == read
    span = due.span_of(read, TODAY)
    assert (span.first, span.last) == (first, last)
    assert due.words(read) == words


@pytest.mark.parametrize(
    "given",
    ["", "soon", "..", "2026-13", "2026-02-30", "9999d", "<2026", "<d", "last month", "1700", "2026..soon", "١٢d"],
)
def test_what_is_no_time_is_not_understood(given):
    assert due.read(given) is None


@given(st.text("<>=.-0123456789 dwoverunk", max_size=14))
def test_what_was_understood_once_is_understood_so_again(text):
    read = due.read(text)
    if read is not None:
        assert due.read(read) == read
        assert due.words(read)
        if read != due.NONE:
            span = due.span_of(read, TODAY)
            assert span.first <= span.last
