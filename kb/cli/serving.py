"""Commands that run the service: run (to try it out), serve (for a team), work (the worker)."""

from __future__ import annotations

from dataclasses import replace

import click

from kb import jobs, migrate, serving
from kb.app import build_app
from kb.assembly import open_database
from kb.cli.base import ready_database, say, settings
from kb.cli.data import load_seed, tell_loaded, tell_way_in
from kb.config import Settings
from search import service as search


@click.command()
@click.option("--port", default=5000, show_default=True, help="Port on this machine.")
@click.option("--with-worker", is_flag=True, help="Also plan and send reminders, in this process.")
@click.option("--with-seed", is_flag=True, help="Also load the seed data first; what is there stays as it is.")
def run(port: int, with_worker: bool, with_seed: bool) -> None:
    """Serve on this machine, to try it out; sets the database up if it must."""
    given = settings()
    given = replace(given, base_url=f"http://127.0.0.1:{port}")
    given.check_serving("127.0.0.1")
    database = open_database(given)
    migrate.upgrade(database)
    if with_seed:
        say("Loading the seed data ...")
        tell_loaded(load_seed(given, database))
    app = build_app(given)
    search.ensure(database, given)
    worker = jobs.start_in_background(given) if with_worker else None
    _tell(given, "127.0.0.1", port, " with a worker" if with_worker else "")
    try:
        serving.serve_here(app, "127.0.0.1", port)
    finally:
        if worker:
            worker.shutdown(wait=False)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=serving.default_processes(),
    help="How many processes answer.  [default: one for each core, at most 4]",
)
def serve(host: str, port: int, processes: int) -> None:
    """Serve a team, behind a proxy that speaks HTTPS; start kb work beside it."""
    given = settings()
    given.check_serving(host)
    database = ready_database(given)
    search.ensure(database, given)

    def ready() -> None:
        _tell(given, host, port, f" in {processes} processes" if processes > 1 else "")

    try:
        serving.serve_in_processes(given, host, port, processes, ready)
    except (OSError, serving.CannotServe) as error:
        raise click.ClickException(f"Cannot serve at {host}:{port}: {error}") from error


@click.command()
def work() -> None:
    """Plan and send reminders and keep the search index in step, until stopped."""
    given = settings()
    ready_database(given)
    say("The worker runs; stop it with Ctrl+C.")
    jobs.run_worker(given)


def _tell(given: Settings, host: str, port: int, how: str) -> None:
    """Say where the pages are, and how the first person comes in."""
    say(f"Golden Thread is at http://{host}:{port}{how}.")
    if not given.demo:
        tell_way_in(open_database(given))
    else:
        say("Demonstration mode: mails go to the outbox page and the data folder, and reading needs no sign-in.")


COMMANDS = (run, serve, work)
