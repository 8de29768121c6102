"""The founding documents and their inventory, which lie beside the project, if anywhere."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from kb import paths

SHARED = paths.SEED_DATA.parent.parent / "shared"
documents = pytest.mark.skipif(not SHARED.is_dir(), reason="the founding documents are not beside the project")


@cache
def inventory(name: str) -> Any:
    """One file of the inventory: everything of one sort that the documents name, with its place."""
    return yaml.safe_load((SHARED / f"inventory/{name}.yaml").read_text(encoding="utf-8"))
