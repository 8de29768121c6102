"""Commands that run the service: run (to try it out), serve (for a team), work (the worker)."""

from __future__ import annotations

from dataclasses import replace

import click
import waitress

from kb import jobs, migrate
from kb.app import build_app
from kb.assembly import open_database
from kb.cli.base import ready_database, say, settings
from kb.cli.data import load_seed, tell_loaded, tell_way_in
from kb.config import Settings
from search import service as search

THREADS = 8


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
    _serve(given, "127.0.0.1", port, with_worker=with_worker)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve a team, behind a proxy that speaks HTTPS; start kb work beside it."""
    given = settings()
    given.check_serving(host)
    ready_database(given)
    _serve(given, host, port, with_worker=False)


@click.command()
def work() -> None:
    """Plan and send reminders and keep the search index in step, until stopped."""
    given = settings()
    ready_database(given)
    say("The worker runs; stop it with Ctrl+C.")
    jobs.run_worker(given)


def _serve(given: Settings, host: str, port: int, *, with_worker: bool) -> None:
    app = build_app(given)
    search.ensure(open_database(given), given)
    worker = jobs.start_in_background(given) if with_worker else None
    say(f"Golden Thread is at http://{host}:{port}" + (" with a worker." if with_worker else "."))
    if not given.demo:
        tell_way_in(open_database(given))
    else:
        say("Demonstration mode: mails go to the outbox page and the data folder, and reading needs no sign-in.")
    try:
        waitress.serve(app, host=host, port=port, threads=THREADS, ident=None)
    finally:
        if worker:
            worker.shutdown(wait=False)


COMMANDS = (run, serve, work)
