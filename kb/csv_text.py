"""Tables as CSV that a spreadsheet opens as text and never as formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for something else


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows under their headings; a cell that a spreadsheet would run gets an apostrophe in front."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(headings)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def harmless(cell: str) -> str:
    """The cell as a text that begins like no formula, also after spaces."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell
