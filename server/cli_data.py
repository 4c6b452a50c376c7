"""Commands on forms, areas and stored data: check, publish, import, backup. The same rooms as the pages use."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.orm import Session

from server import problems
from server.cli_base import must_exist, opened, running
from server.db import db, reading, transaction
from server.forms import attachments, lifecycle, projects, weighing
from server.forms.examine import Examination, checking
from server.forms.examine.checking import Given
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
    """Say what an upload would say of a form, or of each in a folder.

    Exit status: 0 can be published, 1 something must be mended, 2 no form could be read.
    """
    worst = checking.OK
    for one in checking.given(paths):
        for line in checking.report(one):
            click.echo(line)
        worst = max(worst, checking.exit_code(one.examined.notices))
    sys.exit(worst)


@forms.command("publish")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
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
    """Upload spreadsheets, or all in a folder, and publish them: new forms, or new versions of those that are there.

    A file that a form expects is taken from the form's folder, unless the project has an entity list of its name. All of
    them or none. Exit status: 0 published, 1 something must be mended or looked at first, 2 no form could be read.
    """
    must_exist(settings)
    uploads = checking.given(paths)
    for one in uploads:
        for line in checking.report(one):
            click.echo(line)
    worst = max(checking.exit_code(one.examined.notices) for one in uploads)
    if worst:
        click.echo("Nothing was published: mend what is named above first.", err=True)
        sys.exit(worst)
    if not ignore_warnings and any(one.examined.warnings for one in uploads):
        _warnings_stop_it()
    done, at = [], uploads[0]
    try:
        with opened(settings) as (_, services):
            with reading(db.session()) as session:
                _must_have(session, project_id)
                uploads = _taken(session, project_id, uploads)
                drafts = _ahead(session, project_id, uploads)
            weighed = [weighing.weigh(draft) if draft else None for _, draft in drafts]
            looked = [_looked(services, one) for one in uploads]
            with transaction(db.session()) as session:
                for at, (examined, _), ready, its in zip(uploads, drafts, weighed, looked, strict=True):
                    form = _published(session, services, project_id, examined, ready, its, ignore_warnings)
                    beside = f", with {', '.join(at.files)}" if at.files else ""
                    done.append(
                        f"{at.path}: published {form.xml_form_id}, version “{examined.version}”{beside}."
                    )
    except ProblemError as error:
        if error.problem is not problems.XLSFORM_WARNINGS:
            raise
        # what differs from the version before, and which files the project has not, is seen only here
        for line in checking.said_later(at, [from_json(told) for told in error.details["notices"]]):
            click.echo(line)
        _warnings_stop_it()
    for line in done:
        click.echo(line)


def _taken(session: Session, project_id: int, uploads: Sequence[Given]) -> list[Given]:
    """The uploads with those files of theirs that no entity list is, neither of the project nor of one of these forms."""
    lists = set(attachments.datasets_by_name(session, project_id))
    lists |= {
        block.dataset for one in uploads if one.examined.model for block in one.examined.model.entities()
    }
    listed = {f"{name}.csv" for name in lists}
    return [
        replace(one, files={name: data for name, data in one.files.items() if name not in listed})
        for one in uploads
    ]


def _looked(services: Services, one: Given) -> list[attachments.Looked]:
    """Its files looked at and, where they are large, stored: before the transaction."""
    model, xml = one.examined.model, one.examined.xml
    assert model is not None  # who could not be read is not here
    assert xml is not None
    return [
        attachments.look(services, attachments.of_form(0, name, xml, model), data)
        for name, data in one.files.items()
    ]


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
    session: Session, project_id: int, uploads: Sequence[Given]
) -> list[tuple[Examination, weighing.Read | None]]:
    """Each upload compared with what it follows, and the draft it will be: what takes long, before the transaction.

    Of two with one id the second follows the first, which is not there yet: it is as it came, and None.
    """
    found: dict[str, tuple[Examination, weighing.Read]] = {}
    for one in uploads:
        examined = one.examined
        form = _of_id(session, project_id, examined.form_id)
        lists = attachments.small_lists(one.files)
        if form is None:
            found.setdefault(examined.form_id, (examined, weighing.ahead(examined, lists)))
        elif examined.form_id not in found:
            assert examined.model is not None  # who could not be read is not here
            carried = attachments.carried_lists(session, form, examined.model)
            compared = lifecycle.prepared(session, form, examined) or examined
            found[examined.form_id] = compared, weighing.ahead(compared, {**carried, **lists})
    return [found.pop(one.examined.form_id, (one.examined, None)) for one in uploads]


def _of_id(session: Session, project_id: int, xml_form_id: str) -> Form | None:
    found = lifecycle.of_project(session, projects.get(session, project_id).id)
    return next((one for one in found if one.xml_form_id == xml_form_id), None)


def _published(
    session: Session,
    services: Services,
    project_id: int,
    examined: Examination,
    weighed: weighing.Weighed | None,
    looked: Sequence[attachments.Looked],
    ignore_warnings: bool,
) -> Form:
    """An examined form with its files, as a new form of the project, or as the new version of the one that has its id."""
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
    draft = lifecycle.draft_of(form)
    for one in looked:
        mine = replace(one, expected=replace(one.expected, form_version_id=draft.id))
        attachments.put(session, form, mine, actor_id=None)
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
@click.option("--force", is_flag=True, help="Let areas leave the one they lie in.")
@click.pass_obj
def areas_import(settings: Settings, path: Path, force: bool) -> None:
    """Take a CSV: code,name,parent,level,lat,lon,boundary and name:<language>. The same file again changes nothing.

    Columns and areas that are not in the file stay as they are; an empty cell empties what stands there.
    """
    from server.areas.sheet import read_sheet
    from server.ingest.areas import take_areas

    sheet = read_sheet(path.read_bytes())
    with opened(settings) as (_, services), transaction(db.session()) as session:
        done = take_areas(session, services, sheet, actor_id=None, confirmed=force)
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
