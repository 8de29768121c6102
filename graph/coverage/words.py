"""The matrix of coverage in words: what it shows, what its figures count, and where nothing stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.coverage.service import By
from kb import labels
from kb.words import counted, gettext, ngettext

if TYPE_CHECKING:
    from graph.coverage.service import Column, Coverage, Row, Wanted


@dataclass(frozen=True)
class Words:
    """How the matrix with rows of one kind speaks of itself."""

    row: str  # heading of the first column
    rows: str
    choice: str
    how: str
    row_gap: str
    column_gap: str
    of_rows: str  # heading of the last column
    of_columns: str  # heading of the last row


def of(by: By) -> Words:
    """The words for these rows."""
    if by == By.THEMES:
        return Words(
            gettext("Theme"),
            gettext("Themes"),
            gettext("Themes and priorities"),
            gettext(
                "A figure counts the sources of the theme whose thread reaches the priority, at any distance: by a "
                "link of their own, or through an implication or a response. A source with two themes stands in both "
                "rows, and once in the totals."
            ),
            gettext("No priority"),
            gettext("No source"),
            gettext("Any priority"),
            gettext("All sources"),
        )
    if by == By.SOURCES:
        return Words(
            gettext("Source"),
            gettext("Sources"),
            gettext("Sources and priorities"),
            gettext(
                "A figure counts the ways from the source to the priority: a link of its own is one, and each "
                "implication or response that calls for the priority is another. Sources are listed that the plan "
                "maps or that reach a priority."
            ),
            gettext("No priority"),
            gettext("No source"),
            gettext("All ways"),
            gettext("All ways"),
        )
    return Words(
        gettext("Action"),
        gettext("Actions"),
        gettext("Actions and priorities"),
        gettext("1 stands where a link says that the action delivers the priority."),
        gettext("No priority"),
        gettext("No action"),
        gettext("Priorities"),
        gettext("All actions"),
    )


def found(coverage: Coverage, wanted: Wanted) -> str:
    """How many rows and columns there are, and how many of them nothing reaches.

    Of actions narrowed to some sources only those with a priority are left, so of these it says nothing.
    """
    by = wanted.by
    across, down = _sizes(coverage, by)
    column_gaps = _gaps(
        coverage.column_gaps, gettext("without an action") if by == By.ACTIONS else gettext("without a source")
    )
    if by == By.ACTIONS and wanted.is_narrowing:
        return gettext("%(rows)s; %(columns)s, %(column_gaps)s.", rows=across, columns=down, column_gaps=column_gaps)
    said = gettext(
        "%(rows)s, %(row_gaps)s; %(columns)s, %(column_gaps)s.",
        rows=across,
        row_gaps=_gaps(coverage.row_gaps, gettext("without a priority")),
        columns=down,
        column_gaps=column_gaps,
    )
    return " ".join(filter(None, (said, _without_theme(coverage))))


def _without_theme(coverage: Coverage) -> str:
    """The last row of themes may hold the sources of none."""
    if not coverage.without_theme:
        return ""
    return ngettext(
        "One source has no theme, and stands in the last row.",
        "%(num)s sources have no theme, and stand in the last row.",
        coverage.without_theme,
    )


def without_filters(coverage: Coverage, by: By) -> str:
    """What there is when nothing is narrowed."""
    across, down = _sizes(coverage, by)
    return gettext("Without filters there are %(rows)s and %(columns)s.", rows=across, columns=down)


def _sizes(coverage: Coverage, by: By) -> tuple[str, str]:
    """How many rows and columns there are."""
    rows, columns = coverage.named_rows, len(coverage.columns)
    if by == By.THEMES:
        across = ngettext("%(num)s theme with sources", "%(num)s themes with sources", rows)
    elif by == By.SOURCES:
        across = ngettext("%(num)s source", "%(num)s sources", rows)
    else:
        across = ngettext("%(num)s action", "%(num)s actions", rows)
    return across, ngettext("%(num)s priority", "%(num)s priorities", columns)


def _gaps(number: int, words: str) -> str:
    if not number:
        return gettext("none of them %(what)s", what=words)
    return gettext("%(num)s of them %(what)s", num=counted(number), what=words)


def not_known(name: str, value: str) -> str:
    """What an address asks for and there is not: it says so, and shows what there would be without it."""
    words = {
        "by": gettext("There is no table called “%(value)s”."),
        "plan": gettext("There is no plan “%(value)s” that you may see."),
        "nation": gettext("There is no nation “%(value)s” here, so sources of all nations count."),
        "theme": gettext("There is no theme “%(value)s” that you may see, so sources of all themes count."),
    }
    return words[name].replace("%(value)s", value[:100])


def narrowed(wanted: Wanted, themes: dict[str, str]) -> str:
    """What the sources that count are narrowed to, as a sentence; nothing where all count."""
    where, what = labels.nations().get(wanted.nation, ""), themes.get(wanted.theme, "")
    if where and what:
        told = gettext("Only sources of %(nation)s with the theme “%(theme)s” count here.", nation=where, theme=what)
    elif where:
        told = gettext("Only sources of %(nation)s count here.", nation=where)
    elif what:
        told = gettext("Only sources with the theme “%(theme)s” count here.", theme=what)
    else:
        return ""
    if wanted.by != By.ACTIONS:
        return told
    return f"{told} {gettext('Other priorities, and actions that deliver none of these, are left out.')}"


def cell(wanted: Wanted, row: Row | None, column: Column | None, number: int, ways: int) -> tuple[str, str]:
    """The heading of a cell's page, and the sentence below it."""
    by, is_of_one_plan = wanted.by, wanted.plan is not None
    start = row.title if row else ""
    of_any = gettext("a priority of the plan") if is_of_one_plan else gettext("a priority of any plan")
    end = gettext("the priority “%(title)s”", title=column.title) if column else of_any
    if by == By.ACTIONS:
        heading = ngettext("%(num)s link", "%(num)s links", ways) if ways else gettext("No link")
        subject = gettext("the action “%(title)s”", title=start) if start else gettext("an action")
        return heading, gettext("By which %(end)s is delivered by %(subject)s.", end=end, subject=subject)
    if by == By.SOURCES:
        heading = ngettext("%(num)s way", "%(num)s ways", ways) if ways else gettext("No way")
        subject = gettext("“%(title)s”", title=start) if start else gettext("any source")
        return heading, gettext("From %(subject)s to %(end)s.", subject=subject, end=end)
    heading = ngettext("%(num)s source", "%(num)s sources", number) if number else gettext("No source")
    if row is None:
        told = gettext("Whose thread reaches %(end)s", end=end)
    elif row.kind:
        told = gettext("Of the theme “%(title)s”, whose thread reaches %(end)s", title=start, end=end)
    else:
        told = gettext("Without a theme, whose thread reaches %(end)s", end=end)
    by_ways = f", {ngettext('by %(num)s way', 'by %(num)s ways', ways)}" if ways > number else ""
    return heading, f"{told}{by_ways}."
