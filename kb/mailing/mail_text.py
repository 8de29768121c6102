"""Renders the text and the HTML of mails, without Flask, so that the worker needs no web application."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from kb import paths
from kb.words import gettext, ngettext, spoken


def render(name: str, **values: Any) -> tuple[str, str]:
    """The text and the HTML of the mail called `name`, from templates/mail/<name>.txt and .html."""
    text = _environment().get_template(f"{name}.txt").render(values)
    html = _environment().get_template(f"{name}.html").render(values)
    return text, html


# What opens an account, an answer or a calendar, or declines mails, stands at the end of these addresses.
_OPENS = re.compile(r"(/(?:invitations|new-password|answer|unsubscribe|calendar)/)[\w-]+")


def without_links(text: str) -> str:
    """A mail’s text without what would open its reader’s account, for others who look at it and for keeping it."""
    return _OPENS.sub(r"\1…", text)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES / "mail"),
        # The text part is not HTML: escaping it would put &amp; into people's mails.
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=gettext, ngettext=ngettext, spoken=spoken)
    return environment
