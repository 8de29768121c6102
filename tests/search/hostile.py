"""Some sixty questions that nobody asks in good faith: each is answered or refused politely, and soon.

Tests ask them of a small catalogue, `benchmarks/search.py` of 10,000 records.
"""

from __future__ import annotations

HOSTILE = (
    # Everything, in the languages of other engines.
    "*", "**", "*a*", "?*", "a*", "*a", "%", "_", "*:*", "[a TO z]", "{a TO z}", "[* TO *]", "title:[a TO zzz]",
    "law~", "law~2", "law^1000000", "/.*/", "+law -law", "law AND", "OR OR OR", "NOT", "AND NOT OR", "law -", "- - -",
    # Too much of something.
    " OR ".join(["law"] * 5_000), " ".join(f"word{number}" for number in range(5_000)), "(" * 2_000,
    "(" * 1_000 + "law" + ")" * 1_000, "x" * 100_000, '"' * 999, '"' + "law " * 2_000 + '"', "law*" * 500,
    " ".join(f"{letter}{letter}a*" for letter in "abcdefghijklmnopqrstuvwxyz"), "-" * 5_000, " -law" * 2_000,
    "kind:" * 1_000, "kind:source " * 500, "year:1800..2200 " * 300, "due:<30d " * 300, "é" * 50_000, "a " * 5_000,
    "&".join("a" * 3_000), "'" * 4_000, "ngh" * 20_000,
    # Characters that are not letters.
    "\0", "law\0act", "\x01\x02\x1b[31m", "\u202elaw\u202d", "\u200b\u200d\ufeff", "l\u0301a\u0301w\u0301" * 50,
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "ﷺ" * 100, "１９９９..２０２０", "\u0000-\uffff",
    # Filters that are none.
    "year:9999999999..0", "year:..", "due:<99999999999999d", "due:>-1d", "kind:../../etc/passwd", "owner:'; DROP TABLE",
    # Markup.
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "<mark>law</mark>", "{{ 7*7 }}", "%3Cb%3E",
    "javascript:alert(1)",
)  # fmt: skip
