from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from whoosh import scoring
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.query import Or, Phrase, Term

from search.documents.document import Document, Part
from search.errors import IndexUnusable
from search.index import decoding, pointer, ranking, snapshot, store
from search.index.analysis import field_text, normal, tokens
from search.index.expanding import Glossary
from search.index.snapshot import Snapshot
from search.language.filters import NO_FILTERS, Filters
from search.language.query import parse

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    "nurse",
    "nurses",
    "workforce",
    "training",
    "suicide",
    "crisis",
    "schools",
    "wales",
    "england",
    "peer",
    "plan",
    "law",
)


def document(number: int, title: str, text: str = "", **values: object) -> Document:
    parts = (Part("summary", text),) if text else ()
    return Document(id=number, kind=values.pop("kind", "source"), ref=f"r{number}", title=title, parts=parts, **values)


def build(root: Path, *documents: Document) -> Snapshot:
    store.build(root, [list(documents)], mark="one")
    return snapshot.current(root)


def found(held: Snapshot, question: str, filters: Filters = NO_FILTERS, readers=None, **glossary) -> list[int]:
    query = parse(question)
    ranked = ranking.answer(
        held, query, filters.and_also(query.filters), readers, glossary=Glossary(glossary.get("glossary", {}))
    )
    return [held.kept(place)["id"] for place in ranked.places]


def made_up(number: int) -> list[Document]:
    rng = random.Random(7)
    return [
        document(key, " ".join(rng.choices(WORDS, k=4)), " ".join(rng.choices(WORDS, k=rng.randint(5, 60))))
        for key in range(1, number + 1)
    ]


def test_words_are_found_in_any_form(tmp_path):
    held = build(tmp_path, document(1, "Retention of nurses"), document(2, "Hospital estates"))
    assert found(held, "nurse") == [1]
    assert found(held, "nursing retained") == [1]


def test_a_record_that_matches_more_words_comes_first(tmp_path):
    held = build(
        tmp_path,
        document(1, "Crisis crisis crisis", "crisis"),
        document(2, "A review", "what crisis teams and police control rooms share"),
    )
    assert found(held, "crisis police control") == [2, 1]


def test_a_phrase_needs_its_words_in_a_row(tmp_path):
    held = build(
        tmp_path, document(1, "Peer support"), document(2, "Support from a peer"), document(3, "Peer", "support")
    )
    assert found(held, '"peer support"') == [1]


def test_no_phrase_is_found_across_two_texts(tmp_path):
    parts = (Part("summary", "Work with a peer"), Part("measure", "Support given"))
    held = build(tmp_path, Document(1, "source", "r1", "Title", parts=parts))
    assert found(held, '"peer support"') == []


def test_the_beginning_of_words_is_found_as_they_are_written(tmp_path):
    held = build(tmp_path, document(1, "Adolescents"), document(2, "Adults"), document(3, "Adolescence"))
    assert sorted(found(held, "adolescen*")) == [1, 3]


def test_what_is_unwanted_is_left_out(tmp_path):
    held = build(tmp_path, document(1, "Training in Wales"), document(2, "Training in England"))
    assert found(held, "training -wales") == [2]
    assert found(held, "-wales") == [2]


def test_acronyms_find_what_they_stand_for_and_back(tmp_path):
    held = build(
        tmp_path, document(1, "CAMHS in schools"), document(2, "Child and adolescent mental health services"),
        document(3, "Adult mental health"),
    )  # fmt: skip
    glossary = {"CAMHS": ("child and adolescent mental health services",)}
    assert sorted(found(held, "CAMHS", glossary=glossary)) == [1, 2]
    assert found(held, "child and adolescent mental health services", glossary=glossary)[:2] == [2, 1]


