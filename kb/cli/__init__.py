"""The `kb` command; one module for each subject."""

from __future__ import annotations

import sys

import click

from kb.cli import data, looking, people, reminding, serving
from kb.errors import KnowledgeBaseError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="golden-thread", prog_name="kb")
def kb() -> None:
    """Golden Thread: policy drivers and research, what they mean, and what the plan does about them."""


for command in (*data.COMMANDS, *serving.COMMANDS, *looking.COMMANDS, *reminding.COMMANDS, people.user):
    kb.add_command(command)


def main() -> None:
    """Run the command; what the service refuses goes to stderr with exit code 1."""
    try:
        kb.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    except KnowledgeBaseError as error:
        click.echo(f"kb: {error}", err=True)
        sys.exit(1)
