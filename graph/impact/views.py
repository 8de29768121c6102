"""What would happen if: the question, its answer, and notes of it for the steering group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for

from graph import layout, service
from graph.impact import answers as impact_answers
from graph.impact import columns as impact_columns
from graph.impact import labels as impact_labels
from graph.impact import notes as impact_notes
from graph.impact import questions as impact_questions
from graph.impact.told import OFFERED, SOURCE, What
from graph.layout import Marks, Note
from graph.threads import picturing
from graph.views import bp
from kb import auth, downloads, web
from kb.errors import Invalid
from kb.models.record import Kind
from kb.paging import paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from graph.impact.answers import Answer
    from graph.impact.questions import Question
    from graph.impact.told import Told
    from graph.layout import Box, Picture
    from kb.models.plan import Plan
    from kb.models.record import Record

DRAWN = (Kind.SOURCE, Kind.ACTION)
NOTES_SHOWN = 25


@dataclass(frozen=True)
class Asked:
    """What the address or the form asks for, what it might ask for instead, and what is wrong with it."""

    chosen: Sequence[Record]
    what: str
    by: Record | None
    plan: Plan | None
    plans: Sequence[Plan]
    problems: Sequence[str]

    @property
    def values(self) -> dict[str, Any]:
        """The same again as an address writes it."""
        given = {
            "ref": [f"{record.kind}:{record.ref}" for record in self.chosen],
            "what": self.what,
            "by": f"{self.by.kind}:{self.by.ref}" if self.by else "",
            "plan": self.plan.ref if self.plan else "",
        }
        return {name: value for name, value in given.items() if value}


@bp.get("/impact")
@auth.requires(Capability.READ)
def impact() -> ResponseReturnValue:
    """What would be touched if records were superseded, withdrawn, delayed or lost."""
    asked, question = _asked()
    answer = impact_answers.ask(web.session(), question, web.person(), web.today()) if question else None
    if answer and downloads.are_wanted():
        told = answer.told
        filters = [impact_labels.title(told), *([told.plan.title] if told.plan else [])]
        return downloads.send("what-if", *impact_columns.sheets(told), filters=filters)
    return _page(asked, question, answer)


@bp.post("/impact")
@auth.requires(Capability.EDIT_PLAN)
def save_impact() -> ResponseReturnValue:
    """Keep the answer, as it is now, as a note for the steering group."""
    session, person = web.session(), web.person()
    asked, question = _asked()
    if question is None:
        return _page(asked, None, None, status=422)
    answer = impact_answers.ask(session, question, person, web.today())
    plan, problems = _plan_of_note(asked)
    problems += _misread(question)
    if plan is None or problems or asked.problems:
        return _page(replace(asked, problems=[*asked.problems, *problems]), question, answer, status=422)
    words = request.form.get("note", "")
    note = impact_notes.find_same(session, answer, plan, note=words, person=person)
    if note is not None:
        web.say(gettext("The same note is saved already. This is it."))
        return redirect(url_for("graph.impact_note", note_id=note.id), code=303)
    try:
        note = impact_notes.save(session, answer, plan, note=words, by=person)
    except Invalid as error:
        return _page(replace(asked, problems=[str(error)]), question, answer, status=422)
    web.commit()
    web.say(gettext("The note is saved. The steering group’s page lists it."))
    return redirect(url_for("graph.impact_note", note_id=note.id), code=303)


@bp.get("/impact/notes/<int:note_id>")
@auth.requires(Capability.READ)
def impact_note(note_id: int) -> ResponseReturnValue:
    """One note, with the answer as it was."""
    session, person = web.session(), web.person()
    note = impact_notes.get(session, note_id, person=person)
    told = impact_notes.read(note)
    if downloads.are_wanted():
        return downloads.send(f"what-if-note-{note.id}", *impact_columns.sheets(told), filters=[note.title])
    return web.page(
        "graph/impact_note.html",
        note=note,
        told=told,
        there=impact_notes.still_there(session, told, person),
        plan=next((plan for plan in plans.list_plans(session, person=person) if plan.id == note.plan_id), None),
        may_put_away=person.may(Capability.EDIT_PLAN, plan_id=note.plan_id),
        again=_again(told),
        **_worded(told),
    )


@bp.post("/impact/notes/<int:note_id>/put-away")
@auth.requires(Capability.EDIT_PLAN)
def put_away_impact_note(note_id: int) -> ResponseReturnValue:
    """Take a note off the lists."""
    impact_notes.put_away(web.session(), note_id, by=web.person())
    web.commit()
    web.say(gettext("The note is put away. Its page stays, and no list shows it."))
    return redirect(url_for("graph.impact"), code=303)


def _asked() -> tuple[Asked, Question | None]:
    session, person, given = web.session(), web.person(), request.values
    offered = plans.list_plans(session, person=person)
    plan = next((plan for plan in offered if plan.ref == given.get("plan")), None)
    chosen, unknown = impact_questions.named(session, given.getlist("ref"), person)
    successors, unknown_by = impact_questions.named(session, [given.get("by", "")], person)
    problems = [
        gettext("There is no source, action, post or organisation called “%(name)s” that you may see", name=name)
        for name in (*unknown, *unknown_by)
    ]
    if given.get("plan") and plan is None:
        problems.append(gettext("There is no plan “%(name)s” that you may see", name=given["plan"][:200]))
    asked = Asked(chosen, given.get("what", ""), next(iter(successors), None), plan, offered, problems)
    if not chosen:
        return asked, None
    try:
        question = impact_questions.put(chosen, asked.what, asked.by, plan)
    except Invalid as error:
        return replace(asked, problems=[*problems, str(error)]), None
    return replace(asked, what=question.what, by=question.by), question


def _page(asked: Asked, question: Question | None, answer: Answer | None, status: int = 200) -> ResponseReturnValue:
    session, person = web.session(), web.person()
    words, by_words = request.values.get("q", ""), request.values.get("successor", "")
    finds = "find" in request.values or not asked.chosen
    found = impact_questions.find(session, words, person) if finds else []
    heirs = impact_questions.find(session, by_words, person, kinds=[Kind.SOURCE]) if finds else []
    ids = {record.id for record in asked.chosen}
    told = answer.told if answer else None
    paging = paged(len(told.rows)) if told else None
    kind = asked.chosen[0].kind if asked.chosen else ""
    return web.page(
        "graph/impact.html",
        asked=asked,
        told=told,
        rows=told.rows[paging.offset : paging.offset + paging.limit] if told and paging else (),
        paging=paging,
        found=[record for record in found if record.id not in ids],
        heirs=[record for record in heirs if record.id not in ids],
        words=words,
        by_words=by_words,
        finds=finds,
        happenings=impact_labels.happenings(kind) if kind in OFFERED else {},
        takes_successor=kind == SOURCE,
        drawn=_drawn(question, answer),
        saving=_saving(asked) if answer else [],
        may_record=person.may(Capability.EDIT_SHARED),
        note=request.form.get("note", ""),
        note_for=request.form.get("for", ""),
        most=impact_questions.MOST_FOUND,
        notes=impact_notes.list_notes(session, person, limit=NOTES_SHOWN),
        finding_of=impact_notes.finding,
        status=status,
        **(_worded(told) if told else {}),
    )


def _worded(told: Told) -> dict[str, Any]:
    return {
        "heading": impact_labels.heading(told),
        "labels": impact_labels.labels(told),
        "method": impact_labels.method(told),
        "helps": impact_labels.helps(told) if told.helped else (),
    }


def _saving(asked: Asked) -> list[Plan]:
    """The plans whose steering group the person may leave a note for: that which is asked about, or any of theirs."""
    person = web.person()
    about = [asked.plan] if asked.plan else asked.plans
    return [plan for plan in about if person.may(Capability.EDIT_PLAN, plan_id=plan.id)]


def _plan_of_note(asked: Asked) -> tuple[Plan | None, list[str]]:
    """The plan that a note is for: the one that the form names, or the only one there is."""
    offered, given = _saving(asked), request.form.get("for")
    if given is None and len(offered) == 1:
        return offered[0], []
    plan = next((plan for plan in offered if plan.ref == given), None)
    return plan, [] if plan else [gettext("Choose a plan of yours that the note is for")]


def _misread(question: Question) -> list[str]:
    """What the form asked and the page would have to guess; an address is read more kindly."""
    given = request.form.get("what", "")
    if given in ("", question.what):
        return []
    return [gettext("Choose what happens to it: “%(what)s” cannot", what=given[:40])]


def _again(told: Told) -> dict[str, Any]:
    """The question as an address writes it."""
    given = {
        "ref": [f"{one.kind}:{one.ref}" for one in told.chosen],
        "what": told.what,
        "by": f"{told.by.kind}:{told.by.ref}" if told.by else "",
        "plan": told.plan.ref if told.plan else "",
    }
    return {name: value for name, value in given.items() if value}


def _drawn(question: Question | None, answer: Answer | None) -> tuple[Picture, Any] | None:
    """The thread of a single record, with what is lost in it and what keeps other support."""
    if question is None or answer is None or len(question.chosen) != 1 or question.chosen[0].kind not in DRAWN:
        return None
    if answer.told.is_about_waiting:  # what waits stands in no thread
        return None
    session, person = web.session(), web.person()
    record = question.chosen[0]
    found = service.thread(session, record, person, question.plan)
    if not found.edges:
        return None
    look = picturing.look(session, found, person, web.today())
    marks = dict(look.marks)
    for id, number in answer.kept.items():
        mark = marks.get(id, Marks())
        lost = Note(impact_labels.lost(answer.told), "strong")
        said = Note(_keeps(record.kind, number)) if number else lost
        marks[id] = replace(
            mark, notes=(*mark.notes, said), is_lost=id in answer.lost and question.what != What.DELAYED
        )
    happens = gettext("What if it %(happens)s?", happens=impact_labels.happenings(record.kind)[question.what])
    marks[record.id] = replace(marks.get(record.id, Marks()), notes=(Note(happens),))
    return layout.draw(found, marks=marks, who_acts=look.who_acts), _box_url


def _keeps(kind: str, number: int) -> str:
    if kind == Kind.ACTION:
        return ngettext("keeps %(num)s other action", "keeps %(num)s other actions", number)
    return ngettext("keeps %(num)s other source", "keeps %(num)s other sources", number)


def _box_url(box: Box) -> str:
    return "#picture" if box.is_folded else web.url_of(box.node)
