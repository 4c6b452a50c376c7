"""What docs say of addresses, and of who may do what, made from the application and its roles."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from server.accounts.roles import ROLES, Verb
from tests.docs.writing import code, table


def roles() -> str:
    """Which role has which verb."""
    shown = [role for role in ROLES if role.system not in {"pwreset", "formview", "pub-link"}]
    rows = [
        (code(str(verb)), *("yes" if verb in role.verbs else "" for role in shown))
        for verb in Verb
        if any(verb in role.verbs for role in shown)
    ]
    return table(("Verb", *(role.name for role in shown)), rows)


def rest_map(app: Flask) -> str:
    """Every address of the REST API, with what it does."""
    return _addresses(
        app, lambda path, endpoint: path.startswith("/v1/") and not endpoint.startswith(("openrosa", "Else"))
    )


def openrosa_map(app: Flask) -> str:
    """Every address that phones call."""
    return _addresses(app, lambda path, endpoint: endpoint.startswith("openrosa."))


def health_map(app: Flask) -> str:
    """Addresses for those who watch the server."""
    return _addresses(app, lambda path, endpoint: endpoint.startswith("health."))


def _addresses(app: Flask, wanted: Callable[[str, str], bool]) -> str:
    rows = []
    for rule in app.url_map.iter_rules():
        if wanted(rule.rule, rule.endpoint):
            methods = (rule.methods or set()) - {"OPTIONS"}
            spoken = methods - {"HEAD"} or methods
            words = (app.view_functions[rule.endpoint].__doc__ or "").strip().split("\n\n")[0]
            for method in spoken:
                rows.append((re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method, words))
    rows.sort()
    return table(
        ("Address", "Method", "What it does"), [(code(path), method, words) for path, method, words in rows]
    )
