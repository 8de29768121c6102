"""The form with which a pack is frozen."""

from __future__ import annotations

from kb.forms.base import Form, VersionField


class FreezeForm(Form):
    """The version of the meeting that is frozen."""

    version = VersionField()
