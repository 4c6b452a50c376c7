"""What a phone shows when its visit is refused: what happened, that the visit stays on the phone, what to do.

Words alone, in the reader's language; codes and what other clients are told are `server/problems.py`.
"""

from __future__ import annotations

from server.problems import Problem, ProblemError
from server.words import say, say_problem, sentences

STAYS = "The visit stays on the phone."
"""True of every refusal: Collect takes only 201 and 202 for sent, and keeps whatever else it hears about."""

TELL = "Tell your supervisor."
LATER = "Send it again later."
LATER_TELL = "Send it again later; if it fails again, tell your supervisor."
FULL = "Tell your supervisor, and send it again later."
NEW_CODE = "Ask your supervisor for a new QR code."
SIGN_IN = "Look at the name and password in the app's settings."

HAPPENED = {
    "NOT_FOUND": "This form is not on this server, or not any more.",
    "FORBIDDEN": "You may not send visits with this form.",
    "PHONE_UNKNOWN": "This phone's access was withdrawn or is not known.",
    "MULTIPART": "The visit did not arrive whole.",
    "XML_MISSING": "The visit did not arrive whole.",
    "STORE_AWAY": "The server cannot store visits at the moment.",
    "DATABASE_AWAY": "The server cannot store visits at the moment.",
    "DISK_FULL": "The server has no room left.",
    "UNKNOWN_TROUBLE": "Something went wrong on the server.",
    "TOO_MANY_TRIES": "Too many tries to sign in: wait {minutes} minutes.",
    "UNAUTHENTICATED": "The server does not know this name and password.",
}
"""What happened, as an enumerator says it; where none stands here, the problem's own words."""

HAPPENED_ONCE = {"TOO_MANY_TRIES": "Too many tries to sign in: wait one minute."}
"""The same, of what counts something that is 1."""

TO_DO = {
    "PHONE_UNKNOWN": NEW_CODE,
    "MULTIPART": LATER_TELL,
    "XML_MISSING": LATER_TELL,
    "STORE_AWAY": LATER,
    "DATABASE_AWAY": LATER,
    "DISK_FULL": FULL,
    "UNKNOWN_TROUBLE": LATER_TELL,
    "TOO_MANY_TRIES": LATER,
    "UNAUTHENTICATED": SIGN_IN,
}
"""What to do; where nothing stands here, `TELL`."""


def refusal(language: str, error: ProblemError) -> str:
    """Three short sentences for the app's dialog."""
    row = error.problem
    own = HAPPENED.get(row.name)
    mine = Problem(row.name, row.code, own or "", one=HAPPENED_ONCE.get(row.name, ""))
    happened = error if own is None else ProblemError(mine, error.details)
    to_do = TO_DO.get(row.name, TELL)
    return sentences(language, say_problem(language, happened), say(language, STAYS), say(language, to_do))
