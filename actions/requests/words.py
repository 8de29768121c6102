"""What pages, files and mails say of a change request: what is asked for, how it stands, who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.request_models import RequestedChange, RequestState
from actions.requests.deciding import Matter
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from actions.requests.service import Asked


def changes() -> dict[str, str]:
    """What may be asked to be changed."""
    return {
        RequestedChange.DUE_DATE: gettext("Another due date"),
        RequestedChange.OWNER: gettext("Another owner"),
        RequestedChange.SCOPE: gettext("Other wording"),
        RequestedChange.CLOSURE: gettext("Close it unfinished"),
    }


def states() -> dict[str, str]:
    """How a request stands."""
    return {
        RequestState.OPEN: gettext("Waits for a decision"),
        RequestState.ACCEPTED: gettext("Accepted"),
        RequestState.REFUSED: gettext("Refused"),
        RequestState.WITHDRAWN: gettext("Withdrawn"),
    }


def ends() -> dict[str, str]:
    """Why an action may be closed unfinished."""
    return {
        "no-longer-needed": gettext("It is no longer needed"),
        "as-far-as-it-goes": gettext("It is done as far as it goes"),
    }


def who_decides(matter: Matter) -> str:
    """Who decides, with the reason where it is the group alone."""
    return {
        Matter.ORDINARY: gettext("A strategy lead or the steering group"),
        Matter.OVERDUE: gettext("The steering group, since the action is overdue"),
        Matter.MOVED_BEFORE: gettext("The steering group, since its due date was moved before"),
    }[matter]


def stood(asked: Asked) -> str:
    """What stood when it was asked for, in one line."""
    match asked.request.what:
        case RequestedChange.DUE_DATE:
            return asked.stood or gettext("No date")
        case RequestedChange.OWNER:
            return asked.stood or gettext("Nobody")
        case RequestedChange.SCOPE:
            return asked.stood_wording.title
        case _:
            return gettext("Open")


def proposed(asked: Asked) -> str:
    """What is asked for, in one line."""
    request = asked.request
    match request.what:
        case RequestedChange.DUE_DATE:
            return spoken(request.proposed_on)
        case RequestedChange.OWNER:
            return (
                request.proposed_post.title if request.proposed_post else gettext("A post that is not there any more")
            )
        case RequestedChange.SCOPE:
            return asked.proposed_wording.title
        case _:
            return ends().get(request.proposed_words, "")


def told(asked: Asked) -> str:
    """What is asked for, after the words that say what should change."""
    then = proposed(asked)
    match asked.request.what:
        case RequestedChange.DUE_DATE:
            return gettext("%(then)s instead of %(now)s", then=then, now=asked.stood or gettext("no date"))
        case RequestedChange.OWNER:
            return gettext("%(then)s instead of %(now)s", then=then, now=asked.stood or gettext("nobody"))
        case RequestedChange.SCOPE if then == stood(asked):
            return gettext("the same title, with another text below it")
        case RequestedChange.SCOPE:
            return gettext("“%(then)s”", then=then)
        case _:
            return then[:1].lower() + then[1:]


def accepted(asked: Asked) -> str:
    """What became of the action, once the request is accepted."""
    then = proposed(asked)
    match asked.request.what:
        case RequestedChange.DUE_DATE:
            return gettext("Accepted: the action is now due on %(then)s.", then=then)
        case RequestedChange.OWNER:
            return gettext("Accepted: %(then)s owns the action now.", then=then)
        case RequestedChange.SCOPE:
            return gettext("Accepted: the action says so now.")
        case _:
            return gettext("Accepted: the action is stopped, closed unfinished.")
