"""Which styles of a Word document are headings and which are lists, by what they are based on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.importing.reading.parsing import tree

if TYPE_CHECKING:
    import zipfile

    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LISTS = ("list bullet", "list number", "bullet")
HEADINGS = ("heading", "title", "subtitle")
NO_LIST = "0"
# A style based on one of so many others is based on itself.
DEEPEST = 20


@dataclass
class _Style:
    name: str
    based_on: str
    list_id: str
    is_outlined: bool


class Styles:
    """The paragraph styles of a document."""

    def __init__(self, archive: zipfile.ZipFile, part: str) -> None:
        self._styles: dict[str, _Style] = {}
        if part not in archive.NameToInfo:
            return
        for style in tree(archive, part).iter(f"{W}style"):
            self._styles[style.get(f"{W}styleId", "")] = _Style(
                value(style.find(f"{W}name")).lower(),
                value(style.find(f"{W}basedOn")),
                value(style.find(f"{W}pPr/{W}numPr/{W}numId")),
                style.find(f"{W}pPr/{W}outlineLvl") is not None,
            )

    def is_heading(self, paragraph: _Element) -> bool:
        """Whether the paragraph stands in the outline of the document."""
        if paragraph.find(f"{W}pPr/{W}outlineLvl") is not None:
            return value(paragraph.find(f"{W}pPr/{W}outlineLvl")) != "9"
        return any(style.is_outlined or style.name.startswith(HEADINGS) for style in self._chain(paragraph))

    def is_in_list(self, paragraph: _Element) -> bool:
        """Whether Word shows the paragraph with a bullet or a number."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        if own is not None and (list_id := value(own.find(f"{W}numId"))):
            return list_id != NO_LIST
        for style in self._chain(paragraph):
            if style.list_id:
                return style.list_id != NO_LIST
            if style.name.startswith(LISTS):
                return True
        return False

    def _chain(self, paragraph: _Element) -> list[_Style]:
        found: list[_Style] = []
        name = value(paragraph.find(f"{W}pPr/{W}pStyle"))
        while name in self._styles and len(found) < DEEPEST:
            found.append(self._styles[name])
            name = found[-1].based_on
        return found


def value(element: _Element | None) -> str:
    """What is set in a property."""
    return "" if element is None else element.get(f"{W}val", "")
