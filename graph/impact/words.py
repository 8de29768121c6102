"""What is said of the answer to a “what if”: what is worst, and what has to be known beside the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.impact.told import What
from kb.words import counted, gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from graph.impact.dates import Days
    from graph.impact.told import Helped, Named, Row, Waiting


def of_sources(rows: Sequence[Row], worst: Row | None, actions: int, what: What, *, is_one: bool) -> str:
    """What is worst when sources go: `worst` is the lost record that takes most `actions` with it."""
    if not rows:
        if is_one:
            return gettext("No open priority or action rests on it.")
        return gettext("No open priority or action rests on them.")
    lost = sum(not row.kept for row in rows)
    if worst is None:
        least = rows[0]
        return ngettext(
            "All of them keep a source. “%(title)s” is left with the fewest: %(num)s source.",
            "All of them keep a source. “%(title)s” is left with the fewest: %(num)s sources.",
            least.then,
            title=least.record.title,
        )
    if what == What.DELAYED:
        first = min((row for row in rows if not row.kept and row.due), key=lambda row: str(row.due), default=None)
        if first is not None:
            said = gettext(
                "“%(title)s” rests on nothing else, and is due first: on %(day)s.",
                title=first.record.title,
                day=spoken(first.due),
            )
        else:
            said = gettext("“%(title)s” rests on nothing else.", title=worst.record.title)
        if lost == 1:
            return said
        return f"{said} " + ngettext(
            "One other record rests on nothing else either.",
            "%(more)s other records rest on nothing else either.",
            lost - 1,
            more=_large(lost - 1),
        )
    if actions:
        said = ngettext(
            "“%(title)s” and one action for it would have no reason left in any source held here.",
            "“%(title)s” and %(actions)s actions for it would have no reason left in any source held here.",
            actions,
            title=worst.record.title,
            actions=counted(actions),
        )
    else:
        said = gettext("“%(title)s” would have no reason left in any source held here.", title=worst.record.title)
    return _and_more(said, lost - 1 - actions)


def _and_more(said: str, more: int) -> str:
    if more <= 0:
        return said
    return f"{said} " + ngettext(
        "The same is true of one more.", "The same is true of %(more)s more.", more, more=counted(more)
    )


def of_actions(rows: Sequence[Row], waits: Sequence[Waiting], *, is_one: bool) -> str:
    """What is worst when actions stop."""
    lost = [row for row in rows if not row.kept]
    if is_one:
        waiting = ngettext(
            "One action waits for it.", "%(more)s actions wait for it.", len(waits), more=_large(len(waits))
        )
    else:
        waiting = ngettext(
            "One action waits for them.", "%(more)s actions wait for them.", len(waits), more=_large(len(waits))
        )
    if lost:
        said = gettext("“%(title)s” would have no action left.", title=lost[0].record.title)
        return " ".join(filter(None, (_and_more(said, len(lost) - 1), waiting if waits else "")))
    if waits:
        return waiting
    if rows:
        return gettext("All that is touched keeps another action.")
    if is_one:
        return gettext("No priority, response or indicator hangs on it, and no action waits for it.")
    return gettext("No priority, response or indicator hangs on them, and no action waits for them.")


def of_waiting(waits: Sequence[Waiting]) -> str:
    """What is worst when actions come later."""
    if not waits:
        return gettext("No open action waits for it.")
    known = [one for one in waits if one.due and one.room is not None]
    tightest = min(known, key=lambda one: (one.room or 0, one.record.title), default=None)
    if tightest is None or tightest.room is None:
        return gettext(
            "“%(title)s” waits for it, and its room cannot be told from the dates.", title=waits[0].record.title
        )
    title, days = tightest.record.title, abs(tightest.room)
    if tightest.starts:
        return _of_start(title, tightest.room, spoken(tightest.starts))
    day = spoken(tightest.due)
    if tightest.room < 0:
        return ngettext(
            "“%(title)s” waits for it and is due on %(day)s, %(num)s day before it is expected.",
            "“%(title)s” waits for it and is due on %(day)s, %(num)s days before it is expected.",
            days,
            title=title,
            day=day,
        )
    if tightest.room == 0:
        return gettext("“%(title)s” waits for it and is due on %(day)s, so any delay reaches it.", title=title, day=day)
    return ngettext(
        "The tightest is “%(title)s”, due %(num)s day after it: on %(day)s.",
        "The tightest is “%(title)s”, due %(num)s days after it: on %(day)s.",
        days,
        title=title,
        day=day,
    )


def _of_start(title: str, room: int, day: str) -> str:
    """The same of an action that has to start in time."""
    if room < 0:
        return ngettext(
            "“%(title)s” waits for it and is to start on %(day)s, %(num)s day before it is expected.",
            "“%(title)s” waits for it and is to start on %(day)s, %(num)s days before it is expected.",
            -room,
            title=title,
            day=day,
        )
    if room == 0:
        return gettext(
            "“%(title)s” waits for it and is to start on %(day)s, so any delay reaches it.", title=title, day=day
        )
    return ngettext(
        "The tightest is “%(title)s”, which starts %(num)s day after it: on %(day)s.",
        "The tightest is “%(title)s”, which starts %(num)s days after it: on %(day)s.",
        room,
        title=title,
        day=day,
    )


def expected(one: Named, days: Days, today: date) -> str:
    """From which day the room is counted, where that is not the due date."""
    day = days.expected(today)
    if day is None or day == days.due:
        return ""
    if day == days.forecast:
        if days.due is None:
            return gettext(
                "“%(title)s” is forecast for %(day)s. The days are counted from then.", title=one.title, day=spoken(day)
            )
        return gettext(
            "“%(title)s” has the due date %(due)s and is forecast for %(day)s. The days are counted from the forecast.",
            title=one.title,
            due=spoken(days.due),
            day=spoken(day),
        )
    if days.forecast:
        return gettext(
            "“%(title)s” was forecast for %(day)s, which has passed. The days are counted from today.",
            title=one.title,
            day=spoken(days.forecast),
        )
    return gettext(
        "“%(title)s” was due on %(due)s. The days are counted from today, the first on which it can be done.",
        title=one.title,
        due=spoken(days.due),
    )


def cannot_be_late(one: Named) -> str:
    return gettext("“%(title)s” is done or stopped, so it cannot be delayed.", title=one.title)


def without_room_known(number: int) -> str:
    """Those whose room cannot be told stand with those that have none."""
    if not number:
        return ""
    return ngettext(
        "One has no date to go by, and is counted among those without room.",
        "%(actions)s have no date to go by, and are counted among those without room.",
        number,
        actions=_large(number),
    )


def of_posts(rows: Sequence[Row], owned: int, *, is_one: bool) -> str:
    """What is worst when posts are lost."""
    lost = [row for row in rows if not row.kept]
    if lost:
        said = gettext("No action for “%(title)s” would have an owner.", title=lost[0].record.title)
        return _and_more(said, len(lost) - 1)
    if rows:
        return gettext("Every priority concerned keeps another owner.")
    if owned:
        return ngettext(
            "One record would have no owner; no priority hangs on it.",
            "%(records)s records would have no owner; no priority hangs on them.",
            owned,
            records=_large(owned),
        )
    return gettext("It owns nothing that is open.") if is_one else gettext("They own nothing that is open.")


def _large(number: int) -> str:
    words = counted(number)
    return words[:1].upper() + words[1:]


def after_carrying(links: int, left: int, by: Named) -> str:
    """What carrying the links over to the successor would do."""
    if left:
        return ngettext(
            "If all links below are carried to “%(title)s”, one record still loses all support.",
            "If all links below are carried to “%(title)s”, %(records)s records still lose all support.",
            left,
            title=by.title,
            records=counted(left),
        )
    return ngettext(
        "If the link below is carried to “%(title)s”, nothing loses all support.",
        "If the %(num)s links below are carried to “%(title)s”, nothing loses all support.",
        links,
        title=by.title,
    )


def already_over(one: Named) -> str:
    return gettext(
        "“%(title)s” was superseded, withdrawn or stopped already. It supports nothing today, so nothing goes with it.",
        title=one.title,
    )


def successor_is_over(one: Named) -> str:
    return gettext("“%(title)s” is itself superseded or withdrawn, so it supports nothing.", title=one.title)


def when_ended() -> str:
    return gettext(
        "A source that has ended counts as support until somebody records what took its place, or that nothing does. "
        "The figures show what is left then."
    )


def helped(listed: Sequence[Helped]) -> str:
    """What an organisation contributes to, beside what it owns."""
    if not listed:
        return ""
    left = sum(not one.others for one in listed)
    said = ngettext(
        "It contributes to one open action of another owner",
        "It contributes to %(num)s open actions of other owners",
        len(listed),
    )
    if not left:
        return gettext("%(said)s, and each has another contributor.", said=said)
    if left == len(listed):
        return gettext("%(said)s, and nobody else contributes.", said=said)
    return ngettext(
        "%(said)s; %(num)s of them has no other contributor.",
        "%(said)s; %(num)s of them have no other contributor.",
        left,
        said=said,
    )


def sponsored(number: int) -> str:
    if not number:
        return ""
    return ngettext(
        "One open action loses its sponsor.",
        "%(actions)s open actions lose their sponsor.",
        number,
        actions=_large(number),
    )
