"""Reading what a phone is answered."""

from __future__ import annotations

from lxml import etree
from werkzeug.test import TestResponse

RESPONSE = "{http://openrosa.org/http/response}"


def message(answer: TestResponse) -> tuple[str, str]:
    """Nature and text of an OpenRosaResponse: what the app shows the enumerator."""
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert answer.content_type == "text/xml; charset=utf-8"
    root = etree.fromstring(answer.data)
    assert root.tag == f"{RESPONSE}OpenRosaResponse"
    (child,) = root
    assert child.tag == f"{RESPONSE}message"
    return child.get("nature", ""), child.text or ""


def refused(answer: TestResponse, code: str) -> str:
    """The sentence of a refusal with this code; a fault of the server's own is none."""
    assert (answer.status_code, answer.headers.get("X-Fieldfare-Code")) == (int(code[:3]), code), answer.text
    nature, text = message(answer)
    assert nature == "error"
    assert text.strip()
    assert "Traceback" not in answer.text
    return text
