"""What can go wrong with stored bytes, in the few classes a caller has to tell apart.

Nothing here knows HTTP: a door turns these into its own problems.
"""


class MediaError(Exception):
    """Any failure of the photo store."""


class Missing(MediaError):
    """There is no blob of this name (any more)."""


class Damaged(MediaError):
    """What is stored is not what was written: cut, reordered, swapped, altered, or sealed with another key."""


class TooLarge(MediaError):
    """A file on its way in passed the limit; nothing of it is kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"larger than {limit} bytes")
        self.limit = limit


class Unavailable(MediaError):
    """The store cannot be reached, or not in time. Trying again later is right; nothing was stored."""


class Full(Unavailable):
    """No room left. A kind of Unavailable, so that whoever does not tell them apart still asks for a retry."""


class Unreadable(MediaError):
    """A picture that cannot be shown. `reason` is a stable code, see media.images.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
