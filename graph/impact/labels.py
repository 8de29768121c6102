"""How a “what if” is worded on its page: the question, its three figures, its table, and how it was worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graph.impact.told import ACTION, ORGANISATION, SOURCE, What
from kb.words import counted, gettext, ngettext

if TYPE_CHECKING:
    from graph.impact.told import Told


class Labels(NamedTuple):
    """What stands beside each of the three figures, and over the columns of the table."""

    touched: str
    kept: str
    lost: str
    bearers: str  # what bears a record: the column of how many do now
    rows: str  # the heading over the table
    after: str
    remains: str
    first: str  # the order of its rows


def happenings(kind: str) -> dict[What, str]:
    """What may be asked about a record of a kind, as the end of “What if it …”."""
    if kind == SOURCE:
        return {
            What.SUPERSEDED: gettext("is superseded"),
            What.WITHDRAWN: gettext("is repealed or withdrawn"),
            What.ENDED: gettext("ends"),
            What.DELAYED: gettext("is delayed"),
        }
    if kind == ACTION:
        return {What.STOPPED: gettext("is stopped"), What.DELAYED: gettext("is delayed")}
    return {What.LOST: gettext("closes") if kind == ORGANISATION else gettext("is lost")}


def happening(told: Told) -> str:
    """What happens, by what, in the words of the question: is superseded by “The new strategy”."""
    words = happenings(told.basis)[told.what] if len(told.chosen) == 1 else _of_several(told)
    if told.by is not None:
        return gettext("%(happens)s by “%(title)s”", happens=words, title=told.by.title)
    if told.what == What.SUPERSEDED:
        if len(told.chosen) > 1:
            return gettext("%(happens)s and nothing takes their place", happens=words)
        return gettext("%(happens)s and nothing takes its place", happens=words)
    return words


def _of_several(told: Told) -> str:
    return {
        What.SUPERSEDED: gettext("are superseded"),
        What.WITHDRAWN: gettext("are repealed or withdrawn"),
        What.ENDED: gettext("end"),
        What.DELAYED: gettext("are delayed"),
        What.STOPPED: gettext("are stopped"),
        What.LOST: gettext("close") if told.basis == ORGANISATION else gettext("are lost"),
    }[told.what]


def heading(told: Told) -> str:
    """If it is superseded and nothing takes its place."""
    if len(told.chosen) == 1:
        return gettext("If it %(happens)s", happens=happening(told))
    return gettext("If they %(happens)s", happens=happening(told))


def title(told: Told) -> str:
    """The question in one line, for lists of notes."""
    if len(told.chosen) == 1:
        return gettext("If “%(title)s” %(happens)s", title=told.chosen[0].title, happens=happening(told))
    names = gettext("“%(title)s” and %(more)s more", title=told.chosen[0].title, more=counted(len(told.chosen) - 1))
    return gettext("If %(names)s %(happens)s", names=names, happens=happening(told))


def labels(told: Told) -> Labels:
    """The words of the figures and columns for this question."""
    touched, keeping, losing = told.figures
    usual = gettext("After"), gettext("What remains"), gettext("What would have nothing left comes first.")
    if told.is_about_waiting:
        return Labels(
            ngettext("action waits", "actions wait", touched),
            ngettext("has room", "have room", keeping),
            ngettext("has no room", "have no room", losing),
            "",
            "",
            *usual,
        )
    if told.is_about_posts:
        return Labels(
            ngettext(
                "action, response or indicator loses its owner",
                "actions, responses and indicators lose their owner",
                touched,
            ),
            ngettext("priority keeps another owner", "priorities keep another owner", keeping),
            ngettext("priority keeps no owner of any action", "priorities keep no owner of any action", losing),
            gettext("Owners now"),
            gettext("Owners of the priorities concerned, before and after"),
            *usual,
        )
    if told.basis == ACTION:
        return Labels(
            ngettext(
                "priority, response or indicator touched", "priorities, responses and indicators touched", touched
            ),
            ngettext("keeps another action", "keep another action", keeping),
            ngettext("loses its only action", "lose their only action", losing),
            gettext("Actions now"),
            gettext("Actions before and after"),
            *usual,
        )
    if told.what == What.DELAYED:
        return Labels(
            _open_ones(touched),
            ngettext("rests on other sources too", "rest on other sources too", keeping),
            ngettext("rests on nothing else", "rest on nothing else", losing),
            gettext("Sources now"),
            gettext("What rests on it, and on what else"),
            gettext("Not delayed"),
            gettext("Which others"),
            gettext("What rests on nothing else comes first."),
        )
    return Labels(
        _open_ones(touched),
        ngettext("keeps support from elsewhere", "keep support from elsewhere", keeping),
        ngettext("loses all support", "lose all support", losing),
        gettext("Sources now"),
        gettext("Support before and after"),
        *usual,
    )


def _open_ones(number: int) -> str:
    return ngettext("open priority or action touched", "open priorities and actions touched", number)


def helps(told: Told) -> tuple[str, str, str]:
    """What stands beside the figures of what an organisation contributes to."""
    listed, keeping, losing = told.helps
    return (
        ngettext("action of another owner loses a contributor", "actions of other owners lose a contributor", listed),
        ngettext("keeps another contributor", "keep another contributor", keeping),
        ngettext("keeps no contributor", "keep no contributor", losing),
    )


def lost(told: Told) -> str:
    """What the picture says of a record that is lost."""
    if told.basis == ACTION:
        return gettext("✕ Loses its only action")
    return gettext("Rests on nothing else") if told.what == What.DELAYED else gettext("✕ Loses all support")


def method(told: Told) -> str:
    """How it was worked out, in one line."""
    if told.is_about_waiting:
        return gettext(
            "Worked out from which actions wait for which, at any distance, and from their dates: an action is "
            "expected as its owner forecasts, else when it is due, and not before today. What waits needs it "
            "to start, or at the latest when it is due."
        )
    if told.is_about_posts:
        said = gettext(
            "Worked out from the posts that own open actions. One other post that owns an action of a priority is "
            "enough for it to keep an owner."
        )
        apart = gettext("What it contributes to is counted apart: those actions keep their owner.")
        return f"{said} {apart}" if told.helped else said
    if told.basis == ACTION:
        return gettext(
            "Worked out from the links between records. One action is enough to serve a priority, and one that is "
            "done still counts."
        )
    if told.what == What.DELAYED:
        return gettext(
            "Worked out from the links between records, at any distance, and from due dates. One way from any source "
            "is enough to support a record, so only what rests on nothing else has to wait. What is done is left out."
        )
    return gettext(
        "Worked out from the links between records, at any distance. One way from any source is enough to support a "
        "record, so it loses support only when its last source goes. What is done or stopped is left out."
    )
