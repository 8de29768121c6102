"""How much of a file is read: whatever has more is refused and told where, and nothing is ever cut silently."""

from __future__ import annotations

MOST_BYTES = 50 * 1024**2
MOST_TABLES = 50
MOST_ROWS = 100_000
MOST_COLUMNS = 200
# Excel's own limit, so no cell of a workbook is longer.
LONGEST_CELL = 32_767
# Filled cells in the whole file; a child with the memory below reads as many.
MOST_CELLS = 1_000_000
# Rows times columns of one sheet, filled or not, since the parser keeps a place for each.
LARGEST_AREA = 4_000_000

# What is inside a zip container.
MOST_UNPACKED = 100 * 1024**2
MOST_ENTRIES = 2_000
HIGHEST_RATIO = 100
# A small file may be mostly blanks: no bomb is that small once it is unpacked.
ALWAYS_UNPACKED = 1024**2
LARGEST_DIRECTORY = 1024**2

# What the process that reads may use.
MOST_MEMORY = 512 * 1024**2
MOST_SECONDS = 20
LONGEST_ANSWER = 50 * 1024**2
