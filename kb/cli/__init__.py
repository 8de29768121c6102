"""The `kb` command; one module for each subject."""

from __future__ import annotations

from typing import Any

import click

from kb.cli import data, files, keeping, looking, people, reminding, serving
from kb.errors import KnowledgeBaseError


class _Commands(click.Group):
    """A group whose refusals go to stderr with exit code 1; wrong usage is click's, with 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KnowledgeBaseError as error:
            click.echo(f"kb: {error}", err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="golden-thread", prog_name="kb")
def kb() -> None:
    """Golden Thread: policy drivers and research, what they mean, and what the plan does about them."""


for command in (
    *data.COMMANDS,
    *files.COMMANDS,
    *keeping.COMMANDS,
    *serving.COMMANDS,
    *looking.COMMANDS,
    *reminding.COMMANDS,
    people.user,
):
    kb.add_command(command)


def main() -> None:
    """Run the command, and exit: 0 done, 1 refused or found wanting, 2 wrong usage."""
    kb()
