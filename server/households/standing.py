"""Which rows stand: taking a submission's rows out of force and back, and telling what it wrote.

History rows are stamped, never removed; the current rows are made anew from what stands. Never commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from server import ledger
from server.entities import datasets
from server.entities.standing import Named, created, creators, put, stand, stand_before
from server.entities.versions import Moment
from server.households import current
from server.households.current import OBSERVATION
from server.households.determine import KINDS
from server.households.tables import SUBJECTS, TABLES
from server.households.telling import settle_phones
from server.services import Services

Touched = tuple[str, str, str]
"""Kind, subject and table of current rows that must be made anew."""


@dataclass(frozen=True, slots=True)
class Written:
    """A row that a submission wrote: table, row id (of its history), and the columns that it gave a value."""

    table: str
    row_id: int
    columns: tuple[str, ...]


def supersede(session: Session, services: Services, submission_id: int, moment: Moment) -> None:
    """Take a submission's rows out of force: it is rejected or put away.

    Of all its versions: those that stood before an edit that was held back, too. The current rows and the phones' lists
    fall back to what others said; what the submission made is unconfirmed and leaves the lists.
    """
    connection = session.connection()
    touched = stamp_submission(connection, submission_id, moment.at)
    _remake(connection, touched)
    _tell(session, settle(session, services, submission_id, touched, moment, creates=False, updates=False))


def hold(session: Session, services: Services, submission_id: int, moment: Moment) -> None:
    """Take out of force what a version wrote, because its approval was undone: what it made is unconfirmed again, as it
    was while the submission waited, and stays on the phones' lists. What stood when it came stands."""
    came = _judged(session, services, moment)
    if came is not None:
        _fall_back(session, services, submission_id, moment, came)
        return
    connection = session.connection()
    touched = stamp_submission(connection, submission_id, moment.at)
    _remake(connection, touched)
    _tell(session, settle(session, services, submission_id, touched, moment, creates=True, updates=False))


def reinstate(session: Session, services: Services, submission_id: int, moment: Moment) -> None:
    """Put back in force what `supersede` or `hold` took out: the rows of the submission's newest version that wrote any."""
    connection = session.connection()
    newest = select(OBSERVATION).where(OBSERVATION.c.submission_id == submission_id)
    row = connection.execute(newest.order_by(OBSERVATION.c.seq.desc()).limit(1)).first()
    touched: set[Touched] = set()
    creates = row is None or row.subject is not None
    if row is not None and row.superseded_at is not None:
        touched = stamp_submission(connection, submission_id, moment.at)
        touched |= _stamp(connection, [row], None)
        _remake(connection, touched)
    _tell(session, settle(session, services, submission_id, touched, moment, creates=creates, updates=True))


def _judged(session: Session, services: Services, moment: Moment) -> ledger.Event | None:
    """The arrival of the version that an act is about; None where the ledger does not know it."""
    act = ledger.one(session, services.keys, moment.seq)
    number = None if act is None else act.payload.get("version")
    return None if number is None else ledger.one(session, services.keys, int(number))


def _before(connection: Connection, submission_id: int, came: ledger.Event) -> Row[Any] | None:
    """What stood of a submission when a version of it came: it stands yet, or was taken out of force since."""
    earlier = select(OBSERVATION).where(
        OBSERVATION.c.submission_id == submission_id,
        OBSERVATION.c.version_id < came.seq,
        or_(OBSERVATION.c.superseded_at.is_(None), OBSERVATION.c.superseded_at >= came.at),
    )
    rows = connection.execute(earlier.order_by(OBSERVATION.c.seq)).all()
    return max(rows, key=lambda row: (row.superseded_at is None, row.superseded_at or came.at), default=None)


