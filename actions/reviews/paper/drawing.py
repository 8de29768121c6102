"""Charts of a pack as pictures that need nothing around them: SVG with its own style, and PNG where SVG cannot be."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kb import paths
from kb.catalogue.amounts import amount
from kb.exporting.lines import clean
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from jinja2.runtime import Macro

    from actions.measures.chart_parts import Chart

# A printed picture is so many points wide, and has so many dots to the inch.
WIDTH, DOTS = 500, 200
CHART_STYLE = """
text{font-family:Arial,'Liberation Sans','DejaVu Sans',sans-serif}
.gt-line__grid{stroke:#d8dde0}.gt-line__number,.gt-line__day,.gt-line__word{font-size:13px;fill:#4c6272}
.gt-line__number{text-anchor:end}.gt-line__day{text-anchor:middle}.gt-line__day--last{text-anchor:end}
.gt-line__level{fill:none;stroke:#212b32;stroke-width:1.6;stroke-dasharray:2 4}
.gt-line__level--baseline,.gt-line__level--upper,.gt-line__level--lower{stroke:#4c6272;stroke-dasharray:8 5}
.gt-line__level--mean,.gt-line__level--median{stroke-dasharray:none}
.gt-line__level--provisional{stroke:#4c6272;stroke-dasharray:2 6}
.gt-line__event{fill:none;stroke:#212b32;stroke-width:1.4}
.gt-line__word--target{font-weight:700;fill:#212b32}.gt-line__word--end,.gt-line__last--end{text-anchor:end}
.gt-line__read,.gt-line__planned{fill:none;stroke:#212b32;stroke-width:1.8}.gt-line__planned{stroke-dasharray:6 4}
.gt-line__read--fine{stroke:#4c6272;stroke-width:1.4}.gt-line__dot{fill:#212b32;stroke:#fff;stroke-width:1}
.gt-line__dot--common{fill:#a5b0b8;stroke:#212b32}.gt-line__dot--improvement{fill:#41a1e6;stroke:#212b32}
.gt-line__dot--concern{fill:#ff9d3d;stroke:#212b32}.gt-line__dot--neither{fill:#b59ad6;stroke:#212b32}
.gt-line__dot--planned{fill:#fff;stroke:#212b32;stroke-width:1.8}
.gt-line__last{font-size:15px;font-weight:700;fill:#212b32;text-anchor:middle}
"""


@cache
def environment() -> Environment:
    """The templates that need no web application, as files of a pack are made of them."""
    made = Environment(loader=FileSystemLoader(paths.TEMPLATES), autoescape=True, undefined=StrictUndefined)
    made.globals.update(_=gettext, gettext=gettext, ngettext=ngettext, spoken=spoken, amount=amount)
    return made


def svg_of(chart: Chart, unit: str, said: str, name: str) -> str:
    """A chart as an SVG document; what a title says stands in it as text and as nothing else."""
    line: Macro = environment().get_template("macros/indicators.html").module.line  # type: ignore[attr-defined]
    drawn = clean(str(line(chart, unit, said, name))).replace("&nbsp;", "\N{NO-BREAK SPACE}")
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" width="{chart.width}" height="{chart.height}" '
    return drawn.replace("<svg ", opened, 1).replace("</title>", f"</title><style>{CHART_STYLE}</style>", 1)


def png_of(svg: str) -> bytes:
    """The same picture in dots, for files that cannot hold lines."""
    source = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: '
    made = typst.compile(source + f"{WIDTH}pt)".encode(), sys_inputs={"svg": svg}, format="png", ppi=DOTS)
    assert isinstance(made, bytes)  # one page, since its size follows the picture
    return made
