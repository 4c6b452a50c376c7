"""The plan of a year: who goes where on which day, how it goes, what is photographed, and what goes wrong on purpose.

Pure and made from a seed: the same seed, day and numbers give the same plan. `play.py` carries it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random

from server.demo.facilities import Facility, facility, works
from server.demo.homes import Home, home, near, trouble_of, uuid4
from server.demo.phone import Told
from server.demo.pictures import Shot, scene_of
from server.demo.region import Place, Region
from server.demo.visit import Story

DAYS = 365
FIRST_HOUR, SLOTS, SLOT_MINUTES = 8, 8, 65
"""A phone's working day: so many visits, none overlapping another."""

FLAWS = {
    "wrong_code": 0.012,
    "wrong_type": 0.008,
    "missing_photo": 0.02,
    "elsewhere": 0.02,
    "no_exif": 0.03,
    "same_photo": 0.015,
    "far": 0.02,
    "hasty": 0.02,
}
"""What is wrong with a visit, and how often. The first two are held back for a person to look at."""

HELD = frozenset({"wrong_code", "wrong_type"})


@dataclass(frozen=True, slots=True)
class Frame:
    """A photo of a visit. `role` is the question that it answers, `name` the file's; `sent` False: it got lost.

    `taken` and `at` are what its EXIF says, None: nothing. `again`: the phone's photo before it, sent once more."""

    role: str
    name: str
    shot: Shot
    taken: datetime | None
    at: tuple[float, float] | None
    sent: bool = True
    again: bool = False


USUAL = Story()


@dataclass(frozen=True, slots=True)
class Event:
    """One form filled on a phone. `outcome` is the enrolment's, or whether the inspector reached the facility."""

    form: str
    phone: int
    told: Told
    about: Home | Facility
    outcome: str
    trouble: str | None
    seed: int
    story: Story = USUAL
    frames: tuple[Frame, ...] = ()
    flaw: str = ""


@dataclass(slots=True)
class Calendar:
    """Which phone is where when. Days are the region's."""

    zone: tzinfo
    today: date
    taken: dict[tuple[int, date], int] = field(default_factory=dict)

    def slot(self, phone: int, day: date, rng: Random) -> datetime:
        """The next free time of a phone on a day or after it, before today; else after hours on the day itself."""
        free = day
        while self.taken.get((phone, free), 0) >= SLOTS and free < self.today:
            free += timedelta(days=1)
        free = day if free >= self.today else free
        number = self.taken.get((phone, free), 0)
        self.taken[(phone, free)] = number + 1
        start = datetime.combine(free, time(FIRST_HOUR), self.zone)
        return start + timedelta(
            minutes=number * SLOT_MINUTES + rng.randint(0, 9), seconds=rng.randint(0, 59)
        )


@dataclass(frozen=True, slots=True)
class Team:
    """Whose phone goes where: villages' townships to enumerators, districts to inspectors. Numbers of phones from 1."""

    enumerator: dict[str, int]
    inspector: dict[str, int]


def team(region: Region, enumerators: int = 9) -> Team:
    """So many enumerators' phones share the townships; then each district has one of an inspector."""
    townships = [place.code for place in region.at("township")]
    districts = [place.code for place in region.at("district")]
    return Team(
        {code: number % enumerators + 1 for number, code in enumerate(townships)},
        {code: enumerators + 1 + number for number, code in enumerate(districts)},
    )


def plan(
    rng: Random,
    region: Region,
    today: date,
    zone: tzinfo,
    *,
    households: int,
    visits: int,
    flaws: Mapping[str, float] = FLAWS,
) -> list[Event]:
    """A year of events in the order in which they happen, yesterday the latest. `flaws`: how often which goes wrong."""
    calendar = Calendar(zone, today)
    who = team(region)
    villages = list(region.at("village"))
    rng.shuffle(villages)
    villages = villages[: max(1, min(len(villages), households))]
    events = list(_households(rng, region, villages, calendar, who, households, visits, flaws))
    events += _facilities(
        rng, region, villages, calendar, who, max(3, round(households * 0.55)), round(visits * 0.13)
    )
    return sorted(events, key=lambda event: (event.told.start, event.told.instance_id))


