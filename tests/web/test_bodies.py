"""Bodies of pages' forms are read while nothing is open: one slow browser keeps nobody else from storing."""

from __future__ import annotations

import pytest

from tests.api.test_bodies import Slow, out
from tests.web.conftest import World
from tests.web.desk import visit


@pytest.mark.parametrize("path", ["/p/1/forms/wells/state", "/p/1/forms/wells/publish", "/areas", "/me"])
def test_a_visit_is_stored_while_a_page_s_form_has_not_come(world: World, path: str) -> None:
    phone = world.house.phone(1, "wells")
    body = Slow(
        f"csrf={world.admin.token()}&state=open".encode(),
        lambda: (out(world.house.app), phone.send(visit(9)).status_code),
    )
    answer = world.admin.client.post(
        path, environ_overrides=body.environ, content_type="application/x-www-form-urlencoded"
    )
    assert body.done == [(0, 201)]
    assert answer.status_code < 500
