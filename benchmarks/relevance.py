"""How good the answers are: the questions of strategy leads over the whole seed, and the collections MED and Cranfield.

python benchmarks/relevance.py [folder of the questions and collections] [--each]

Beside our own search stands plain whoosh (stemming, BM25F, words joined by OR) over the same texts. A hit inside a
source counts for its source. "All of grade 2" counts the questions whose every grade-2 answer is among the first ten;
where there are more than ten of them, all of the first ten have to be such. A grade gains 2**grade - 1 for the leads'
questions, and itself for the collections, as trec_eval counts and as published figures are given.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import yaml
from sqlalchemy import select
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import MultifieldParser, OrGroup, WhitespacePlugin
from whoosh.scoring import BM25F

# The folder above before this one, whose `search.py` would stand before the package.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.collections_of_text import Collection, Question, Text, read_all
from kb import migrate
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database
from kb.models.history import Channel
from kb.models.record import Record
from kb.paths import SEED_DATA
from kb.permissions import SYSTEM
from kb.seeding import service as seeding
from search import service
from search.documents.document import Document, Part
from search.documents.kinds import documents_for
from search.index import ranking, snapshot, store
from search.index.expanding import Glossary
from search.language.asked import Asked
from search.language.filters import NO_FILTERS
from search.language.query import WORD, parse

if TYPE_CHECKING:
    from search.answers.results import Results

SHARED = Path(__file__).resolve().parents[2] / "shared"
TODAY = date(2026, 11, 23)
TOP = 10
MUST = 2
DEEP = 100

Engine = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Score:
    """How well one question was answered."""

    question: Question
    ndcg: float
    recall: float
    has_every_must: bool


def main(folder: Path, *, each: bool) -> None:
    questions_file = folder / "search_questions.yaml"
    with tempfile.TemporaryDirectory() as place:
        if questions_file.exists():
            _ask_leads(questions_file, Path(place), each=each)
        else:
            print(f"The questions of strategy leads are not at hand ({questions_file}), so they were not asked.")
        collections = read_all(folder / "ir")
        if not collections:
            print(f"The collections MED and Cranfield are not at hand ({folder / 'ir'}), so they were not measured.")
        for collection in collections:
            _ask_collection(collection, Path(place) / collection.name)


def _ask_leads(path: Path, place: Path, *, each: bool) -> None:
    settings = Settings(data_dir=place)
    database = open_database(settings)
    seed(database, settings)
    with database.reading() as session:
        sources = set(session.scalars(select(Record.ref).where(Record.kind == "source")))
        documents = documents_for(session, session.scalars(select(Record.id)))
        questions = leads_questions(path, sources)

        def ours(words: str) -> list[str]:
            return sources_of(service.find(session, settings, SYSTEM, Asked(words), today=TODAY, limit=DEEP))

        print(f"\n{len(questions)} questions of strategy leads, {len(sources)} sources, {len(documents):,} records")
        scores = ask(questions, ours, steep)
        _tell("ours", scores)
        texts = [Text(_source_or_own(one), one.title, _body(one)) for one in documents]
        _tell("plain whoosh", ask(questions, _of_sources(plain(texts), sources), steep))
        for score in scores if each else ():
            told = f"  {score.ndcg:.2f} {score.recall:.2f} {'all' if score.has_every_must else '   '}"
            print(told, score.question.words)


def _ask_collection(collection: Collection, place: Path) -> None:
    print(f"\n{collection.name}: {len(collection.questions)} questions, {len(collection.texts):,} texts")
    _tell("ours", ask(collection.questions, ours_over(collection.texts, place)))
    _tell("plain whoosh", ask(collection.questions, plain(collection.texts)))


def seed(database: Database, settings: Settings) -> None:
    """The whole seed with its index."""
    migrate.upgrade(database)
    with database.writing(Channel.SEED) as session:
        seeding.load(session, SEED_DATA, today=TODAY, is_demonstration=False)
    service.rebuild(database, settings)


def leads_questions(path: Path, sources: set[str]) -> list[Question]:
    """The questions with the grades of those answers that are in the seed."""
    questions = []
    for each in yaml.safe_load(path.read_text("utf-8"))["questions"]:
        grades = {one["driver"]: one["grade"] for one in each["relevant"] if one["driver"] in sources}
        if grades:
            questions.append(Question(each["id"], each["query"], grades))
    return questions


def sources_of(results: Results) -> list[str]:
    """The sources that the hits are or stand in, each once, in the order of the page."""
    refs = []
    for hit in results.hits:
        record = hit.record if hit.kind == "source" else hit.parent
        if record is not None and record.kind == "source":
            refs.append(record.ref)
    return list(dict.fromkeys(refs))


def ours_over(texts: Iterable[Text], place: Path) -> Engine:
    """Our analysis and scoring over texts that are no records."""
    documents = [
        Document(number, "text", text.id, text.title, parts=(Part("summary", text.body),))
        for number, text in enumerate(texts, start=1)
    ]
    place.mkdir()
    store.build(place, [documents], mark=store.new_mark())
    held = snapshot.current(place)

    def engine(words: str) -> list[str]:
        ranked = ranking.answer(held, parse(words), NO_FILTERS, None, glossary=Glossary())
        return [str(held.kept(int(number))["ref"]) for number in ranked.places[:TOP]]

    return engine


def plain(texts: Iterable[Text]) -> Engine:
    """Whoosh as its documentation uses it."""
    analyzer = StemmingAnalyzer()
    schema = Schema(id=ID(stored=True), title=TEXT(analyzer=analyzer), body=TEXT(analyzer=analyzer))
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for text in texts:
        writer.add_document(id=text.id, title=text.title, body=text.body)
    writer.commit()
    searcher = index.searcher(weighting=BM25F())
    parser = MultifieldParser(["title", "body"], schema, plugins=[WhitespacePlugin()], group=OrGroup)

    def engine(words: str) -> list[str]:
        found = searcher.search(parser.parse(" ".join(WORD.findall(words))), limit=DEEP)
        return [str(hit["id"]) for hit in found]

    return engine


def steep(grade: int) -> float:
    """What a grade gains where the best answers matter most."""
    return float(2**grade - 1)


def ask(questions: Iterable[Question], engine: Engine, gain_of: Callable[[int], float] = float) -> list[Score]:
    """How well an engine answers each question."""
    scores = []
    for question in questions:
        answer = engine(question.words)[:TOP]
        must = {ref for ref, grade in question.grades.items() if grade >= MUST}
        best = sorted(question.grades.values(), reverse=True)[:TOP]
        scores.append(
            Score(
                question,
                gain(gain_of(question.grades.get(ref, 0)) for ref in answer) / gain(gain_of(grade) for grade in best),
                len(question.grades.keys() & set(answer)) / len(question.grades),
                len(must & set(answer)) >= min(len(must), TOP),
            )
        )
    return scores


def gain(gains: Iterable[float]) -> float:
    """Discounted by place."""
    return sum(each / math.log2(place + 2) for place, each in enumerate(gains))


def _tell(name: str, scores: list[Score]) -> None:
    told = f"{name:>14}: nDCG@{TOP} {mean(one.ndcg for one in scores):.3f}"
    told += f", recall@{TOP} {mean(one.recall for one in scores):.3f}"
    if any(MUST in one.question.grades.values() for one in scores):
        told += f", all of grade {MUST} for {sum(one.has_every_must for one in scores)} of {len(scores)}"
    print(told)


def _source_or_own(document: Document) -> str:
    return document.ref if document.kind == "source" else document.parent or document.ref


def _of_sources(engine: Engine, sources: set[str]) -> Engine:
    return lambda words: [ref for ref in dict.fromkeys(engine(words)) if ref in sources]


def _body(document: Document) -> str:
    return " ".join((*document.names, *(part.text for part in document.parts)))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", nargs="?", type=Path, default=SHARED)
    arguments.add_argument("--each", action="store_true", help="show each question of the leads")
    given = arguments.parse_args()
    main(given.folder, each=given.each)
