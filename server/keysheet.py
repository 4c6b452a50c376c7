"""The key on paper: as words that can be read out and typed back, as groups of letters, and as a QR code.

A word is 16 bits as consonant, vowel, consonant, vowel, consonant; each line of five ends with one that checks the four
before it and their place, so that any one wrong word is found together with its line.
"""

from __future__ import annotations

import base64
import binascii
import io
import re

import segno

from server.keys import KeyTrouble, MasterKeys

GROUP = 4
CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"
KINDS = (CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS)
LINES, A_LINE = 4, 8
"""Lines of words, and bytes of the key in each."""
QR = "fieldfare-key:"


def letters(key: bytes) -> list[str]:
    """A key as base32 in groups of four, with a check group at the end."""
    text = base64.b32encode(key).decode().rstrip("=")
    text += base64.b32encode(binascii.crc32(key).to_bytes(4, "big")).decode().rstrip("=")
    return [text[i : i + GROUP] for i in range(0, len(text), GROUP)]


def lines_of_words(key: bytes) -> list[list[str]]:
    """A key of 32 bytes as four lines of five words, the last of each its check."""
    return [_line(number, key[number * A_LINE :][:A_LINE]) for number in range(LINES)]


def key_of(typed: str) -> bytes:
    """The key of a sheet's words, letters or QR code; case, blanks, line breaks and line numbers as they come.

    Raises ValueError, saying which line, where a check does not fit.
    """
    if QR in typed:
        typed = typed.rpartition(":")[2]
    tokens = [one for one in re.split(r"[\W_]+", typed.lower()) if one and not re.fullmatch("[1-4]", one)]
    if sum(len(one) == len(KINDS) for one in tokens) * 2 > len(tokens) or sum(map(len, tokens)) > 75:
        return _key_of_words(tokens)
    text = "".join(typed.split()).upper()
    raw = text[:52]
    try:
        key = base64.b32decode(raw + "=" * (-len(raw) % 8))
        fits = "".join(letters(key)) == text
    except ValueError:
        fits = False
    if not fits or len(key) != LINES * A_LINE:
        raise ValueError("the check at the end does not fit: a letter was read or typed wrongly")
    return key


def _key_of_words(tokens: list[str]) -> bytes:
    wanted = LINES * (A_LINE // 2 + 1)
    if len(tokens) != wanted:  # blanks may be missing
        text, size = "".join(tokens), len(KINDS)
        tokens = [text[i : i + size] for i in range(0, len(text), size)]
    key, faults = b"", []
    for number in range(LINES):
        words = tokens[number * 5 :][:5]
        odd = [word for word in words if not _is_word(word)]
        part = b"".join(_number(word).to_bytes(2, "big") for word in words[:-1]) if not odd else b""
        if odd:
            faults.append(f"line {number + 1} has what is no word of a sheet: {', '.join(odd)}")
        elif words != _line(number, part):
            faults.append(f"line {number + 1} does not fit its last word: a word was read or typed wrongly")
        key += part
    if len(tokens) != wanted:
        faults = [f"{wanted} words are needed, {len(tokens)} came", *faults[:1]]
    if faults:
        raise ValueError("; ".join(faults))
    return key


def _line(number: int, part: bytes) -> list[str]:
    check = binascii.crc_hqx(
        bytes([number]) + part, 0xFFFF
    )  # finds every fault of up to 16 bits in a row: any one word
    numbers = [int.from_bytes(part[i : i + 2], "big") for i in range(0, len(part), 2)]
    return [_word(one) for one in (*numbers, check)]


def _word(number: int) -> str:
    word = ""
    for kind in reversed(KINDS):
        number, at = divmod(number, len(kind))
        word = kind[at] + word
    return word


def _number(word: str) -> int:
    number = 0
    for kind, letter in zip(KINDS, word, strict=True):
        number = number * len(kind) + kind.index(letter)
    return number


def _is_word(word: str) -> bool:
    return len(word) == len(KINDS) and all(letter in kind for kind, letter in zip(KINDS, word, strict=True))


def sheet(masters: MasterKeys, name: str) -> str:
    """The sheet of one key of the file, as text for a terminal or printer. Raises `KeyTrouble` where the file lacks it."""
    if name not in masters.keys:
        raise KeyTrouble(f"{masters.path} lacks the key {name}, which this database is encrypted with.")
    key = masters.keys[name]
    out = io.StringIO()
    groups = letters(key)
    segno.make(f"{QR}{name}:{''.join(groups)}", error="m", micro=False).terminal(out=out, compact=True)
    return "\n".join(
        [
            f"Fieldfare key {name}",
            "",
            "In words, four lines of five:",
            "",
            *(f"  {number}.  {' '.join(line)}" for number, line in enumerate(lines_of_words(key), 1)),
            "",
            "The same in letters:",
            "",
            *(f"  {'  '.join(groups[i : i + 5])}" for i in range(0, len(groups), 5)),
            "",
            out.getvalue(),
            f"To make the key file again from this sheet: fieldfare key restore {name}",
            "and type the words, or the letters. A word that was read wrongly is found, and its line named.",
            "",
            "Print this, put it into a safe, and never beside a backup. Without the key, the database, the photos and every",
            "backup of them are worth nothing; with it, whoever has them can read everything. A data folder that holds its key",
            "is not protected: keep the key file elsewhere (FIELDFARE_KEY_FILE).",
        ]
    )
