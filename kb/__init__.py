"""Golden Thread: policy drivers and research, what they mean for the workforce, and what the plan does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from kb.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the Flask application; the import stands inside so that `import actions.models` works alone."""
    from kb.app import build_app

    return build_app(settings)
