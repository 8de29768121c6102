"""A pack as one web page that needs nothing around it: no script, no style sheet, no picture from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.reviews import count_words, words
from actions.reviews.paper.drawing import CHART_STYLE, environment
from actions.reviews.paper.word import title_of

if TYPE_CHECKING:
    from actions.reviews.pack import Pack
    from actions.reviews.paper.parts import Address


def make(pack: Pack, address: Address) -> bytes:
    """The page in UTF-8; links of records lead to the service."""
    made = environment().get_template("packs/file.html")
    told = {"pack": pack, "link": address, "words": words, "counts": count_words, "title": title_of(pack)}
    return made.render(told, chart_style=CHART_STYLE).strip().encode()
