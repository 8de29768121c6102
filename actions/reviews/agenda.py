"""The agenda of a meeting: what its frozen pack wants decided, as it stands by now, and other business."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload

from actions import closing, service, support
from actions.models import Action, Closure
from actions.request_models import RequestState
from actions.requests import service as requests
from actions.requests import settling
from actions.requests import words as request_words
from actions.review_models import Decision, Review, Verdict
from actions.reviews.matters import About, Matter, is_to_verify, said_at, words_of
from kb.models.record import Record
from kb.permissions import Capability, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Update
    from actions.requests.service import Asked
    from actions.reviews.pack import Pack, Wanted
    from actions.service import Listed
    from kb.permissions import Person


def list_decisions(session: Session, review: Review) -> Sequence[Decision]:
    """What was decided at a meeting, by agenda."""
    query = select(Decision).where(Decision.review_id == review.id).options(joinedload(Decision.person))
    return session.scalars(query.order_by(Decision.position)).all()


def list_about(session: Session, record: Record, person: Person) -> Sequence[Decision]:
    """What the group decided about a record, or what became it, with the meetings, newest first; one statement."""
    if not person.may(Capability.READ_UPDATES):
        return ()
    query = select(Decision).join(Decision.review).options(contains_eager(Decision.review))
    query = query.where(or_(Decision.record_id == record.id, Decision.follow_up_id == record.id))
    return session.scalars(query.order_by(Review.meets_on.desc(), Decision.position)).all()


def list_matters(session: Session, review: Review, pack: Pack, person: Person, today: date) -> list[Matter]:
    """The agenda, then other business; seven statements at most."""
    decisions = {decision.position: decision for decision in list_decisions(session, review)}
    found = _find(session, pack, list(decisions.values()), person, today)
    made = [
        _of_pack(review, number, wanted, decisions.pop(number, None), found, person, today)
        for number, wanted in enumerate(pack.wanted, 1)
    ]
    return [*made, *(_other(decision, found) for decision in decisions.values())]


@dataclass(frozen=True)
class _Found:
    """What the matters are about, as far as the person may see it."""

    asked: dict[int, Asked]
    asks: dict[int, Update]
    to_verify: dict[str, Action]
    records: dict[int, Record]
    named: dict[tuple[str, str], Record]
    follow_ups: dict[int, Listed]


def _find(session: Session, pack: Pack, decisions: Sequence[Decision], person: Person, today: date) -> _Found:
    wanted = pack.wanted
    names = {(one.record.kind, one.record.ref) for one in wanted}
    ids = {one.record_id for one in decisions if one.record_id}
    verified = {one.record.ref for one in wanted if _about(one) == About.VERIFYING}
    query = select(Record).where(or_(Record.id.in_(ids), tuple_(Record.kind, Record.ref).in_(names)))
    records = session.scalars(query.where(visible_to(person))).all() if ids or names else ()
    actions = session.scalars(select(Action).where(Action.ref.in_(verified), visible_to(person))) if verified else ()
    return _Found(
        asked=requests.list_by_ids(session, [one.request_id for one in wanted if one.request_id], person, today),
        asks=support.list_by_ids(session, [one.ask_id for one in wanted if one.ask_id], person),
        to_verify={action.ref: action for action in actions},
        records={record.id: record for record in records},
        named={(record.kind, record.ref): record for record in records},
        follow_ups=service.list_by_ids(
            session, {one.follow_up_id for one in decisions if one.follow_up_id}, person, today
        ),
    )


def _about(wanted: Wanted) -> About:
    if wanted.request_id is not None:
        return About.REQUEST
    if wanted.ask_id is not None:
        return About.ASK
    is_action = wanted.record.kind == "action"
    return About.VERIFYING if is_action and is_to_verify(words_of(wanted)) else About.OTHER


def _of_pack(
    review: Review, number: int, wanted: Wanted, decision: Decision | None, found: _Found, person: Person, today: date
) -> Matter:
    about = _about(wanted)
    given = Matter(
        number=number,
        about=about,
        words=words_of(wanted),
        note=wanted.note,
        named=wanted.record,
        record=found.named.get((wanted.record.kind, wanted.record.ref)),
        decision=decision,
        follow_up=_follow_up(decision, found),
    )
    match about:
        case About.REQUEST:
            return _with_request(given, found.asked.get(wanted.request_id or 0), person, today)
        case About.ASK:
            return _with_ask(given, found.asks.get(wanted.ask_id or 0), review, person)
        case About.VERIFYING:
            return _with_action(given, found.to_verify.get(wanted.record.ref), person)
        case _:
            gone = wanted.record.ref and given.record is None
            return replace(
                given, moved=gettext("“%(title)s” is not there any more.", title=wanted.record.title) if gone else ""
            )


def _other(decision: Decision, found: _Found) -> Matter:
    record = found.records.get(decision.record_id or 0)
    return Matter(
        number=decision.position,
        about=About.OTHER,
        words=decision.matter,
        record=record,
        decision=decision,
        follow_up=_follow_up(decision, found),
    )


def _follow_up(decision: Decision | None, found: _Found) -> Listed | None:
    return found.follow_ups.get(decision.follow_up_id or 0) if decision else None


def _verdict(matter: Matter) -> str:
    return matter.decision.verdict if matter.decision else ""


def _with_request(matter: Matter, asked: Asked | None, person: Person, today: date) -> Matter:
    if asked is None:
        return replace(matter, is_waiting=False, moved=gettext("The request is not there any more."))
    settled = ""
    if _verdict(matter) == Verdict.APPROVE:
        settled = gettext("The change is made. To undo it, change the action on its own page, with a reason.")
    elif _verdict(matter) == Verdict.REJECT:
        settled = gettext("Whoever asked reads the refusal. To undo it, they ask again.")
    obstacle = settling.why_not_apply(asked, today)
    return replace(
        matter,
        asked=asked,
        record=asked.action,
        is_waiting=asked.is_open,
        is_own=asked.is_of(person),
        moved="" if settled else obstacle or _ended(asked),
        moved_on=asked.request.decided_on,
        obstacle=obstacle,
        why_not=settling.why_not_decide(asked, person),
        settled=settled,
    )


def _ended(asked: Asked) -> str:
    request = asked.request
    if asked.is_open:
        return ""
    if request.state == RequestState.WITHDRAWN:
        return gettext("It was withdrawn on %(day)s.", day=spoken(request.decided_on))
    told = request_words.states()[request.state]
    if request.decided_by is None:
        return gettext("%(told)s on %(day)s, not by this decision.", told=told, day=spoken(request.decided_on))
    return gettext(
        "%(told)s on %(day)s by %(who)s, not by this decision.",
        told=told,
        day=spoken(request.decided_on),
        who=request.decided_by.name,
    )


def _with_ask(matter: Matter, ask: Update | None, review: Review, person: Person) -> Matter:
    if ask is None:
        return replace(matter, is_waiting=False, moved=gettext("The ask for support is not there any more."))
    is_ours = matter.decision is not None and ask.support_answer == said_at(review, matter.decision.reason)
    moved = settled = ""
    if is_ours:
        settled = gettext("The owner has the answer. To say something else, take it up under any other business.")
    elif ask.support_answer:
        day = spoken(ask.support_answered_on)
        moved = gettext("It was answered on %(day)s: “%(answer)s”", day=day, answer=ask.support_answer)
    # What a lead wrote down for an owner is the owner's ask.
    is_own = person.user_id is not None and ask.person_id == person.user_id and not ask.reported_by
    return replace(
        matter,
        ask=ask,
        record=ask.action,
        is_waiting=ask.is_open_ask,
        is_own=is_own,
        moved=moved,
        moved_on=ask.support_answered_on,
        why_not=gettext("You asked for it, so someone else has to answer.") if is_own and ask.is_open_ask else "",
        settled=settled,
    )


def _with_action(matter: Matter, action: Action | None, person: Person) -> Matter:
    if action is None:
        return replace(matter, is_waiting=False, moved=gettext("The action is not there any more."))
    settled = ""
    if _verdict(matter) == Verdict.APPROVE:
        settled = gettext("The action is verified. To undo it, open it again on its own page.")
    elif _verdict(matter) == Verdict.REJECT:
        settled = gettext("The action was opened again. Its owner marks it done when it is.")
    moved = {
        Closure.DONE: "",
        Closure.OPEN: gettext("The action was opened again."),
        Closure.STOPPED: gettext("The action was stopped."),
        Closure.VERIFIED: gettext("It was verified on %(day)s.", day=spoken(action.verified_on)),
    }[Closure(action.closure)]
    is_waiting = action.closure == Closure.DONE
    return replace(
        matter,
        action=action,
        is_waiting=is_waiting,
        is_own=is_waiting and person.user_id is not None and action.done_by_id == person.user_id,
        moved="" if settled else moved,
        why_not=closing.why_not_verify(action, person) if is_waiting else "",
        settled=settled,
    )
