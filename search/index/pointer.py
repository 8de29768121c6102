"""Which generation of the index is current: one small file, replaced by a rename, that seals every file it names.

Whoosh neither syncs nor checks its files, and unpickles them. So each commit syncs the files, then writes their sizes
and digests here; whoever opens the index reads exactly these files, and damaged or half-written ones are never used.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from whoosh.util.filelock import FileLock

from search.errors import IndexUnusable

CURRENT = "CURRENT"
PROGRESS = "PROGRESS"
PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Pointer:
    """One sealed state of the index; `mark` is repeated in the database, `previous` is the mark before it."""

    generation: str
    schema: str
    mark: str
    previous: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def folder(self, root: Path) -> Path:
        return root / self.generation


def read(root: Path) -> Pointer:
    """The current pointer, or IndexUnusable."""
    try:
        pointer = Pointer(**json.loads((root / CURRENT).read_text("utf-8")))
        if not pointer.generation.isalnum() or any("/" in name or name.startswith(".") for name in pointer.files):
            raise ValueError(pointer.generation)
    except FileNotFoundError as error:
        raise IndexUnusable("There is no search index yet") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IndexUnusable("The search index does not say what it holds") from error
    return pointer


def seal(root: Path, pointer: Pointer, *, known: dict[str, str] | None = None) -> Pointer:
    """Sync and digest the files of the pointer's generation, then make it the current one.

    Segments are never changed once written, so those that the pointer before knew are not read again.
    """
    folder = pointer.folder(root)
    files = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.endswith("LOCK"):
            old = (known or {}).get(path.name)
            files[path.name] = old or _sync_and_digest(path)
    _sync_folder(folder)
    sealed = Pointer(pointer.generation, pointer.schema, pointer.mark, pointer.previous, files)
    fresh = root / f"{CURRENT}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(sealed), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(root / CURRENT)
    _sync_folder(root)
    return sealed


def checked(root: Path, pointer: Pointer, name: str) -> bytes:
    """The bytes of one sealed file, or IndexUnusable when they are not what was sealed."""
    try:
        content = (pointer.folder(root) / name).read_bytes()
    except OSError as error:
        raise IndexUnusable(f"The search index lacks its file {name}") from error
    if _digest(content) != pointer.files[name]:
        raise IndexUnusable(f"The search index is damaged in {name}")
    return content


def discard(root: Path) -> None:
    """Say that what is current may not be used, so that it is rebuilt."""
    (root / CURRENT).unlink(missing_ok=True)


@contextmanager
def only_writer(root: Path) -> Iterator[bool]:
    """Whether this process may write now; the kernel frees the lock when the process ends, however it ends."""
    root.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    root.chmod(PRIVATE)
    lock = FileLock(str(root / "LOCK"))
    got = bool(lock.acquire())
    try:
        yield got
    finally:
        if got:
            lock.release()


def is_being_written(root: Path) -> bool:
    """Whether a process holds the lock just now."""
    with only_writer(root) as got:
        return not got


def write_progress(root: Path, done: int, total: int) -> None:
    """Leave word of how far a rebuild is, for the pages that wait for it."""
    (root / PROGRESS).write_text(f"{done} {total}", "ascii")


def read_progress(root: Path) -> int | None:
    """How much of a running rebuild is done, in percent; None when none is running."""
    try:
        done, total = (root / PROGRESS).read_text("ascii").split()
        return min(99, 100 * int(done) // max(1, int(total)))
    except (OSError, ValueError):
        return None


def end_progress(root: Path) -> None:
    (root / PROGRESS).unlink(missing_ok=True)


def _digest(content: bytes) -> str:
    return f"{len(content)}-{hashlib.blake2b(content, digest_size=16).hexdigest()}"


def _sync_and_digest(path: Path) -> str:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return _digest(file.read())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
