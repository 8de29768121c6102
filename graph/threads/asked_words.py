"""What a thread is narrowed to, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.words import gettext

if TYPE_CHECKING:
    from graph.threads.asked import Asked, Filter


def said(asked: Asked) -> str:
    """Which records are shown, as a sentence; nothing where all are."""
    if not asked.on:
        return ""
    passed = [_passed(each) for each in asked.on if each.name != "plan"]
    told = gettext("%(shown)s of %(all)s records", shown=len(asked.thread.nodes), all=len(asked.whole.nodes))
    if asked.plan:
        told += gettext(", in the plan “%(plan)s” and in what all plans share", plan=asked.plan.title)
    if passed:
        told += gettext(", on ways to or from this one that pass %(what)s", what=gettext(" and ").join(passed))
    return f"{told}."


def told(asked: Asked) -> list[str]:
    """What narrows the thread, for a file."""
    names = {
        "plan": gettext("Plan"),
        "theme": gettext("Theme"),
        "nation": gettext("Nation"),
        "state": gettext("Action"),
    }
    return [f"{names[each.name]}: {each.told}" for each in asked.on]


def _passed(filter: Filter) -> str:
    if filter.name == "theme":
        return gettext("a record with the theme “%(theme)s”", theme=filter.told)
    if filter.name == "nation":
        return gettext("a source of %(nation)s", nation=filter.told)
    return {
        "open": gettext("an open action"),
        "overdue": gettext("an overdue action"),
        "due_soon": gettext("an action due within 30 days"),
        "stale": gettext("an action without a recent update"),
        "at-risk": gettext("an action at risk"),
        "off-track": gettext("an action off track"),
        "done": gettext("an action that is done"),
        "stopped": gettext("an action that was stopped"),
    }[filter.chosen]
