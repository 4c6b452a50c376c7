"""Functions of encodings and digests (specification, 'Utility functions')."""

from __future__ import annotations

import base64
import hashlib
import string

from ..xpath.faults import EvaluationFault
from .core import plain

_ALGORITHMS = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
_LETTERS = f"=A{string.ascii_uppercase[1:]}{string.ascii_lowercase}{string.digits}+/"


@plain("sss", "digest", least=2)
def digest(text: str, algorithm: str, encoding: str = "base64") -> str:
    """Of a text's UTF-8, as base64 or hex. Raises `EvaluationFault` (digest)."""
    name = _ALGORITHMS.get(algorithm.upper().replace("-", ""))
    if name is None:
        raise EvaluationFault("digest")
    made = hashlib.new(name, text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    if encoding.lower() == "hex":
        return made.hex()
    if encoding.lower() == "base64":
        return base64.b64encode(made).decode()
    raise EvaluationFault("digest")


@plain("s", "base64-decode")
def base64_decode(text: str) -> str:
    """The UTF-8 text of base64, whatever else stands between its letters ('' where their number is not one of base64);
    what is no UTF-8 becomes replacement characters."""
    letters = "".join(one for one in text if one in _LETTERS)
    if len(letters) % 4:
        return ""
    # JavaRosa looks for padding past every last A as well.
    end = text[1:].rstrip("".join({*text} - {*_LETTERS[2:]}))
    padding = text[1 + len(end) :].count("=")
    made = base64.b64decode(letters.replace("=", "A"))
    return made[: max(0, len(made) - padding)].decode("utf-8", "replace")


@plain("ss", "extract-signed")
def extract_signed(contents: str, public_key: str) -> str:
    """The message of an Ed25519 signed text (signature before message, base64); '' where the signature is wrong."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        signed = base64.b64decode(contents)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)).verify(signed[:64], signed[64:])
    except (InvalidSignature, ValueError):
        return ""
    return signed[64:].decode("utf-8", "replace")
