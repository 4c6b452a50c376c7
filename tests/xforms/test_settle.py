"""What follows from answers that a person changed, worked out as a phone would go on, and what the phone alone knew stays."""

from __future__ import annotations

from datetime import datetime

from server.xforms import Context, FormModel, Settled, settle
from server.xforms.tables import Table, of_csv
from tests.xforms.forms import form, instance

NOW = datetime.fromisoformat("2026-05-01T10:00:00.000+08:00")


class Csv:
    """One attached list, whatever it is called."""

    def __init__(self, rows: str) -> None:
        self._table = of_csv(rows.encode())

    def table(self, file: str) -> Table | None:
        return self._table

    def has(self, file: str, column: str, value: str) -> bool | None:
        return None


def after(model: FormModel, answers: str, *changed: str, rows: str = "name,label\n") -> Settled:
    """What follows for an instance in which the answers `changed` are already the new ones."""
    return settle(model, instance(answers), Context(now=NOW, lists=Csv(rows)), changed)


SUMS = """
| survey |
| | type      | name   | label | calculation                | relevant        |
| | integer   | women  | Q     |                            |                 |
| | integer   | men    | Q     |                            |                 |
| | calculate | people |       | ${women} + ${men}          |                 |
| | calculate | rooms  |       | if(${people} > 3, 'b', 'a')|                 |
| | text      | why    | Q     |                            | ${people} > 3   |
| | calculate | said   |       | concat('x', ${why})        | ${people} > 3   |
"""


def test_calculations_follow_the_answers_through_each_other() -> None:
    came = "<women>4</women><men>3</men><people>3</people><rooms>a</rooms>"
    assert dict(after(form(SUMS), came, "/data/women").values) == {
        "/data/people": "7",
        "/data/rooms": "b",
        "/data/said": "x",
    }


def test_what_is_not_asked_any_more_is_named_and_counts_as_empty() -> None:
    came = "<women>1</women><men>1</men><people>7</people><rooms>b</rooms><why>w</why><said>xw</said>"
    found = after(form(SUMS), came, "/data/women")
    assert found.absent == ("/data/why", "/data/said")
    assert dict(found.values) == {"/data/people": "2", "/data/rooms": "a"}


def test_a_calculation_that_already_says_so_is_left_as_it_is_written() -> None:
    came = "<women>1</women><men>1</men><people>2.0</people><rooms>a</rooms>"
    assert after(form(SUMS), came) == Settled(absent=("/data/why", "/data/said"))


PHONES = """
| survey |
| | type                        | name  | label | calculation                                                  | relevant       |
| | select_one_from_file l.csv  | which | Q     |                                                              |                |
| | text                        | other | Q     |                                                              |                |
| | calculate                   | found |       | instance('l')/root/item[name = ${which}]/label               |                |
| | calculate                   | both  |       | concat(${found}, ' ', ${other})                              |                |
| | calculate                   | day   |       | today()                                                      |                |
| | calculate                   | lot   |       | random()                                                     |                |
| | calculate                   | kept  |       | once(uuid())                                                 |                |
| | calculate                   | who   |       | concat(${deviceid}, ${other})                                |                |
| | deviceid                    | deviceid |    |                                                              |                |
| | text                        | shown | Q     |                                                              | ${found} = 'Old' |
"""
CAME = (
    "<which>a</which><other>{other}</other><found>Old</found><both>Old x</both><day>2026-01-01</day><lot>0.5</lot>"
    "<kept>k</kept><who>px</who><deviceid>p</deviceid><shown>s</shown>"
)
ROWS = "name,label\na,New\nb,Other\n"


def test_what_a_phone_read_where_nobody_can_read_again_stays_until_an_answer_says_otherwise() -> None:
    assert after(form(PHONES), CAME.format(other="x"), rows=ROWS) == Settled()
    assert after(form(PHONES), CAME.format(other="y"), "/data/other", rows=ROWS) == Settled(
        values={"/data/both": "Old y", "/data/who": "py"}
    )
    found = after(form(PHONES), CAME.format(other="x").replace(">a<", ">b<"), "/data/which", rows=ROWS)
    assert found == Settled(values={"/data/found": "Other", "/data/both": "Other x"}, absent=("/data/shown",))


