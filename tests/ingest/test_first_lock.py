"""By which UUID a submission takes its turn in a commit: that of the row that it locks first, as the database spells it."""

from __future__ import annotations

from server.households.incoming import Incoming
from server.households.mapping import form_plan
from server.ingest.project import Work
from server.xforms import EntityBlock, SavedEntity
from tests.households.world import NOW, visit_mapping

LOW, HIGH = "1a3e4567-e89b-42d3-a456-426614174000", "9a3e4567-e89b-42d3-a456-426614174000"


def work(by: str | None, *entities: str, which: str = "") -> Work:
    blocks = [EntityBlock(f"/data/{n}", "wells", one, False, True, None) for n, one in enumerate(entities)]
    return Work(
        Incoming(
            project_id=1,
            timezone="Asia/Shanghai",
            form_version_id=1,
            form="look",
            version="1",
            plan=form_plan(visit_mapping(by=by)) if by else None,
            record={"which": which},
            instance_id="uuid:1",
            received_at=NOW,
            entities=tuple(SavedEntity(block.path, block, {}, {}) for block in blocks),
        )
    )


def test_ids_of_entities_are_compared_as_the_database_keeps_them() -> None:
    assert work(None, HIGH, f" uuid:{LOW.upper()}").first_lock == LOW
    assert work(None, "no uuid", HIGH).first_lock == HIGH


def test_the_household_that_a_question_names_is_locked_before_any_entity() -> None:
    assert work("question", which=HIGH.upper()).first_lock == HIGH
    assert work("question", LOW, which=HIGH).first_lock == HIGH
    assert work("question", LOW, which="nobody").first_lock == LOW


def test_what_names_nothing_comes_last() -> None:
    assert work(None).first_lock is None
    assert work(None, "no uuid").first_lock is None
