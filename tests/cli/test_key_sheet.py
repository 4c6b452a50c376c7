"""The key on paper: words that can be read out and typed back, a slip of the pen found with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from server.cli import main
from server.keysheet import key_of, letters, lines_of_words
from tests.support.served import free_port

KEY = bytes(range(32))


def run(data: Path, *words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), *words], env={"FIELDFARE_SAMPLE": "0"}, input=typed)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a key."""
    assert (
        run(
            tmp_path / "data", "user", "add", "ada@example.org", "--password", "a long invented one"
        ).exit_code
        == 0
    )
    return tmp_path / "data"


@pytest.fixture
def lost(data: Path) -> tuple[Path, str, list[str]]:
    """A data folder that lost its key file: the folder, the key's name and the lines of words that its sheet had."""
    printed = run(data, "key", "sheet").output
    (data / "fieldfare.key").unlink()
    lines = re.findall(r"^  [1-4]\.  ([a-z]{5}(?: [a-z]{5}){4})$", printed, re.MULTILINE)
    return data, printed.split()[2], lines


@given(st.binary(min_size=32, max_size=32))
def test_a_key_comes_back_from_its_words_and_from_its_letters(key: bytes) -> None:
    lines = lines_of_words(key)
    assert [len(line) for line in lines] == [5, 5, 5, 5]
    assert key_of("\n".join(" ".join(line) for line in lines)) == key
    assert key_of(" ".join(letters(key))) == key


@given(st.binary(min_size=32, max_size=32), st.integers(0, 19), st.integers(1, 65535))
def test_any_one_wrong_word_is_found_and_its_line_named(key: bytes, place: int, by: int) -> None:
    lines = lines_of_words(key)
    line, column = divmod(place, 5)
    lines[line][column] = _other(lines[line][column], by)
    with pytest.raises(ValueError, match=f"line {line + 1} "):
        key_of(" ".join(word for one in lines for word in one))


def _other(word: str, by: int) -> str:
    """Another word of the sheet's: the one `by` further."""
    first, second = "bdfghjklmnprstvz", "aiou"
    kinds = (first, second, first, second, first)
    number = 0
    for kind, letter in zip(kinds, word, strict=True):
        number = number * len(kind) + kind.index(letter)
    number = (number + by) % 65536
    other = ""
    for kind in reversed(kinds):
        number, at = divmod(number, len(kind))
        other = kind[at] + other
    assert other != word
    return other


@pytest.mark.parametrize(
    "typed",
    [
        "\n".join(" ".join(line) for line in lines_of_words(KEY)),
        " ".join(" ".join(line) for line in lines_of_words(KEY)).upper(),
        "\n\n".join("   ".join(line) for line in lines_of_words(KEY)) + "\n\n",
        "\n".join(f"  {n}.  {'-'.join(line)}" for n, line in enumerate(lines_of_words(KEY), 1)),
        "".join("".join(line) for line in lines_of_words(KEY)),
        " ".join(letters(KEY)).lower(),
        "\n".join(letters(KEY)),
        f"fieldfare-key:m12345678:{''.join(letters(KEY))}",
    ],
    ids=[
        "as printed",
        "capitals",
        "blank lines",
        "numbered, dashes",
        "no blanks",
        "letters",
        "a line each",
        "QR",
    ],
)
def test_case_blanks_and_line_breaks_are_forgiven(typed: str) -> None:
    assert key_of(typed) == KEY


def test_lines_in_another_order_are_found() -> None:
    first, second, *rest = lines_of_words(KEY)
    with pytest.raises(ValueError, match=r"line 1 .*line 2 "):
        key_of(" ".join(word for line in (second, first, *rest) for word in line))


def test_a_word_left_out_is_found_with_its_line() -> None:
    words = [word for line in lines_of_words(KEY) for word in line]
    del words[7]
    with pytest.raises(ValueError, match=r"20 words are needed, 19 came; line 2 "):
        key_of(" ".join(words))


def test_a_word_with_a_letter_that_no_word_has_is_named() -> None:
    words = [word for line in lines_of_words(KEY) for word in line]
    words[12] = "quxes"
    with pytest.raises(ValueError, match=r"line 3 .*quxes"):
        key_of(" ".join(words))


@pytest.mark.parametrize("typed", ["", "lusab babad", "ABCD EFGH", "8888 9999", "wörter"])
def test_what_is_no_sheet_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"20 words|check at the end"):
        key_of(typed)


def test_a_lost_key_file_comes_back_from_the_words_typed_line_by_line(
    lost: tuple[Path, str, list[str]],
) -> None:
    data, name, lines = lost
    assert len(lines) == 4
    typed = "".join(f"{line.upper()}\n\n" for line in lines)
    done = run(data, "key", "restore", name, typed=typed)
    assert done.exit_code == 0, done.output
    assert run(data, "check").exit_code == 0


def test_a_sheet_half_typed_ends_at_two_empty_lines(lost: tuple[Path, str, list[str]]) -> None:
    data, name, lines = lost
    done = run(data, "key", "restore", name, typed=f"{lines[0]}\n\n\n{lines[1]}\n")
    assert done.exit_code == 1
    assert "20 words are needed, 5 came" in done.output
    assert not (data / "fieldfare.key").exists()


def test_a_slip_is_said_with_its_line_and_leaves_no_key_file(lost: tuple[Path, str, list[str]]) -> None:
    data, name, lines = lost
    words = lines[2].split()
    lines[2] = " ".join([_other(words[0], 1), *words[1:]])
    done = run(data, "key", "restore", name, typed="\n".join(lines) + "\n")
    assert done.exit_code == 1
    assert "line 3 " in done.output
    assert not (data / "fieldfare.key").exists()


@pytest.mark.parametrize("wrong", ["name", "key"])
def test_another_installation_s_sheet_leaves_no_key_file(
    lost: tuple[Path, str, list[str]], wrong: str
) -> None:
    data, right, lines = lost
    if wrong == "key":
        lines = [" ".join(line) for line in lines_of_words(KEY)]
    name = "m00000000" if wrong == "name" else right
    done = run(data, "key", "restore", name, typed="\n".join(lines) + "\n")
    assert done.exit_code == 1
    said = {
        "name": f"The name is wrong: this database's key is called {right}, and not m00000000.",
        "key": f"These are the words of another key than this database's {right}.",
    }
    assert said[wrong] in done.output
    assert "key file" not in done.output
    assert not (data / "fieldfare.key").exists()


def names(data: Path) -> set[str]:
    """What lies in a data folder, whether or not SQLite has folded its journal into the database meanwhile."""
    return {path.name for path in data.iterdir() if not path.name.endswith(("-wal", "-shm"))}


@pytest.mark.parametrize("words", [["serve"], ["worker"], ["check"], ["key", "sheet"], ["migrate"]])
def test_what_a_folder_without_its_key_refuses_leaves_it_as_it_was(
    lost: tuple[Path, str, list[str]], words: list[str]
) -> None:
    data, _, _ = lost
    (data / "secret.key").unlink()
    before = names(data)
    if words[0] == "serve":
        words = ["serve", "--port", str(free_port())]
    done = run(data, *words)
    assert done.exit_code == (0 if words == ["migrate"] else 1)
    assert words == ["migrate"] or "is not there, and this database is encrypted with it" in done.output
    assert names(data) == before
