"""Every setting, read from FIELDFARE_* (or `fieldfare.toml` beside the data) once, typed and documented.

Nothing else in the product reads the environment. docs/settings.md lists what stands here, and a test holds the two together.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DATA = Path("data")
DEMO_MARK = "demo.json"
"""In the data folder of a demo, written when all is there: a second start makes nothing anew."""

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what `--lan` asks for, never the default


class SettingError(ValueError):
    """A setting cannot be used; the message names it and says what it takes."""


def _setting(default: Any, doc: str) -> Any:  # a field of `Settings`, with its documentation
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force. Field `x_y` is the variable `FIELDFARE_X_Y`."""

    host: str = _setting(
        "127.0.0.1", "Address the server listens on; 0.0.0.0 (or `serve --lan`) opens it to the network."
    )
    port: int = _setting(8000, "Port the server listens on.")
    public_url: str = _setting(
        "",
        "Address that phones and people use, as in https://survey.example.org; goes into QR codes and links.",
    )
    data: Path = field(default=DATA, metadata={"doc": "Folder for the database, the photos and the keys."})
    database_url: str = _setting(
        "",
        "SQLAlchemy URL; empty: SQLite in the data folder. PostgreSQL: postgresql+psycopg://user:password@host/name.",
    )
    media_url: str = _setting(
        "file:media", "Where photos live: file:<folder> (relative to the data folder) or s3://bucket/prefix."
    )
    s3_endpoint: str = _setting("", "Address of an S3 service other than AWS.")
    workers: int = _setting(0, "Web worker processes; 0: one on SQLite, two per core on PostgreSQL.")
    threads: int = _setting(64, "Threads of each web worker process; each slow upload holds one.")
    secret_key: str = _setting("", "Signs cookies. Made and kept in the data folder where unset.")
    key_file: str = _setting(
        "",
        "The key file that opens everything encrypted. Made in the data folder where unset and the database is empty.",
    )
    timezone: str = _setting("UTC", "Time zone of new projects: decides day, month and round.")
    trusted_proxies: int = _setting(
        0, "How many proxies stand in front whose X-Forwarded-* headers are believed."
    )
    admin_email: str = _setting("", "E-mail address of an administrator made at first start.")
    admin_password: str = _setting("", "Password of that administrator (10 characters or more).")
    sample: bool = _setting(
        True, "On an empty database: a project with invented areas, households and the shipped forms."
    )
    max_upload: int = _setting(1_000_000_000, "Largest single file taken, in bytes; above it 413.")
    language: str = _setting("en", "Language of messages where the reader's is not known: en, zh or ar.")
    log_level: str = _setting("INFO", "Least level that is logged.")
    metrics_token: str = _setting(
        "", "Bearer token with which /metrics may be read from elsewhere than this machine."
    )

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database in force."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'fieldfare.sqlite3'}"

    @property
    def is_sqlite(self) -> bool:
        """True where the database is the embedded one."""
        return self.database.startswith("sqlite")

    @property
    def key_path(self) -> Path:
        """Path of the key file."""
        return Path(self.key_file) if self.key_file else self.data / "fieldfare.key"

    @property
    def base_url(self) -> str:
        """Address for links and QR codes, without a slash at the end."""
        host = "127.0.0.1" if self.host == EVERYWHERE else self.host_in_address
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def only_here(self) -> bool:
        """Whether links and QR codes name this machine as itself, so that no other one gets anywhere by them."""
        host = urlsplit(self.base_url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    @property
    def lan_command(self) -> str:
        """What starts the server anew, open to phones near by: the demo's data have a command of their own."""
        return f"make {'demo' if (self.data / DEMO_MARK).is_file() else 'run'} ARGS=--lan"

    @property
    def host_in_address(self) -> str:
        """The host as it stands before `:port`: an address of IPv6 in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def as_environment(self) -> dict[str, str]:
        """The same settings as environment variables: what a child process is started with."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values["data"] = self.data.resolve()
        return {
            f"FIELDFARE_{name.upper()}": str(int(value)) if isinstance(value, bool) else str(value)
            for name, value in values.items()
            if value not in ("", None)
        }

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Settings from the environment, then `fieldfare.toml` in the data folder, then the defaults.

        `overrides` win over all (command-line options, tests).
        Raises `SettingError` naming the variable that cannot be read.
        """
        env = os.environ if environ is None else environ
        data = Path(overrides.get("data") or env.get("FIELDFARE_DATA") or "data")
        file = data / "fieldfare.toml"
        from_file = _read(file, {f.name for f in fields(cls)} - {"data"}) if file.is_file() else {}
        values: dict[str, Any] = {}
        for f in fields(cls):
            raw = overrides.get(f.name)
            if raw is None:
                raw = env.get(f"FIELDFARE_{f.name.upper()}") or from_file.get(f.name)
            if raw is not None and raw != "":
                values[f.name] = _convert(f.name, f.default, raw)
        values["data"] = data
        settings = cls(**values)
        _validate(settings)
        return settings


def _read(file: Path, known: set[str]) -> dict[str, Any]:
    """What a settings file says. Raises `SettingError` where it is no TOML or holds a name that is no setting."""
    try:
        said = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError(f"{file} cannot be read: {error}.") from error
    if unknown := sorted(set(said) - known):
        raise SettingError(f"{file}: {', '.join(unknown)}: no setting that can stand here.")
    return said


_YES_NO = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def _convert(name: str, default: Any, raw: Any) -> Any:
    takes = "a text"
    try:
        if isinstance(default, bool):
            takes = "1 or 0"
            return _YES_NO[str(raw).strip().lower()]
        if isinstance(default, int):
            takes = "a whole number"
            return int(str(raw))
        return Path(raw) if isinstance(default, Path) else str(raw)
    except (KeyError, ValueError) as error:
        raise SettingError(f"FIELDFARE_{name.upper()}: {raw!r} is not {takes}.") from error


_LANGUAGES = ("en", "zh", "ar")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_DATABASES = re.compile(r"(sqlite|postgresql(\+psycopg)?)://.+")
_PLACES = re.compile(r"file:(?!//(?!/)).*|s3://[^/]+.*")
_ADDRESS = re.compile(r"https?://.+")


def _validate(settings: Settings) -> None:
    s = settings
    rules: tuple[tuple[str, bool, str], ...] = (
        ("language", s.language in _LANGUAGES, "is not one of en, zh or ar"),
        ("port", 1 <= s.port <= 65535, "is not a number from 1 to 65535"),
        ("workers", s.workers >= 0, "must be 0 or more"),
        ("threads", s.threads >= 1, "must be 1 or more"),
        ("trusted_proxies", s.trusted_proxies >= 0, "must be 0 or more"),
        ("max_upload", s.max_upload >= 1, "must be 1 or more"),
        ("log_level", s.log_level.upper() in _LEVELS, f"is not one of {', '.join(_LEVELS[:-1])} or CRITICAL"),
        (
            "media_url",
            bool(_PLACES.fullmatch(s.media_url)),
            "is not file:folder, file:///folder or s3://bucket/prefix",
        ),
        (
            "database_url",
            not s.database_url or bool(_DATABASES.fullmatch(s.database_url)),
            "is not as in postgresql+psycopg://user:password@host/name",
        ),
        *(
            (name, not value or bool(_ADDRESS.fullmatch(value)), "must begin with http:// or https://")
            for name, value in (("public_url", s.public_url), ("s3_endpoint", s.s3_endpoint))
        ),
    )
    for name, holds, words in rules:
        if not holds:
            # a database's address may hold a password
            given = "what is given" if name == "database_url" else repr(getattr(s, name))
            raise SettingError(f"FIELDFARE_{name.upper()}: {given} {words}.")
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of them is an OSError
        raise SettingError(
            f"FIELDFARE_TIMEZONE: no time zone is called {settings.timezone!r} (as in Asia/Shanghai)."
        ) from error
    if settings.admin_password and not settings.admin_email:
        raise SettingError(
            "FIELDFARE_ADMIN_EMAIL: give the e-mail address that belongs to FIELDFARE_ADMIN_PASSWORD, or neither."
        )
    if settings.admin_email and len(settings.admin_password) < 10:
        raise SettingError(
            "FIELDFARE_ADMIN_PASSWORD: give at least 10 characters beside FIELDFARE_ADMIN_EMAIL."
        )
