"""What a running installation consists of: settings, keys, the photo store, and the way to a durable commit.

One frozen value, made by create_app() and handed down as an argument, so that no room reaches for a global.
"""

from __future__ import annotations

from dataclasses import dataclass

from media import Store
from server.commit import Committer
from server.keys import Keyring
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Settings in force, the opened keys, where photos live, and who commits."""

    settings: Settings
    keys: Keyring
    store: Store
    committer: Committer
