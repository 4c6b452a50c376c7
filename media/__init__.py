"""The photo store, a library of its own: sealed bytes in a folder or in S3, and what a picture shows.

Knows no Flask, no database, no form. Pictures are in media.images, types of files in media.sniff.
"""

from media.cipher import Keys
from media.errors import Damaged, Full, MediaError, Missing, TooLarge, Unavailable, Unreadable
from media.inbox import Inbox, Incoming, Received, open_blob, store_bytes
from media.stores import FolderStore, Store, Upload, open_store

__all__ = [
    "Damaged",
    "FolderStore",
    "Full",
    "Inbox",
    "Incoming",
    "Keys",
    "MediaError",
    "Missing",
    "Received",
    "Store",
    "TooLarge",
    "Unavailable",
    "Unreadable",
    "Upload",
    "open_blob",
    "open_store",
    "store_bytes",
]
