"""Commands on forms, areas and stored data: check, publish, import, backup. The same rooms as the pages use."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.orm import Session

from server import problems
from server.cli_base import must_exist, opened, running
from server.db import db, reading, transaction
from server.forms import attachments, lifecycle, projects, weighing
from server.forms.examine import Examination, checking
from server.forms.models import Form
from server.forms.notices import from_json
from server.ingest.announce import announce
from server.problems import ProblemError
from server.services import Services
from server.settings import Settings


@click.group()
def forms() -> None:
    """Forms: check and publish spreadsheets."""


@forms.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def forms_check(paths: tuple[Path, ...]) -> None:
    """Say what an upload would say. Exit status: 0 can be published, 1 something must be mended, 2 no form could be read."""
    worst = checking.OK
    for path in (one for given in paths for one in checking.paths(given)):
        notices = checking.check_path(path)
        for line in checking.report(path, notices):
            click.echo(line)
        worst = max(worst, checking.exit_code(notices))
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
    """Upload spreadsheets and publish them: new forms, or new versions of those that are there.

    All of them or none. Exit status: 0 published, 1 something must be mended or looked at first, 2 no form could be read.
    """
    must_exist(settings)
    uploads = [(path, lifecycle.Upload(path.read_bytes(), path.name, path.stem).examined()) for path in paths]
    for path, examined in uploads:
        for line in checking.report(path, examined.notices):
            click.echo(line)
    worst = max(checking.exit_code(examined.notices) for _, examined in uploads)
    if worst:
        click.echo("Nothing was published: mend what is named above first.", err=True)
        sys.exit(worst)
    if not ignore_warnings and any(examined.warnings for _, examined in uploads):
        _warnings_stop_it()
    done = []
    try:
        with opened(settings) as (_, services):
            with reading(db.session()) as session:
                _must_have(session, project_id)
                drafts = _ahead(session, project_id, [examined for _, examined in uploads])
            weighed = [weighing.weigh(draft) if draft else None for _, draft in drafts]
            with transaction(db.session()) as session:
                for (path, _), (examined, _), one in zip(uploads, drafts, weighed, strict=True):
                    form = _published(session, services, project_id, examined, one, ignore_warnings)
                    done.append(f"{path}: published {form.xml_form_id}, version “{examined.version}”.")
    except ProblemError as error:
        if error.problem is not problems.XLSFORM_WARNINGS:
            raise
        for told in error.details["notices"]:  # what differs from the version before is seen only here
            click.echo(from_json(told).line())
        _warnings_stop_it()
    for line in done:
        click.echo(line)


def _warnings_stop_it() -> NoReturn:
    click.echo("Nothing was published: warnings stop it. Mend them, or add --ignore-warnings.", err=True)
    sys.exit(checking.TO_MEND)


def _must_have(session: Session, project_id: int) -> None:
    there = projects.projects(session)
    if project_id not in {one.id for one in there}:
        listed = ", ".join(f"{one.id} ({one.name})" for one in there)
        raise click.ClickException(
            f"This installation has no project {project_id}. "
            + (
                f"Choose one of these with --project: {listed}."
                if listed
                else "There is none yet: sign in and make one with “New project” on the first page."
            )
        )


def _ahead(
    session: Session, project_id: int, uploads: Sequence[Examination]
) -> list[tuple[Examination, weighing.Read | None]]:
    """Each upload compared with what it follows, and the draft it will be: what takes long, before the transaction.

    Of two with one id the second follows the first, which is not there yet: it is as it came, and None.
    """
    found: dict[str, tuple[Examination, weighing.Read]] = {}
    for examined in uploads:
        form = _of_id(session, project_id, examined.form_id)
        if form is None:
            found.setdefault(examined.form_id, (examined, weighing.ahead(examined)))
        elif examined.form_id not in found:
            assert examined.model is not None  # who could not be read is not here
            carried = attachments.carried_lists(session, form, examined.model)
            compared = lifecycle.prepared(session, form, examined) or examined
            found[examined.form_id] = compared, weighing.ahead(compared, carried)
    return [found.pop(examined.form_id, (examined, None)) for examined in uploads]


def _of_id(session: Session, project_id: int, xml_form_id: str) -> Form | None:
    found = lifecycle.of_project(session, projects.get(session, project_id).id)
    return next((one for one in found if one.xml_form_id == xml_form_id), None)


def _published(
    session: Session,
    services: Services,
    project_id: int,
    examined: Examination,
    weighed: weighing.Weighed | None,
    ignore_warnings: bool,
) -> Form:
    """An examined form as a new form of the project, or as the new version of the one that has its id."""
    form = _of_id(session, project_id, examined.form_id)
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
        lifecycle.set_draft(session, services, form, examined, None, ignore_warnings=ignore_warnings)
    lifecycle.publish(
        session,
        services,
        form,
        actor_id=None,
        announce=announce,
        weighed=weighed,
        ignore_warnings=ignore_warnings,
    )
    return form


@click.group()
def areas() -> None:
    """The tree of areas."""


@areas.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Let areas lose the parent that they have.")
@click.pass_obj
def areas_import(settings: Settings, path: Path, force: bool) -> None:
    """Take a CSV: code,name,parent,level,lat,lon,boundary and name:<language>. The same file again changes nothing.

    Columns and areas that are not in the file stay as they are; an empty cell empties what stands there.
    """
    from server.areas.sheet import read_areas
    from server.ingest.areas import take_areas

    rows = read_areas(path.read_bytes())
    with opened(settings) as (_, services), transaction(db.session()) as session:
        done = take_areas(session, services, rows, actor_id=None, confirmed=force)
    click.echo(f"Areas: {done.created} new, {done.updated} changed, {done.unchanged} as they were.")


@click.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Open every blob and every encrypted row once; exit status 1 where one is damaged or missing."""
    from server.ingest.whole import damaged

    bad = 0
    with opened(settings) as (_, services), reading(db.session()) as session:
        for line in damaged(session, services):
            click.echo(line)
            bad += 1
    click.echo(f"{bad} damaged or missing." if bad else "Everything is whole.")
    sys.exit(1 if bad else 0)


@click.command("backup")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.pass_obj
def backup_command(settings: Settings, path: Path, force: bool) -> None:
    """Write database and photos into one file. The key is not in it."""
    from server.backup import backup

    must_exist(settings)
    count = backup(settings, path.resolve(), force=force)
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


COMMANDS = (forms, areas, check, backup_command, restore_command)
"""What `fieldfare` offers of these."""
