"""Serves frontend/preview.html with the built files on this machine, so that components can be looked at alone."""

import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

import segno

ROOT = Path(__file__).resolve().parent.parent.parent
BUILT = ROOT / "server" / "web" / "static" / "dist"
# What the pages' own policy will say: nothing from elsewhere, no script or style in the page itself.
POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'"


def manifest() -> dict[str, str]:
    """Plain name -> hashed file, as the server reads it."""
    return dict(json.loads((BUILT / "manifest.json").read_text()))


def document(*, language: str, direction: str) -> bytes:
    """The preview in a language and direction, its {names} replaced by built files."""
    html = (ROOT / "frontend" / "preview.html").read_text()
    html = html.replace('lang="en" dir="ltr"', f'lang="{language}" dir="{direction}"')
    if direction == "rtl":
        html = html.replace("{style.css}", "{style.rtl.css}")
    names = manifest()
    return re.sub(r"\{([\w-]+\.[\w.-]+)\}", lambda found: names.get(found[1], found[1]), html).encode()


def drawing(ground: str, thing: str) -> bytes:
    """A picture that could be a photo of something round."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" width="1280" height="960">'
        f'<rect width="320" height="240" fill="{ground}"/><circle cx="160" cy="140" r="70" fill="{thing}"/></svg>'
    ).encode()


def qr() -> bytes:
    """A code as long as a phone's settings are."""
    out = io.BytesIO()
    segno.make("https://survey.example/v1/key/" + "k" * 64, error="l").save(out, kind="svg", border=0)
    return out.getvalue()


class Handler(BaseHTTPRequestHandler):
    """GET of the preview (`/ltr`, `/rtl`), of built files, and of three drawn pictures."""

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.lstrip("/")
        pages = {"ltr": ("en", "ltr"), "rtl": ("ar", "rtl")}
        pictures = {"photo-1.svg": ("#7d6b52", "#c9b48f"), "photo-2.svg": ("#5d7a86", "#a9c0c9")}
        if name in pages:
            language, direction = pages[name]
            self.answer("text/html; charset=utf-8", document(language=language, direction=direction))
        elif name in pictures:
            self.answer("image/svg+xml", drawing(*pictures[name]))
        elif name == "qr.svg":
            self.answer("image/svg+xml", qr())
        elif (BUILT / name).is_file():
            self.answer(guess_type(name)[0] or "application/octet-stream", (BUILT / name).read_bytes())
        else:
            self.send_error(404)

    def answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: what matters fails a test."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of the preview, without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
