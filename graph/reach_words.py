"""How far a thread reaches, in words, where no strip can be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from graph.service import Strip


def reach_told(strip: Strip) -> str:
    """A strip as a sentence: “3 implications, 2 priorities, no action”."""
    return ", ".join(words for kind, number in strip if (words := _counted(kind, number)))


def _counted(kind: str, number: int) -> str:
    if not number:
        return {
            "source": gettext("no source"),
            "implication": gettext("no implication"),
            "priority": gettext("no priority"),
            "action": gettext("no action"),
            "indicator": gettext("no indicator"),
        }.get(kind, "")
    match kind:
        case "source":
            return ngettext("%(num)s source", "%(num)s sources", number)
        case "implication":
            return ngettext("%(num)s implication", "%(num)s implications", number)
        case "priority":
            return ngettext("%(num)s priority", "%(num)s priorities", number)
        case "action":
            return ngettext("%(num)s action", "%(num)s actions", number)
        case "indicator":
            return ngettext("%(num)s indicator", "%(num)s indicators", number)
    return ""
