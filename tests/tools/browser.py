"""A Chromium for tests on a machine that has none: tried in an order, believed only after it has shown a page.

`$CHROMIUM`; the one in the cache, which comes inside an npm package (Linux on x86-64); Playwright's own; the
machine's; as root, Debian's, installed. When all fail, the error lists each with its reason.
"""

import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ctypes.util import find_library
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import brotli
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.tools.cache import cached, extract, npm_package
from tests.tools.fonts import fontconfig
from tools.node import NODE

PACKAGE = (
    "@sparticuz/chromium",
    "153.0.0",
    "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
)
# Playwright starts it without its sandbox, which root and containers cannot have; it sees only our own pages.
ARGUMENTS = ["--disable-dev-shm-usage", "--font-render-hinting=none", "--force-color-profile=srgb"]


class Unavailable(Exception):
    """This way to a browser is not open on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """An executable with what it needs beside itself."""

    executable: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    fonts: tuple[Path, ...] = ()


def named(_playwright: Playwright) -> Chromium:
    """`$CHROMIUM`"""
    if not os.environ.get("CHROMIUM"):
        raise Unavailable("not set")
    return Chromium(Path(os.environ["CHROMIUM"]))


def packaged(_playwright: Playwright) -> Chromium:
    """the npm package @sparticuz/chromium"""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Unavailable("only for Linux on x86-64")
    folder = cached(f"chromium-{PACKAGE[1]}", unpack)
    lacks = any(find_library(name) is None for name in ("nss3", "nspr4", "expat"))
    environment = {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib")} if lacks else {}
    return Chromium(folder / "chromium", environment, (folder / "fonts",))


def playwrights_own(playwright: Playwright) -> Chromium:
    """the one that `playwright install` brought"""
    return Chromium(Path(playwright.chromium.executable_path))


def machines(_playwright: Playwright) -> Chromium:
    """the machine's chromium or chrome"""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Unavailable("none on PATH")
    return Chromium(Path(found))


def installed(playwright: Playwright) -> Chromium:
    """apt-get install chromium"""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Unavailable("needs root on Debian or Ubuntu")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-q"], check=True, **quiet)
    subprocess.run(
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], check=True, **quiet
    )
    return machines(playwright)


WAYS: tuple[Callable[[Playwright], Chromium], ...] = (named, packaged, playwrights_own, machines, installed)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """The first Chromium that shows a page. Raises RuntimeError naming each that was tried and what it said."""
    # Playwright brings a Node that needs libatomic; the one that builds the pages does not.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(NODE)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="fieldfare-fonts-") as folder:
        refusals = []
        for way in WAYS:
            try:
                browser = proven(playwright, way(playwright), Path(folder))
            except Exception as error:
                refusals.append(f"- {way.__doc__}: {str(error).strip() or type(error).__name__}")
                continue
            yield browser
            browser.close()
            return
        raise RuntimeError("no browser for the tests; tried in this order:\n" + "\n".join(refusals))


def proven(playwright: Playwright, chromium: Chromium, folder: Path) -> Browser:
    """Start it and let it show a page, with script and style; raises what it raises."""
    browser = playwright.chromium.launch(
        executable_path=chromium.executable,
        args=ARGUMENTS,
        timeout=30_000,
        env={
            **os.environ,
            "LANG": "en_US.UTF-8",
            "FONTCONFIG_FILE": str(fontconfig(folder, *chromium.fonts)),
            **chromium.environment,
        },
    )
    try:
        page = browser.new_page()
        page.set_content("<p style='width:7px'>…</p>", timeout=15_000)
        shown = page.evaluate("document.querySelector('p').getBoundingClientRect().width")
        page.screenshot(timeout=15_000)
        page.close()
        if shown != 7:
            raise Unavailable(f"showed a page wrongly: {shown} instead of 7")
    except BaseException:
        browser.close()
        raise
    return browser


def unpack(folder: Path) -> None:
    """Fill the cache's folder from the npm package: the binary, the libraries and fonts a bare machine lacks."""
    source = npm_package(*PACKAGE, folder) / "bin"
    binary = folder / "chromium"
    binary.write_bytes(brotli.decompress((source / "chromium.br").read_bytes()))
    binary.chmod(0o755)
    # SwiftShader, which draws without a graphics card, is looked for beside the binary.
    for name, place in {"swiftshader": ".", "al2023": "al2023", "fonts": "fonts"}.items():
        content = BytesIO(brotli.decompress((source / f"{name}.tar.br").read_bytes()))
        with tarfile.open(fileobj=content) as tar:
            extract(tar, folder / place)
    shutil.rmtree(source.parent)
