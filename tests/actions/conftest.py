"""What tests of mails share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from actions.reminding import reminders
from kb.config import Settings
from tests.actions.clock import TODAY, at


@pytest.fixture
def plan(session: Session, settings: Settings) -> Callable[..., reminders.Planned]:
    """Plans the mails of a day at an hour, under other settings where some are given."""

    def plan(day: date = TODAY, hour: int = 9, **values: Any) -> reminders.Planned:
        planned = reminders.plan(session, day, at(day, hour), replace(settings, **values))
        session.flush()
        session.expire_all()
        return planned

    return plan