def _households(
    rng: Random,
    region: Region,
    villages: Sequence[Place],
    calendar: Calendar,
    who: Team,
    households: int,
    visits: int,
    flaws: Mapping[str, float],
) -> Iterator[Event]:
    """Each household enrolled, then its visits; beside them those that refuse or are not met."""
    often = [visits // households] * households
    for number in rng.sample(range(households), visits % households):
        often[number] += 1
    for number in range(households):
        village = villages[number % len(villages)]
        township = region.place(village.parent)
        it = home(rng, village, township.name)
        phone = who.enumerator[township.code]
        first = calendar.today - timedelta(days=int(DAYS - 280 * rng.random() ** 2))
        start = calendar.slot(phone, first, rng)
        yield _enrolment(rng, it, phone, start, "completed")
        left = range(1, (calendar.today - start.date()).days)
        after = rng.sample(left, min(len(left), often[number]))
        times = sorted(calendar.slot(phone, start.date() + timedelta(days=days), rng) for days in after)
        for place, when in enumerate(times, start=1):
            yield _visit(rng, it, phone, township.name, when, calendar.today, flaws, last=place == len(times))
    for _ in range(round(households * 0.05)):
        village = rng.choice(villages)
        it = home(rng, village, region.place(village.parent).name)
        phone = who.enumerator[village.parent]
        day = calendar.today - timedelta(days=rng.randint(60, DAYS))
        outcome = rng.choice(("refused", "nobody_home"))
        yield _enrolment(rng, it, phone, calendar.slot(phone, day, rng), outcome)


def _told(rng: Random, phone: int, start: datetime, minutes: int) -> Told:
    return Told(start, minutes, f"collect:demo{phone:02d}", f"uuid:{uuid4(rng)}")


def _enrolment(rng: Random, it: Home, phone: int, start: datetime, outcome: str) -> Event:
    told = _told(rng, phone, start, rng.randint(9, 22) if outcome == "completed" else rng.randint(2, 4))
    frames: tuple[Frame, ...] = ()
    if outcome == "completed" and rng.random() < 0.85:
        frames = (_frame(rng, "dwelling_photo", "house", it, told, 0),)
    return Event("household_enrolment", phone, told, it, outcome, None, rng.getrandbits(32), frames=frames)


def _visit(
    rng: Random,
    it: Home,
    phone: int,
    township: str,
    start: datetime,
    today: date,
    flaws: Mapping[str, float],
    *,
    last: bool,
) -> Event:
    trouble = trouble_of(township, start.date(), today)
    met = rng.random()
    flaw = ""
    if met < 0.06:
        arrival = "nobody_home" if met < 0.045 or not last else "moved_away"
        seen = "empty" if arrival == "moved_away" else "lived_in"
        story = Story(arrival="unsafe" if met < 0.004 else arrival, dwelling_seen=seen, trouble=trouble)
    elif met < 0.09:
        story = Story(consent="no", come_again=not last or rng.random() < 0.6, trouble=trouble)
    elif met < 0.11:
        story = Story(stopped=True, trouble=trouble, remark="The household had to leave for the fields.")
    else:
        flaw = rng.choices(("", *flaws), (1 - sum(flaws.values()), *flaws.values()))[0]
        remark = rng.choice(("", "", "", "", "Path flooded after rain.", "New well is being dug nearby."))
        story = Story(trouble=trouble, far=rng.randint(400, 900) if flaw == "far" else 8, remark=remark)
    talked = story.arrival == "adult_home" and story.consent == "yes"
    minutes = 3 if flaw == "hasty" else rng.randint(24, 55) if talked else rng.randint(2, 5)
    told = _told(rng, phone, start, minutes)
    frames = _visit_frames(rng, it, told, story, flaw) if talked else ()
    if flaw in ("missing_photo", "elsewhere", "no_exif", "same_photo") and not frames:
        flaw = ""
    return Event(
        "household_visit", phone, told, it, "", trouble, rng.getrandbits(32), story, tuple(frames), flaw
    )


def _visit_frames(rng: Random, it: Home, told: Told, story: Story, flaw: str) -> list[Frame]:
    wanted = [("water_photo", "water", 0.7)]
    if not story.stopped:
        wanted.append(("sanitation_photo", "toilet", 0.55 if it.toilet != "none" else 0))
        wanted.append(("damage_photo", "damage", 0.65 if story.trouble == "storm" else 0.12))
    frames = [
        _frame(rng, role, scene, it, told, number)
        for number, (role, scene, chance) in enumerate(wanted)
        if rng.random() < chance
    ]
    if frames:
        frames[0] = _spoilt(rng, frames[0], flaw)
    return frames


def _frame(rng: Random, role: str, scene: str, it: Home | Facility, told: Told, number: int) -> Frame:
    """A photo as it should be: during the visit, at the place."""
    taken = told.start + timedelta(minutes=told.minutes * (0.3 + 0.2 * number), seconds=rng.randint(0, 20))
    name = f"{int(taken.timestamp() * 1000) + number}.jpg"
    # Water is fetched and toilets are used away from home: each home's own, but not its walls' colours.
    look = it.look + {"house": 0, "damage": 0}.get(scene, 1)
    return Frame(role, name, Shot(scene, look, rng.getrandbits(32)), taken, near(it.point, rng, 25))


def _spoilt(rng: Random, frame: Frame, flaw: str) -> Frame:
    where, when, sent, again = frame.at, frame.taken, frame.sent, frame.again
    if flaw == "elsewhere" and where is not None:
        where = (where[0] + rng.uniform(0.03, 0.08), where[1] + rng.uniform(-0.05, 0.05))
    elif flaw == "no_exif":
        where = when = None
    elif flaw == "missing_photo":
        sent = False
    elif flaw == "same_photo":
        again = True
    return Frame(frame.role, frame.name, frame.shot, when, where, sent, again)


def _facilities(
    rng: Random,
    region: Region,
    villages: Sequence[Place],
    calendar: Calendar,
    who: Team,
    facilities: int,
    inspections: int,
) -> Iterator[Event]:
    """A water point in each village, the rest by townships; each registered early in the year, some inspected later."""
    made: list[tuple[Facility, date]] = []
    for village, kind in _kinds(rng, villages)[:facilities]:
        township = region.place(village.parent)
        phone = who.inspector[township.parent]
        it = facility(rng, kind, village, township.name, calendar.today.year - 1)
        day = calendar.today - timedelta(days=rng.randint(260, DAYS))
        start = calendar.slot(phone, day, rng)
        made.append((it, start.date()))
        yield _register(rng, it, phone, start)
    for _ in range(inspections):
        it, since = rng.choice(made)
        phone = who.inspector[region.place(it.village.parent).parent]
        ago = rng.randint(1, (calendar.today - since).days - 1)
        start = calendar.slot(phone, calendar.today - timedelta(days=ago), rng)
        if start.date() > since:
            yield _inspection(rng, it, phone, start, trouble_of(it.township, start.date(), calendar.today))


def _kinds(rng: Random, villages: Sequence[Place]) -> list[tuple[Place, str]]:
    """What stands where: a water point in each village, what a township has once, ways and waste points here and there.

    One of each of the commonest comes first, so that a small demo has them.
    """
    once: dict[str, Place] = {}
    for village in villages:
        once.setdefault(village.parent, village)
    shared = ("school", "clinic", "power", "market", "community_building", "public_toilet")
    seldom = (("road", 0.15), ("bridge", 0.1), ("waste_point", 0.12), ("irrigation", 0.08))
    first = [(villages[0], kind) for kind in ("water_point", "school", "clinic")]
    rest = [
        *((village, "water_point") for village in villages),
        *((village, kind) for village in once.values() for kind in shared),
        *((village, kind) for village in villages for kind, chance in seldom if rng.random() < chance),
    ]
    rest = [one for one in rest if one not in first]
    rng.shuffle(rest)
    return first + rest


def _register(rng: Random, it: Facility, phone: int, start: datetime) -> Event:
    told = _told(rng, phone, start, rng.randint(8, 20))
    frames = (_frame(rng, "photo", scene_of(it.kind), it, told, 0),) if rng.random() < 0.9 else ()
    return Event("facility_register", phone, told, it, "", None, rng.getrandbits(32), frames=frames)


def _inspection(rng: Random, it: Facility, phone: int, start: datetime, trouble: str | None) -> Event:
    told = _told(rng, phone, start, rng.randint(12, 35))
    reached = "unreachable" if rng.random() < 0.05 else "reached"
    frames: list[Frame] = []
    if reached == "reached":
        roles = ["photo"] + (["photo_use"] if rng.random() < 0.6 else [])
        bad = not works(it, trouble) or rng.random() < 0.25
        roles += ["photo_issue"] if bad else []
        frames = [_frame(rng, role, scene_of(it.kind), it, told, n) for n, role in enumerate(roles)]
    return Event(
        "facility_inspection", phone, told, it, reached, trouble, rng.getrandbits(32), frames=tuple(frames)
    )
