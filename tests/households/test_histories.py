"""Histories that nobody would choose: after each act phones' lists and current rows say what the tables say."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from random import Random

import pytest

from server.problems import ProblemError
from tests.households.panel import Sent, disagreements, furnish, join, listed, part, replayed, send
from tests.support.town import Town

HISTORIES = 8
ACTS = 40
LOOK_EVERY = 3

AREAS = ("A1-014", "A1-015", "B2", "")
STATES = ("approved", "rejected", "hasIssues", None)


@dataclass
class Submission:
    """One that was sent: its first instanceID, that of its newest version, whether it is in the bin."""

    first: str
    newest: Sent
    binned: bool = False


@dataclass
class History:
    """A few households and facilities, and everything that happens to them."""

    town: Town
    random: Random
    households: list[str] = field(default_factory=list)
    facilities: list[str] = field(default_factory=list)
    sent: list[Submission] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def act(self) -> None:
        """Something happens; `log` says what."""
        acts = {
            self.enrol: 10,
            self.enrol_again: 4,
            self.build: 3,
            self.call: 18,
            self.edit: 18,
            self.decide: 22,
            self.bin: 6,
            self.merge: 5,
            self.part: 4,
            self.work: 6,
        }
        (chosen,) = self.random.choices(list(acts), list(acts.values()))
        chosen()

    def enrol(self) -> None:
        self.households.append(self._new())
        self._send("join", self.households[-1])

    def enrol_again(self) -> None:
        if self.households:
            self._send("join", self.random.choice(self.households))

    def build(self) -> None:
        if not self.facilities or self.random.random() < 0.5:
            self.facilities.append(self._new())
        self._send("build", self.random.choice(self.facilities))

    def call(self) -> None:
        """A visit; now and then to a household that is not enrolled yet."""
        if not self.households or self.random.random() < 0.05:
            self.households.append(self._new())
        self._send("call", self.random.choice(self.households))

    def edit(self) -> None:
        """A correction; of a visit now and then to another household."""
        there = [one for one in self.sent if not one.binned]
        if not there:
            return
        one = self.random.choice(there)
        subject = one.newest.subject
        if one.newest.form == "call" and self.random.random() < 0.3:
            subject = self.random.choice(self.households)
        self._send(one.newest.form, subject, one)

    def decide(self) -> None:
        there = [one for one in self.sent if not one.binned]
        if there:
            one, state = self.random.choice(there), self.random.choice(STATES)
            self.log.append(f"{state} {one.first}")
            answer = self.town.decide(one.first, state)
            assert answer.status_code == 200, answer.text

    def bin(self) -> None:
        if self.sent:
            one = self.random.choice(self.sent)
            self.log.append(f"{'out of' if one.binned else 'into'} the bin {one.first}")
            self.town.bin(one.first, back=one.binned)
            one.binned = not one.binned

    def merge(self) -> None:
        if len(self.households) > 1:
            keep, gone = self.random.sample(self.households, 2)
            try:
                join(self.town, keep, gone)
            except ProblemError:  # not enrolled, or merged before
                return
            self.merged[gone] = keep
            self.log.append(f"merge {gone} into {keep}")

    def part(self) -> None:
        if self.merged:
            gone = self.random.choice(sorted(self.merged))
            self.log.append(f"part {gone} from {self.merged.pop(gone)}")
            part(self.town, gone)

    def work(self) -> None:
        self.log.append("work")
        self.town.work()

    def disagreements(self) -> list[str]:
        """Where lists and tables differ once everything that waits is done."""
        self.town.work()
        households = disagreements(self.town, self.households)
        return households + disagreements(self.town, self.facilities, "facilities")

    def _send(self, form: str, subject: str, of: Submission | None = None) -> None:
        given = self._answers(form)
        if of is not None and self.random.random() < 0.4:  # nothing but time or area changes
            given |= {name: of.newest.given[name] for name in of.newest.given if name not in ("when", "area")}
        edits = None if of is None else of.newest.instance_id
        made = send(self.town, form, subject, edits=edits, base=self.random.randint(1, 4), **given)
        self.log.append(f"{form} {made.instance_id} about {subject} edits {edits}: {given}")
        if of is None:
            self.sent.append(Submission(made.instance_id, made))
        else:
            of.newest = made

    def _answers(self, form: str) -> dict[str, str]:
        pick = self.random.choice
        day, minute = self.random.randint(1, 28), len(self.log) % 60
        given = {
            "when": f"2026-03-{day:02d}T{pick((8, 12)):02d}:{minute:02d}:00.000+08:00",
            "water": pick(("borehole", "surface", "kiosk", "")),
            "rooms": pick(("1", "2", "", "many")) if self.random.random() < 0.6 else "3",
            "due": pick(("2026-11-01", "2026-12-01", "")),
        }
        if form == "build":
            year = pick(("1990", "2001", "", "long ago"))
            return {"when": given["when"], "area": pick(AREAS), "kind": pick(("school", "")), "year": year}
        if form == "join":
            return {**given, "area": pick(AREAS), "status": "active"}
        if self.random.random() < 0.3:
            given["area"] = pick(AREAS)
        return {**given, "status": pick(("active", "left_panel", ""))}

    def _new(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))


@pytest.fixture(scope="module")
def town(shared: Town) -> Town:
    """One town for all histories: each has households of its own."""
    return furnish(shared)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_lists_and_current_rows_say_what_the_tables_say(town: Town, seed: int) -> None:
    history = History(town, Random(seed))
    for number in range(ACTS):
        history.act()
        if number % LOOK_EVERY == 0:
            assert history.disagreements() == [], "\n".join(history.log)
    assert history.disagreements() == [], "\n".join(history.log)


def test_a_rebuild_gives_the_same_after_all_of_them(town: Town) -> None:
    history = History(town, Random(HISTORIES))
    for _ in range(ACTS):
        history.act()
    town.work()
    before = [listed(town, name) for name in ("households", "facilities")]
    assert replayed(town) == []
    assert [listed(town, name) for name in ("households", "facilities")] == before
