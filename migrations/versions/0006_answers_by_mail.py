"""What came through a link in a mail says so: another word for through what a change or an update came"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("change", "update")
BEFORE = ("web", "api", "command", "seed", "worker")
AFTER = ("web", "api", "mail", "command", "seed", "worker")


def upgrade() -> None:
    for table in TABLES:
        _know(table, AFTER)


def downgrade() -> None:
    for table in TABLES:
        # A link opens a page, and there was no other word for it.
        op.execute(sa.text(f"""UPDATE "{table}" SET channel = 'web' WHERE channel = 'mail'"""))
        _know(table, BEFORE)


def _know(table: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_known_channel")
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, sa.text(f"channel IN ({', '.join(repr(word) for word in words)})"))
