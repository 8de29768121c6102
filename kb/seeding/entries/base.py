"""What every entry has: the file that it stands in, its ref, and its place in a document."""

from __future__ import annotations

from dataclasses import dataclass, field

UNWRITTEN = "unwritten"


@dataclass(frozen=True, kw_only=True)
class Written:
    """Something that stands in a seed file; `file` is that file's name in messages and no field of the YAML."""

    file: str = field(default="", metadata={UNWRITTEN: True}, compare=False)


@dataclass(frozen=True, kw_only=True)
class Entry(Written):
    """Something with a ref and a place in a document."""

    ref: str
    document: str = ""
    line: int | None = None
