"""What every form of a record does: its title is one line of a length that an index can take."""

from __future__ import annotations

import pytest

from kb.editing import LONGEST_TITLE, checked_title
from kb.errors import Invalid


@pytest.mark.parametrize("given", ["A plan", "  A plan ", "A\n plan", "A\t\u00a0plan", "A plan" + " " * LONGEST_TITLE])
def test_a_title_is_one_line_without_needless_spaces(given):
    assert checked_title(given) == "A plan"


@pytest.mark.parametrize("given", ["", " \n ", "x" * (LONGEST_TITLE + 1)])
def test_no_title_and_one_too_long_are_refused_in_the_words_that_fit(given):
    with pytest.raises(Invalid, match="Give a title of up to 300 characters") as refused:
        checked_title(given)
    assert refused.value.field == "title"
    with pytest.raises(Invalid, match="Say what it is"):
        checked_title(given, "Say what it is")


def test_the_longest_title_is_taken():
    assert len(checked_title("x" * LONGEST_TITLE)) == LONGEST_TITLE
