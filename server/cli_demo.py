"""`fieldfare demo`: an invented region and a year of visits in a data folder of its own, and perhaps the server on it."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import users
from server.cli_base import running
from server.db import db, dump_json, transaction
from server.demo.make import Made, Size, make
from server.demo.people import STAFF
from server.forms.models import Project
from server.serve import can_listen
from server.services import Services
from server.settings import DEMO_MARK, EVERYWHERE, Settings

ADMIN = "admin@aldermere.example"


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    envvar="FIELDFARE_DATA",
    help="Data folder of the demo.",
)
@click.option("--run", is_flag=True, help="Start the server on it afterwards.")
@click.option(
    "--households", type=click.IntRange(1), default=400, show_default=True, help="Households enrolled."
)
@click.option("--visits", type=click.IntRange(0), default=900, show_default=True, help="Visits to them.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another year.")
@click.option("--port", type=int, help="With --run: port to listen on.")
@click.option("--lan", is_flag=True, help="With --run: open it to phones on this network.")
@click.pass_context
def demo(
    ctx: click.Context,
    data: Path,
    run: bool,
    households: int,
    visits: int,
    seed: int,
    port: int | None,
    lan: bool,
) -> None:
    """Make an invented region with a year of visits, sent through the real ingest. A second time: use what is there."""
    settings = Settings.load(data=data, sample=False)
    if run:
        can_listen(Settings.load(data=data, host=EVERYWHERE if lan else None, port=port))
    mark = data / DEMO_MARK
    with running(settings) as (_, services):
        session = db.session()
        if mark.is_file():
            said = json.loads(mark.read_text("utf-8"))
            click.echo(
                f"The demo in {data} is used as it is: {said['forms']:,} submissions, {said['photos']:,} photos."
            )
            click.echo(f"  Forgotten the password?  fieldfare --data {data} user reset-link {said['admin']}")
        elif session.scalar(select(Project.id).limit(1)) is not None:
            raise click.ClickException(
                f"{data} holds projects already, or a demo broken off. Give an empty folder with --data."
            )
        else:
            session.rollback()
            _make(session, services, Size(households, visits, seed), mark)
        db.session.remove()
    if run:
        assert ctx.parent is not None  # a command of the group
        ctx.parent.obj = ctx.obj = settings
        serve = ctx.parent.command.commands["serve"]  # type: ignore[attr-defined]  # the group's
        ctx.invoke(serve, host=None, port=port, lan=lan)


def _make(session: Session, services: Services, size: Size, mark: Path) -> None:
    click.echo("Making an invented region and a year of visits; nothing in it is real.")
    password = services.settings.admin_password or secrets.token_urlsafe(9)
    with transaction(session):
        address = users.ensure_first_admin(session, services).email
        if address is None:
            admin = users.create(
                session, email=ADMIN, password=password, display_name="Administrator", by=None
            )
            users.make_admin(session, admin)
            address = ADMIN
        found = users.by_email(session, address)
    made = make(
        session,
        services,
        size,
        password=password,
        admin_id=None if found is None else found.actor_id,
        say=click.echo,
    )
    mark.write_text(
        dump_json({"forms": len(made.sent), "photos": made.photos, "seed": size.seed, "admin": address}),
        "utf-8",
    )
    _tell(made, address, password, services.settings)


def _tell(made: Made, address: str, password: str, settings: Settings) -> None:
    click.echo("")
    click.echo(
        f"  {len(made.sent):,} submissions, {made.photos:,} photos, {made.reviewed:,} looked at by a supervisor"
    )
    click.echo(f"  Administrator  {address}")
    if not settings.admin_password:
        click.echo(f"  Password       {password}   (shown once)")
    click.echo(
        f"  With the same password: supervisor.a1@aldermere.example (sees one district), {STAFF[0][0]}"
    )
    click.echo("")
