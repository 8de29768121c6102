"""A pack as a tagged PDF (PDF/UA-1), set by typst.

Whatever people wrote goes to the typesetter as data and never as its markup, so that a title is shown and does nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import typst

from actions.reviews.paper import parts
from actions.reviews.paper.word import title_of
from kb.exporting.lines import Break, Drawing, Line, Look, Table, clean
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from actions.reviews.pack import Pack
    from actions.reviews.paper.parts import Address, Part

STANDARD: Literal["ua-1"] = "ua-1"
# The typesetter names one sign after the other that it has no typeface for.
_UNKNOWN = re.compile('the text `"(.+?)"` could not be displayed')
MOST_UNKNOWN = 40
# A word of more letters than the narrowest column has room for may be broken after each so many.
_LONG_WORD, PIECE = re.compile(r"\S{19,}"), 10
_JOINING = re.compile("[\U0001f3fb-\U0001f3ff\ufe00-\ufe0f\u200d]")
_LEVELS = {Look.HEADING: 2, Look.SUBHEADING: 3}
_SOURCE = r"""
#let pack = json(bytes(sys.inputs.pack))
#set document(title: pack.title, author: pack.author)
#set text(
  lang: "en", region: "GB", size: 9.5pt, fill: rgb("#212b32"),
  font: ("Arial", "Liberation Sans", "DejaVu Sans", "Libertinus Serif"),
)
#set page(
  paper: "a4", margin: (x: 18mm, top: 20mm, bottom: 18mm),
  footer: context [
    #set text(size: 8pt, fill: rgb("#4c6272"))
    #pack.foot #h(1fr) #counter(page).display("1 / 1", both: true)
  ],
)
#set par(spacing: 0.7em)
#set list(indent: 4pt)
#show heading: set block(above: 1.3em, below: 0.7em, sticky: true)
#show heading.where(level: 1): set text(size: 20pt)
#show heading.where(level: 2): set text(size: 14pt)
#show heading.where(level: 3): set text(size: 11pt)
#show link: set text(fill: rgb("#005eb8"))
#let run(one) = {
  let shown = text(
    weight: if one.bold { "bold" } else { "regular" },
    fill: if one.quiet { rgb("#4c6272") } else if one.address != "" { rgb("#005eb8") } else { rgb("#212b32") },
    size: if one.small { 8pt } else { 9.5pt },
    one.text,
  )
  if one.address != "" { link(one.address, shown) } else { shown }
}
#let line(runs) = runs.map(run).join()
#let plain(runs) = runs.map(one => one.text).join()
#let block-of(lines) = lines.map(line).join(parbreak())
#heading(level: 1, pack.title)
#text(size: 12pt, pack.plan)
#for part in pack.parts {
  if part.kind == "heading" {
    heading(level: part.level, plain(part.runs))
  } else if part.kind == "break" {
    pagebreak(weak: true)
  } else if part.kind == "line" {
    par(line(part.runs))
  } else if part.kind == "list" {
    list(..part.items.map(line))
  } else if part.kind == "table" {
    table(
      columns: part.widths.map(share => share * 1fr),
      stroke: (x, y) => (bottom: if y == 0 { 1.2pt + rgb("#212b32") } else { 0.5pt + rgb("#aeb7bd") }),
      inset: (x: 3pt, y: 4pt),
      table.header(..part.headings.map(one => strong(one))),
      ..part.rows.flatten().map(one => block-of(one.lines)),
    )
  } else if part.kind == "drawing" {
    block(breakable: false, width: 100%, image(bytes(part.svg), format: "svg", alt: part.about, width: 100%))
  }
}
"""


def make(pack: Pack, address: Address) -> bytes:
    """The document. Signs that no typeface of this machine has are told by their names."""
    foot = gettext(
        "Frozen on %(day)s, snapshot %(number)s. Later changes are not in it.",
        day=spoken(pack.frozen_at.date()),
        number=pack.number,
    )
    told = f"{gettext('Demonstration.')} {foot}" if pack.is_demonstration else foot
    said = {
        "title": clean(title_of(pack)),
        "plan": clean(pack.plan.title),
        "author": gettext("Golden Thread"),
        "foot": clean(told),
        "parts": [part for some in _folded(parts.of(pack, address)) for part in some],
    }
    # What only tints or joins the pictograph before it would otherwise hang on to a letter.
    return _set(_JOINING.sub("", json.dumps(said, ensure_ascii=False)))


def _set(told: str) -> bytes:
    """Set the data of a pack, by the standard where its every sign can be shown."""
    for _ in range(MOST_UNKNOWN):
        try:
            return _compiled(told, has_standard=True)
        except typst.TypstError as error:
            unknown = _UNKNOWN.search(str(error))
            if unknown is None:
                raise
            signs = {sign for sign in unknown[1] if not sign.isascii()}
            if not signs or any(sign.isalpha() for sign in signs):
                break  # a script that has no typeface here: its letters by name would be unreadable
            for sign in signs:
                told = told.replace(sign, f"[{unicodedata.name(sign, 'sign').lower()}]" if sign.isprintable() else "")
    return _compiled(told, has_standard=False)


def _compiled(told: str, *, has_standard: bool) -> bytes:
    standard = STANDARD if has_standard else None
    made = typst.compile(_SOURCE.encode(), sys_inputs={"pack": told}, pdf_standards=standard)
    assert isinstance(made, bytes)  # a PDF is one file, however many pages it has
    return made


def _folded(some: list[Part]) -> list[list[dict[str, Any]]]:
    """Each part as the typesetter reads it; bullets that follow each other are one list."""
    made: list[list[dict[str, Any]]] = []
    for is_bullet, together in groupby(some, key=lambda one: isinstance(one, Line) and one.look == Look.BULLET):
        if is_bullet:
            made.append([{"kind": "list", "items": [_runs(one) for one in together if isinstance(one, Line)]}])
        else:
            made.append([_told(one) for one in together])
    return made


def _told(part: Part) -> dict[str, Any]:
    match part:
        case Drawing():
            return {"kind": "drawing", "svg": part.svg, "about": clean(part.about)}
        case Break():
            return {"kind": "break"}
        case Table():
            rows = [[{"lines": [_runs(line) for line in cell.lines]} for cell in row] for row in part.rows]
            headings = [clean(one) for one in part.headings]
            # An array of one array would be taken apart with its cells, so rows are kept as they are.
            return {"kind": "table", "widths": list(part.widths), "headings": headings, "rows": rows}
        case _:
            level = _LEVELS.get(part.look)
            if level is not None:
                return {"kind": "heading", "level": level, "runs": _runs(part)}
            return {"kind": "line", "runs": _runs(part)}


def _breakable(words: str) -> str:
    """Words in which one without blanks may be broken, as a web address: else it would run over the edge."""
    return _LONG_WORD.sub(
        lambda found: "\u200b".join(found[0][at : at + PIECE] for at in range(0, len(found[0]), PIECE)), words
    )


def _runs(line: Line) -> list[dict[str, Any]]:
    return [
        {
            "text": _breakable(clean(run.text)),
            "bold": run.is_bold,
            "quiet": run.is_quiet or line.look == Look.QUIET,
            "small": run.is_small,
            "address": run.address,
        }
        for run in line.runs
    ]
