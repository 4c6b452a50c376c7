"""`fieldfare …`: the commands. A door: options become calls, results become lines and an exit status that means something."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from server import bare_app, cli_data, cli_demo, cli_jobs, create_app
from server import serve as serving
from server.accounts import users
from server.cli_base import must_exist, opened, prepare, running
from server.db import db, transaction
from server.jobs import ensure, work
from server.keys import KeyTrouble, in_force, open_keyring, read_key_file, rotate, write_key_file
from server.problems import ProblemError
from server.settings import EVERYWHERE, SettingError, Settings
from server.together import REBUILDING


class Commands(click.Group):
    """A group that ends a known fault with its sentence and status 1 instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (SettingError, KeyTrouble) as error:
            raise click.ClickException(str(error)) from error
        except ProblemError as error:
            raise click.ClickException(error.words) from error
        except OperationalError as error:
            if str(error.orig) != REBUILDING:
                raise
            raise click.ClickException(REBUILDING) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(path_type=Path), help="Data folder (FIELDFARE_DATA).")
@click.version_option(package_name="fieldfare")
@click.pass_context
def main(ctx: click.Context, data: Path | None) -> None:
    """Fieldfare: surveys and field visits on ODK-compatible phones, and the household monitoring database."""
    ctx.obj = Settings.load(data=data)


@main.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option(
    "--lan", is_flag=True, help="Open it to phones on this network, with this machine's address in QR codes."
)
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None, lan: bool) -> None:
    """Start the server in the foreground; Ctrl-C stops it, finishing what is under way."""
    settings = Settings.load(data=settings.data, host=EVERYWHERE if lan else host, port=port)
    if lan and not settings.public_url:
        settings = Settings.load(
            data=settings.data,
            host=settings.host,
            port=port,
            public_url=f"http://{own_address()}:{settings.port}",
        )
    serving.can_listen(settings)
    with running(settings) as (_, services):
        from server.start import first_start

        for line in first_start(db.session(), services, lan=lan):
            click.echo(line)
        db.session.remove()
    sys.exit(serving.serve(settings))


def own_address() -> str:
    """This machine's address on its network, found without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


@main.command()
@click.option("--with-parent", is_flag=True, help="Stop at the end of standard input too.")
@click.pass_obj
def worker(settings: Settings, with_parent: bool) -> None:
    """Run jobs until told to stop (`serve` starts one)."""
    must_exist(settings)
    stop = threading.Event()
    if with_parent:
        serving.when_parent_ends(stop.set)
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    app = create_app(settings)
    with app.app_context():
        ensure(db.session(), app.extensions["fieldfare.recurring"])
        work(db.session(), app.extensions["fieldfare.jobs"], stop)


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database up to this version (a copy is made first)."""
    prepare(settings)
    click.echo("The database is up to date.")


@main.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", help="Name shown.")
@click.option("--admin", is_flag=True, help="Make them administrator of the site.")
@click.password_option(help="At least 10 characters.")
@click.pass_obj
def user_add(settings: Settings, email: str, name: str | None, admin: bool, password: str) -> None:
    """Add a person."""
    with running(settings), transaction(db.session()) as session:
        made = users.create(session, email=email, password=password, display_name=name, by=None)
        if admin:
            users.make_admin(session, made)
    click.echo(f"{email} can sign in now.")


@user.command("reset-link")
@click.argument("email")
@click.pass_obj
def user_reset_link(settings: Settings, email: str) -> None:
    """Print a link under which a person sets a new password, once, within 24 hours."""
    with opened(settings) as (_, services), transaction(db.session()) as session:
        person = users.by_email(session, email)
        if person is None:
            raise click.ClickException(f"Nobody signs in as {email}.")
        click.echo(users.reset_link(session, services, person))


@main.group()
def key() -> None:
    """The key file, without which database and photos cannot be read."""


@key.command("sheet")
@click.pass_obj
def key_sheet(settings: Settings) -> None:
    """Print the key that opens this database, as words and QR code, for a safe."""
    from server.keysheet import sheet

    must_exist(settings)
    with bare_app(settings).app_context():
        name = in_force(db.session())
    click.echo(sheet(read_key_file(settings.key_path), name))


@key.command("restore")
@click.argument("name")
@click.pass_obj
def key_restore(settings: Settings, name: str) -> None:
    """Make the key file again from a sheet: NAME is the key's name on it; its words or letters are asked for."""
    from server.keysheet import key_of

    must_exist(settings)
    path = settings.key_path
    if path.exists():
        raise click.ClickException(f"{path} is there already: move it away first.")
    with bare_app(settings).app_context():
        wanted = in_force(db.session())
    if name != wanted:
        raise click.ClickException(
            f"The name is wrong: this database's key is called {wanted}, and not {name}. A sheet says the name in its first "
            "line; one with another name is another installation's, or older than a rotation. Nothing was changed."
        )
    click.echo("Type the sheet's words, or its letters, in their order. (Two empty lines end it before.)")
    try:
        write_key_file(path, {name: key_of(_typed(key_of))})
    except ValueError as error:
        raise click.ClickException(f"This is not what a sheet says: {error}. Nothing was changed.") from error
    try:
        with bare_app(settings).app_context():
            open_keyring(db.session(), path)
    except KeyTrouble as error:
        path.unlink()
        raise click.ClickException(
            f"These are the words of another key than this database's {name}. Nothing was changed."
        ) from error
    click.echo(f"{path} opens the database again.")


def _typed(whole: Callable[[str], object]) -> str:
    """What is typed or pasted until `whole` takes it, two empty lines in a row end it, or it is too long to become one."""
    text, empty = "", 0
    for line in sys.stdin:
        text += line
        empty = 0 if line.strip() else empty + 1
        if empty == 2 or sum(map(str.isalpha, text)) >= 100:  # 20 words of five letters
            break
        with suppress(ValueError):
            whole(text)
            break
    return text


@key.command("rotate")
@click.pass_obj
def key_rotate(settings: Settings) -> None:
    """Make a new master key and wrap the data keys with it; nothing is encrypted anew. Then print a new sheet."""
    must_exist(settings)
    with bare_app(settings).app_context():
        name = rotate(db.session(), settings.key_path)
    click.echo(
        f"The key {name} is in force. Print a new sheet (`fieldfare key sheet`): the old one opens nothing made from now on."
    )


for command in (*cli_data.COMMANDS, cli_jobs.jobs, cli_jobs.rebuild, cli_jobs.recheck, cli_demo.demo):
    main.add_command(command)


if __name__ == "__main__":
    main()
