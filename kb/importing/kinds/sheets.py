"""What all kinds of rows share that are one record each: which it is, what the row changes, and how that goes back."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kb.errors import Invalid, KnowledgeBaseError, NotFound
from kb.importing.kinds import cells
from kb.importing.kinds.headed import REF, TITLE, Headed
from kb.importing.kinds.named import key_of
from kb.importing.kinds.understood import Target, Work
from kb.importing.proposals import NEW, Applied, Difference, Match, Proposal, check_reviewed
from kb.models.record import Record
from kb.removal import deleting
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kb.importing.fields import Field, Values
    from kb.importing.kinds.roster import Roster
    from kb.importing.proposals import Context, Reviewed

R = TypeVar("R", bound=Record)
D = TypeVar("D")


class Sheet(Headed, Generic[R, D]):
    """One kind of rows, each of which is one record: `R` is its model, `D` what its service calls its details."""

    # What each kind says

    @abstractmethod
    def require(self, context: Context) -> None:
        """Raise NotAllowed unless the person may bring such rows in."""

    @abstractmethod
    def roster(self, context: Context) -> Roster[R]:
        """The records that rows may mean."""

    @abstractmethod
    def blank(self, context: Context) -> D:
        """The details of a record of which nothing is said."""

    @abstractmethod
    def details_of(self, context: Context, record: R) -> D:
        """The details that stand."""

    @abstractmethod
    def faults(self, context: Context, work: Work[R, D]) -> list[Invalid]:
        """What is wrong with the new details."""

    @abstractmethod
    def create(self, context: Context, details: D, *, reason: str) -> R:
        """Make the record through its service."""

    @abstractmethod
    def edit(self, context: Context, record: R, details: D, *, reason: str) -> None:
        """Change the record through its service."""

    def put_back(self, context: Context, record: R, details: D, before: Mapping[str, str], *, reason: str) -> None:
        """Change the record back; `before` is what `restore` was given."""
        self.edit(context, record, details, reason=reason)

    def before(self, context: Context, work: Work[R, D]) -> dict[str, str]:
        """What stands in the fields that a row changes, for `restore`."""
        return {
            one.key: self.told(context, one, work.changed[one.key][0])
            for one in self.fields()
            if one.key in work.changed
        }

    def no_such(self, context: Context, ref: str) -> str:
        """What to say of a Ref that is not there."""
        return gettext("Nothing of this kind is called “%(ref)s”. Correct the Ref, or clear it to add one", ref=ref)

    def called(self, context: Context, values: Values) -> list[str]:
        """The refs of the records that a row without a Ref means by its name."""
        return self.roster(context).called(cells.clean(values.get(TITLE, "")))

    def seen_as(self, values: Values) -> str:
        """What two rows of a file may not both be called."""
        return key_of(cells.clean(values.get(TITLE, "")))

    def settle(self, context: Context, work: Work[R, D]) -> None:
        """Bring details that depend on each other into line; most kinds have none."""

    def read(self, context: Context, one: Field, values: Values, standing: Any) -> Any:
        """The value that a cell says; Invalid where it says none."""
        names = self.names(context).get(one.key)
        if names is None:
            return cells.read(one, values[one.key])
        text = cells.clean(values[one.key])
        if isinstance(standing, tuple):
            return names.several(one.key, text, standing)
        return names.one(one.key, text, (standing,)) if text else ""

    def told(self, context: Context, one: Field, value: Any) -> str:
        """A value in the words of the file."""
        names = self.names(context).get(one.key)
        if names is None:
            return cells.told(one, value)
        return names.joined(value) if isinstance(value, tuple) else names.told(value) if value else ""

    # What all share

    def propose(self, context: Context, values: Values, match: str) -> Proposal:
        """What a row would do, writing nothing."""
        with context.session.no_autoflush:
            work = self._work(context, values, match)
            alike = self._like(context, values, work.target) if work.target.is_open else []
        return Proposal(
            outcome=work.outcome,
            title=cells.clean(values.get(TITLE, "")) or (work.record.title if work.record else ""),
            record=work.record,
            differences=tuple(self._differences(context, work)),
            problems=tuple(work.problems),
            matches=(*work.target.matches, *alike),
        )

    def apply(
        self, context: Context, values: Values, match: str, *, reason: str, reviewed: Reviewed = None
    ) -> list[Applied]:
        """Do what `propose` says now."""
        with context.session.no_autoflush:
            work = self._work(context, values, match)
        if work.problems:
            raise Invalid(work.problems[0].field, " ".join(one.message for one in work.problems))
        if work.record is not None and not work.changed:
            return []
        check_reviewed(self._differences(context, work), reviewed)
        roster = self.roster(context)
        try:
            if work.record is None:
                made = self.create(context, work.new, reason=reason)
                roster.add_made(made)
                return [Applied(made, is_new=True)]
            before = self.before(context, work)
            self.edit(context, work.record, work.new, reason=reason)
        except KnowledgeBaseError:
            # What was read of it may have been half changed by then.
            roster.forget()
            raise
        roster.call(work.record.ref, work.record.title)
        return [Applied(work.record, is_new=False, before=before)]

    def restore(self, context: Context, applied: Applied, *, reason: str) -> None:
        """Give a record that was changed its earlier values."""
        roster = self.roster(context)
        if not roster.knows(applied.record.ref):
            raise NotFound(applied.record.kind, applied.record.ref)
        record = roster.get(applied.record.ref)
        details = self.details_of(context, record)
        changes = {
            one.key: self.read(context, one, applied.before, getattr(details, one.key))
            for one in self.fields()
            if one.key in applied.before
        }
        self.put_back(context, record, replace(details, **changes), applied.before, reason=reason)  # type: ignore[type-var]

    def remove(self, context: Context, applied: Applied, *, reason: str) -> None:
        """Take back a record that was made."""
        deleting.delete(context.session, applied.record, reason=reason, by=context.by)

    # Understanding one row

    def _work(self, context: Context, values: Values, match: str) -> Work[R, D]:
        self.require(context)
        target, fault = self._target(context, values, match)
        record = self.roster(context).get(target.ref) if target.ref else None
        old = self.blank(context) if record is None else self.details_of(context, record)
        work: Work[R, D] = Work(values, target, record, old, old)
        if fault is not None:
            work.refuse(fault)
        self._check_seen(context, work)
        # What says the same stays as it was written.
        changes = {key: value for key, value in self._changes(context, work).items() if work.differs(key, value)}
        if changes:
            work.new = replace(old, **changes)  # type: ignore[type-var]
            self.settle(context, work)
            new = {key: getattr(work.new, key) for key in changes}
            work.changed = {key: (getattr(old, key), value) for key, value in new.items() if work.differs(key, value)}
        if record is None or work.changed:
            work.refuse(*self._lengths(work), *self.faults(context, work))
        return work

    def _target(self, context: Context, values: Values, match: str) -> tuple[Target, Invalid | None]:
        roster, ref = self.roster(context), cells.clean(values.get(REF, ""))
        if ref:
            if roster.knows(ref):
                return Target(ref, is_by_ref=True), None
            return Target(), Invalid(REF, self.no_such(context, ref))
        refs = self.called(context, values)
        exact = tuple(Match(one, roster.titles[one], 100) for one in refs)
        if match not in ("", NEW):
            if not roster.knows(match):
                return Target(), Invalid(REF, gettext("“%(ref)s” is not there any more. Choose again", ref=match))
            return Target(match, matches=exact, is_open=True), None
        if match == "" and len(refs) == 1:
            return Target(refs[0], matches=exact), None
        if match == "" and refs:
            words = gettext("Several records are called so. Choose the one that is meant, or that none of them is")
            return Target(matches=exact, is_open=True), Invalid(TITLE, words)
        return Target(matches=exact, is_open=True), None

    def _like(self, context: Context, values: Values, target: Target) -> list[Match]:
        """The records that are called nearly so: for people to choose from, so nobody needs them to write a row."""
        besides = {one.ref for one in target.matches}
        alike = self.roster(context).like(cells.clean(values.get(TITLE, "")))
        return [one for one in alike if one.ref not in besides]

    def _check_seen(self, context: Context, work: Work[R, D]) -> None:
        """Refuse a row that means the same as an earlier one of the file: nobody can tell which holds."""
        name = work.target.ref or self.seen_as(work.values)
        if not name:
            return
        earlier = context.seen.setdefault(f"{'ref' if work.target.ref else 'title'}:{name}", context.place)
        if earlier != context.place:
            words = gettext("%(place)s is about the same. Keep one of the two", place=earlier)
            work.refuse(Invalid(REF if work.target.is_by_ref else TITLE, words))

    def _changes(self, context: Context, work: Work[R, D]) -> dict[str, Any]:
        """The new value of each field that the row says something about."""
        changes: dict[str, Any] = {}
        blank = self.blank(context)
        for one in self.fields():
            if one.is_told or one.key not in work.values or not hasattr(work.old, one.key):
                continue
            if one.key == TITLE and work.record is not None and not work.target.is_by_ref:
                continue  # the name by which a record was found is not its new title
            text = cells.clean(work.values[one.key])
            if not text:
                if work.target.is_by_ref and one.is_required:
                    work.refuse(Invalid(one.key, gettext("It cannot be empty")))
                elif work.target.is_by_ref:
                    changes[one.key] = getattr(blank, one.key)
                continue
            try:
                changes[one.key] = self.read(context, one, work.values, getattr(work.old, one.key))
            except Invalid as fault:
                work.refuse(fault)
        return changes

    def _lengths(self, work: Work[R, D]) -> list[Invalid]:
        found = []
        for one in self.fields():
            if one.key in work.changed and one.key != TITLE:
                try:
                    cells.check_length(one, work.changed[one.key][1])
                except Invalid as fault:
                    found.append(fault)
        return found

    def _differences(self, context: Context, work: Work[R, D]) -> Iterator[Difference]:
        for one in self.fields():
            if one.key in work.changed:
                old, new = (self.told(context, one, value) for value in work.changed[one.key])
                yield Difference(one.label, old if work.record is not None else "", new)
