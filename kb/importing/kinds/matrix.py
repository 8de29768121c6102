"""Cells of a plan's matrix, which hold several things in lines: what is done and more about it, who, and by when."""

from __future__ import annotations

import re

from kb.importing import fields
from kb.importing.kinds import cells
from kb.words import gettext


def spread(values: dict[str, str]) -> dict[str, str]:
    """The values of an action, each in a field of its own; fields that have columns of their own are let be."""
    found = dict(values)
    first, more = _parted(values.get("title", ""))
    if more and "description" not in values:
        found["title"], found["description"] = first, more
    if "timescale" in values and "due_on" not in values:
        state = _Lines(values["timescale"], gettext("State: %(state)s", state="(.+)"))
        stated = state.left if state.found else values["timescale"]  # how it stands is not for a file to say
        due = _Lines(stated, gettext("Due %(day)s", day="(.+)"))
        found["timescale"] = due.left if due.found else stated
        found |= {"due_on": due.found} if due.found else {}
    who = _Lines(values.get("owner", ""), gettext("With %(who)s", who="(.+)"))
    if who.found and "contributors" not in values:
        found["contributors"], found["owner"] = who.found, who.left
    return found


def without(text: str, titles: frozenset[str]) -> str:
    """The lines of a cell but for those at its end that are titles which stand there beside the words."""
    lines = cells.clean(text).split("\n")
    while lines and fields.plain(lines[-1]) in titles:
        lines.pop()
    return "\n".join(lines)


class _Lines:
    """The last line of a cell, if it says what is looked for, and the lines that are left then."""

    def __init__(self, text: str, pattern: str) -> None:
        lines = cells.clean(text).split("\n")
        match = re.fullmatch(pattern, lines[-1].strip())
        self.found = match[1] if match else ""
        self.left = "\n".join(lines[:-1])


def _parted(text: str) -> tuple[str, str]:
    first, _, more = cells.clean(text).partition("\n")
    return first, more.strip()
