"""Whether the service is well: what the address /health tells a watching machine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kb import pulse
from search.models import IndexChange

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def look(session: Session, at: datetime) -> dict[str, object]:
    """The state of the parts; `degraded` when reminders have stopped, which restarting the web process cannot mend."""
    waiting = session.scalar(select(func.count()).select_from(IndexChange)) or 0
    beat = pulse.last(session)
    return {
        "status": "degraded" if pulse.is_silent(session, at) else "ok",
        "database": "ok",
        "index_changes_waiting": waiting,
        "worker_seconds_ago": None if beat is None else round((at - beat.at).total_seconds()),
    }
