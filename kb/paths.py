"""Where the data folders are: beside this package in a wheel, one level up in a checkout."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    for parent in (_HERE, _HERE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise FileNotFoundError(f"The folder {name} is missing from the installation")


TEMPLATES = _folder("templates")
STATIC = _folder("static")
SEED_DATA = _folder("seed_data")
MIGRATIONS = _folder("migrations")