def _fall_back(
    session: Session, services: Services, submission_id: int, moment: Moment, came: ledger.Event
) -> None:
    """Take out of force what a version wrote; what stood when it came stands."""
    connection = session.connection()
    mine = (OBSERVATION.c.submission_id == submission_id, OBSERVATION.c.superseded_at.is_(None))
    out = select(OBSERVATION).where(*mine, OBSERVATION.c.version_id >= came.seq)
    touched = _stamp(connection, connection.execute(out).all(), moment.at)
    before = _before(connection, submission_id, came)
    if before is not None and before.superseded_at is not None:
        touched |= _stamp(connection, [before], None)
    _remake(connection, touched)
    named = stand_before(session, submission_id, moment.at, came.seq, came.at)
    _follow(session, submission_id, moment.at)
    _tell(session, _agree(session, services, named, touched, moment))


def settle(
    session: Session,
    services: Services,
    submission_id: int,
    touched: Set[Touched],
    moment: Moment,
    *,
    creates: bool = True,
    updates: bool | None = True,
    subject: str | None = None,
    again: bool = True,
) -> list[int]:
    """The phones' lists follow: which of a submission's entity versions count, then what the entities are by that.

    `updates` None: as before. `subject`: a household that it wrote about, beside those `touched`. `again`: it was here
    before. Returns the lists that changed: the caller raises their generation, last.
    """
    named = stand(session, submission_id, moment.at, creates=creates, updates=updates)
    if again:
        _follow(session, submission_id, moment.at)
    return _agree(session, services, named, touched, moment, subject)


def _agree(
    session: Session,
    services: Services,
    named: Iterable[Named],
    touched: Set[Touched],
    moment: Moment,
    subject: str | None = None,
) -> list[int]:
    households = {uuid for kind, uuid, _ in touched if kind == "household"}
    households.update([subject] if subject is not None else ())
    return settle_phones(session, services, named, households, moment)


def _follow(session: Session, submission_id: int, at: datetime) -> None:
    """What rests on a submission's rows that stand now: the place of its entity versions, and of what it enrolled the area,
    whether that is confirmed, and whose enrolment it is."""
    connection = session.connection()
    mine = (OBSERVATION.c.submission_id == submission_id, OBSERVATION.c.superseded_at.is_(None))
    seen = connection.execute(select(OBSERVATION.c.rank).where(*mine)).first()
    if seen is not None:
        put(session, submission_id, seen.rank)
    made = created(session, submission_id)
    for name, kind in KINDS.items():
        table = SUBJECTS[kind]
        uuids = {uuid for of, uuid in made if of == name}.union(_named(connection, kind, submission_id))
        rows = connection.execute(select(table).where(table.c.uuid.in_(uuids)).order_by(table.c.uuid)).all()
        for row in rows if uuids else ():
            if row.created_by == submission_id or (name, row.uuid) in made:
                _whose(session, kind, name, row, at)


def _named(connection: Connection, kind: str, submission_id: int) -> set[str]:
    """The households (or facilities) that a submission's rows were written about, as it named them."""
    query = select(func.coalesce(OBSERVATION.c.merged_from, OBSERVATION.c.subject)).where(
        OBSERVATION.c.submission_id == submission_id,
        OBSERVATION.c.kind == kind,
        OBSERVATION.c.subject.is_not(None),
    )
    return set(connection.execute(query).scalars())


def _whose(session: Session, kind: str, name: str, row: Row[Any], at: datetime) -> None:
    """A household (or facility) is its enrolment's while that stands, else another's that does, else one's that waits."""
    connection = session.connection()
    seen = _enrolment(connection, kind, row.created_by, row.uuid)
    makers: list[int] = []
    if seen is None:
        makers = creators(session, row.project_id, name, row.uuid)
        others = (_enrolment(connection, kind, maker, row.uuid) for maker in makers)
        seen = next((one for one in others if one is not None), None)
    if seen is not None:
        hand_over(connection, kind, row.uuid, seen.submission_id, seen.area_id, at, confirmed=True)
        return
    maker = makers[0] if makers and row.created_by not in makers else row.created_by
    hand_over(connection, kind, row.uuid, maker, row.area_id, at, confirmed=False)


