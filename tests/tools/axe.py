"""What axe-core finds wrong with a page for people who hear it, or who use no mouse."""

from pathlib import Path

from playwright.sync_api import Page

ENGINE = (
    Path(__file__).resolve().parent.parent.parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    """One line for each fault: its rule, what it asks, and the first elements at fault; empty when there is none.

    The rules are those of WCAG 2.2 AA and axe's good practice, but for those named in `without`. The engine is
    given through the debugger, so that the page's own policy need not allow it.
    """
    page.evaluate(ENGINE.read_text())
    options = {"runOnly": RULES, "rules": {rule: {"enabled": False} for rule in without}}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {fault['help']}: " + " | ".join(node["html"][:120] for node in fault["nodes"][:4])
        for fault in found["violations"]
    ]
