"""Loading the seed in tests, whole or with one file changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import yaml

from kb import paths
from kb.models.history import Channel
from kb.seeding import service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

DAY = date(2026, 11, 23)
ROW_1 = "plans/mental-health-workforce-wales/mapping/01-together-for-mental-health.yaml"


def load(session: Session, folder: Path = paths.SEED_DATA, *, today: date = DAY, demo: bool = True) -> service.Report:
    session.info["channel"] = Channel.SEED
    return service.load(session, folder, today=today, is_demonstration=demo)


def edit(folder: Path, change: Callable[[dict], None], name: str = ROW_1) -> None:
    file = folder / name
    if not file.exists():
        file = sorted(file.parent.glob(file.name[:3] + "*"))[0]
    data = yaml.safe_load(file.read_text())
    change(data)
    file.write_text(yaml.safe_dump(data, allow_unicode=True))
