"""What a thread's picture and list say of each record beside its title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from actions.brief import Brief, briefs
from actions.measures import service as measures
from graph import service
from graph.layout import Marks, Note
from kb import labels
from kb.catalogue.amounts import amount
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.indicator_models import Indicator, Reading
    from graph.threads.thread import Thread
    from kb.permissions import Person

CLOSURES = {"done": gettext("Done"), "verified": gettext("Verified"), "stopped": gettext("Stopped")}


@dataclass(frozen=True)
class Look:
    """What is said of the records of one thread, by their ids."""

    briefs: Mapping[int, Brief]
    response_types: Mapping[int, str]
    over: Mapping[int, str]  # what became of sources that are over
    read: Mapping[int, str]  # the newest reading of each indicator
    shows_confidence: bool
    marks: Mapping[int, Marks]
    who_acts: Mapping[int, str]


def look(session: Session, thread: Thread, person: Person, today: date) -> Look:
    """Statuses of actions, types of responses, and who should act where the thread stops."""
    found = briefs(session, [n.id for n in thread.nodes if n.kind == "action"], person=person, today=today)
    types = labels.response_types()
    said = {node.id: types[node.response_type] for node in thread.nodes if node.response_type}
    over = service.over(session, [node.id for node in thread.nodes if node.kind == "source"])
    over_words = {id: labels.source_statuses()[status] for id, status in over.items()}
    measured = measures.list_by_ids(session, [n.id for n in thread.nodes if n.kind == "indicator"], person=person)
    read = {id: _of_indicator(*pair) for id, pair in measured.items()}
    confidence = person.may(Capability.READ_UPDATES)
    marks = {id: Marks(notes=_of_action(brief, confidence)) for id, brief in found.items()}
    marks |= {id: Marks(tag=words) for id, words in said.items()}
    marks |= {id: Marks(notes=(Note(words, "strong"),)) for id, words in over_words.items()}
    marks |= {id: Marks(notes=(Note(words),)) for id, words in read.items()}
    who = {stop.id: gettext("Strategy lead to act") for stop in thread.stops}
    return Look(found, said, over_words, read, confidence, marks, who)


def _of_action(brief: Brief, shows_confidence: bool) -> tuple[Note, ...]:
    action, schedule = brief.action, brief.schedule
    if not action.is_open:
        return (Note(CLOSURES[action.closure]),)
    words = current_app.jinja_env.get_template("macros/status.html").module
    time = str(words.schedule_words(schedule)).strip()  # type: ignore[attr-defined]
    if not shows_confidence:
        return (Note(time, "alarm" if schedule.state == "overdue" else "quiet"),)
    confidence = str(words.confidence_words(action.confidence)).strip()  # type: ignore[attr-defined]
    if schedule.state == "overdue":
        return Note(time, "alarm"), Note(confidence)
    return (Note(f"{time} · {confidence}"),)


def _of_indicator(indicator: Indicator, latest: Reading | None) -> str:
    """The newest reading in words, which say so where it is made up."""
    if latest is None:
        return gettext("No reading yet")
    number = amount(latest.value, indicator.unit)
    if latest.is_demonstration:
        return gettext("%(number)s (demonstration)", number=number)
    return number
