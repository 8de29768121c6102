"""Titles as people cite them: who published a document and when is told apart from what it is called."""

from __future__ import annotations

import pytest

from kb.importing.mapping.citing import cited
from kb.importing.mapping.words import NO_VOCABULARY, Vocabulary


@pytest.mark.parametrize(
    ("line", "title", "publisher"),
    [
        ("A Plan for Teeth (2019)", "A Plan for Teeth", ""),
        ("A Plan for Teeth (2018, Welsh Government)", "A Plan for Teeth", "Welsh Government"),
        ("A Plan for Teeth (Welsh Government, 2018)", "A Plan for Teeth", "Welsh Government"),
        ("A Plan for Teeth (Welsh Government 2018)", "A Plan for Teeth", "Welsh Government"),
        ("A Plan for Teeth (Welsh Government – March 2018)", "A Plan for Teeth", "Welsh Government"),
        ("A Plan for Teeth (RCN, 2021)", "A Plan for Teeth", "RCN"),
        ("A Plan for Teeth (Department of Health)", "A Plan for Teeth", "Department of Health"),
        ("A Plan for Teeth, Welsh Government, 2018", "A Plan for Teeth", "Welsh Government"),
        ("Welsh Government (2018) A Plan for Teeth", "A Plan for Teeth", "Welsh Government"),
        ("NHS Mouth (2018) The Plan for Teeth", "The Plan for Teeth", "NHS Mouth"),
        ("Molar et al. (2018) Why teeth ache", "Why teeth ache", "Molar et al."),
        ("Mental Teeth Act (1983) Code of Practice", "Mental Teeth Act Code of Practice", ""),
        ("TEETH FOR ALL (2019) NEXT STEPS", "TEETH FOR ALL NEXT STEPS", ""),
        ("Quick Oral Framework (QOF)", "Quick Oral Framework (QOF)", ""),
        ("Teeth (Access) (Wales) Act 2018", "Teeth (Access) (Wales) Act 2018", ""),
        ("A Plan for Teeth (second edition, 2018)", "A Plan for Teeth (second edition, 2018)", ""),
        ("Teeth, Gums, 2018", "Teeth, Gums, 2018", ""),
    ],
)
def test_the_publisher_and_the_year_beside_a_title_are_no_part_of_it(line: str, title: str, publisher: str) -> None:
    found = cited(line, NO_VOCABULARY)
    assert (found.title, found.publisher) == (title, publisher)


def test_a_publisher_that_is_known_by_its_acronym_is_told_in_full() -> None:
    known = Vocabulary(organisations={"TB": "Tooth Board"})
    assert cited("A Plan for Teeth (TB, 2018)", known).publisher == "Tooth Board"
