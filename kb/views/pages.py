"""Help, accessibility and privacy: what the service is, told from the tables that it runs on."""

from __future__ import annotations

from flask import Blueprint, Response

from kb import auth, web
from kb.accounts.sessions import LONGEST, STAMP_EVERY
from kb.importing.kinds import KINDS
from kb.importing.reading.limits import MOST_BYTES
from kb.importing.templates import cannot_carry
from kb.models.link import ALLOWED, SUPPORT_TYPES, LinkType
from kb.models.record import Kind
from kb.permissions import PUBLIC, TABLE, Capability, Holder
from kb.planning.reminder_policy import Policy

bp = Blueprint("pages", __name__)

# The columns of the permission table, from the fewest rights to the most.
COLUMNS = (Holder.SIGNED_IN, Holder.OWNER, Holder.LEAD, Holder.STEERING, Holder.ADMINISTRATOR)
# Kinds in the order of the thread, so that the table of links reads from policy to action.
_ORDER = tuple(Kind)


@bp.get("/help")
@auth.open_to_all
def help() -> Response:  # the endpoint is called pages.help
    """How to read the service, who may do what, which records may be joined, and how gaps are found."""
    return web.page(
        "pages/help.html",
        holders=[holder.value for holder in _columns()],
        permissions=_permissions(),
        links=_links(),
        policy=Policy(),
        file_megabytes=MOST_BYTES // 1024**2,
        not_carried=[(kind.title(), said) for name, kind in KINDS.items() if (said := cannot_carry(name))],
    )


@bp.get("/accessibility")
@auth.open_to_all
def accessibility() -> Response:
    """How far the pages meet WCAG 2.2 AA, and whom to tell where they do not."""
    return web.page("pages/accessibility.html")


@bp.get("/privacy")
@auth.open_to_all
def privacy() -> Response:
    """What is kept about people, why and for how long."""
    return web.page(
        "pages/privacy.html", longest_days=LONGEST.days, stamp_minutes=int(STAMP_EVERY.total_seconds() // 60)
    )


def _columns() -> tuple[Holder, ...]:
    return (Holder.ANYONE, *COLUMNS) if web.settings().public_read else COLUMNS


def _permissions() -> list[dict[str, object]]:
    """A row for each capability: its sentence, and which of the columns have it."""
    return [
        {"what": capability.value, "holders": [_has(holder, capability) for holder in _columns()]}
        for capability in TABLE
    ]


def _has(holder: Holder, capability: Capability) -> bool:
    """What everybody has who signed in, those with roles have too."""
    if holder is Holder.ANYONE:
        return capability in PUBLIC
    return bool(TABLE[capability] & {holder, Holder.SIGNED_IN})


def _links() -> list[dict[str, object]]:
    """A row for each type of link: its words, the kinds it joins in the order of the thread, and if it is support."""
    return [
        {"words": kind.value.replace("-", " "), "pairs": _pairs(kind), "is_support": kind in SUPPORT_TYPES}
        for kind in LinkType
    ]


def _pairs(kind: LinkType) -> list[tuple[Kind, Kind]]:
    return sorted(ALLOWED[kind], key=lambda pair: (_ORDER.index(pair[0]), _ORDER.index(pair[1])))
