"""kill -9 of the web process while people save: what was acknowledged is there, and nothing is half there.

Control: a server that says “saved” and commits half a second later.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from actions.models import Action, Update
from kb.assembly import open_database
from kb.models.history import Change, Channel
from tests.trials import world
from tests.trials.ground import Outcome, Trial, kill, knowledge_base, start
from tests.trials.serving import Client, free_port, serve

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings

LONGEST_LIFE = 0.8
ACTIONS = ("action-0", "action-1", "action-2")


@dataclass
class Ledger:
    """What the server acknowledged."""

    descriptions: list[str] = field(default_factory=list)
    narratives: list[str] = field(default_factory=list)
    first: threading.Event = field(default_factory=threading.Event)

    @property
    def size(self) -> int:
        return len(self.descriptions) + len(self.narratives)


def run(trials: int) -> Outcome:
    outcome = Outcome(wrong=Counter({"lost": 0, "half written": 0}), told=Counter(acknowledged=0))
    for number in range(trials):
        one(outcome, random.Random(number), fault="")
    return outcome


def control() -> Outcome:
    outcome = Outcome(wrong=Counter({"lost": 0, "half written": 0}), told=Counter(acknowledged=0))
    one(outcome, random.Random(0), fault="commit later")
    return outcome


def one(outcome: Outcome, chance: random.Random, *, fault: str) -> None:
    """A lead edits and an owner answers; the server is killed among it, and another one takes over."""
    with knowledge_base(filled_by=world.fill) as settings:
        port, ledger = free_port(), Ledger()
        lead = Client(port, world.sign_in(settings, "lead"))
        owner = Client(port, world.sign_in(settings, "owner"))
        server = start(serve, settings, port, fault)
        lead.await_ready()
        people = [threading.Thread(target=_edit, args=(lead, ledger))]
        if not fault:
            people.append(threading.Thread(target=_answer, args=(owner, ledger)))
        for person in people:
            person.start()
        if not ledger.first.wait(20):
            kill(server)
            raise RuntimeError("The server acknowledged nothing")
        if not fault:
            time.sleep(chance.uniform(0, LONGEST_LIFE))
        kill(server)
        for person in people:
            person.join(60)
        _judge(outcome, settings, ledger)
        again = start(serve, settings, port, "")
        lead.await_ready()
        before = ledger.size
        _save_once(lead, "/actions/action-0/edit", "description", "after the restart", ledger.descriptions)
        outcome.wrong["half written"] += ledger.size == before
        kill(again)


def _edit(client: Client, ledger: Ledger) -> None:
    number = 0
    while _save_once(
        client, f"/actions/{ACTIONS[number % 3]}/edit", "description", f"Description {number}.", ledger.descriptions
    ):
        ledger.first.set()
        number += 1


def _answer(client: Client, ledger: Ledger) -> None:
    number = 0
    while _save_once(
        client, f"/actions/{ACTIONS[number % 3]}/update", "narrative", f"Narrative {number}.", ledger.narratives
    ):
        number += 1


def _save_once(client: Client, path: str, name: str, words: str, acknowledged: list[str]) -> bool:
    """Open the form, change one field and send it; False when the server is gone, or gives another answer."""
    form = client.form(path, name)
    if form is None:
        return False
    values = {**form.values, name: words}
    values.pop("nothing_changed", None)
    if name == "narrative":
        values["confidence"] = "on-track"
        values |= {part: "" for part in values if part.startswith("forecast_on")}
    answer = client.ask("POST", path, values)
    if answer.status == 303:
        acknowledged.append(words)
    return answer.status in (303, 409)


def _judge(outcome: Outcome, settings: Settings, ledger: Ledger) -> None:
    database = open_database(settings)
    with database.reading() as session:
        noted = set(session.scalars(select(Change.new).where(Change.field == "description")))
        kept = Counter(session.scalars(select(Update.narrative)))
        outcome.wrong["lost"] += sum(words not in noted for words in ledger.descriptions)
        outcome.wrong["lost"] += sum(kept[words] != 1 for words in ledger.narratives)
        outcome.wrong["half written"] += _half_written(session)
        if (
            session.scalar(text("PRAGMA integrity_check")) != "ok"
            or session.execute(text("PRAGMA foreign_key_check")).all()
        ):
            outcome.wrong["half written"] += 1
    database.engine.dispose()
    outcome.trials += 1
    outcome.told["acknowledged"] += ledger.size


def _half_written(session: Session) -> int:
    """Changes without their line in the history, and lines without their change."""
    faults = 0
    for action in session.scalars(select(Action)):
        lines = session.scalars(
            select(Change).where(Change.record_id == action.id, Change.field == "description").order_by(Change.id)
        ).all()
        faults += action.description != (lines[-1].new if lines else "")
        faults += sum((earlier.new or "") != (later.old or "") for earlier, later in pairwise(lines))
        of_updates = select(func.count()).where(Change.record_id == action.id, Change.field == "update")
        updates = select(func.count()).where(Update.action_id == action.id)
        by_hand = updates.where(Update.narrative.startswith("Narrative "))
        faults += session.scalar(of_updates.where(Change.channel == Channel.WEB)) != session.scalar(by_hand)
    return faults


TRIAL = Trial("saving", 60, run, control, "lost")