def test_filters_narrow_and_counts_speak_of_each_choice(tmp_path):
    held = build(
        tmp_path,
        document(1, "Law one", nation=("wales",), year=2019, status="in-force"),
        document(2, "Law two", nation=("wales", "england"), year=2021, status="draft"),
        document(3, "Law three", kind="action", year=2021),
    )
    assert found(held, "law nation:england") == [2]
    assert sorted(found(held, "law year:2020..")) == [2, 3]
    ranked = ranking.answer(held, parse("law"), Filters(nation=("england",)), None, glossary=Glossary())
    assert ranked.facets["nation"] == {"wales": 2, "england": 1}
    assert ranked.facets["kind"] == {"source": 1}
    assert ranked.facets["status"] == {"draft": 1}


def test_counts_leave_out_what_the_reader_may_not_find(tmp_path):
    held = build(
        tmp_path,
        document(1, "Law one", theme=("open",)),
        document(2, "Law two", readers=("plan-7", "author-3"), theme=("secret",)),
        document(3, "Law three", parent_readers=("shared",), theme=("secret",)),
    )
    for marks, expected in (
        ({"everyone"}, [1]),
        ({"everyone", "author-3"}, [1, 2]),
        ({"everyone", "shared"}, [1, 3]),
        ({"everyone", "shared", "plan-7"}, [1, 2, 3]),
    ):
        ranked = ranking.answer(held, parse("law"), NO_FILTERS, frozenset(marks), glossary=Glossary())
        assert sorted(held.kept(place)["id"] for place in ranked.places) == expected
        assert sum(ranked.facets["kind"].values()) == len(expected)
        assert ranked.facets["theme"].get("secret", 0) == len(expected) - 1


def test_scores_are_those_of_whoosh_itself(tmp_path):
    documents = made_up(400)
    build(tmp_path, *documents)
    store.change(tmp_path, documents[:3], [4], mark="two")
    held = snapshot.current(tmp_path)
    index = FileIndex(FileStorage(str(held.pointer.folder(tmp_path)), supports_mmap=False))
    words = ["nurs", "workforc", "crisi", "schnozzle"]
    with index.searcher(weighting=scoring.BM25F(B=snapshot.B, K1=snapshot.K1)) as searcher:
        theirs = searcher.search(Or([Term("text", word) for word in words]), limit=None)
        expected = {hit["id"]: score for hit, score in zip(theirs, (s for s, _ in theirs.top_n), strict=True)}
    index.close()
    ours = np.zeros(held.size)
    for word in words:
        ids, scores = held.postings("text", word)
        ours[ids] += scores
    assert len(expected) > 300
    assert len(expected) == np.count_nonzero(ours)
    for place in np.flatnonzero(ours):
        assert ours[place] == pytest.approx(expected[str(held.kept(place)["id"])], rel=1e-4)


def test_phrases_are_found_where_whoosh_finds_them(tmp_path):
    documents = made_up(400)
    build(tmp_path, *documents)
    store.change(tmp_path, documents[:30], [40, 41], mark="two")
    held = snapshot.current(tmp_path)
    index = FileIndex(FileStorage(str(held.pointer.folder(tmp_path)), supports_mmap=False))
    rows = (("nurs", "workforc"), ("suicid", "crisi", "school"), ("plan", "plan"), ("nurs", "schnozzle"), ("law",))
    with index.searcher() as searcher:
        for row in rows:
            theirs = {hit["id"] for hit in searcher.search(Phrase("text", list(row)), limit=None)}
            ours = [held.kept(int(place))["id"] for place in held.phrase("text", row)]
            assert sorted(map(str, ours)) == sorted(theirs), row
    index.close()


def test_the_slow_way_of_reading_postings_gives_the_same(tmp_path, monkeypatch):
    held = build(tmp_path, *made_up(300))
    fast = held.postings("text", "nurs")
    monkeypatch.setattr(decoding, "W3LeafMatcher", type(None))
    slow = Snapshot(tmp_path, held.pointer).postings("text", "nurs")
    assert len(fast[0]) > 128
    assert np.array_equal(fast[0], slow[0])
    assert np.allclose(fast[1], slow[1])


def test_a_changed_record_replaces_its_old_words(tmp_path):
    build(tmp_path, document(1, "Old words"), document(2, "Others"))
    store.change(tmp_path, [document(1, "New words"), document(3, "Third")], [2], mark="two")
    held = snapshot.current(tmp_path)
    assert found(held, "old others") == []
    assert sorted(found(held, "new third")) == [1, 3]


