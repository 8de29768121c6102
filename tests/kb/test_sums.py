"""Whether the figures of a comparison that are parts add up to their whole."""

from __future__ import annotations

import pytest

from kb import history
from kb.catalogue import comparisons
from kb.catalogue.sums import sum_check
from kb.errors import Invalid


@pytest.fixture
def compare(session, make):
    """A comparison of these numbers, the first of which is the whole, if it is to be."""

    def compare(*values, is_summed=True, unit="staff"):
        figures = []
        for value in values:
            low, high = value if isinstance(value, tuple) else (value, value)
            figures.append(make.figure(low=low, high=high, value=str(value), unit=unit))
        made = make.comparison(*figures, whole_id=figures[0].id if is_summed else None)
        session.expire_all()
        return comparisons.get(session, made.ref, person=make.person(make.lead()))

    return compare


@pytest.mark.parametrize(
    ("values", "total", "words"),
    [
        ((4500, 1714, 3190), "4,904 staff", "404 more than the whole"),
        ((4500, 1306, 2430), "3,736 staff", "764 less than the whole"),
        ((0.3, 0.1, 0.2), "0.3 staff", "they add up"),
        ((100, (30, 40), 65), "95 to 105 staff", "they add up"),
        ((100, (50, 60), (60, 70)), "110 to 130 staff", "10 more than the whole"),
        (((100, 120), 40, 50), "90 staff", "10 less than the whole"),
    ],
)
def test_parts_add_up_to_the_whole_or_the_difference_is_told(compare, values, total, words):
    check = sum_check(compare(*values))
    assert (check.total, check.words) == (total, words)


def test_what_is_no_number_cannot_be_summed_and_two_figures_have_no_parts(compare):
    check = sum_check(compare(4500, None, 2))
    assert "is no number" in check.why_not
    assert (check.total, check.words, check.apart) == ("", "", None)
    assert sum_check(compare(4500, 4904)) is None
    assert sum_check(compare(4500, 1, 2, is_summed=False)) is None


def test_parts_of_other_units_are_told_in_that_of_the_whole(session, make, compare):
    comparison = compare(10, 4, 5)
    comparison.figures[1].unit = "posts"
    assert sum_check(comparison).total == "9 staff"


def test_who_says_which_is_the_whole_stands_in_the_history_and_it_may_leave(session, make, compare):
    found, lead = compare(4500, 1714, 3190, is_summed=False), make.person(make.lead())
    refs = [figure.ref for figure in found.figures]
    details = {"reason": "Both are of the plan", "by": lead}
    with pytest.raises(Invalid, match="one of the figures") as refused:
        comparisons.edit(session, found.ref, found.title, refs, whole="another", version=found.version, **details)
    assert refused.value.field == "whole"
    with pytest.raises(Invalid, match="two parts or more"):
        comparisons.edit(session, found.ref, found.title, refs[:2], whole=refs[0], version=found.version, **details)
    comparisons.edit(session, found.ref, found.title, refs, whole=refs[0], version=found.version, **details)
    assert sum_check(found).apart == 404
    newest = history.list_for(session, found, person=lead, limit=1)[0]
    assert (newest.field, newest.old, newest.reason) == ("whole", None, "Both are of the plan")
    comparisons.edit(session, found.ref, found.title, refs, version=found.version, **details)
    assert found.whole_id is None


def test_the_sum_stays_on_the_page_after_somebody_settled_it(session, make, compare, browse):
    found = compare(4500, 1714, 3190)
    lead = make.lead()
    browse.sign_in(lead)
    address = f"/comparisons/{found.ref}"
    for _ in ("open", "settled"):
        page = " ".join(browse.get(address).text.split())
        assert "They do not add up" in page
        assert "<b>404 more than the whole</b>" in page
        assert "404 more than the whole" in browse.get("/comparisons").text
        given = {"outcome": "disagree", "reason": "The table has another year", "version": found.version}
        browse.post(f"{address}/settle", given)
        session.expire_all()
    assert f"Settled by {lead.name} on" in page
    assert "The table has another year" in page


def test_a_lead_says_on_the_form_which_figure_is_the_whole(session, make, compare, browse):
    found = compare(4500, 1714, 3190, is_summed=False)
    refs = [figure.ref for figure in found.figures]
    browse.sign_in(make.lead())
    address = f"/comparisons/{found.ref}"
    assert "see whether they add up" in browse.get(address).text
    given = {"title": found.title, "chosen": refs, "whole": refs[0], "reason": "So", "version": found.version}
    assert "Is one of them the sum of the others?" in browse.get(f"{address}/edit").text
    assert browse.post(f"{address}/edit", given).status_code == 303
    assert "They do not add up" in browse.get(address).text
