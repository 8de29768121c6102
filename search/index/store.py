"""Writing the index: its schema, batches of documents, and new generations beside the old one."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import whoosh
from whoosh.analysis import RegexTokenizer
from whoosh.codec.whoosh3 import W3Codec, W3PerDocReader
from whoosh.fields import ID, KEYWORD, STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from kb.models.term import Language
from search.documents.document import DOCUMENTS_VERSION
from search.errors import IndexUnusable
from search.index import pointer as pointers
from search.index.analysis import ANALYSIS_VERSION, every_word, field_text, plain_words
from search.index.pointer import Pointer

if TYPE_CHECKING:
    from search.documents.document import Document

MEMORY_MB = 64
# Fields that are searched for words; each has its weight in `search.index.ranking`.
TEXT_FIELDS = ("title", "names", "text", "aside")
# Welsh text has the same fields once more, in the same order: its words stay as they are, without stems.
FIELDS_IN = {Language.ENGLISH: TEXT_FIELDS, Language.WELSH: tuple(f"{name}_cy" for name in TEXT_FIELDS)}
# Every word of a record as it is written, and those of its Welsh text once more.
WORDS, WELSH_WORDS = "words", "words_cy"
# Fields that hold whole values, for filters and counts.
VALUE_FIELDS = (
    "kind", "theme", "nation", "category", "source_kind", "status", "plan", "publisher", "owner", "year", "ends",
    "staff_group", "readers", "parent_readers",
)  # fmt: skip


def _schema() -> Schema:
    # Text comes here already as the words to index (see analysis), so the tokenizer only splits at blanks.
    split = RegexTokenizer(r"\S+")
    return Schema(
        id=ID(unique=True, stored=True, sortable=True),
        **{name: TEXT(analyzer=split, phrase=True) for names in FIELDS_IN.values() for name in names},
        **{name: KEYWORD() for name in VALUE_FIELDS},
        **{name: KEYWORD() for name in (WORDS, WELSH_WORDS)},
        heads=KEYWORD(),
        title_key=ID(sortable=True),
        day=ID(sortable=True),
        due=ID(sortable=True),
        kept=STORED(),
    )


def _schema_mark() -> str:
    """Changes with anything that would make an old index answer wrongly."""
    told = repr((_schema().items(), TEXT_FIELDS, ANALYSIS_VERSION, DOCUMENTS_VERSION, whoosh.__version__))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


SCHEMA_MARK = _schema_mark()


def new_mark() -> str:
    return secrets.token_hex(8)


class _Lengths(W3PerDocReader):  # type: ignore[misc] # Whoosh says nothing of its types
    """Remembers which fields have no lengths, too: Whoosh looked on the disk again for each word of each of them."""

    def _cached_reader(self, fieldname: str, column: Any) -> Any:
        if fieldname not in self._readers:
            self._readers[fieldname] = super()._cached_reader(fieldname, column)
        return self._readers[fieldname]


class _Codec(W3Codec):  # type: ignore[misc]
    """What writes the files of the index; they are read as any of Whoosh's, whose own codec they name."""

    def new_segment(self, storage: Any, indexname: str) -> Any:
        return W3Codec().new_segment(storage, indexname)

    def per_document_reader(self, storage: Any, segment: Any) -> _Lengths:
        return _Lengths(storage, segment)


def build(root: Path, batches: Iterable[list[Document]], *, mark: str) -> Pointer:
    """Write a new generation from nothing and make it the current one; the old one is removed.

    The caller holds the lock (`pointer.only_writer`).
    """
    generation = f"g{secrets.token_hex(6)}"
    folder = root / generation
    folder.mkdir(mode=pointers.PRIVATE, parents=True)
    with _whoosh_errors():
        index = FileStorage(str(folder), supports_mmap=False).create_index(_schema())
        writer = index.writer(limitmb=MEMORY_MB, codec=_Codec())
        try:
            for batch in batches:
                for document in batch:
                    writer.add_document(**_row(document))
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
        index.close()
    sealed = pointers.seal(root, Pointer(generation, SCHEMA_MARK, mark))
    _remove_others(root, generation)
    return sealed


