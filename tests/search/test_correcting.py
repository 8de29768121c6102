"""Words that nobody wrote are put right at once; words that hardly anybody wrote are asked about."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kb.models.record import Visibility
from kb.permissions import Person
from search.documents.document import Document, Part
from search.index import snapshot, store
from search.index.expanding import Glossary
from search.language import correcting
from search.language.query import parse

if TYPE_CHECKING:
    from pathlib import Path

    from search.index.snapshot import Snapshot

READER = Person(reads_publicly=True)
TEXTS = (
    "A Healthier Wales: our workforce and mental health",
    "Recruitment and retention of nurses in mental health services",
    "CAMHS for children and adolescents",
    "Management of suicide in schools, where staff use plain words",
    "A café for carers, peer support workers and the wish of many",
    "Dementia care, and who bears the cost",
)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return built(tmp_path_factory.mktemp("index"), *TEXTS)


def built(root: Path, *texts: str, **values: object) -> Snapshot:
    documents = [Document(id=key, kind="source", ref=f"r{key}", title=text, **values) for key, text in enumerate(texts)]
    store.build(root, [documents], mark="one")
    return snapshot.current(root)


def corrected(held: Snapshot, question: str, **meanings: tuple[str, ...]) -> str | None:
    return correcting.corrected(correcting.Speller(held, held.alive, Glossary(meanings)), parse(question))


def offered(held: Snapshot, question: str) -> str | None:
    return correcting.offered(correcting.Speller(held, held.alive, Glossary()), parse(question))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("recrutment", "recruitment"),
        ("Heathier Wlaes", "Healthier Wales"),
        ("RECRUTMENT", "RECRUITMENT"),
        ("adolesants", "adolescents"),
        ("mental helath servces", "mental health services"),
        ("CAHMS", "CAMHS"),
        ("dementa car", "dementia care"),
        ("nusres", "nurses"),
        ("teh workforce", "the workforce"),
        ("wich schools", "which schools"),
        ("caffé", "cafe"),
        (unicodedata.normalize("NFD", "caffé"), "cafe"),
    ],
)
def test_what_stands_in_no_record_is_put_right(held, typed, meant):
    assert corrected(held, typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "café",
        "cafe",
        "nurse",
        "nursing",
        "retained",
        "the what gyda",
        "zzzzzzzz",
        "qx",
        "t4hm",
        "A&F",
        "x-ray",
        "nru",
        "teh",
    ],
)
def test_what_is_known_or_like_nothing_stays(held, typed):
    assert corrected(held, typed) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('"peer suport"', '"peer support"'),
        ('"mentl helth" nurses', '"mental health" nurses'),
        ("recrut*", "recruit*"),
        ("rectui*", "recrui*"),
        ("nurses -suicid recrutment", "nurses -suicid recruitment"),
        ("theme:recrutment recrutment", "theme:recrutment recruitment"),
        ('theme:"recrutment of" recrutment', 'theme:"recrutment of" recruitment'),
        ("recrutment, retension", "recruitment, retention"),
    ],
)
def test_words_of_phrases_and_beginnings_are_put_right_and_filters_are_left(held, typed, meant):
    assert corrected(held, typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mentalhealth", "mental health"),
        ("Mentalhealth nurses", "Mental health nurses"),
        ("man agement", "management"),
        ("Recruit ment of nurses", "Recruitment of nurses"),
    ],
)
def test_words_that_were_run_together_or_torn_apart_are_put_right(held, typed, meant):
    assert corrected(held, typed) == meant


def test_words_are_parted_only_where_they_stand_in_a_row(held):
    assert corrected(held, "nursesschools") is None


@pytest.mark.parametrize("typed", ["Aneurin Scools", "nurses in Scools", "*ment", "*chools", "nurses of Lare"])
def test_names_beside_others_and_ends_of_words_are_left(held, typed):
    assert corrected(held, typed) is None
    assert offered(held, typed) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("hydrotherapy bears wisy", "hydrotherapy bears wish"), ("cwish of many", "wish of many")],
)
def test_a_short_word_beside_a_strange_one_or_with_another_first_letter_is_asked_about(held, typed, meant):
    assert corrected(held, typed) is None
    assert offered(held, typed) == meant


def test_a_short_word_is_put_right_only_to_one_that_records_speak_of(tmp_path):
    few = built(tmp_path, *["Health workforce"] * (2 * correcting.SPOKEN_OF), "Pools")
    assert corrected(few, "pooks") is None
    assert offered(few, "pooks") == "pools"
    assert corrected(few, "heelth") == "health"


def test_an_acronym_of_the_glossary_is_not_put_right(held):
    assert corrected(held, "CAMS") == "CAMHS"
    assert corrected(held, "CAMS", CAMS=("complementary medicine",)) is None


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    texts = ["Health workforce and patients"] * 12 + ["The heath", "A work of force", "Patience", "Healthy walks"]
    return built(tmp_path_factory.mktemp("uneven"), *texts)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("heath", "health"), ("the Heath", "the Health"), ('"heath workforce"', '"health workforce"'),
     ("work force", "workforce"), ("heath theme:heath", "health theme:heath")],
)  # fmt: skip
def test_a_rare_word_beside_a_common_one_is_asked_about(uneven, typed, meant):
    assert offered(uneven, typed) == meant
    assert corrected(uneven, typed) is None


@pytest.mark.parametrize("typed", ["health", "healthy", "patience", "HEATH", "heat*", "walks", "unheard", ""])
def test_other_words_are_not_asked_about(uneven, typed):
    assert offered(uneven, typed) is None


def test_welsh_words_are_put_right_and_mutated_ones_are_no_mistake(tmp_path):
    parts = (Part("summary", "Gweithlu iechyd meddwl Cymru", language="cy"),)
    held = built(tmp_path, "Wales", parts=parts)
    assert corrected(held, "iechid meddwl") == "iechyd meddwl"
    assert corrected(held, "Gwiethlu") == "Gweithlu"
    assert corrected(held, "Nghymru weithlu feddwl gyda") is None


def test_words_that_nobody_wrote_take_no_room(tmp_path):
    held = built(tmp_path, "Recruitment")
    for number in range(30):
        word = "".join(chr(ord("a") + int(digit)) for digit in str(10**9 + number * 7919)) * 4
        corrected(held, f'{word} "{word} x{word}" {word[:9]}* recruitment')
    kept = [*held._postings, *held._places, *held._beginnings]
    assert len(kept) < 12
    assert all("".join(str(part) for part in key[1:]) in ("", "recruit", "recruitment") for key in kept)


def test_drafts_offer_no_words(make, ask):
    make.source(title="Unicorn strategy", visibility=Visibility.DRAFT)
    make.source(title="Strategy for horses")
    for typed in ("unicron", "unicro*", "uni corn", "unicornstrategy", '"unicron strategy"'):
        assert ask(typed, READER).did_you_mean is None, typed
        assert ask(typed, make.person(make.lead())).did_you_mean, typed


def test_drafts_make_no_word_common_or_known(make, ask):
    for _ in range(12):
        make.source(title="Health in draft", visibility=Visibility.DRAFT)
    make.source(title="Heather on the heath")
    assert ask("heath", READER).did_you_mean is None
    assert ask("heath", make.person(make.lead())).did_you_mean == "health"
    make.source(title="Heathen", visibility=Visibility.DRAFT)
    found = ask("heathen", READER)
    assert (found.did_you_mean, found.is_corrected) == ("heather", True)
    assert not ask("heathen", make.person(make.lead())).is_corrected


def test_what_is_asked_about_changes_no_hits(make, ask):
    for _ in range(12):
        make.source(title="Health")
    heath = make.source(title="The heath")
    found = ask("heath")
    assert (found.did_you_mean, found.is_corrected) == ("health", False)
    assert [hit.ref for hit in found.hits] == [heath.ref]


def test_nothing_that_can_be_typed_breaks_it(held):
    for question in ('"', "a:b", "*", "((", "\\1 \\g<0>", "ŵ" * 190, "x" * 190, "-zzzz", "%s", "recrutment\\"):
        corrected(held, question)
        offered(held, question)
    assert corrected(held, "\\1 recrutment") == "\\1 recruitment"
    assert np.all(held.alive)
