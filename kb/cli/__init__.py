"""The `kb` command; one module for each subject, read when one of its commands is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from kb.errors import KnowledgeBaseError

# The modules of all commands together take two seconds to read, and most of them are not needed for one.
COMMANDS = {
    "data": ("init", "seed", "stats", "search-rebuild", "doctor"),
    "files": ("import",),
    "keeping": ("backup", "restore"),
    "serving": ("run", "serve", "work"),
    "looking": ("search", "thread", "gaps", "impact"),
    "reminding": ("remind",),
    "people": ("user",),
}
_MODULE_OF = {name: module for module, names in COMMANDS.items() for name in names}


class _Commands(click.Group):
    """A group whose refusals go to stderr with exit code 1; wrong usage is click's, with 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_MODULE_OF)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULE_OF:
            return None
        module = import_module(f"kb.cli.{_MODULE_OF[cmd_name]}")
        found: dict[str, click.Command] = {command.name: command for command in module.COMMANDS}
        return found[cmd_name]

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


def main() -> None:
    """Run the command, and exit: 0 done, 1 refused or found wanting, 2 wrong usage."""
    kb()
