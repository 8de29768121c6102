"""A source says which language its entry is in, and which of its other names are Welsh."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kb.catalogue import source_editing
from kb.catalogue.source_editing import SourceDetails
from kb.errors import Invalid
from kb.models.history import Change
from kb.models.source import SourceName
from kb.models.term import Language
from kb.permissions import SYSTEM
from kb.removal import merging

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make

GUIDE = SourceDetails(title="A guide", source_kind="guidance", also_called=("AG",))
WHY = {"reason": "It was said.", "by": SYSTEM}


def named(session: Session, source: object) -> dict[str, str]:
    query = select(SourceName.name, SourceName.language).where(SourceName.source_id == source.id)
    return dict(session.execute(query).all())


def test_names_keep_their_language_and_a_name_in_both_is_welsh(session: Session) -> None:
    details = replace(GUIDE, also_called=("AG", "Matrics"), also_called_in_welsh=(" Canllaw ", "Matrics", ""))
    made = source_editing.create(session, details, by=SYSTEM)
    assert named(session, made) == {"AG": "en", "Matrics": "cy", "Canllaw": "cy"}
    session.expire_all()
    shown = source_editing.details_of(source_editing.get(session, made.ref, person=SYSTEM))
    assert (shown.also_called, shown.also_called_in_welsh) == (("AG",), ("Canllaw", "Matrics"))


def test_a_change_of_language_is_noted_and_loses_no_name(session: Session) -> None:
    made = source_editing.create(session, GUIDE, by=SYSTEM)
    session.flush()
    welsh = replace(GUIDE, language="cy", also_called=(), also_called_in_welsh=("AG",))
    source_editing.edit(session, made.ref, welsh, version=made.version, **WHY)
    assert (made.language, named(session, made)) == ("cy", {"AG": "cy"})
    changes = session.execute(select(Change.field, Change.old, Change.new).where(Change.field != "record")).all()
    assert set(changes) == {
        ("language", "en", "cy"),
        ("also_called", "AG", None),
        ("also_called_in_welsh", None, "AG"),
    }


def test_another_language_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="not one of the choices") as raised:
        source_editing.create(session, replace(GUIDE, language="fr"), by=SYSTEM)
    assert raised.value.field == "language"


def test_a_title_that_becomes_a_name_stays_in_its_language(session: Session, make: Make) -> None:
    loser, survivor = make.source(title="Canllaw", language=Language.WELSH), make.source()
    merging.merge(session, loser, survivor, reason="They are one.", by=SYSTEM)
    assert named(session, survivor) == {"Canllaw": "cy"}


def test_the_form_the_page_and_the_api_tell_the_languages(browse, make: Make, session: Session) -> None:
    browse.sign_in(make.lead())
    sent = {
        "title": "Canllaw",
        "category": "driver",
        "source_kind": "guidance",
        "is_statutory": "no",
        "status": "in-force",
        "visibility": "published",
        "summary": "Yr hyn a wneir.",
        "language": "cy",
        "also_called": "AG",
        "also_called_in_welsh": "Matrics\r\nCynllun",
    }
    made = browse.post("/sources/new", sent)
    assert made.status_code == 303
    page = browse.get(made.location).text
    for told in ('<h1 lang="cy">Canllaw</h1>', '<span lang="cy">Cynllun</span>', 'lang="cy">Yr hyn a wneir.'):
        assert told in page
    assert '<span lang="cy">AG</span>' not in page
    told = browse.get(f"/api/v1{made.location}").json
    assert (told["language"], told["also_called"]) == ("cy", ["AG"])
    assert told["also_called_in_welsh"] == ["Cynllun", "Matrics"]
    form = browse.get(f"{made.location}/edit").text
    assert "Cynllun\nMatrics</textarea>" in form.replace("\r", "")
    assert browse.post("/sources/new", {**sent, "title": "Other", "language": "xx"}).status_code == 422
