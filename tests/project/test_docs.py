"""What can be typed is written down: every command, every option that reports, every word of make."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import click
import pytest

from kb import cli as kb_commands
from kb.cli import kb
from tests.project.test_structure import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def commands_of(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


def rows() -> dict[str, str]:
    """The lines of the table of commands, by the command without its arguments."""
    found = re.findall(r'^\| `(kb [a-z -]+?)(?: [A-Z"].*?)?` (\|.*)$', COMMANDS, re.MULTILINE)
    return dict(found)


def test_every_command_has_a_line_and_every_line_is_a_command() -> None:
    assert set(rows()) == {name for name, _ in commands_of(kb, "kb")}


@pytest.mark.parametrize("module", kb_commands.COMMANDS)
def test_each_command_is_found_in_its_module(module: str) -> None:
    """Modules are read when one of their commands is asked for, so the command itself names what they hold."""
    held = import_module(f"kb.cli.{module}").COMMANDS
    assert {command.name for command in held} == set(kb_commands.COMMANDS[module])


def test_the_table_says_which_commands_print_json() -> None:
    has_json = {name for name, one in commands_of(kb, "kb") if any("--json" in option.opts for option in one.params)}
    assert {name for name, row in rows().items() if row.endswith("| yes |")} == has_json


def test_every_option_that_the_table_names_exists() -> None:
    known = {name: {opt for option in one.params for opt in option.opts} for name, one in commands_of(kb, "kb")}
    unknown = {name: set(re.findall(r"--[a-z-]+", row)) - known[name] for name, row in rows().items()}
    assert {name: options for name, options in unknown.items() if options} == {}


def test_every_word_of_make_is_described_and_no_other() -> None:
    words = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", COMMANDS)) == words
