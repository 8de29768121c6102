"""The pages of actions; importing this package puts every view on the one blueprint."""

from __future__ import annotations

from actions.views import actions, lists, parts, several, steering, timeline, updating
from actions.views.blueprint import bp

__all__ = ["actions", "bp", "lists", "parts", "several", "steering", "timeline", "updating"]
