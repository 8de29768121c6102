"""How alike records are: words, themes, and what they are linked with."""

from __future__ import annotations

from graph.resemblance import ONE_WORD_FROM, compare, rarity, said

COMMON = [["mental", "health", str(number)] for number in range(60)]
RARE = rarity([["perinatal", "mental"], ["crisis", "mental"], *COMMON])


def speaking(*words, around=(), themes=(), acronyms=()):
    return said(words, (), [around], frozenset(themes), frozenset(acronyms))


def test_the_record_that_shares_rare_words_stands_before_one_that_shares_common_ones():
    here = speaking("perinatal", "mental", "health")
    alike = compare(here, {1: speaking("perinatal", "staff"), 2: speaking("mental", "staff")}, RARE)
    assert alike[1].score > alike[2].score


def test_only_telling_words_are_told_and_only_what_can_be_explained_is_likely():
    alike = compare(speaking("mental", "health"), {1: speaking("mental", "health")}, RARE)
    assert alike[1].score > 0.9
    assert alike[1].words == ()
    assert not alike[1].is_likely


def test_a_record_speaks_with_what_it_is_linked_with_too_and_that_is_told_apart():
    alike = compare(speaking("perinatal"), {1: speaking("wellbeing", around=("perinatal",))}, RARE)
    assert (alike[1].words, alike[1].around) == ((), ("perinatal",))


def test_a_shared_theme_adds_to_the_likeness_and_is_told():
    others = {1: speaking("crisis", "team", themes=(7, 8)), 2: speaking("crisis", "team", themes=(9,))}
    alike = compare(speaking("crisis", themes=(7,)), others, RARE)
    assert alike[1].score > alike[2].score
    assert (alike[1].themes, alike[2].themes) == ((7,), ())


def test_records_that_share_nothing_are_not_likely():
    alike = compare(speaking("perinatal"), {1: speaking("crisis")}, RARE)
    assert (alike[1].score, alike[1].is_likely) == (0, False)


def test_one_word_is_enough_only_where_it_is_much_of_what_both_say():
    much = speaking("crisis")
    little = speaking("crisis", *(f"rare{number}" for number in range(40)))
    alike = compare(much, {1: speaking("crisis"), 2: little}, RARE)
    assert (alike[1].is_likely, alike[2].is_likely) == (True, False)


def test_one_word_of_what_a_record_is_linked_with_is_no_reason_and_two_are():
    alike = compare(
        speaking("perinatal", "crisis"),
        {1: speaking("wellbeing", around=("perinatal",)), 2: speaking("wellbeing", around=("perinatal", "crisis"))},
        RARE,
    )
    assert [alike[id].is_likely for id in (1, 2)] == [False, True]
    assert alike[1].score > ONE_WORD_FROM


def test_a_short_word_is_told_only_as_an_acronym():
    rare = rarity([["cyp"], *COMMON])
    assert compare(speaking("cyp", "cyp2"), {1: speaking("cyp")}, rare)[1].words == ()
    assert compare(speaking("cyp", acronyms=("cyp",)), {1: speaking("cyp")}, rare)[1].words == ("cyp",)


def test_records_without_words_are_compared_without_a_fault():
    assert compare(speaking(), {1: speaking()}, rarity([]))[1].score == 0
