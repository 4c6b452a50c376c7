"""The phone's protocol: form list, manifest, submission. Only wire format, no decisions."""

from server.openrosa.door import register

__all__ = ["register"]