def change(root: Path, documents: list[Document], gone: Iterable[int], *, mark: str) -> Pointer:
    """Put these documents in the place of their old ones and take out those that are gone, as one commit.

    The caller holds the lock.
    """
    before = pointers.read(root)
    check(root, before)
    after = Pointer(before.generation, SCHEMA_MARK, mark, previous=before.mark)
    replaced = {*gone, *(document.id for document in documents)}
    with _whoosh_errors():
        index = FileIndex(FileStorage(str(before.folder(root)), supports_mmap=False))
        writer = index.writer(limitmb=MEMORY_MB, codec=_Codec())
        try:
            with writer.searcher() as searcher:
                old = [searcher.document_number(id=str(record_id)) for record_id in replaced]
            for number in old:
                if number is not None:
                    writer.delete_document(number)
            for document in documents:
                writer.add_document(**_row(document))
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
        index.close()
    return pointers.seal(root, after, known=before.files)


def check(root: Path, pointer: Pointer) -> None:
    """Raise IndexUnusable unless every sealed file is as it was sealed, and no newer commit was left unsealed."""
    if pointer.schema != SCHEMA_MARK:
        raise IndexUnusable("The search index has another schema")
    for name in pointer.files:
        pointers.checked(root, pointer, name)
    check_names(root, pointer)


def check_names(root: Path, pointer: Pointer) -> None:
    """Raise IndexUnusable when sealed files are missing or of another size, or a newer commit was left unsealed."""
    folder = pointer.folder(root)
    for name, digest in pointer.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != int(digest.partition("-")[0]):
            raise IndexUnusable(f"The search index is damaged in {name}")
    tables = {path.name for path in folder.glob("_MAIN_*.toc")}
    if tables != {name for name in pointer.files if name.endswith(".toc")}:
        raise IndexUnusable("The search index was left in the middle of a commit")


def _row(document: Document) -> dict[str, Any]:
    parts = document.parts
    texts = {language: _texts_in(document, language) for language in Language}
    words = {language: plain_words(chain(*each), language) for language, each in texts.items()}
    kept = {
        "id": document.id,
        "kind": document.kind,
        "ref": document.ref,
        "title": document.title,
        "parent": document.parent,
        "language": document.language,
        "names": document.names,
        "welsh_names": document.welsh_names,
        "parts": [asdict(part) for part in parts],
        "fingerprint": document.fingerprint,
    }
    row: dict[str, Any] = {
        "id": str(document.id),
        **{
            name: field_text(each, language)
            for language, given in texts.items()
            for name, each in zip(FIELDS_IN[language], given, strict=True)
        },
        WORDS: " ".join(sorted(set().union(*words.values()))),
        WELSH_WORDS: " ".join(sorted(words[Language.WELSH])),
        "heads": " ".join(sorted({*every_word([document.title, *document.names, *document.welsh_names])})),
        "title_key": " ".join(every_word([document.title]))[:60],
        "day": document.day,
        "due": document.due,
        "kept": json.dumps(kept, ensure_ascii=False),
    }
    for name in VALUE_FIELDS:
        value = getattr(document, name)
        row[name] = " ".join(value) if isinstance(value, tuple) else str(value or "")
    return {name: value for name, value in row.items() if value}


def _texts_in(document: Document, language: Language) -> tuple[Iterable[str], ...]:
    """What the document says in one language, for each of the text fields."""
    parts = [part for part in document.parts if part.language == language]
    return (
        [document.title] if document.language == language else [],
        document.welsh_names if language == Language.WELSH else document.names,
        [part.text for part in parts if not part.is_aside],
        [part.text for part in parts if part.is_aside],
    )


@contextmanager
def _whoosh_errors() -> Iterator[None]:
    """Whoosh raises eight types of error on damaged files; to us they are one."""
    try:
        yield
    except (OSError, MemoryError, IndexUnusable):
        raise
    except Exception as error:
        raise IndexUnusable(f"The search index cannot be written: {type(error).__name__}") from error


def _remove_others(root: Path, generation: str) -> None:
    for path in root.iterdir():
        if path.is_dir() and path.name != generation:
            shutil.rmtree(path, ignore_errors=True)
