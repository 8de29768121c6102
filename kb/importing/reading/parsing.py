"""Parses the XML parts of a checked container: no entities, no network, no endless depth."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from lxml import etree

from kb.errors import Unreadable
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SAFELY: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
RELATIONSHIP = "{*}Relationship"


def tree(archive: zipfile.ZipFile, part: str) -> etree._Element:
    """The part as a tree."""
    with telling(part):
        return etree.fromstring(archive.read(part), etree.XMLParser(**SAFELY))


def steps(archive: zipfile.ZipFile, part: str, tags: Collection[str]) -> Iterator[etree._Element]:
    """Each such element of a part that may be long, once it is whole; the reader clears what it has done with."""
    with telling(part), archive.open(part) as file:
        for _, element in etree.iterparse(file, events=("end",), tag=tags, **SAFELY):
            yield element


@contextmanager
def telling(part: str) -> Iterator[None]:
    """What a parser stumbles over, told to people."""
    try:
        yield
    except (etree.LxmlError, SyntaxError, zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise damaged(part) from error


def damaged(part: str) -> Unreadable:
    """Why a file is not read of which one part makes no sense."""
    return Unreadable(
        gettext(
            "This file is damaged: its part “%(part)s” is missing or makes no sense. Open it in Excel, Word or "
            "LibreOffice, which may mend it, save it again under another name and choose that file.",
            part=part,
        )
    )


def relationships(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What the part refers to by id: the kind, and the target, which is a part's name or, if external, an address."""
    path = PurePosixPath(part)
    listed = str(path.parent / "_rels" / f"{path.name}.rels")
    if listed not in archive.NameToInfo:
        return {}
    found = {}
    for one in tree(archive, listed).iterfind(RELATIONSHIP):
        target = one.get("Target", "")
        if one.get("TargetMode") != "External":
            target = _resolved(path.parent, target)
        found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], target)
    return found


def _resolved(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    for step in (PurePosixPath("/") / folder / target.replace("\\", "/")).parts[1:]:
        if step == "..":
            parts = parts[:-1]
        else:
            parts.append(step)
    return "/".join(parts)
