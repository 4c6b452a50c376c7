"""`python -m tests.docs`: writes the parts of docs/ that are made from the code."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.docs.sections import filled
from tests.docs.writing import DOCS
from tests.support.house import make_app


def main() -> None:
    """Rewrite every page whose sections changed, and name it."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        for page in sorted(DOCS.rglob("*.md")):
            before = page.read_text("utf-8")
            after = filled(before, app)
            if after != before:
                page.write_text(after, "utf-8")
                print(page.relative_to(DOCS.parent))


if __name__ == "__main__":
    main()
