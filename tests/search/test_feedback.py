from __future__ import annotations

from search.documents.document import Document, Part
from search.index import ranking, snapshot, store
from search.index.expanding import Glossary
from search.language.filters import NO_FILTERS
from search.language.query import parse


def document(number: int, text: str, **values: object) -> Document:
    return Document(number, "source", f"r{number}", f"Record {number}", parts=(Part("summary", text),), **values)


def held_with(root, *documents):
    store.build(root, [list(documents)], mark="one")
    return snapshot.current(root)


def found(held, question, readers=None):
    ranked = ranking.answer(held, parse(question), NO_FILTERS, readers, glossary=Glossary())
    return [held.kept(int(place))["id"] for place in ranked.places]


def best_five(**values):
    return [document(number, "Suicide prevention after bereavement", **values) for number in range(1, 6)]


def test_what_is_like_the_first_answers_comes_before_what_is_not(tmp_path):
    like, unlike = document(11, "prevention bereavement"), document(10, "prevention potholes")
    held = held_with(tmp_path, *best_five(), unlike, like)
    answers = found(held, "suicide prevention")
    assert answers.index(11) < answers.index(10)


def test_nothing_is_found_by_the_words_of_others(tmp_path):
    held = held_with(tmp_path, *best_five(), document(10, "Bereavement alone"))
    assert 10 not in found(held, "suicide prevention")


def test_what_the_reader_may_not_see_raises_nothing(tmp_path):
    like, unlike = document(11, "prevention bereavement"), document(10, "prevention potholes")
    seen = [document(number, "prevention gritting") for number in range(20, 23)]
    held = held_with(tmp_path, *best_five(readers=("shared",)), unlike, like, *seen)
    answers = found(held, "suicide prevention", readers=frozenset({"everyone"}))
    assert set(answers) == {10, 11, 20, 21, 22}
    assert answers.index(10) < answers.index(11)
