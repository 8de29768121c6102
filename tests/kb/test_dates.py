"""Dates as documents state them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.dates import Precision, parse


@pytest.mark.parametrize(
    ("words", "last_day", "precision"),
    [
        ("2021-12-05", date(2021, 12, 5), Precision.DAY),
        ("2020-02", date(2020, 2, 29), Precision.MONTH),
        ("2021-Q3", date(2021, 9, 30), Precision.QUARTER),
        ("spring 2023", date(2023, 5, 31), Precision.SEASON),
        ("winter 2023", date(2024, 2, 29), Precision.SEASON),
        ("2019", date(2019, 12, 31), Precision.YEAR),
        ("2019/20", date(2020, 3, 31), Precision.FINANCIAL_YEAR),
        ("1999/00", date(2000, 3, 31), Precision.FINANCIAL_YEAR),
    ],
)
def test_a_stated_date_is_compared_by_its_last_day(words: str, last_day: date, precision: Precision) -> None:
    stated = parse(words)
    assert (stated.day, stated.precision, stated.words) == (last_day, precision, words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("2021-02-30", "no such date"),
        ("2021-13", "no such date"),
        ("2019/21", "no financial year"),
        ("1066", "out of range"),
        ("soon", "as a year"),
        ("05/12/2021", "as a year"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_how_to_write_it(words: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(words)


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        ("2021-12-05", "5 December 2021"),
        ("2021-12", "December 2021"),
        ("2021-Q3", "quarter 3 of 2021"),
        ("Spring 2023", "spring 2023"),
        ("2022", "2022 (only the year is known)"),
        ("2019/20", "2019/20"),
        ("", ""),
    ],
)
def test_a_stated_date_is_spoken_no_more_exactly_than_it_is_known(words: str, spoken: str) -> None:
    assert parse(words).spoken == spoken


def test_nothing_stated_is_no_date() -> None:
    assert not parse(None)
    assert not parse("  ")
    assert str(parse("2021")) == "2021"


@given(st.text(max_size=30))
def test_any_words_give_a_date_or_a_refusal(words: str) -> None:
    try:
        stated = parse(words)
    except ValueError:
        return
    assert bool(stated) == bool(words.strip())


@pytest.mark.parametrize(
    ("words", "last_day", "spoken"),
    [
        ("June 2018", date(2018, 6, 30), "June 2018"),
        ("sept 2020", date(2020, 9, 30), "September 2020"),
        ("5 June 2018", date(2018, 6, 5), "5 June 2018"),
    ],
)
def test_a_date_may_be_written_as_the_pages_write_it(words: str, last_day: date, spoken: str) -> None:
    assert (parse(words).day, parse(words).spoken) == (last_day, spoken)


@pytest.mark.parametrize(("words", "told"), [("31 June 2018", "no such date"), ("Juno 2018", "as a year")])
def test_a_month_that_is_none_is_refused(words: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(words)


@pytest.mark.parametrize(
    "words", ["2019", "2021-Q3", "spring 2023", "winter 2023", "2019/20", "2021-12", "5 December 2021"]
)
def test_what_is_spoken_is_read_as_the_same_date(words: str):
    stated = parse(words)
    again = parse(stated.spoken)
    assert (again.day, again.precision) == (stated.day, stated.precision)
    assert parse(parse("2019").spoken) == parse("2019")
