"""`/docs`: the API as a page to read, made from the same description as /v1/openapi.json. No script, no CDN."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flask_smorest  # type: ignore[import-untyped]  # it has no types
from flask import Blueprint, Response, current_app, render_template_string

docs = Blueprint("docs", __name__)

METHODS = ("get", "post", "put", "patch", "delete")

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; color-scheme: light dark }
h2 { margin-top: 2rem } summary { cursor: pointer; padding: .5rem 0 } details { border-bottom: 1px solid #8886 }
body { overflow-wrap: anywhere } .m { display: inline-block; min-width: 4.5rem; font-weight: 600 }
dt { font-weight: 600 } dd { margin: 0 0 .5rem 1rem } nav a { margin-inline-end: 1rem; line-height: 2.2 }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>The same as <a href="/v1/openapi.json">/v1/openapi.json</a>, for reading. Sign in with
<code>POST /v1/sessions</code> and send <code>Authorization: Bearer …</code>.</p>
<nav>{% for tag in tags %}<a href="#{{ tag.id }}">{{ tag.name }}</a> {% endfor %}</nav>
{% for tag in tags %}
<h2 id="{{ tag.id }}">{{ tag.name }}</h2>
{% for one in tag.operations %}
<details>
<summary><span class="m">{{ one.method }}</span> <code>{{ one.path }}</code><br>{{ one.summary }}</summary>
<dl>
{% if one.description %}<dt>What it does</dt><dd>{{ one.description }}</dd>{% endif %}
{% if one.parameters %}<dt>Parameters</dt>
<dd>{% for p in one.parameters %}<code>{{ p.name }}</code> ({{ p.where }}) {% endfor %}</dd>
{% endif %}
{% if one.takes %}<dt>Takes</dt><dd><code>{{ one.takes }}</code></dd>{% endif %}
{% if one.answers %}<dt>Answers</dt><dd><code>{{ one.answers }}</code></dd>{% endif %}
</dl>
</details>
{% endfor %}
{% endfor %}
</body>
</html>
"""


@docs.get("/docs")
def read_docs() -> Response:
    """The page."""
    api: flask_smorest.Api = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    spec: dict[str, Any] = api.spec.to_dict()
    operations = list(_operations(spec))
    names = [tag["name"] for tag in spec.get("tags", [])]
    tags = [
        {
            "name": name,
            "id": name.lower().replace(" ", "-"),
            "operations": [one for one in operations if one["tag"] == name],
        }
        for name in names
    ]
    shown = [tag for tag in tags if tag["operations"]]
    return Response(
        render_template_string(PAGE, title=spec["info"]["title"], tags=shown), mimetype="text/html"
    )


def _operations(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, item in spec["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if method not in item:
                continue
            one = item[method]
            body = one.get("requestBody", {}).get("content", {})
            answer = one.get("responses", {}).get("200", {}).get("content", {})
            yield {
                "tag": (one.get("tags") or [""])[0],
                "method": method.upper(),
                "path": path,
                "summary": one.get("summary", ""),
                "description": one.get("description", ""),
                "parameters": [
                    {"name": p["name"], "where": p["in"]}
                    for p in [*shared, *one.get("parameters", [])]
                    if "name" in p
                ],
                "takes": _shape(spec, _schema(body)),
                "answers": _shape(spec, _schema(answer)),
            }


def _schema(content: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of the first media type of a body."""
    for one in content.values():
        schema: dict[str, Any] | None = one.get("schema")
        return schema
    return None


def _shape(spec: dict[str, Any], schema: dict[str, Any] | None) -> str:
    """A schema in a line: `[{id, name}]`."""
    if not schema:
        return ""
    if schema.get("type") == "array":
        return f"[{_shape(spec, schema['items'])}]"
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return "{" + ", ".join(schema.get("properties", {})) + "}"
