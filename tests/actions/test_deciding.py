"""Who decides a change request, as facts; pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from actions.request_models import RequestedChange
from actions.requests import deciding
from actions.requests.deciding import Dates, Matter, matter_of, may_decide

TODAY = date(2026, 11, 23)
LATER, YESTERDAY = TODAY + timedelta(days=9), TODAY - timedelta(days=1)


def dates(due_on=LATER, first_due_on=LATER, *, is_open=True):
    return Dates(is_open, due_on, first_due_on)


@pytest.mark.parametrize("what", RequestedChange)
@pytest.mark.parametrize("due_on", [TODAY, LATER])
def test_what_is_asked_in_time_on_a_date_that_was_never_moved_is_an_ordinary_matter(what, due_on):
    assert matter_of(what, dates(due_on, due_on), TODAY) == Matter.ORDINARY


@pytest.mark.parametrize("what", RequestedChange)
def test_whatever_is_asked_of_an_overdue_action_is_for_the_group(what):
    assert matter_of(what, dates(YESTERDAY, YESTERDAY), TODAY) == Matter.OVERDUE
    assert matter_of(what, dates(YESTERDAY, LATER), TODAY) == Matter.OVERDUE


def test_a_closed_action_is_not_overdue():
    assert matter_of("owner", dates(YESTERDAY, YESTERDAY, is_open=False), TODAY) == Matter.ORDINARY


def test_another_due_date_for_one_that_was_moved_before_is_for_the_group_and_nothing_else_is():
    for due_on in (LATER, None):
        moved = dates(due_on, LATER + timedelta(days=1))
        found = {what: matter_of(what, moved, TODAY) for what in RequestedChange}
        assert found == dict.fromkeys(RequestedChange, Matter.ORDINARY) | {"due-date": Matter.MOVED_BEFORE}


def test_the_first_date_of_an_action_that_had_none_is_an_ordinary_matter():
    assert matter_of("due-date", dates(None, None), TODAY) == Matter.ORDINARY


def test_the_word_of_the_rule_is_that_of_the_table():
    assert deciding.DUE_DATE == RequestedChange.DUE_DATE


@pytest.mark.parametrize(
    ("matter", "is_proposer", "decides", "decides_late"),
    list(product(Matter, (True, False), (True, False), (True, False))),
)
def test_nobody_decides_what_they_asked_for_and_the_right_for_late_matters_is_another(
    matter, is_proposer, decides, decides_late
):
    right = decides if matter == Matter.ORDINARY else decides_late
    may = may_decide(matter, is_proposer=is_proposer, decides=decides, decides_late=decides_late)
    assert may == (right and not is_proposer)
