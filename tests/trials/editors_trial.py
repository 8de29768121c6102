"""Two web processes on one database and four people who edit the same action: nobody’s text vanishes.

Every save that is acknowledged was made by somebody who had seen the one before it; every other is answered 409 with
what they wrote. Control: servers that do not compare versions.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.assembly import open_database
from kb.models.history import Change
from kb.models.record import Record
from tests.trials import world
from tests.trials.ground import Outcome, Trial, kill, knowledge_base, start
from tests.trials.serving import Client, free_port, serve

if TYPE_CHECKING:
    from kb.config import Settings

SERVERS = 2
EDITORS = 4
SAVES = 3
CHANCES_OF_CONTROL = 6
PATH = "/actions/action-1/edit"


@dataclass
class Ledger:
    """What each acknowledged text was written over, and what else came back."""

    over: dict[str, str] = field(default_factory=dict)
    stale: int = 0
    text_lost: int = 0
    faults: int = 0


def run_on(database: str, trials: int) -> Outcome:
    outcome = _outcome()
    for number in range(trials):
        one(outcome, database, random.Random(number), fault="")
    return outcome


def control_on(database: str) -> Outcome:
    """Whether two of them meet is a matter of chance, so they are given several."""
    outcome = _outcome()
    for number in range(CHANCES_OF_CONTROL):
        one(outcome, database, random.Random(number), fault="no version check")
        if outcome.wrong["lost updates"]:
            break
    return outcome


def _outcome() -> Outcome:
    return Outcome(
        wrong=Counter({"lost updates": 0, "texts not given back": 0, "other answers": 0}),
        told=Counter({"saves": 0, "stale": 0}),
    )


def one(outcome: Outcome, on: str, chance: random.Random, *, fault: str) -> None:
    """Each person opens the form, thinks for a moment, and saves."""
    with knowledge_base(on, filled_by=world.fill) as settings:
        ports = [free_port() for _ in range(SERVERS)]
        token = world.sign_in(settings, "lead")
        servers = [start(serve, settings, port, fault) for port in ports]
        clients = [Client(ports[number % SERVERS], token) for number in range(EDITORS)]
        try:
            for client in clients:
                client.await_ready()
            ledger = Ledger()
            editors = [
                threading.Thread(
                    target=_edit, args=(client, f"Editor {number}", random.Random(chance.random()), ledger)
                )
                for number, client in enumerate(clients)
            ]
            for editor in editors:
                editor.start()
            for editor in editors:
                editor.join(120)
        finally:
            for server in servers:
                kill(server)
        _judge(outcome, settings, ledger)


def _edit(client: Client, name: str, chance: random.Random, ledger: Ledger) -> None:
    for number in range(SAVES):
        form = client.form(PATH, "description")
        if form is None:
            ledger.faults += 1
            continue
        words = f"{name} wrote this, {number}."
        time.sleep(chance.uniform(0, 0.05))
        answer = client.ask("POST", PATH, {**form.values, "description": words})
        if answer.status == 303:
            ledger.over[words] = form.values["description"].strip()
        elif answer.status == 409:
            ledger.stale += 1
            ledger.text_lost += words not in answer.text
        else:
            ledger.faults += 1


def _judge(outcome: Outcome, settings: Settings, ledger: Ledger) -> None:
    database = open_database(settings)
    with database.reading() as session:
        query = select(Change.old, Change.new).join(Record, Record.id == Change.record_id)
        query = query.where(Record.ref == "action-1", Change.field == "description").order_by(Change.id)
        history = [(old or "", new or "") for old, new in session.execute(query)]
    database.engine.dispose()
    stood_before = {new: old for old, new in history}
    outcome.trials += 1
    # A text was lost when somebody saved over it who had not seen it, or when an acknowledged one left no trace.
    outcome.wrong["lost updates"] += sum(stood_before.get(words) != seen for words, seen in ledger.over.items())
    outcome.wrong["texts not given back"] += ledger.text_lost
    outcome.wrong["other answers"] += ledger.faults
    outcome.told["saves"] += len(ledger.over)
    outcome.told["stale"] += ledger.stale


def _trial(database: str, name: str) -> Trial:
    return Trial(
        f"two web processes on {name}",
        60,
        lambda trials: run_on(database, trials),
        lambda: control_on(database),
        "lost updates",
    )


TRIALS = [_trial("sqlite", "SQLite"), _trial("postgresql", "PostgreSQL")]
