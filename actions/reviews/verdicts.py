"""The words for what a group decides; plain computation."""

from __future__ import annotations

from actions.review_models import Verdict
from kb.words import gettext


def told(verdict: str) -> str:
    """What was decided, as it is read afterwards."""
    return {
        Verdict.APPROVE: gettext("Approved"),
        Verdict.REJECT: gettext("Rejected"),
        Verdict.DEFER: gettext("Deferred"),
        Verdict.NOTE: gettext("Noted"),
    }[Verdict(verdict)]


def offered() -> dict[str, str]:
    """What may be decided, as it is chosen."""
    return {
        Verdict.APPROVE: gettext("Approve"),
        Verdict.REJECT: gettext("Reject"),
        Verdict.DEFER: gettext("Defer"),
        Verdict.NOTE: gettext("Note"),
    }
