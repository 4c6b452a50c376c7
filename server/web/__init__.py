"""Pages for people: Jinja templates, htmx, the built assets. A door: views call rooms and draw what they give."""

from __future__ import annotations

from flask import Flask

from server.web.frame import door, templates
from server.web.frame.assets import assets


def register(app: Flask) -> None:
    """Join the application: every page, what templates call, the built files."""
    from server.web.topics import TOPICS

    for topic in TOPICS:
        if topic.name not in {child.name for child, _ in door.web._blueprints}:
            door.web.register_blueprint(topic)
    app.register_blueprint(assets)
    app.register_blueprint(door.web)
    door.join(app)
    templates.join(app)
