"""The answer to a “what if” in one sentence, for lists of notes: what is lost, and what is kept."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from graph.impact.told import ACTION, What
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph.impact.told import Named, Told

COUNTED = ("priority", "action", "response", "indicator")


def finding(told: Told) -> str:
    """12 actions lose all support; 3 keep other support."""
    touched, kept, gone = told.figures
    if not any(told.figures):
        return f"{told.sentence} {_helped(told)}." if told.helped else told.sentence
    if told.is_about_waiting:
        first, second = _waiting(gone), ngettext("%(num)s has room", "%(num)s have room", kept)
    else:
        first, second = _lost(told, gone), _kept(told, kept)
    parts = [first, second if kept else ""]
    if told.is_about_posts and touched:
        parts.insert(0, ngettext("%(num)s record loses its owner", "%(num)s records lose their owner", touched))
    if told.helped:
        parts.append(_helped(told))
    return "; ".join(filter(None, parts)) + "."


def _helped(told: Told) -> str:
    """How many actions of other owners lose a contributor, and how many of them their only one."""
    listed, _, left = told.helps
    said = ngettext("%(num)s action loses a contributor", "%(num)s actions lose a contributor", listed)
    return gettext("%(said)s, %(left)s of them the only one", said=said, left=left) if left else said


def _waiting(late: int) -> str:
    if not late:
        return gettext("No action that waits is due too soon")
    return ngettext("%(num)s action waits and has no room", "%(num)s actions wait and have no room", late)


def _lost(told: Told, gone: int) -> str:
    what = _things(row.record for row in told.rows if not row.kept)
    if told.is_about_posts:
        if not gone:
            return gettext("No priority is left without an owner") if told.rows else ""
        return ngettext("%(what)s keeps no owner", "%(what)s keep no owner", gone, what=what)
    if told.basis == ACTION:
        if not gone:
            return gettext("Nothing loses its only action")
        return ngettext("%(what)s loses its only action", "%(what)s lose their only action", gone, what=what)
    if told.what == What.DELAYED:
        if not gone:
            return gettext("Nothing rests on it alone")
        return ngettext("%(what)s rests on nothing else", "%(what)s rest on nothing else", gone, what=what)
    if not gone:
        return gettext("Nothing loses all support")
    return ngettext("%(what)s loses all support", "%(what)s lose all support", gone, what=what)


def _kept(told: Told, kept: int) -> str:
    if told.is_about_posts:
        return ngettext("%(num)s keeps another owner", "%(num)s keep another owner", kept)
    if told.basis == ACTION:
        return ngettext("%(num)s keeps another action", "%(num)s keep another action", kept)
    if told.what == What.DELAYED:
        return ngettext("%(num)s rests on other sources too", "%(num)s rest on other sources too", kept)
    return ngettext("%(num)s keeps other support", "%(num)s keep other support", kept)


def _things(records: Iterable[Named]) -> str:
    """2 priorities and 12 actions."""
    counts = Counter(record.kind for record in records)
    priorities, actions, responses, indicators = (counts[kind] for kind in COUNTED)
    words = (
        (priorities, ngettext("%(num)s priority", "%(num)s priorities", priorities)),
        (actions, ngettext("%(num)s action", "%(num)s actions", actions)),
        (responses, ngettext("%(num)s response", "%(num)s responses", responses)),
        (indicators, ngettext("%(num)s indicator", "%(num)s indicators", indicators)),
    )
    told = [said for number, said in words if number]
    if len(told) < 2:
        return "".join(told)
    return gettext("%(first)s and %(last)s", first=", ".join(told[:-1]), last=told[-1])
