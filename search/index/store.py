"""Writing the index: its schema, batches of documents, and new generations beside the old one."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import whoosh
from whoosh.analysis import RegexTokenizer
from whoosh.fields import ID, KEYWORD, STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from search.document import DOCUMENTS_VERSION
from search.errors import IndexUnusable
from search.index import pointer as pointers
from search.index.analysis import ANALYSIS_VERSION, field_text, plain_words
from search.index.pointer import Pointer

if TYPE_CHECKING:
    from search.document import Document

MEMORY_MB = 64
# Fields that are searched for words; each has its weight in `search.index.ranking`.
TEXT_FIELDS = ("title", "names", "text", "aside")
# Fields that hold whole values, for filters and counts.
VALUE_FIELDS = (
    "kind", "theme", "nation", "category", "source_kind", "status", "plan", "publisher", "owner", "year",
    "readers", "parent_readers",
)  # fmt: skip


def _schema() -> Schema:
    # Text comes here already as the words to index (see analysis), so the tokenizer only splits at blanks.
    split = RegexTokenizer(r"\S+")
    return Schema(
        id=ID(unique=True, stored=True),
        **{name: TEXT(analyzer=split, phrase=True) for name in TEXT_FIELDS},
        **{name: KEYWORD() for name in VALUE_FIELDS},
        words=KEYWORD(),
        title_key=ID(sortable=True),
        day=ID(sortable=True),
        kept=STORED(),
    )


def _schema_mark() -> str:
    """Changes with anything that would make an old index answer wrongly."""
    told = repr((_schema().items(), TEXT_FIELDS, ANALYSIS_VERSION, DOCUMENTS_VERSION, whoosh.__version__))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


SCHEMA_MARK = _schema_mark()


def new_mark() -> str:
    return secrets.token_hex(8)


def build(root: Path, batches: Iterable[list[Document]], *, mark: str) -> Pointer:
    """Write a new generation from nothing and make it the current one; the old one is removed.

    The caller holds the lock (`pointer.only_writer`).
    """
    generation = f"g{secrets.token_hex(6)}"
    folder = root / generation
    folder.mkdir(mode=pointers.PRIVATE, parents=True)
    with _whoosh_errors():
        index = FileStorage(str(folder), supports_mmap=False).create_index(_schema())
        writer = index.writer(limitmb=MEMORY_MB)
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
        writer = index.writer(limitmb=MEMORY_MB)
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
    everything = [document.title, *document.names, *(part.text for part in parts)]
    kept = {
        "id": document.id,
        "kind": document.kind,
        "ref": document.ref,
        "parent": document.parent,
        "names": document.names,
        "parts": [asdict(part) for part in parts],
        "fingerprint": document.fingerprint,
    }
    row: dict[str, Any] = {
        "id": str(document.id),
        "title": field_text([document.title]),
        "names": field_text(document.names),
        "text": field_text(part.text for part in parts if not part.is_aside),
        "aside": field_text(part.text for part in parts if part.is_aside),
        "words": " ".join(sorted(plain_words(everything))),
        "title_key": document.title.casefold()[:60],
        "day": document.day,
        "kept": json.dumps(kept, ensure_ascii=False),
    }
    for name in VALUE_FIELDS:
        value = getattr(document, name)
        row[name] = " ".join(value) if isinstance(value, tuple) else str(value or "")
    return {name: value for name, value in row.items() if value}


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
