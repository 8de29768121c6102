"""Eight processes send updates on the same actions through the page: none is lost, and a stale one keeps its text.

At full size 2,000 updates are acknowledged. Each was sent by somebody who had seen the one before it, each stands in
the database once, and every other is answered 409 with what they wrote. Control: processes that do not look whether
there is a newer update.
"""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions import updates
from actions.models import Action, Update
from kb.app import build_app
from kb.assembly import open_database
from search import service as search
from tests.factories import Make
from tests.trials import world
from tests.trials.forms import form_with
from tests.trials.ground import Outcome, Trial, knowledge_base, start, wait

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from kb.config import Settings

PROCESSES = 8
ACTIONS = 12
SAVES_OF_CONTROL = 40
MOST_FAULTS = 5
# A machine that has too much to do says so, and people press again.
BUSY = 503
DONE_WITHIN = 1800


@dataclass
class Ledger:
    """The updates of one process that were acknowledged, with the update that each followed, and what else came."""

    after: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    stale: int = 0
    busy: int = 0
    text_lost: int = 0
    faults: int = 0


def run_on(database: str, saves: int) -> Outcome:
    return one(database, saves, fault="")


def control_on(database: str) -> Outcome:
    return one(database, SAVES_OF_CONTROL, fault="no look for newer ones")


def one(on: str, saves: int, *, fault: str) -> Outcome:
    """All processes answer at once until each has sent its share."""
    outcome = Outcome(
        wrong=Counter({"lost": 0, "over unseen ones": 0, "texts not given back": 0, "other answers": 0}),
        told=Counter({"stale": 0, "answered busy": 0, "kept without an answer": 0}),
    )
    with knowledge_base(on, filled_by=fill) as settings:
        token = world.sign_in(settings, "owner")
        share = max(1, saves // PROCESSES)
        people = [start(answer, settings, token, number, share, fault) for number in range(PROCESSES)]
        for person in people:
            wait(person, DONE_WITHIN)
        ledgers = [Ledger(**json.loads(_book(settings, number).read_text())) for number in range(PROCESSES)]
        _judge(outcome, settings, ledgers)
    return outcome


def answer(settings: Settings, token: str, number: int, share: int, fault: str) -> None:
    """The child: one process of a server, with an owner at it."""
    logging.disable(logging.CRITICAL)
    app = build_app(settings)
    if fault:
        updates._require_newest = lambda *_: None
    app.config["TODAY"] = world.TODAY
    client = app.test_client()
    client.set_cookie("session", token)
    ledger, chance = Ledger(), random.Random(number)
    while len(ledger.after) < share and ledger.faults < MOST_FAULTS:
        _answer_once(client, ledger, f"/actions/action-{chance.randrange(ACTIONS)}/update", f"{number} says so")
    _book(settings, number).write_text(json.dumps(asdict(ledger)))


def _answer_once(client: FlaskClient, ledger: Ledger, path: str, words: str) -> None:
    """Open the form and send it; the words are unlike all others."""
    page = client.get(path)
    form = form_with(page.text, "narrative")
    if form is None:
        ledger.busy += page.status_code == BUSY
        ledger.faults += page.status_code != BUSY
        return
    ledger.sent += 1
    words = f"{words}, {ledger.sent}."
    # A button that is not pressed sends nothing.
    values = {name: value for name, value in form.values.items() if name != "nothing_changed"}
    response = client.post(path, data={**values, "confidence": "on-track", "narrative": words})
    text = response.text
    response.close()  # what follows a commit happens now, as in a server
    if response.status_code == 303 and not response.location.startswith("/sign-in"):
        ledger.after[words] = form.values["version"]
    elif response.status_code == 409:
        ledger.stale += 1
        ledger.text_lost += words not in text
    elif response.status_code == BUSY:
        ledger.busy += 1
    else:
        ledger.faults += 1


def _judge(outcome: Outcome, settings: Settings, ledgers: list[Ledger]) -> None:
    database = open_database(settings)
    with database.reading() as session:
        kept = session.execute(select(Update.action_id, Update.id, Update.narrative).order_by(Update.id)).all()
        last_said = {action.id: action.last_said_on for action in session.scalars(select(Action))}
    database.engine.dispose()
    newest: dict[int, int] = {}
    stood_before: dict[str, str] = {}
    for action_id, update_id, narrative in kept:
        stood_before[narrative] = str(newest.get(action_id, ""))
        newest[action_id] = update_id
    copies = Counter(narrative for _, _, narrative in kept)
    for ledger in ledgers:
        outcome.trials += len(ledger.after)
        outcome.wrong["lost"] += sum(copies[words] != 1 for words in ledger.after)
        outcome.wrong["over unseen ones"] += sum(
            stood_before.get(words) != seen for words, seen in ledger.after.items()
        )
        outcome.wrong["texts not given back"] += ledger.text_lost
        outcome.wrong["other answers"] += ledger.faults
        outcome.told["stale"] += ledger.stale
        outcome.told["answered busy"] += ledger.busy
    # What was kept and not acknowledged is no loss, for its sender presses again and is told that it stands already.
    outcome.told["kept without an answer"] += len(kept) - outcome.trials
    outcome.wrong["lost"] += sum(last_said[action_id] != world.TODAY for action_id in newest)


def _book(settings: Settings, number: int) -> Path:
    return settings.data_dir / f"ledger-{number}.json"


def fill(settings: Settings) -> None:
    """Twelve actions of one owner."""
    database = open_database(settings)
    with database.writing("seed") as session:
        make = Make(session, world.TODAY)
        make.plan(ref="plan", title="Workforce plan")
        post = make.post(ref="post", title="Head of planning")
        make.owner(post).email = "owner@example.org"
        for number in range(ACTIONS):
            make.action(ref=f"action-{number}", owner_id=post.id, due_on=world.TODAY + timedelta(days=10 * number))
    search.rebuild(database, settings)
    database.engine.dispose()


def _trial(database: str, name: str) -> Trial:
    return Trial(
        f"eight who answer on {name}",
        2_000,
        lambda saves: run_on(database, saves),
        lambda: control_on(database),
        "over unseen ones",
    )


TRIALS = [_trial("sqlite", "SQLite"), _trial("postgresql", "PostgreSQL")]
