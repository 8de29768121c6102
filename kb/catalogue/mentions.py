"""Where documents name a source, as a person reads and writes it: Document 000, line 281: words used there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.errors import Invalid
from kb.models.source import Mention
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

_WRITTEN = re.compile(r"(?:document\s+)?([\w-]{1,40}),?\s+line\s+(\d{1,7})\s*(?::\s*(.*))?", re.IGNORECASE)


def written(mention: Mention) -> str:
    """One mention in words."""
    place = gettext("Document %(document)s, line %(line)s", document=mention.document, line=mention.line)
    return f"{place}: {mention.named_as}" if mention.named_as else place


def parse(lines: Iterable[str]) -> list[Mention]:
    """The mentions that these lines say, each once; Invalid with the line that says none."""
    found: dict[tuple[str, int, str], Mention] = {}
    for line in filter(None, (" ".join(line.split()) for line in lines)):
        read = _WRITTEN.fullmatch(line)
        if read is None:
            raise Invalid(
                "mentions",
                gettext("“%(line)s”: write it as “Document 000, line 281: how it is named there”", line=line[:80]),
            )
        document, number, named_as = read.group(1), int(read.group(2)), read.group(3) or ""
        found[document, number, named_as] = Mention(document=document, line=number, named_as=named_as)
    return list(found.values())


def merged(standing: list[Mention], wanted: list[Mention]) -> list[Mention]:
    """What is wanted, with the rows that stand already."""
    known = {written(one): one for one in standing}
    return [known.get(written(one), one) for one in wanted]
