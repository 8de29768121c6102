"""What can go wrong with the index; none of it is the reader's fault, and all of it mends itself."""

from __future__ import annotations

from kb.errors import KnowledgeBaseError


class IndexUnusable(KnowledgeBaseError):
    """The index is missing, damaged, of another schema or of another database; it has to be rebuilt."""
