"""Commands on forms, areas and stored data: check, publish, import, rebuild, backup. The same rooms as the pages use."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from server.cli_base import running
from server.db import db, reading, transaction
from server.forms import lifecycle, projects
from server.forms.examine.checking import check_path, exit_code, report
from server.ingest.announce import announce
from server.settings import Settings


@click.group()
def forms() -> None:
    """Forms: check and publish spreadsheets."""


@forms.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def forms_check(paths: tuple[Path, ...]) -> None:
    """Say what an upload would say. Exit status: 0 can be published, 1 something must be mended, 2 no form could be read."""
    worst = 0
    for path in paths:
        notices = check_path(path)
        for line in report(path, notices):
            click.echo(line)
        worst = max(worst, exit_code(notices))
    sys.exit(worst)


@forms.command("publish")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--project", "project_id", type=int, default=1, show_default=True, help="Number of the project."
)
@click.option(
    "--ignore-warnings",
    is_flag=True,
    help="Publish in spite of warnings (what dignity refuses stays refused).",
)
@click.pass_obj
def forms_publish(
    settings: Settings, paths: tuple[Path, ...], project_id: int, ignore_warnings: bool
) -> None:
    """Upload spreadsheets and publish them: new forms, or new versions of those that are there."""
    with running(settings) as (_, services):
        for path in paths:
            examined = lifecycle.Upload(path.read_bytes(), path.name, path.stem).examined()
            for line in report(path, examined.notices):
                click.echo(line)
            with transaction(db.session()) as session:
                there = {
                    f.xml_form_id: f
                    for f in lifecycle.of_project(session, projects.get(session, project_id).id)
                }
                form = there.get(examined.form_id)
                if form is None:
                    form = lifecycle.create(
                        session,
                        services,
                        project_id,
                        examined,
                        None,
                        announce=announce,
                        ignore_warnings=ignore_warnings,
                    )
                else:
                    lifecycle.set_draft(
                        session, services, form, examined, None, ignore_warnings=ignore_warnings
                    )
                lifecycle.publish(session, services, form, actor_id=None, announce=announce)
                click.echo(f"{path}: published {form.xml_form_id}, version “{examined.version}”.")


@click.group()
def areas() -> None:
    """The tree of areas."""


@areas.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def areas_import(settings: Settings, path: Path) -> None:
    """Take a CSV: code,name,parent,level,lat,lon and name:<language>. The same file again changes nothing."""
    from server.ingest.areas import take_areas

    with running(settings) as (_, services), transaction(db.session()) as session:
        done = take_areas(session, services, path.read_bytes(), actor_id=None)
    click.echo(f"Areas: {done.created} new, {done.updated} changed, {done.unchanged} as they were.")


@click.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Make entities and monitoring tables again from the ledger: the same values, decided nowhere anew."""
    from server.ingest.rebuild import rebuild as replay

    with running(settings) as (_, services), transaction(db.session()) as session:
        count = replay(session, services, tell=lambda n: click.echo(f"  {n} events …"))
    click.echo(f"Rebuilt from {count} events.")


@click.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Open every blob and every encrypted row once; exit status 1 where one is damaged or missing."""
    from server.ingest.whole import damaged

    bad = 0
    with running(settings) as (_, services), reading(db.session()) as session:
        for line in damaged(session, services):
            click.echo(line)
            bad += 1
    click.echo(f"{bad} damaged or missing." if bad else "Everything is whole.")
    sys.exit(1 if bad else 0)


@click.command("backup")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup_command(settings: Settings, path: Path) -> None:
    """Write database and photos into one file. The key is not in it."""
    from server.backup import backup

    count = backup(settings, path.resolve())
    click.echo(f"{path}: the database and {count} photo files.")
    click.echo(
        f"Without the key file ({settings.key_path}) this backup is worth nothing: print `fieldfare key sheet` for the safe."
    )


@click.command("restore")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore_command(settings: Settings, path: Path) -> None:
    """Lay a backup into an empty data folder, then open it with the key file."""
    from server.backup import restore

    restore(settings, path)
    if not settings.key_path.exists():
        click.echo(
            f"Restored. Now put the key file at {settings.key_path}, or name it in FIELDFARE_KEY_FILE."
        )
        return
    with running(settings):
        click.echo("Restored, and the key opens it.")


COMMANDS = (forms, areas, rebuild, check, backup_command, restore_command)
"""What `fieldfare` offers of these."""
