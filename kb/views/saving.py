"""What the views of forms share: save what was posted, point out what may be here already, else show the form again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import redirect, request

from kb import web
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.removal.likeness import alike

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask.typing import ResponseReturnValue

    from kb.forms.base import Form
    from kb.models.record import Record

# The name of the button that saves in spite of a likeness.
ALL_THE_SAME = "all_the_same"


@dataclass(frozen=True)
class Names:
    """The title of a record and what else it is called."""

    title: str
    others: tuple[str, ...] = ()


def answer(
    form: Form,
    save: Callable[[], Record],
    said: str,
    template: str = "records/edit.html",
    *,
    near: Callable[[], Sequence[Record]] = tuple,
    **values: Any,
) -> ResponseReturnValue:
    """Save once, commit and go to the record; without a save, the page of the form with everything that was typed."""
    found: Sequence[Record] = ()
    if request.method == "POST" and form.validate():
        found = near()
        if not found:
            try:
                record = save()
            except Invalid as error:
                add_error(form, error)
            else:
                web.commit()
                web.say(said)
                return redirect(web.url_of(record), code=303)
    return show(form, template, found, **values)


def show(form: Form, template: str, near: Sequence[Record] = (), **values: Any) -> ResponseReturnValue:
    """The page of a form; refused where something in it is wrong or may be here already."""
    refused = bool(form.errors or form.form_errors or near)
    shown = {"lede": "", "record": None, "near": near, "all_the_same": ALL_THE_SAME, **values}
    return web.page(template, form=form, status=422 if refused else 200, **shown)


def look_alikes(
    model: type[Record], names: Names, *, record: Record | None = None, standing: Names | None = None
) -> Sequence[Record]:
    """Records that may be the same one; none where the person has seen them, or the names stand as they were."""
    if ALL_THE_SAME in request.form:
        return ()
    if standing is not None and (names.title, set(names.others)) == (standing.title, set(standing.others)):
        return ()
    return alike(web.session(), model, names.title, names.others, person=web.person(), besides=record)