def test_a_date_of_the_clock_is_the_submissions_own_day_where_it_is_worked_out_anew() -> None:
    model = form(
        "| survey |\n| | type | name | label | calculation |\n| | integer | n | Q | |\n"
        "| | calculate | due | | format-date(date(today() + ${n}), '%Y-%m-%d') |\n"
    )
    came = "<n>7</n><due>2026-01-08</due>"
    assert after(model, came) == Settled()
    assert after(model, came, "/data/n").values == {"/data/due": "2026-05-08"}


COUNTED = """
| survey |
| | type         | name   | label | calculation            | relevant      | repeat_count |
| | integer      | n      | Q     |                        |               |              |
| | begin_repeat | member | M     |                        |               | ${n}         |
| | text         | called | Q     |                        |               |              |
| | integer      | age    | Q     |                        |               |              |
| | calculate    | place  |       | position(..)           |               |              |
| | text         | school | Q     |                        | ${age} < 15   |              |
| | end_repeat   |        |       |                        |               |              |
| | calculate    | ages   |       | sum(${age})            |               |              |
| | calculate    | many   |       | count(${member})       |               |              |
"""
ROW = "<member><called>{name}</called><age>{age}</age><place>{place}</place></member>"


def members(*ages: int) -> str:
    return "".join(ROW.format(name=f"m{at}", age=age, place=at) for at, age in enumerate(ages, start=1))


def test_rows_come_and_go_with_the_count_that_asks_for_them() -> None:
    model = form(COUNTED)
    two = f"{members(20, 30)}<ages>50</ages><many>2</many>"
    more = after(model, f"<n>4</n>{two}", "/data/n")
    assert more.rows == ("+/data/member", "+/data/member")
    less = after(model, f"<n>0</n>{two}", "/data/n")
    assert less.rows == ("-/data/member[2]", "-/data/member[1]")
    assert after(model, f"<n>4</n>{two}").rows == ()


def test_what_stands_in_rows_is_worked_out_row_by_row() -> None:
    came = f"<n>2</n>{members(20, 9)}<ages>50</ages><many>2</many>"
    found = after(form(COUNTED), came, "/data/member[2]/age")
    assert dict(found.values) == {"/data/ages": "29"}
    assert found.absent == ("/data/member[1]/school",)


SWITCHED = """
| survey |
| | type       | name  | label | save_to |
| | select_one y | agrees | Q |       |
| | text       | place | Q     | place   |
| choices |
| | list_name | name | label |
| | y         | yes  | yes   |
| | y         | no   | no    |
| entities |
| | list_name | label    | create_if          |
| | trees     | ${place} | ${agrees} = 'yes'  |
"""


def test_whether_an_entity_is_made_follows_the_answer_that_decides_it() -> None:
    meta = '<meta><entity dataset="trees" id="0b9f7c52-8a70-4c7d-8f3b-7d1c9be2b202" create="1"><label>Ford</label></entity></meta>'
    model = form(SWITCHED)
    found = after(model, f"<agrees>no</agrees><place>Ford</place>{meta}", "/data/agrees")
    assert found.switches == {("/data/meta/entity", "create"): "0"}
    moved = after(model, f"<agrees>yes</agrees><place>Mill</place>{meta}", "/data/place")
    assert (dict(moved.values), dict(moved.switches)) == ({"/data/meta/entity/label": "Mill"}, {})


def test_nothing_follows_where_a_form_asks_for_more_than_one_submission_may() -> None:
    model = form(COUNTED)
    context = Context(now=NOW, lists=Csv("name,label\n"), max_steps=1)
    assert settle(model, instance(f"<n>4</n>{members(20, 30)}"), context, ["/data/n"]) == Settled()
