"""Pages for people: Jinja templates, htmx, the built assets. A door: views call rooms and draw what they give."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from server.web.frame import door, templates
from server.web.frame.assets import assets


class NumberConverter(IntegerConverter):
    """A number in an address, as large as JavaScript reads exactly: anything larger is no address."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, min=1, max=2**53)


def register(app: Flask) -> None:
    """Join the application: every page, what templates call, the built files."""
    from server.web.topics import TOPICS

    app.url_map.converters["num"] = NumberConverter
    for topic in TOPICS:
        if topic.name not in {child.name for child, _ in door.web._blueprints}:
            door.web.register_blueprint(topic)
    app.register_blueprint(assets)
    app.register_blueprint(door.web)
    door.join(app)
    templates.join(app)
