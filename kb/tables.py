"""Brings in every model, so that the metadata and the mappers are whole."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

import actions.indicator_models
import actions.models
import actions.reminder_models
import actions.request_models
import actions.review_models
import graph.models
import kb.models
import search.models

MODULES = (
    *(actions.indicator_models, actions.models, actions.reminder_models, actions.request_models, actions.review_models),
    *(graph.models, kb.models, search.models),
)
configure_mappers()
