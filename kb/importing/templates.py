"""Empty workbooks to fill in and bring back: the columns of one kind, with what may stand in each."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

from kb.importing.fields import Field, Shape
from kb.importing.kinds.headed import ABOUT, CHOICES, FOR, LISTS
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from kb.importing.kinds.headed import Headed
    from kb.importing.proposals import Context

MOST_LISTED = 500
# As far as Excel takes them.
LONGEST_TITLE, LONGEST_HELP, LONGEST_LIST = 32, 255, 255
LAST_ROW = 10_000
WIDTHS = {Shape.TEXT: 50, Shape.LIST: 34, Shape.LINK: 34, Shape.YES: 10, Shape.NUMBER: 12, Shape.DAY: 18}
USUAL_WIDTH, HEADING_HEIGHT = 26, 32
# Excel writes another date over these as soon as it sees one.
AS_TYPED = frozenset({Shape.STATED, Shape.LINE, Shape.TEXT, Shape.LIST, Shape.CHOICE, Shape.CHOICES, Shape.LINK})


def workbook(kind: Headed, context: Context) -> bytes:
    """An empty workbook for rows of this kind, with the names that stand now to choose from."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        typed = book.add_format({"num_format": "@", "valign": "top"})
        day = book.add_format({"num_format": "d mmmm yyyy", "align": "left", "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        about, body, lists = (book.add_worksheet(name) for name in (gettext(ABOUT), kind.title(), gettext(LISTS)))
        fields = columns(kind)
        _write_about(about, kind, fields, heading, plain)
        body.freeze_panes(1, 1)
        body.set_row(0, HEADING_HEIGHT)
        for place, one in enumerate(fields):
            look = typed if one.shape in AS_TYPED else day if one.shape == Shape.DAY else None
            body.set_column(place, place, WIDTHS.get(one.shape, USUAL_WIDTH), look)
            body.write_string(0, place, one.label, heading)
            _offer(body, lists, place, one, _choices(kind, context, one))
        lists.write_string(0, 0, gettext(CHOICES))
        lists.hide()
        body.activate()
    return file.getvalue()


def columns(kind: Headed) -> list[Field]:
    """The columns to fill in; a Ref stands only in files that went out from here."""
    return [one for one in kind.fields() if not one.is_told and one.key not in ("ref", "plan")]


def cannot_carry(kind: str) -> list[str]:
    """What files of a kind do not bring in, in sentences for the help."""
    cut = gettext(
        "Excel holds %(most)s characters in a cell; a longer text comes back as it stands here.", most="32,767"
    )
    told = {
        "sources": [
            gettext("Key points, implications, figures, priorities and links of a source, and how plans answer it."),
            gettext("The words in which a date was stated, where they say the same day, month or year."),
        ],
        "actions": [
            gettext("Updates, forecasts, milestones, evidence, and whether an action is done, verified or stopped."),
            gettext("The first date agreed, which follows from the due date and its history."),
            gettext("Taking a priority off an action, and the reasons of links."),
        ],
        "posts": [
            gettext(
                "Who deputises, and from which day a post is held: a file gives a post that nobody holds from the day "
                "that it comes in. That somebody holds a post no longer is said on its page."
            )
        ],
        "indicators": [
            gettext(
                "Readings, which come in by rows of their own; the trajectory, and the figures that it comes from."
            ),
            gettext("What it measures: links to actions and priorities. Whether it is a draft."),
        ],
        "mapping": [
            gettext("Who answers for a row and when it is looked at again, and staff groups."),
            gettext("Which key points an implication rests on, what it calls for, and the reasons of links."),
            gettext("Publisher, date and link of a source that is here already; change them on its page."),
            gettext("That something was taken out: a line that is missing in the document stays here."),
        ],
        "readings": [gettext("Earlier values of a reading that was corrected; they stay where they are.")],
    }
    return [*told[kind], *([cut] if kind != "mapping" else [])]


def _offer(body: Worksheet, lists: Worksheet, place: int, one: Field, choices: Sequence[str]) -> None:
    """Let Excel show what may stand in a column, and say what else there is to know about it."""
    rule: dict[str, object] = {"validate": "any"}
    if choices:
        lists.write_column(1, place, choices)
        column = xlsxwriter.utility.xl_col_to_name(place)
        source = f"='{gettext(LISTS)}'!${column}$2:${column}${len(choices) + 1}"
        # Several may stand in some cells, and a new title is no mistake, so nothing is refused here.
        rule = {"validate": "list", "source": source, "error_type": "information", "show_error": False}
    help = _help(one)
    if help:
        rule |= {"input_title": one.label[:LONGEST_TITLE], "input_message": help[:LONGEST_HELP]}
        body.write_comment(0, place, help)
    if choices or help:
        body.data_validation(1, place, LAST_ROW, place, rule)


def _help(one: Field) -> str:
    needed = gettext("Needed.") if one.is_required else ""
    several = gettext("Several, with semicolons between them.") if one.shape == Shape.CHOICES and not one.help else ""
    return " ".join(filter(None, (needed, one.help, several)))


def _choices(kind: Headed, context: Context, one: Field) -> list[str]:
    """What a column offers to choose from; too long a list is no help."""
    if one.shape == Shape.YES:
        return [gettext("Yes"), gettext("No")]
    if one.choices:
        return list(one.choices.values())
    names = kind.names(context).get(one.key)
    if names is None:
        return []
    told = sorted({names.told(ref) for ref in names.titles})
    return told if len(told) <= MOST_LISTED else []


def _write_about(about: Worksheet, kind: Headed, fields: Sequence[Field], heading: object, plain: object) -> None:
    """How to fill the workbook in, and what each column is for."""
    about.set_column(0, 0, 30)
    about.set_column(1, 1, 100)
    steps = [
        (gettext(FOR), kind.title()),
        (gettext("How"), gettext("Fill in one row for each on the next sheet. Leave empty what is not known.")),
        (gettext("Then"), gettext("Bring the file in. Nothing is written before you have seen what it would change.")),
    ]
    for row, (name, text) in enumerate((*steps, *((one.label, _help(one)) for one in fields))):
        about.write_string(row, 0, name, heading if row < len(steps) else plain)
        about.write_string(row, 1, text, plain)
