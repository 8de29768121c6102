"""What a link says that nobody made by hand: what a source says, what answers it, and what it puts first itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.network import OWNS
from kb.words import gettext

if TYPE_CHECKING:
    from graph.network import Edge


def own(edge: Edge, kind: str) -> str:
    """In words, by the kind that the link leads to; nothing for links that people make, since these have reasons."""
    if edge.type != OWNS:
        return ""
    return {
        "implication": gettext("What the source means for the workforce"),
        "response": gettext("The plan’s answer to the source"),
        "priority": gettext("A priority that the source sets itself"),
    }[kind]
