"""Commands on what is made from what is stored: jobs that fail, and a rebuild from the ledger."""

from __future__ import annotations

import sys

import click

from server.cli_base import opened
from server.db import db, reading, transaction
from server.jobs import failing
from server.jobs import retry as retry_jobs
from server.settings import Settings
from server.together import NotAloneError, alone


@click.group()
def jobs() -> None:
    """Work that runs later and fails."""


@jobs.command("list")
@click.pass_obj
def jobs_list(settings: Settings) -> None:
    """List the jobs that fail; exit status 1 where there are any. Each is tried again by itself, at least once a day."""
    with opened(settings), reading(db.session()) as session:
        found = failing(session)
        for job in found:
            last = (job.error or "its worker stopped while it ran").strip().splitlines()[-1]
            again = f"{job.run_at:%Y-%m-%d %H:%M} UTC"
            often = "once" if job.attempts == 1 else f"{job.attempts} times"
            click.echo(f"{job.id}  {job.kind} {job.ref}  tried {often}, again at {again}: {last}")
    click.echo(f"{len(found)} failing." if found else "No job fails.")
    sys.exit(1 if found else 0)


@jobs.command("retry")
@click.argument("ids", nargs=-1, type=int)
@click.pass_obj
def jobs_retry(settings: Settings, ids: tuple[int, ...]) -> None:
    """Have jobs that fail tried again at once, by the worker: those with these numbers, else all."""
    with opened(settings), transaction(db.session()) as session:
        tried = retry_jobs(session, ids or None)
    unknown = sorted(set(ids) - set(tried))
    click.echo(f"{len(tried)} to be tried again now.")
    if unknown:
        numbers = ", ".join(map(str, unknown))
        raise click.ClickException(
            f"Among the jobs that fail (`fieldfare jobs list`) is none numbered {numbers}."
        )


@click.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Make entities and monitoring tables again from the ledger: the same values, decided nowhere anew.

    Refused while a server, a worker or another command works on the installation; they are refused until it ends.
    """
    from server.ingest.rebuild import rebuild as replay

    try:
        with opened(settings) as (_, services), transaction(db.session()) as session, alone(session):
            count = replay(session, services, tell=lambda n: click.echo(f"  {n} events …"))
    except NotAloneError as error:
        raise click.ClickException(
            "A server, a worker or another command works on this installation. Stop it, then rebuild. Nothing was changed."
        ) from error
    click.echo(f"Rebuilt from {count} events.")
