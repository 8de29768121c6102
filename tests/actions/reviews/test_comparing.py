"""Two packs side by side: what is new, closed, moved, and what reads otherwise."""

from __future__ import annotations

from datetime import date

from actions.reviews.comparing import compare
from actions.reviews.pack import Count, Gap, Named
from tests.actions.reviews.packs import indicator, line, pack


def refs(pairs):
    return [one.after.record.ref for one in pairs]


def against(before, after):
    return compare(pack(actions=before), pack(actions=after))


def test_the_same_pack_has_changed_in_nothing():
    found = compare(pack(), pack())
    assert found.is_empty
    assert [(old.number, new.number) for old, new in found.counts] == [(1, 1), (1, 1), (0, 0)]


def test_actions_that_came_and_went_are_named():
    found = against((line(1),), (line(2),))
    assert [one.record.ref for one in found.new] == ["action-2"]
    assert [one.record.ref for one in found.gone] == ["action-1"]
    assert not found.is_empty


def test_what_was_closed_and_what_was_opened_again_is_told_apart():
    found = against((line(1), line(2, closure="done")), (line(1, closure="verified"), line(2)))
    assert (refs(found.closed), refs(found.reopened)) == (["action-1"], ["action-2"])


def test_due_dates_that_moved_are_told_by_their_direction_while_the_action_is_open():
    early, late = date(2026, 11, 1), date(2027, 1, 1)
    before = (line(1, due_on=early), line(2, due_on=late), line(3, due_on=early), line(4, due_on=None))
    after = (line(1, due_on=late), line(2, due_on=early), line(3, due_on=late, closure="done"), line(4, due_on=late))
    found = against(before, after)
    assert (refs(found.later), refs(found.earlier)) == (["action-1"], ["action-2"])


def test_confidence_is_compared_where_both_packs_know_it():
    before = (line(1, confidence="on-track"), line(2, confidence="off-track"), line(3, confidence=""))
    after = (line(1, confidence="at-risk"), line(2, confidence="at-risk"), line(3, confidence="off-track"))
    found = against(before, after)
    assert (refs(found.less_sure), refs(found.surer)) == (["action-1"], ["action-2"])


def test_another_owner_is_told():
    assert refs(against((line(1, owner="A"),), (line(1, owner=""),)).new_owner) == ["action-1"]


def test_indicators_are_told_when_an_icon_changes_and_not_when_a_reading_does():
    before = pack(indicators=(indicator(1), indicator(2), indicator(3, variation="concern")))
    after = pack(
        indicators=(
            indicator(1, latest=99.0),
            indicator(2, assurance="passes"),
            indicator(3, variation="concern", is_high=True),
        )
    )
    assert [new.record.ref for _, new in compare(before, after).indicators] == ["indicator-2", "indicator-3"]


def test_gaps_that_opened_and_closed_are_told_by_kind_and_record():
    one, other = Named("action", "one", "One"), Named("action", "other", "Other")
    before = pack(gaps=(Gap("no-owner", "", (one,)), Gap("no-date", "", (one,))))
    found = compare(before, pack(gaps=(Gap("no-owner", "", (one, other)),)))
    assert found.opened == (("no-owner", other),)
    assert found.mended == (("no-date", one),)


def test_a_number_that_one_pack_lacks_is_none_there():
    found = compare(pack(counts=(Count("old", 1),)), pack(counts=(Count("new", 2),)))
    assert [(a and a.key, b and b.key) for a, b in found.counts] == [(None, "new"), ("old", None)]
