"""A frozen pack is the same for ever: what is written is read back, today and by later versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.reviews.pack import Count, Cover, Named, decode, digest_of, encode
from tests.actions.reviews.packs import indicator, line, pack

FIRST_FORMAT = Path(__file__).with_name("format_1.json")
# JSON cannot hold halves of a pair, and neither can any form that people send.
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def test_a_pack_is_read_back_as_it_was_written():
    made = pack()
    assert decode(encode(made)) == made


@given(WORDS, WORDS, WORDS)
def test_whatever_people_write_is_read_back(title, said, summary):
    action = line(1, record=Named("action", "a", title), said=said)
    made = pack(actions=(action,), cover=Cover(summary=summary), indicators=(indicator(said=said),))
    assert decode(encode(made)) == made


def test_the_same_pack_has_the_same_digest_and_another_word_another_one():
    made = pack()
    assert digest_of(encode(made)) == digest_of(encode(pack()))
    assert digest_of(encode(made)) != digest_of(encode(replace(made, place="Room 3")))


def test_a_pack_of_the_first_format_is_read():
    found = decode(FIRST_FORMAT.read_bytes())
    assert (found.format, found.number, len(found.actions)) == (1, "workforce-2026-12-07", 3)
    assert found.indicators[0].chart is not None


def test_what_is_no_pack_is_refused():
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"number": 3}')


def test_the_change_is_against_the_meeting_before_where_that_is_known():
    assert Count("done", 5, trend=(1, 3, 5)).change == 2
    assert Count("done", 5, trend=(1, None, 5)).change is None
    assert Count("done", 5, trend=(5,)).change is None


def test_silence_and_what_is_done_are_no_exceptions_by_themselves():
    assert not line(1, reasons=("silent", "done")).is_exception
    assert line(1, reasons=("silent", "slipped")).is_exception
    made = pack()
    assert [one.record.ref for one in made.exceptions] == ["action-1", "action-3"]
    assert [one.record.ref for one in made.others] == ["action-2"]