def test_a_snapshot_in_use_does_not_see_later_damage(tmp_path):
    held = build(tmp_path, *made_up(50))
    for path in held.pointer.folder(tmp_path).iterdir():
        os.truncate(path, 0)
    assert found(held, "nurse")


def sealed_files(root: Path) -> list[str]:
    return [pointer.CURRENT, *(f"{pointer.read(root).generation}/{name}" for name in pointer.read(root).files)]


@pytest.mark.parametrize("harm", ["truncate", "delete", "flip", "empty", "garbage"])
def test_damage_to_any_file_is_noticed_before_it_is_read(tmp_path, harm):
    rng = random.Random(harm)
    for number in range(3):
        root = tmp_path / f"{harm}{number}"
        build(root, *made_up(40))
        store.change(root, [document(1, "Changed")], [2], mark="two")
        for name in sealed_files(root):
            path = root / name
            whole = path.read_bytes()
            snapshot.forget(root)
            _harm(path, harm, rng)
            with pytest.raises(IndexUnusable):
                snapshot.current(root)
            path.write_bytes(whole)
        assert snapshot.current(root).size


def _harm(path: Path, harm: str, rng: random.Random) -> None:
    content = bytearray(path.read_bytes())
    if harm == "delete":
        path.unlink()
    elif harm == "truncate":
        path.write_bytes(content[: rng.randrange(len(content) // 2)])
    elif harm == "empty":
        path.write_bytes(b"")
    elif harm == "garbage":
        path.write_bytes(rng.randbytes(500))
    elif path.name == pointer.CURRENT:
        path.write_bytes(content.replace(b"-", b"+", 1))
    else:
        at = rng.randrange(len(content))
        content[at] ^= 1 << rng.randrange(8)
        path.write_bytes(content)


def test_an_index_of_another_schema_is_not_used(tmp_path, monkeypatch):
    build(tmp_path, document(1, "One"))
    monkeypatch.setattr(snapshot, "SCHEMA_MARK", "another")
    with pytest.raises(IndexUnusable, match="schema"):
        snapshot.current(tmp_path)


def test_a_rebuild_changes_over_to_a_new_folder_that_only_we_may_read(tmp_path):
    first = build(tmp_path / "index", document(1, "One")).pointer
    with pointer.only_writer(tmp_path / "index"):
        second = build(tmp_path / "index", document(1, "One"), document(2, "Two")).pointer
    assert first.generation != second.generation
    assert not first.folder(tmp_path / "index").exists()
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700
    assert second.folder(tmp_path / "index").stat().st_mode & 0o777 == 0o700


def test_only_one_may_write(tmp_path):
    with pointer.only_writer(tmp_path) as first, pointer.only_writer(tmp_path) as second:
        assert (first, second) == (True, False)
    with pointer.only_writer(tmp_path) as again:
        assert again


def test_a_build_that_fails_leaves_the_old_index_in_use(tmp_path):
    build(tmp_path, document(1, "One"))

    def broken():
        yield [document(2, "Two")]
        raise RuntimeError("the database went away")

    with pytest.raises((RuntimeError, IndexUnusable)):
        store.build(tmp_path, broken(), mark="two")
    assert found(snapshot.current(tmp_path), "one") == [1]


@pytest.mark.parametrize(
    ("written", "indexed"),
    [
        ("Therapists", "therapist"),
        ("carer’s", "carer"),
        ("Ŵyl", "wyl"),
        ("PAs", "pa"),
        ("CAMHS", "camhs"),
        ("A&E", "a&e"),
        ("2019", "2019"),
    ],
)
def test_words_are_brought_to_one_form(written, indexed):
    assert normal(written) == indexed


def test_common_words_are_not_indexed_but_acronyms_like_them_are():
    assert tokens("The use of IT in it") == ["us", "it"]
    assert field_text(["One two", "", "three"]) == "on two ¦ three"
