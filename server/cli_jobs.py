"""Commands on what is made from what is stored: jobs that fail, answers checked again, a rebuild from the ledger."""

from __future__ import annotations

import sys

import click

from server.cli_base import opened
from server.db import db, reading, transaction
from server.ingest import recheck as recheck_room
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


@click.command()
@click.argument("forms", nargs=-1)
@click.option("--project", "project_id", type=int, help="Number of the project; without it all of them.")
@click.pass_obj
def recheck(settings: Settings, forms: tuple[str, ...], project_id: int | None) -> None:
    """Check stored visits again, those of the FORMS with these ids, else all: after an upgrade, or when a list was put right.

    What then holds a visit back, or no more, changes the monitoring tables at once. The server may run meanwhile. Exit status 1 where a
    form is not found.
    """
    with opened(settings) as (_, services):
        with reading(db.session()) as session:
            found = recheck_room.forms_of(session, project_id, forms)
        for form_id, name in found:
            at = recheck_room.first(db.session(), form_id)
            db.session.rollback()
            while at.done < at.total:
                with transaction(db.session()) as session:
                    at = recheck_room.step(session, services, at)
                click.echo(f"  {name}: {at.done} of {at.total}")
            click.echo(
                f"{name}: {at.done} checked, {at.changed} judged otherwise, {at.held} held back now, {at.freed} no more."
            )
    missing = sorted(set(forms) - {name for _, name in found})
    if missing:
        raise click.ClickException(f"There is no form {', '.join(missing)} here.")
