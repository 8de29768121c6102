"""What can go wrong, in terms that a page, the API and a command can each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class KnowledgeBaseError(Exception):
    """Anything that the service refuses or cannot do; its text is fit for a person to read."""


class NotFound(KnowledgeBaseError):
    """There is no such record, or the person may not know that there is."""

    def __init__(self, kind: str, ref: str) -> None:
        super().__init__(f"There is no {kind} called “{ref}”")
        self.kind = kind
        self.ref = ref


class NotAllowed(KnowledgeBaseError):
    """The person is known, but their roles do not include this."""


class Conflict(KnowledgeBaseError):
    """Somebody saved the record since the person opened it; `theirs` holds what stands now, by field of the form.

    `version` is the one that stands now: whoever sends it has seen what they replace. `chosen` holds the values of
    those fields that are chosen from lists, as the form sends them, since `theirs` holds their names. A view may add
    the `labels` of its form and what its `button` does.
    """

    def __init__(
        self,
        message: str,
        *,
        theirs: Mapping[str, str] | None = None,
        chosen: Mapping[str, list[str]] | None = None,
        saved_by: str = "",
        version: int | None = None,
    ) -> None:
        super().__init__(message)
        self.theirs = dict(theirs or {})
        self.chosen = dict(chosen or {})
        self.saved_by = saved_by
        self.version = version
        self.labels: dict[str, str] = {}
        self.button = ""


class Invalid(KnowledgeBaseError):
    """A value cannot stand; `field` names the form field it belongs to."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Unreadable(Invalid):
    """An uploaded file cannot be read; the text says what is wrong with it and what to do instead."""

    def __init__(self, message: str) -> None:
        super().__init__("file", message)


class TooMany(KnowledgeBaseError):
    """Too many tries in too short a time; `seconds` says how long to wait."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Misconfigured(KnowledgeBaseError):
    """The service may not start with these settings."""
