"""The post that a cell names, with the organisation in another column to tell it from others of the same title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.errors import Invalid
from kb.importing.fields import Field
from kb.importing.kinds import cells, lookups
from kb.words import gettext

if TYPE_CHECKING:
    from kb.importing.fields import Values
    from kb.importing.proposals import Context

ORGANISATION = "_organisation"


def fields(key: str, label: str, organisation: str, help: str, also: tuple[str, ...] = ()) -> tuple[Field, Field]:
    """The column of a post, and the one of its organisation."""
    beside = gettext("Only needed where several posts have the same title: the organisation of the post beside it.")
    return Field(key, label, also=also, help=help), Field(f"{key}{ORGANISATION}", organisation, help=beside)


def read(context: Context, key: str, values: Values, standing: str) -> str:
    """The ref of the post; Invalid where there is none, or more than one and the organisation does not tell which."""
    name = cells.clean(values.get(key, ""))
    employer = cells.clean(values.get(f"{key}{ORGANISATION}", ""))
    if not name:
        return ""
    posts = lookups.posts(context)
    if not employer or len(posts.refs(name)) == 0:
        return posts.one(key, name, (standing,))
    bodies = lookups.organisations(context).refs(employer)
    if not bodies:
        lookups.organisations(context).one(f"{key}{ORGANISATION}", employer)
    employers = lookups.organisation_of(context)
    found = [ref for ref in posts.refs(name) if employers.get(ref) in bodies]
    if len(found) == 1:
        return found[0]
    if standing in found:
        return standing
    others = "; ".join(posts.longer[ref] or ref for ref in posts.refs(name)[:3])
    raise Invalid(
        key,
        gettext(
            "“%(employer)s” has not one post called “%(name)s”; there is: %(others)s. Correct one of the two columns",
            employer=employer,
            name=name,
            others=others,
        ),
    )
