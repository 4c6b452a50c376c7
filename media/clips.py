"""A clip shown without what its phone wrote beside film and sound, streamed from the store at any size.

Knows the store and the clip's boxes; decodes nothing.
"""

from collections.abc import Iterator, Sequence

from media.cipher import CHUNK, Keys
from media.containers import Malformed, Span, blank_spans
from media.errors import Unreadable
from media.inbox import open_blob
from media.stores import Store

CLIPS = frozenset({"video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"})


def open_clean_clip(
    store: Store, keys: Keys, blob_id: str, size: int, offset: int = 0, length: int | None = None
) -> Iterator[bytes]:
    """open_blob() for a clip of one of CLIPS, `size` bytes in clear: position, times and maker blanked, length kept.

    Raises Unreadable for a file whose boxes do not add up (then do not show it), and what open_blob() raises.
    """
    window = _Window(store, keys, blob_id)
    try:
        spans = blank_spans(size, window.read)
    except Malformed as error:
        raise Unreadable("damaged") from error
    return _overlaid(open_blob(store, keys, blob_id, offset, length), offset, spans)


def _overlaid(pieces: Iterator[bytes], at: int, spans: Sequence[Span]) -> Iterator[bytes]:
    for piece in pieces:
        end = at + len(piece)
        touched = [span for span in spans if span.start < end and span.stop > at]
        if touched:
            changed = bytearray(piece)
            for span in touched:
                start, stop = max(at, span.start), min(end, span.stop)
                changed[start - at : stop - at] = span.cut(start, stop)
            piece = bytes(changed)
        yield piece
        at = end


class _Window:
    """Reads a few bytes here and there; keeps the last chunk, in which the next box usually begins."""

    def __init__(self, store: Store, keys: Keys, blob_id: str) -> None:
        self._where = (store, keys, blob_id)
        self._start = 0
        self._held = b""

    def read(self, offset: int, length: int) -> bytes:
        if not self._start <= offset <= offset + length <= self._start + len(self._held):
            self._start = offset - offset % CHUNK
            self._held = b"".join(open_blob(*self._where, self._start, CHUNK + length))
        return self._held[offset - self._start : offset - self._start + length]
