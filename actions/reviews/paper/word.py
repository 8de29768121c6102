"""A pack as a Word document."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from actions.reviews.paper import parts
from actions.reviews.paper.drawing import png_of
from kb.exporting import paper
from kb.exporting.lines import Drawing, Picture
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from actions.reviews.pack import Pack
    from actions.reviews.paper.parts import Address


def title_of(pack: Pack) -> str:
    """What a file of the pack is called inside."""
    return gettext("Steering group pack, %(day)s", day=spoken(pack.meets_on))


def make(pack: Pack, address: Address, page: str) -> bytes:
    """The document; `page` is the web address of the pack. Charts stand in it as pictures in dots."""
    front = paper.Front(
        title=title_of(pack),
        about=f"pack:{pack.number}",
        plan=pack.plan.title,
        organisation="",
        address=page,
        taken_at=pack.frozen_at,
        version=pack.format,
        is_demonstration=pack.is_demonstration,
    )
    file = BytesIO()
    made = [Picture(png_of(one.svg), one.about) if isinstance(one, Drawing) else one for one in parts.of(pack, address)]
    paper.write(file, front, made, is_landscape=False)
    return file.getvalue()