def _enrolment(connection: Connection, kind: str, submission_id: int | None, uuid: str) -> Row[Any] | None:
    """What stands of a submission about a subject that it names."""
    query = select(OBSERVATION).where(
        OBSERVATION.c.submission_id == submission_id,
        OBSERVATION.c.superseded_at.is_(None),
        OBSERVATION.c.kind == kind,
        func.coalesce(OBSERVATION.c.merged_from, OBSERVATION.c.subject) == uuid,
    )
    return connection.execute(query).first()


def hand_over(
    connection: Connection,
    kind: str,
    uuid: str,
    submission_id: int | None,
    area_id: int | None,
    at: datetime,
    *,
    confirmed: bool,
) -> None:
    """Say whose enrolment a household's (or facility's) is, and what follows: whether it is confirmed, where it lies and
    its current rows with it. The one place where a row that is there changes its area."""
    table = SUBJECTS[kind]
    values = {"created_by": submission_id, "area_id": area_id, "confirmed": confirmed}
    row = connection.execute(select(table).where(table.c.uuid == uuid)).one()
    if all(getattr(row, column) == value for column, value in values.items()):
        return
    connection.execute(update(table).where(table.c.uuid == uuid).values(**values, updated_at=at))
    if row.area_id != area_id:
        current.move(connection, kind, uuid, area_id)


def unmade(session: Session, submission_id: int) -> list[str]:
    """What a submission had enrolled and no longer does, as submissions name it (`household:<uuid>`)."""
    made = created(session, submission_id, counts=False)
    return [f"{KINDS[name]}:{uuid}" for name, uuid in made if name in KINDS]


def _tell(session: Session, lists: Iterable[int]) -> None:
    for dataset_id in lists:
        datasets.touch(session, dataset_id)


def written(session: Session, submission_id: int) -> list[Written]:
    """The rows that a submission's version in force wrote, in the form's order; none where none stands."""
    query = select(OBSERVATION.c.written).where(
        OBSERVATION.c.submission_id == submission_id, OBSERVATION.c.superseded_at.is_(None)
    )
    rows = session.execute(query.order_by(OBSERVATION.c.seq.desc())).scalars().first() or []
    return [Written(table, row_id, tuple(columns)) for table, row_id, columns in rows]


def wrote(session: Session, submission_id: int, version_id: int) -> bool:
    """Whether that version of a submission ever wrote rows, be they superseded: `reinstate` then has them to put back."""
    mine = (OBSERVATION.c.submission_id == submission_id, OBSERVATION.c.version_id == version_id)
    return session.execute(select(OBSERVATION.c.id).where(*mine).limit(1)).first() is not None


def stamp_submission(connection: Connection, submission_id: int, at: datetime) -> set[Touched]:
    """Stamp the rows of a submission that stand; returns (kind, subject, table) of what must be made anew."""
    standing = select(OBSERVATION).where(
        OBSERVATION.c.submission_id == submission_id, OBSERVATION.c.superseded_at.is_(None)
    )
    return _stamp(connection, connection.execute(standing).all(), at)


def _stamp(connection: Connection, observations: Iterable[Any], at: datetime | None) -> set[Touched]:
    touched: set[Touched] = set()
    for seen in observations:
        repeats = {
            name
            for name, monitored in TABLES.items()
            if monitored.repeated and monitored.subject == seen.kind
        }
        tables = {entry[0] for entry in seen.written}
        for name in tables:
            history = TABLES[name].history
            mine = (history.c.submission_id == seen.submission_id, history.c.seq == seen.seq)
            connection.execute(update(history).where(*mine).values(superseded_at=at))
        connection.execute(update(OBSERVATION).where(OBSERVATION.c.id == seen.id).values(superseded_at=at))
        if seen.subject is not None:
            touched |= {(seen.kind, seen.subject, name) for name in tables.union(repeats, seen.emptied or ())}
    return touched


def _remake(connection: Connection, touched: set[Touched]) -> None:
    for kind, subject in {(kind, subject) for kind, subject, _ in touched}:
        names = [name for one, two, name in touched if (one, two) == (kind, subject)]
        current.remake(connection, kind, subject, names)
