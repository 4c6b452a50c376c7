"""Whatever was decided, phones see what they would see had the rejected ones never come: only version numbers tell."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import ledger
from server.entities import datasets, lists
from server.entities.versions import Moment
from server.households.incoming import Incoming
from server.ingest import project, states
from server.ingest.project import Place, Work
from server.ingest.states import Wanted
from tests.households.world import NOW, Received, World, new_uuid, visit_mapping, when

SAVETO = {f"/data/{name}": name for name in ("status", "floor", "roof", "last_visit_on")}
STATES = st.sampled_from(["approved", "rejected", "hasIssues", None])


@dataclass
class Sent:
    """A submission of a history: 0 is the enrolment. `saves` None: a visit whose form writes no entity."""

    held: bool
    saves: dict[str, str] | None
    outcome: str
    day: int
    base: int
    states: list[str | None] = field(default_factory=list)

    @property
    def wanted(self) -> Wanted:
        """What stands of it in the end."""
        last = self.states[-1] if self.states else None
        return states.wanted(review_state=last, deleted=False, held=self.held)


Act = tuple[int, str | None]
"""(number, "sent"), or (number, review state)."""


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Sent], list[Act]]:
    """An enrolment and up to five visits, and decisions about them in between and afterwards."""
    some = st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(["active", "left_panel"]),
            "floor": st.sampled_from(["earth", "tiles", ""]),
            "roof": st.sampled_from(["metal", "thatch"]),
            "last_visit_on": st.sampled_from(["2026-03-04", "2026-03-05"]),
        },
    )
    outcomes = st.sampled_from(["completed", "refused", "moved_away", "nobody_home"])
    sent: list[Sent] = []
    acts: list[Act] = []
    for number in range(draw(st.integers(2, 6))):
        saves = draw(some) if not number else draw(st.none() | some)
        base = draw(st.integers(1, 3))
        sent.append(Sent(draw(st.booleans()), saves, draw(outcomes), draw(st.integers(1, 6)), base))
        acts.append((number, "sent"))
        for _ in range(draw(st.integers(0, 2))):
            about, state = draw(st.integers(0, number)), draw(STATES)
            acts.append((about, state))
            sent[about].states.append(state)
    return sent, acts


def without_the_rejected(sent: list[Sent], acts: list[Act]) -> list[Act]:
    """The same history had nobody sent what was rejected, and had each held one that stands been approved once."""
    kept: list[Act] = []
    for number, act in acts:
        one = sent[number]
        if one.wanted is Wanted.NOTHING:
            continue
        frees = one.held and one.wanted is Wanted.ALL and act == "approved"
        if act == "sent" or (frees and (number, "approved") not in kept):
            kept.append((number, act))
    return kept


def seen(
    world: World, forms: tuple[int, int, int], sent: list[Sent], acts: list[Act]
) -> dict[str, str] | None:
    """What phones see of a new household after these acts; None where it is on no list."""
    household = new_uuid()
    there: dict[int, Received] = {}
    reviews: dict[int, str | None] = {}
    stands: dict[int, bool] = {}
    for number, act in acts:
        one = sent[number]
        if act == "sent":
            there[number] = world.receive(_incoming(world, forms, household, number, one), held=one.held)
            stands[number] = not one.held
            continue
        reviews[number] = act
        _decide(world, there[number], one.held, act, stands=stands[number])
        stands[number] = states.wanted(review_state=act, deleted=False, held=one.held) is Wanted.ALL
    world.session.commit()
    dataset = datasets.dataset_id_of(world.session, 1, "households")
    assert dataset is not None
    with world.reading() as session:
        content = lists.csv_for(session, world.services, dataset, ()).content.decode()
    rows = [row for row in csv.DictReader(io.StringIO(content)) if row["name"] == household]
    if not rows:
        return None
    (row,) = rows
    return {name: value for name, value in row.items() if name not in ("name", "code", "__version")}


def _incoming(world: World, forms: tuple[int, int, int], household: str, number: int, one: Sent) -> Incoming:
    enrol, visit, silent = forms
    answers = {"observed_at": when(one.day), "visit": {"outcome": one.outcome}, "area": "A1-014"}
    name = f"uuid:{number}"  # decides between visits at one instant
    if not number:
        return world.incoming(
            enrol, answers, household=household, create=True, properties=one.saves, instance=name
        )
    if one.saves is None:
        return world.incoming(silent, {**answers, "which": household}, instance=name)
    return world.incoming(
        visit, answers, household=household, properties=one.saves, base=one.base, label=None, instance=name
    )


def _decide(world: World, one: Received, held: bool, state: str | None, *, stands: bool) -> None:
    """A decision as ingest settles it."""
    keys = world.services.keys
    seq = ledger.append(world.session, keys, ledger.Kind.REVIEW, f"submission:{one.seq}", None, {})
    place = Place(one.submission_id, one.seq, Moment(seq, NOW + timedelta(seconds=seq)))
    work = Work(replace(one.incoming, submission_id=one.submission_id))
    want = states.wanted(review_state=state, deleted=False, held=held)
    project.bring(world.session, world.services, work, one.determined, place, want, stands=stands)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(history=histories())
def test_lists_are_as_if_the_rejected_had_never_been_sent(
    world: World, history: tuple[list[Sent], list[Act]]
) -> None:
    if not world.plans:
        outcome = {"visit.outcome"}
        world.form(visit_mapping(create=True, only=outcome), saveto=SAVETO)
        world.form(visit_mapping(only=outcome), saveto=SAVETO)
        world.form(visit_mapping(by="question", only=outcome), saveto=SAVETO)
    forms = (1, 2, 3)
    sent, acts = history
    assert seen(world, forms, sent, acts) == seen(world, forms, sent, without_the_rejected(sent, acts))
