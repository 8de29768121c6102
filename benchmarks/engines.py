"""The engines that search is measured against, each used as its own papers advise, and ours behind the same methods.

tantivy is measured when it is installed: pip install tantivy
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import query as wq
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, KEYWORD, TEXT, Schema
from whoosh.index import create_in
from whoosh.sorting import FieldFacet

from search.answers.excerpts import Sought, excerpt_of
from search.index import pointer, ranking, snapshot, store
from search.index.expanding import Glossary
from search.language.filters import NO_FILTERS, Filters
from search.language.query import parse

if TYPE_CHECKING:
    from benchmarks.corpus import Ask
    from search.documents.document import Document

TOP = 20
FACETS = ("nation", "category", "source_kind", "status")
TITLE_WEIGHT = 1.5
Counts = dict[str, dict[str, int]]


class Engine(ABC):
    """One way to search; every method returns what it found, so that nothing is left unread."""

    name = ""

    @abstractmethod
    def build(self, documents: Sequence[Document], folder: Path) -> None: ...

    @abstractmethod
    def top(self, ask: Ask) -> list[int]:
        """The best twenty."""

    @abstractmethod
    def counted(self, ask: Ask) -> tuple[list[int], Counts]:
        """The best twenty, and how many of all that match bear each value of four fields."""

    @abstractmethod
    def excerpts(self, ask: Ask) -> list[str]:
        """The best twenty with their words marked."""


class Ours(Engine):
    """What the service uses."""

    name = "ours"

    def build(self, documents: Sequence[Document], folder: Path) -> None:
        with pointer.only_writer(folder):
            store.build(folder, [list(documents)], mark="benchmark")
        self.held = snapshot.current(folder)

    def _ranked(self, ask: Ask, facets: Sequence[str] = ()) -> ranking.Ranked:
        text = " ".join(ask.words)
        question = {"phrase": f'"{text}"', "prefix": f"{text}*"}.get(ask.way, text)
        filters = Filters(nation=(ask.nation,)) if ask.nation else NO_FILTERS
        return ranking.answer(self.held, parse(question), filters, None, glossary=Glossary(), facets=facets)

    def top(self, ask: Ask) -> list[int]:
        return [int(place) for place in self._ranked(ask).places[:TOP]]

    def counted(self, ask: Ask) -> tuple[list[int], Counts]:
        ranked = self._ranked(ask, FACETS)
        return [int(place) for place in ranked.places[:TOP]], ranked.facets

    def excerpts(self, ask: Ask) -> list[str]:
        ranked = self._ranked(ask)
        sought = Sought.of(ranked.sought)
        found = [excerpt_of(self.held.kept(int(place)), sought) for place in ranked.places[:TOP]]
        return [each.text for each in found if each]


class PlainWhoosh(Engine):
    """Whoosh as its documentation shows it: stemming, BM25F, its own facets and highlights."""

    name = "Whoosh, plain"

    def build(self, documents: Sequence[Document], folder: Path) -> None:
        words = StemmingAnalyzer()
        schema = Schema(
            number=ID(stored=True),
            title=TEXT(analyzer=words, stored=True, field_boost=TITLE_WEIGHT),
            body=TEXT(analyzer=words, stored=True),
            nation=KEYWORD(sortable=True),
            category=ID(sortable=True),
            source_kind=ID(sortable=True),
            status=ID(sortable=True),
        )
        folder.mkdir()
        index = create_in(folder, schema)
        writer = index.writer(limitmb=256)
        for each in documents:
            writer.add_document(
                number=str(each.id),
                title=each.title,
                body=each.parts[0].text,
                nation=" ".join(each.nation),
                category=each.category,
                source_kind=each.source_kind,
                status=each.status,
            )
        writer.commit()
        self.searcher = index.searcher()
        self._words = words

    def _query(self, ask: Ask) -> Any:
        stems = [token.text for word in ask.words for token in self._words(word)]
        fields = ("title", "body")
        if ask.way == "phrase":
            return wq.Or([wq.Phrase(name, stems) for name in fields])
        if ask.way == "prefix":
            return wq.Or([wq.Prefix(name, ask.words[0]) for name in fields])
        return wq.Or([wq.Term(name, stem) for stem in stems for name in fields])

    def _found(self, ask: Ask, **options: Any) -> Any:
        chosen = wq.Term("nation", ask.nation) if ask.nation else None
        return self.searcher.search(self._query(ask), limit=TOP, filter=chosen, **options)

    def top(self, ask: Ask) -> list[int]:
        return [int(hit["number"]) for hit in self._found(ask)]

    def counted(self, ask: Ask) -> tuple[list[int], Counts]:
        facets = {name: FieldFacet(name, allow_overlap=name == "nation") for name in FACETS}
        found = self._found(ask, groupedby=facets)
        counts = {name: {key: len(places) for key, places in found.groups(name).items()} for name in FACETS}
        return [int(hit["number"]) for hit in found], counts

    def excerpts(self, ask: Ask) -> list[str]:
        return [hit.highlights("body") for hit in self._found(ask, terms=True)]


class Fts5(Engine):
    """SQLite's full-text search with Porter stems over a table of documents; counts by SQL."""

    name = "SQLite FTS5"

    def build(self, documents: Sequence[Document], folder: Path) -> None:
        folder.mkdir()
        self.base = sqlite3.connect(folder / "fts5.sqlite")
        self.base.executescript(
            "CREATE TABLE doc(id INTEGER PRIMARY KEY, title, body, category, source_kind, status);"
            "CREATE TABLE doc_nation(doc_id INTEGER, nation, PRIMARY KEY (nation, doc_id)) WITHOUT ROWID;"
            "CREATE INDEX by_doc ON doc_nation(doc_id);"
            "CREATE VIRTUAL TABLE words USING fts5(title, body, content=doc, content_rowid=id, tokenize='porter');"
        )
        for each in documents:
            row = (each.id, each.title, each.parts[0].text)
            facts = (each.category, each.source_kind, each.status)
            self.base.execute("INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?)", (*row, *facts))
            self.base.execute("INSERT INTO words(rowid, title, body) VALUES (?, ?, ?)", row)
            self.base.executemany("INSERT INTO doc_nation VALUES (?, ?)", [(each.id, nation) for nation in each.nation])
        self.base.commit()
        self.base.executescript("INSERT INTO words(words) VALUES ('optimize'); ANALYZE;")

    def _asked(self, ask: Ask) -> tuple[str, list[str]]:
        quoted = [f'"{word}"' for word in ask.words]
        text = {"phrase": '"' + " ".join(ask.words) + '"', "prefix": f"{ask.words[0]}*"}.get(
            ask.way, " OR ".join(quoted)
        )
        condition = "words MATCH ?"
        if not ask.nation:
            return condition, [text]
        # Asked of each match; as a list of all records of the nation it takes four times as long.
        filed = "EXISTS (SELECT 1 FROM doc_nation WHERE doc_id = words.rowid AND nation = ?)"
        return f"{condition} AND {filed}", [text, ask.nation]

    def _best(self, ask: Ask, columns: str) -> list[Any]:
        condition, given = self._asked(ask)
        order = f"ORDER BY bm25(words, {TITLE_WEIGHT}, 1.0) LIMIT {TOP}"
        return self.base.execute(f"SELECT {columns} FROM words WHERE {condition} {order}", given).fetchall()

    def top(self, ask: Ask) -> list[int]:
        return [row[0] for row in self._best(ask, "rowid")]

    def counted(self, ask: Ask) -> tuple[list[int], Counts]:
        condition, given = self._asked(ask)
        counts = {}
        for name in FACETS:
            table, key = ("doc_nation", "doc_id") if name == "nation" else ("doc", "id")
            matching = f"SELECT rowid FROM words WHERE {condition}"
            told = f"SELECT {name}, count(*) FROM {table} WHERE {key} IN ({matching}) GROUP BY {name}"
            counts[name] = dict(self.base.execute(told, given).fetchall())
        return self.top(ask), counts

    def excerpts(self, ask: Ask) -> list[str]:
        return [row[0] for row in self._best(ask, "snippet(words, 1, '[', ']', '…', 30)")]


