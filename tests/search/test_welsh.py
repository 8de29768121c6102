"""Welsh text is read by its own rules: no stems, its own small words, and first letters that change."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kb.models.record import Visibility
from kb.models.source import SourceName
from kb.models.term import Language
from kb.permissions import SYSTEM, Person
from search import service
from search.index import pointer
from search.index.analysis import WELSH_STOP_WORDS, folded, tokens
from search.index.mutations import spellings
from search.language.asked import Asked

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.models.source import Source
    from search.answers.results import Results
    from tests.factories import Make

READER = Person(reads_publicly=True)


def refs(results: Results) -> list[str]:
    return [hit.ref for hit in results.hits]


def welsh(make: Make, title: str, **values: Any) -> Source:
    return make.source(title=title, language=Language.WELSH, **values)


@pytest.mark.parametrize(
    ("radical", "mutated"),
    [
        ("cymru", "gymru nghymru chymru"),
        ("pobl", "bobl mhobl phobl"),
        ("tim", "dim nhim thim"),
        ("gweithlu", "weithlu ngweithlu"),
        ("gradd", "radd ngradd"),
        ("bwrdd", "fwrdd mwrdd"),
        ("dinas", "ddinas ninas"),
        ("meddwl", "feddwl"),
        ("llywodraeth", "lywodraeth"),
        ("rhaglen", "raglen"),
        ("iechyd", "hiechyd"),
    ],
)
def test_a_word_is_known_by_each_of_its_first_letters(radical, mutated):
    for form in (radical, *mutated.split()):
        assert {radical, *mutated.split()} <= spellings(form), form


def test_letters_of_two_characters_are_one_letter():
    assert "hwarae" not in spellings("chwarae")
    assert not any(form.startswith("g") and form[1:2] == "h" for form in spellings("chwarae"))
    assert spellings("sgiliau") == {"sgiliau"}


def test_small_words_and_what_hangs_on_words_are_left_out():
    assert tokens("Mae'n rhan o'r iechyd a’i waith yn y DU", Language.WELSH) == ["rhan", "iechyd", "waith", "du"]
    assert 90 <= len(WELSH_STOP_WORDS) <= 130
    assert {folded(word) for word in WELSH_STOP_WORDS} == WELSH_STOP_WORDS


@pytest.mark.parametrize("typed", ["Cymru", "nghymru", "gymru", "CHYMRU", "yng Nghymru"])
def test_a_word_is_found_however_its_first_letter_stands(make, ask, typed):
    record = welsh(make, "Gweithlu iechyd yng Nghymru")
    make.source(title="Health workers")
    assert refs(ask(typed)) == [record.ref]


@pytest.mark.parametrize("typed", ["gweithlu", "weithlu", "y gweithlu", "weithl*", "gweithl*", '"iechyd meddwl"'])
def test_words_phrases_and_beginnings_are_found_with_and_without_mutation(make, ask, typed):
    record = welsh(make, "Strategaeth", summary="Cynllun ar gyfer y gweithlu ac iechyd meddwl")
    other = welsh(make, "Polisi", summary="Ei weithlu, a gwell iechyd feddwl")
    assert set(refs(ask(typed))) == {record.ref, other.ref}


@pytest.mark.parametrize("typed", ["wyl", "ŵyl", "Ŵyl", unicodedata.normalize("NFD", "Ŵyl"), "gwyl", "gŵyl"])
def test_accents_are_optional_and_what_was_found_is_marked(make, ask, typed):
    record = welsh(make, "Yr Ŵyl", summary=unicodedata.normalize("NFD", "Dathlu’r Ŵyl gyda’r tŷ"))
    found = ask(typed)
    assert refs(found) == [record.ref]
    assert found.hits[0].title == (("Yr ", False), ("Ŵyl", True))
    assert found.hits[0].excerpt.pieces == (("Dathlu’r ", False), ("Ŵyl", True), (" gyda’r tŷ", False))


def test_accents_are_optional_in_english_text_too(make, ask):
    record = make.source(title="A naïve café")
    assert refs(ask("cafe naive")) == [record.ref]
    assert refs(ask("CAFÉ")) == [record.ref]


def test_stems_of_english_never_touch_welsh_text(make, ask):
    record = welsh(make, "Nodiadau gofalu")
    assert refs(ask("nodiadau")) == [record.ref]
    welsh(make, "Enw nurs, a nod")
    for typed in ("nurses", "nursing", "nods"):
        assert refs(ask(typed, as_written=True)) == [], typed


def test_an_english_word_is_not_taken_for_a_mutated_one_in_english_text(make, ask):
    make.source(title="Maps of gaps")
    welsh(make, "Capiau")
    assert [hit.record.title for hit in ask("caps", as_written=True).hits] == []


def test_a_question_may_mix_the_languages(make, ask):
    english = make.source(title="Workforce strategy for Wales")
    cymraeg = welsh(make, "Strategaeth gweithlu Cymru")
    both = make.source(title="Workforce plan", names=[SourceName(name="Cynllun gweithlu", language=Language.WELSH)])
    assert set(refs(ask("workforce"))) == {english.ref, both.ref}
    assert set(refs(ask("gweithlu"))) == {cymraeg.ref, both.ref}
    assert refs(ask("workforce gweithlu"))[0] == both.ref
    assert set(refs(ask("workforce -weithlu"))) == {english.ref}


def test_both_languages_are_on_one_scale(make, ask):
    for number in range(30):
        make.source(title=f"Strategy {number}", summary="What all of the others say")
    english, cymraeg = make.source(title="Nursing plan"), welsh(make, "Cynllun nyrsio")
    scores = {hit.ref: hit.score for word in ("nursing", "nyrsio") for hit in ask(word).hits}
    assert scores[cymraeg.ref] == pytest.approx(scores[english.ref], rel=0.02)


def test_a_rare_spelling_is_worth_no_more_than_the_word(make, ask):
    for number in range(9):
        welsh(make, f"Cymru {number}")
    welsh(make, "Nghymru 9")
    assert len({round(hit.score, 4) for hit in ask("cymru").hits}) == 1


def test_what_a_welsh_source_says_is_welsh_too(make, ask):
    source = welsh(make, "Cynllun")
    point = make.key_point(source, title="Mwy o feddygon", position=4)
    implication = make.implication(source, title="Hyfforddi meddygon")
    found = ask("meddyg*")
    assert set(refs(found)) == {source.ref, point.ref, implication.ref}
    assert {hit.language for hit in found.hits} == {Language.WELSH}
    excerpt = next(hit.excerpt for hit in found.hits if hit.ref == source.ref)
    assert excerpt.language == Language.WELSH
    assert ("feddygon", True) in excerpt.pieces or ("meddygon", True) in excerpt.pieces


def test_welsh_names_of_sources_and_meanings_of_acronyms_are_found(make, ask):
    source = make.source(title="A guide", names=[SourceName(name="Matrics Cymru", language=Language.WELSH)])
    term = make.term("GIG", "gwasanaeth iechyd gwladol")
    term.meanings[0].language = Language.WELSH
    assert refs(ask("gymru")) == [source.ref]
    assert refs(ask("wasanaeth")) == [term.ref]
    excerpt = ask("gymru").hits[0].excerpt
    assert (excerpt.field, excerpt.pieces) == ("names", (("Matrics ", False), ("Cymru", True)))


def test_an_acronym_finds_its_welsh_meaning_in_welsh_text(make, ask):
    make.term("GIG", "gwasanaeth iechyd gwladol")
    source = welsh(make, "Staff y Gwasanaeth Iechyd Gwladol")
    other = welsh(make, "Staff y GIG")
    assert set(refs(ask("GIG", filters={"kind": ["source"]}))) == {source.ref, other.ref}
    assert set(refs(ask("gwasanaeth iechyd gwladol", filters={"kind": ["source"]}))) == {source.ref, other.ref}


def test_small_welsh_words_do_not_weigh_on_a_question(make, ask):
    best = welsh(make, "Gweithlu iechyd")
    welsh(make, "Gweithlu addysg")
    assert refs(ask("y gweithlu sydd gan yr iechyd"))[0] == best.ref
    assert ask("gyda gweithlu").did_you_mean is None


def test_the_page_says_to_screen_readers_what_is_welsh(make, session, browse, app):
    welsh(make, "Cynllun gofal", summary="Gofal i bawb")
    make.source(title="A care plan", names=[SourceName(name="Gofal da", language=Language.WELSH)])
    session.commit()
    service.ensure(app.extensions["database"], app.extensions["settings"])
    browse.sign_in(make.viewer())
    page = browse.get("/search?q=ofal").text
    assert ' lang="cy">Cynllun <mark>gofal</mark></a>' in page
    assert '<span lang="cy"><mark>Gofal</mark> i bawb</span>' in page
    assert '<span lang="cy"><mark>Gofal</mark> da</span>' in page
    assert 'lang="cy">A care plan' not in page


def test_welsh_drafts_are_not_found_by_those_who_may_not(make, ask):
    draft = welsh(make, "Cyfrinach", visibility=Visibility.DRAFT)
    welsh(make, "Gweithlu")
    assert ask("gyfrinach", READER).total == 0
    assert ask("gyfrinac", READER).did_you_mean is None
    assert refs(ask("gyfrinach", make.person(make.lead()))) == [draft.ref]


def test_a_change_of_language_reaches_the_index(make, ask, session: Session):
    source = make.source(title="Cynllun gweithlu")
    assert refs(ask("weithlu", as_written=True)) == []
    source.language = Language.WELSH
    assert refs(ask("weithlu")) == [source.ref]


def test_the_fallback_marks_welsh_titles(make, ask, session: Session, own: Settings):
    welsh(make, "Nodiadau gofal")
    ask("nodiadau")
    pointer.discard(own.index_dir)
    found = service.find(session, own, SYSTEM, Asked("nodiadau"), today=date(2026, 11, 23))
    assert found.is_fallback
    assert found.hits[0].title[0] == ("Nodiadau", True)
