"""Reads the text of paragraphs in a Word document: lines, links and bullets, with all changes accepted."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.exporting.marks import mark_in
from kb.importing.grid import Cell
from kb.importing.reading.gathering import leads_to_the_web
from kb.importing.reading.word_styles import Styles, W, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.etree import _Element

# What these hold is part of the text around them.
TRANSPARENT = frozenset(
    f"{W}{name}"
    for name in (
        "sdtContent",
        "customXml",
        "smartTag",
        "ins",
        "moveTo",
        "fldSimple",
        "dir",
        "bdo",
        "r",
        "ruby",
        "rubyBase",
    )
)
DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
INSERTED = frozenset({f"{W}ins", f"{W}moveTo"})
LEFT_OUT = {
    f"{W}commentReference": "comments",
    f"{W}footnoteReference": "footnotes",
    f"{W}endnoteReference": "footnotes",
    f"{W}drawing": "pictures",
    f"{W}pict": "pictures",
    f"{W}object": "pictures",
}
WRITTEN = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# How Wingdings and Symbol keep bullets and ticks.
SYMBOLS = {"B7": "•", "A7": "•", "D8": "•", "6E": "•", "71": "•", "76": "•", "FC": "✓", "FB": "✗", "E0": "→"}
MARK = re.compile(r"(?:[•▪◦‣●○■□➢\uf0b7\uf0a7\uf0d8\uf06e\uf071\uf076]\s*|[-–—*o·]\s+)(?=\S)")
NUMBER = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,5})[.)]\s+\S")
FIELD_LINK = re.compile(r'^\s*HYPERLINK\s+(?!\\)"?([^"\s]+)"?', re.IGNORECASE)
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
OFF = ("0", "false", "off")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\ufeff\u2060\0"))
SPACES = re.compile(r"[ \t\u00a0\u2007\u202f]+")
# Items typed one behind the other with spaces or a tab between keep a wide space, which is all that tells them apart.
ITEM_GAP = re.compile(r"(?:[ \u00a0]{3,}|[ \u00a0]*\t[ \t\u00a0]*)(?=[-–—]\s*[^\W\d_]|\(?\d{1,2}[.)]\s*[^\W\d_])")
NEXT_ITEM = "   "


@dataclass
class _Field:
    """A field of Word that has begun: its instruction, and once it shows its result, where that links to."""

    instruction: str = ""
    shows: bool = False


@dataclass
class Writing:
    """Text in the making; what was left out of it is counted for the notes."""

    styles: Styles
    targets: Mapping[str, str]
    left_out: Counter[str] = field(default_factory=Counter)
    other_links: list[str] = field(default_factory=list)
    _fields: list[_Field] = field(default_factory=list)

    def cell(self, paragraphs: Iterable[_Element]) -> Cell:
        """The paragraphs as lines of one cell."""
        lines: list[str] = []
        links: list[tuple[str, str]] = []
        bullets: list[int] = []
        marks: list[tuple[int, str]] = []
        self._fields.clear()
        for paragraph in paragraphs:
            names = (one.get(f"{W}name", "") for one in paragraph.iter(f"{W}bookmarkStart"))
            marks += [(len(lines), ours) for name in names if (ours := mark_in(name))]
            pieces = list(self.pieces(paragraph))
            links += _links(pieces)
            of_paragraph = [_tidy(line) for line in "".join(text for text, _ in pieces).split("\n")]
            is_listed = self.styles.is_in_list(paragraph) and not self.styles.is_heading(paragraph)
            for place, line in enumerate(of_paragraph):
                if is_listed and place == 0 and line:
                    bullets.append(len(lines))
                    line = MARK.sub("", line, count=1) if MARK.match(line) else line
                elif mark := MARK.match(line):
                    bullets.append(len(lines))
                    line = line[mark.end() :]
                elif NUMBER.match(line):
                    bullets.append(len(lines))
                lines.append(line)
        return _trimmed(lines, links, bullets, marks)

    def text(self, paragraph: _Element) -> str:
        """The paragraph as one line."""
        self._fields.clear()
        return _tidy("".join(text for text, _ in self.pieces(paragraph)).replace("\n", " "))

    def pieces(self, element: _Element, address: str = "") -> Iterator[tuple[str, str]]:
        """Its texts, each with where it links to."""
        for child in element:
            tag = child.tag
            if tag == f"{W}t":
                yield child.text or "", address or self._field_address()
            elif tag in WRITTEN:
                yield WRITTEN[tag], address
            elif tag == f"{W}sym":
                yield SYMBOLS.get(child.get(f"{W}char", "")[-2:].upper(), ""), address
            elif tag == f"{W}hyperlink":
                yield from self.pieces(child, self._web(self.targets.get(child.get(RELATION, ""), "")))
            elif tag == f"{W}fldSimple":
                yield from self.pieces(child, self._instructed(child.get(f"{W}instr", "")) or address)
            elif tag in TRANSPARENT:
                self.left_out["insertions"] += tag in INSERTED
                if not (tag == f"{W}r" and self._is_hidden(child)):
                    yield from self.pieces(child, address)
            elif tag == f"{W}sdt":
                yield from self._control(child, address)
            else:
                self._skip(child)

    def _control(self, control: _Element, address: str) -> Iterator[tuple[str, str]]:
        """What somebody chose or typed in a form; not the request to do so."""
        content = control.find(f"{W}sdtContent")
        if content is not None and control.find(f"{W}sdtPr/{W}showingPlcHdr") is None:
            yield from self.pieces(content, address)

    def _skip(self, element: _Element) -> None:
        """What is no text, or none that counts; much of it is noted."""
        tag = element.tag
        if tag == f"{W}fldChar":
            self._field(element.get(f"{W}fldCharType", ""))
        elif tag == f"{W}instrText":
            if self._fields and not self._fields[-1].shows:
                self._fields[-1].instruction += element.text or ""
        elif tag in DELETED:
            self.left_out["deletions"] += 1
        elif tag in LEFT_OUT or tag.endswith("}AlternateContent"):
            is_box = next(element.iter("{*}txbxContent"), None) is not None
            self.left_out["boxes" if is_box else LEFT_OUT.get(tag, "pictures")] += 1

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].shows = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _field_address(self) -> str:
        shown = (self._instructed(one.instruction) for one in reversed(self._fields) if one.shows)
        return next(filter(None, shown), "")

    def _instructed(self, instruction: str) -> str:
        found = FIELD_LINK.match(instruction)
        return self._web(found[1]) if found else ""

    def _web(self, address: str) -> str:
        if leads_to_the_web(address):
            return address
        if address:
            self.other_links.append(address)
        return ""

    def _is_hidden(self, run: _Element) -> bool:
        vanish = run.find(f"{W}rPr/{W}vanish")
        if vanish is None or value(vanish) in OFF:
            return False
        self.left_out["hidden"] += run.find(f"{W}t") is not None
        return True


def _links(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pieces side by side that lead to the same address are one link."""
    links: list[tuple[str, str]] = []
    before = ""
    for text, address in pieces:
        if address and address == before:
            links[-1] = (links[-1][0] + text, address)
        elif address:
            links.append((text, address))
        before = address if text else before
    return [(_tidy(words.replace("\n", " ")), address) for words, address in links]


def _tidy(line: str) -> str:
    items = ITEM_GAP.split(line.translate(INVISIBLE).strip())
    return NEXT_ITEM.join(SPACES.sub(" ", item).strip() for item in items)


def _trimmed(lines: list[str], links: list[tuple[str, str]], bullets: list[int], marks: list[tuple[int, str]]) -> Cell:
    """The cell without empty lines at its begin and end."""
    first = next((place for place, line in enumerate(lines) if line), len(lines))
    text = "\n".join(lines[first:]).rstrip()
    last = first + text.count("\n")
    return Cell(
        text,
        tuple(links),
        tuple(place - first for place in bullets if first <= place <= last),
        marks=tuple((place - first, mark) for place, mark in marks if first <= place <= last),
    )