class Tantivy(Engine):
    """A search library in Rust through its Python package."""

    name = "tantivy"

    def build(self, documents: Sequence[Document], folder: Path) -> None:
        import tantivy

        self.made = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("number", stored=True)
        for name in ("title", "body"):
            builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
        for name in FACETS:
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        self.schema = builder.build()
        folder.mkdir()
        self.index = tantivy.Index(self.schema, path=str(folder))
        writer = self.index.writer(num_threads=1)
        for each in documents:
            facts = {"category": [each.category], "source_kind": [each.source_kind], "status": [each.status]}
            texts = {"title": [each.title], "body": [each.parts[0].text]}
            writer.add_document(
                tantivy.Document.from_dict({"number": each.id, **texts, **facts, "nation": list(each.nation)})
            )
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def _query(self, ask: Ask) -> Any:
        fields = ["title", "body"]
        if ask.way == "prefix":
            every = [self.made.Query.regex_query(self.schema, name, f"{ask.words[0]}.*") for name in fields]
            return self.made.Query.boolean_query([(self.made.Occur.Should, each) for each in every])
        text = " ".join(ask.words)
        asked = self.index.parse_query(f'"{text}"' if ask.way == "phrase" else text, fields, {"title": TITLE_WEIGHT})
        if not ask.nation:
            return asked
        chosen = self.made.Query.term_query(self.schema, "nation", ask.nation, "basic")
        chosen = self.made.Query.const_score_query(chosen, 0.0)
        return self.made.Query.boolean_query([(self.made.Occur.Must, asked), (self.made.Occur.Must, chosen)])

    def _documents(self, asked: Any) -> list[Any]:
        return [self.searcher.doc(address) for _, address in self.searcher.search(asked, TOP).hits]

    def top(self, ask: Ask) -> list[int]:
        return [document["number"][0] for document in self._documents(self._query(ask))]

    def counted(self, ask: Ask) -> tuple[list[int], Counts]:
        asked = self._query(ask)
        told = self.searcher.aggregate(asked, {name: {"terms": {"field": name}} for name in FACETS})
        counts = {name: {each["key"]: each["doc_count"] for each in told[name]["buckets"]} for name in FACETS}
        return [document["number"][0] for document in self._documents(asked)], counts

    def excerpts(self, ask: Ask) -> list[str]:
        asked = self._query(ask)
        marker = self.made.SnippetGenerator.create(self.searcher, asked, self.schema, "body")
        return [marker.snippet_from_doc(document).to_html() for document in self._documents(asked)]
