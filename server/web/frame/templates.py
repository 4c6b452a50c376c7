"""What templates can call: words, times, numbers, files of the build, the reader and what they may do."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, g, get_flashed_messages
from markupsafe import Markup

from server.accounts.access import Access
from server.web.frame import show
from server.web.frame.assets import asset, icon
from server.web.frame.door import here, services, token
from server.web.frame.words import (
    between,
    direction,
    language,
    listed,
    tell,
    tell_count,
    without_gaps,
)
from server.words import LANGUAGES


def messages() -> list[dict[str, Any]]:
    """What happened on the page before, to be said on this one."""
    found = cast(list[tuple[str, Any]], get_flashed_messages(with_categories=True))
    return [{"kind": kind, **said} for kind, said in found if isinstance(said, dict)]


def known() -> Access | None:
    """The reader's access, None where nobody is signed in."""
    found = g.get("reader")
    return None if found is None else found.access


def picture(name: str, turns: bool = False) -> Markup:
    """An icon that says nothing to screen readers: the words beside it do."""
    kind = "icon icon-turns" if turns else "icon"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>').format(kind, icon(name))


def in_place(address: str = "") -> Markup:
    """Attributes of a form that comes back with its errors without a page of its own: the way back leads past it, to where
    one came from. Sent to `address`, else to the page's own. Without script it is sent as any other."""
    return Markup(
        'hx-post="{}" hx-select="#main" hx-target="#main" hx-swap="outerHTML show:top" hx-indicator="#busy"'
    ).format(address)


def lan_command() -> str:
    """What opens the server to phones near by, where its codes lead none to it now; else ''."""
    settings = services().settings
    return settings.lan_command if settings.only_here else ""


def join(app: Flask) -> None:
    """Give templates what they call."""
    app.jinja_env.globals.update(
        _=tell,
        _n=tell_count,
        asset=asset,
        icon=picture,
        languages=LANGUAGES,
        language=language,
        between=between,
        listed=listed,
        direction=direction,
        messages=messages,
        the_reader=known,
        here=here,
        lan_command=lan_command,
        in_place=in_place,
        csrf_value=token,
        the_project=lambda: g.get("project"),
    )
    app.jinja_env.filters["without_gaps"] = without_gaps
    for name in ("when", "exact", "clock", "day", "moment", "number", "size", "metres", "minutes"):
        app.jinja_env.filters[name] = getattr(show, name)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
