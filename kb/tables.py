"""Brings in every model, so that the metadata and the mappers are whole."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

import actions.models
import graph.models
import kb.models.history
import kb.models.link
import kb.models.organisation
import kb.models.outbox
import kb.models.plan
import kb.models.record
import kb.models.source
import kb.models.term
import kb.models.user
import search.models

MODULES = (
    actions.models,
    graph.models,
    kb.models.history,
    kb.models.link,
    kb.models.organisation,
    kb.models.outbox,
    kb.models.plan,
    kb.models.record,
    kb.models.source,
    kb.models.term,
    kb.models.user,
    search.models,
)
configure_mappers()
