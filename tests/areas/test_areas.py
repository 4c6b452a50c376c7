"""The tree of areas: its sheet, its import, who sees what by it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems, words
from server.areas import reading, scope
from server.areas.importing import Imported, import_areas
from server.areas.models import Area
from server.areas.sheet import AreaRow
from server.ledger import Kind, read
from server.problems import ProblemError
from server.services import Services
from tests.areas.sheets import read_areas

SHEET = """code,name,parent,level,lat,lon,name:zh,name:ar
A,Aldermere,,region,,,奥德米尔,
A1,North,A,district,51.5,-2.25,北区,الشمال
A1-014,Lower Ford,A1,village,51.51,-2.26,下渡,
A2,South,A,district,,,,
"""


def refusal(content: str | bytes) -> ProblemError:
    with pytest.raises(ProblemError) as refused:
        read_areas(content.encode() if isinstance(content, str) else content)
    assert refused.value.problem is problems.AREAS_INVALID
    return refused.value


def test_a_sheet_becomes_a_tree_with_names_in_languages(session: Session, services: Services) -> None:
    assert import_areas(session, services.keys, SHEET.encode(), actor_id=None) == Imported(4, 0, 0)
    village = reading.by_code(session, "A1-014")
    assert village.called("zh") == "下渡"
    assert village.called("ar") == "Lower Ford"
    assert (village.lat, village.lon) == (51.51, -2.26)
    assert [area.code for area in reading.line(session, village)] == ["A", "A1", "A1-014"]
    assert [(depth, area.code) for depth, area in reading.flat(reading.tree(session))] == [
        (0, "A"),
        (1, "A1"),
        (2, "A1-014"),
        (1, "A2"),
    ]


def test_the_same_sheet_again_changes_nothing_and_writes_nothing(
    session: Session, services: Services
) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    assert import_areas(session, services.keys, SHEET.encode(), actor_id=None) == Imported(0, 0, 4)
    assert len(list(read(session, services.keys))) == 1


def test_a_later_sheet_changes_names_and_moves_whole_subtrees(session: Session, services: Services) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    moved = "code,name,parent\nA1,Northern,A2\nA1-015,Mill End,A1\n"
    done = import_areas(session, services.keys, moved.encode(), actor_id=7, confirmed={"A1"})
    assert done == Imported(1, 1, 0)
    village = reading.by_code(session, "A1-014")
    assert [area.name for area in reading.line(session, village)] == [
        "Aldermere",
        "South",
        "Northern",
        "Lower Ford",
    ]
    event = list(read(session, services.keys))[-1]
    assert event.kind is Kind.AREAS
    assert event.actor_id == 7
    assert [row["code"] for row in event.payload["areas"]] == ["A1", "A1-015"]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + SHEET,
        SHEET.replace(",", ";"),
        SHEET.replace(",", "\t"),
        SHEET.replace("\n", "\r\n"),
        SHEET + "\n,,,,,,,\n\n",
        SHEET.replace("code,name", "Code , NAME"),
    ],
)
def test_what_programs_write_is_read_alike(content: str) -> None:
    assert [row.code for row in read_areas(content.encode())] == ["A", "A1", "A1-014", "A2"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_an_encoding_is_found_out(encoding: str) -> None:
    plain = SHEET.replace("الشمال", "")
    assert read_areas(plain.encode(encoding))[2].names == {"zh": "下渡"}


def test_gbk_as_excel_saves_it_in_china_is_read() -> None:
    assert read_areas("code,name\nA1,下渡\n".encode("gbk"))[0].name == "下渡"


@pytest.mark.parametrize(
    ("content", "row", "says"),
    [
        ("name,parent\nX,\n", 1, "code"),
        ("code,nmae\nA,x\n", 1, "name"),
        ("code,name,population\nA,x,3\n", 1, "population"),
        ("code,name,name\nA,x,y\n", 1, "twice"),
        ("code,name\nA,x\n,y\n", 3, "code"),
        ("code,name\nA B,x\n", 2, "A B"),
        ("code,name\n村,x\n", 2, "村"),
        ("code,name\nA,\n", 2, "name"),
        ("code,name,lat,lon\nA,x,91,0\n", 2, "lat"),
        ("code,name,lat,lon\nA,x,nan,0\n", 2, "lat"),
        ("code,name,lat,lon\nA,x,1,\n", 2, "lat and lon"),
        ("code,name,lat,lon\nA,x,1,abc\n", 2, "lon"),
        ("code,name,lat\nA,x,1\n", 1, "lat and lon"),
        ("code,name\nA,x,y\n", 2, "more cells"),
        ('code,name\nA,"x\n', 2, "quotation"),
        ("code,name\nA," + "x" * 201 + "\n", 2, "200"),
    ],
)
def test_a_bad_row_is_named(content: str, row: int, says: str) -> None:
    error = refusal(content)
    assert error.details["row"] == row
    assert says in error.words


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"PK\x03\x04\x00\x00\x81", b"\x81", b"code,name\nA,\x00\n"]
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    assert "UTF-8" in refusal(content).words


@pytest.mark.parametrize(
    ("rows", "row", "says"),
    [
        ("A,x,B\n", 2, "neither in the sheet nor known"),
        ("A,x,A\n", 2, "lies in itself"),
        ("A,x,B\nB,y,C\nC,z,A\n", 2, "lies in itself"),
        ("A,x,\nB,y,A\nA,z,\n", 4, "row 2"),
        ("".join(f"L{n},x,{f'L{n - 1}' if n else ''}\n" for n in range(30)), 23, "deeper"),
    ],
)
def test_what_is_no_tree_is_refused_whole(
    session: Session, services: Services, rows: str, row: int, says: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        import_areas(session, services.keys, f"code,name,parent\n{rows}".encode(), actor_id=None)
    assert refused.value.details["row"] == row
    assert says in refused.value.words
    assert session.scalars(select(Area)).all() == []


def standing(session: Session, code: str) -> tuple[object, ...]:
    session.expire_all()
    area = reading.by_code(session, code)
    above = [one.code for one in reading.line(session, area)]
    return area.name, area.level, area.lat, area.lon, area.names, above


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_column_that_is_not_in_the_file_leaves_what_stands(
    session: Session, services: Services, between: str
) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    few = f"code{between}name\nA1{between}Northern\n".encode()
    assert import_areas(session, services.keys, few, actor_id=None) == Imported(0, 1, 0)
    names = {"zh": "北区", "ar": "الشمال"}
    assert standing(session, "A1") == ("Northern", "district", 51.5, -2.25, names, ["A", "A1"])
    assert [one.code for one in reading.line(session, reading.by_code(session, "A1-014"))] == [
        "A",
        "A1",
        "A1-014",
    ]
    event = list(read(session, services.keys))[-1]
    assert event.payload["areas"] == [
        {
            "code": "A1",
            "parent": "A",
            "name": "Northern",
            "names": names,
            "level": "district",
            "lat": 51.5,
            "lon": -2.25,
        }
    ]


def test_an_empty_cell_of_a_column_that_is_there_empties_it(session: Session, services: Services) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    rows = b"code,name,level,lat,lon,name:zh\nA1,North,,,,\n"
    import_areas(session, services.keys, rows, actor_id=None)
    assert standing(session, "A1") == ("North", "", None, None, {"ar": "الشمال"}, ["A", "A1"])


def test_an_area_moves_under_another_only_where_that_is_confirmed(
    session: Session, services: Services
) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    content = b"code,name,parent\nA1-014,Lower Ford,A2\n"
    for confirmed in (False, frozenset({"A2"})):
        with pytest.raises(ProblemError) as refused:
            import_areas(session, services.keys, content, actor_id=None, confirmed=confirmed)
        assert refused.value.details["moves"] == [("A1-014", "A1", "A2")]
        assert standing(session, "A1-014")[-1] == ["A", "A1", "A1-014"]
    import_areas(session, services.keys, content, actor_id=None, confirmed=frozenset({"A1-014"}))
    assert standing(session, "A1-014")[-1] == ["A", "A2", "A1-014"]


def test_an_area_put_between_two_takes_nothing_from_anybody(session: Session, services: Services) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    content = b"code,name,parent\nA1-0,Valley,A1\nA1-014,Lower Ford,A1-0\n"
    import_areas(session, services.keys, content, actor_id=None)
    assert standing(session, "A1-014")[-1] == ["A", "A1", "A1-0", "A1-014"]


def test_faults_of_rows_and_of_the_tree_are_told_in_one_go(session: Session, services: Services) -> None:
    content = "code,name,parent,lat,lon\nB,Bexhill,,95,1\nC,,Q,,\nB,Again,,,\nD,Dell,E,,\nE,Elm,D,,\n"
    with pytest.raises(ProblemError) as refused:
        import_areas(session, services.keys, content.encode(), actor_id=None)
    words, at = refused.value.words, -1
    for part in (
        "row 2: lat “95”",
        "row 3: the name is missing",
        "row 3: the parent “Q”",
        "row 4: the code B stands in row 2 already",
        "row 5: D lies in itself",
        "row 6: E lies in itself",
    ):
        assert words.find(part) > at, part
        at = words.find(part)
    assert refused.value.details["row"] == 2


def test_a_boundary_elsewhere_is_told_in_a_sentence_with_one_end(
    session: Session, services: Services
) -> None:
    content = b'code,name,lat,lon,boundary\nA,x,50,1,"POLYGON((50 1,51 1,51 2,50 2,50 1))"\n'
    with pytest.raises(ProblemError) as refused:
        import_areas(session, services.keys, content, actor_id=None)
    assert refused.value.words.endswith("as where latitude and longitude are swapped.")


@pytest.mark.parametrize("rows", ["A1-014,Lower Ford,\n", "A1-014,Lower Ford\n"])
def test_an_area_leaves_its_tree_only_where_that_is_confirmed(
    session: Session, services: Services, rows: str
) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    content = f"code,name,parent\n{rows}".encode()
    with pytest.raises(ProblemError) as refused:
        import_areas(session, services.keys, content, actor_id=None)
    assert refused.value.details["row"] == 2
    assert refused.value.details["leaving"] == ["A1-014"]
    assert "A1-014 (A1 → –) would leave" in refused.value.words
    assert "--force" in refused.value.words
    assert standing(session, "A1-014")[-1] == ["A", "A1", "A1-014"]
    import_areas(session, services.keys, content, actor_id=None, confirmed=True)
    assert standing(session, "A1-014")[-1] == ["A1-014"]
    assert list(read(session, services.keys))[-1].payload["leaving"] == ["A1-014"]


@pytest.mark.parametrize(
    "content",
    [
        "code,name\nA;Aldermere\n",
        "code;name\nA,Aldermere\n",
        "code;name,parent\nA;x,y\n",
        'code;name\n"A;B"\n',
    ],
)
def test_cells_that_are_divided_otherwise_than_the_header_are_refused(content: str) -> None:
    assert refusal(content).details["row"] in (1, 2)


def test_a_known_areas_new_parent_may_not_lie_below_it(session: Session, services: Services) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    with pytest.raises(ProblemError) as refused:
        import_areas(session, services.keys, b"code,name,parent\nA,Aldermere,A1-014\n", actor_id=None)
    assert "lies in itself" in refused.value.words


def test_an_empty_sheet_is_refused(session: Session, services: Services) -> None:
    for content in (b"", b"code,name\n", b"code,name\n,\n"):
        with pytest.raises(ProblemError):
            import_areas(session, services.keys, content, actor_id=None)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_become_rows_or_a_refusal(content: bytes) -> None:
    problem = None
    rows: list[AreaRow] = []
    try:
        rows = read_areas(content)
    except ProblemError as error:
        problem = error.problem
    assert problem in (None, problems.AREAS_INVALID)
    assert all(row.code and row.name for row in rows)


def test_who_has_an_area_sees_it_and_all_below_and_nothing_else(session: Session, services: Services) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    north, village, south, top = (reading.by_code(session, code).id for code in ("A1", "A1-014", "A2", "A"))
    assert [area.code for area in reading.areas_of(session, [north])] == ["A1", "A1-014"]
    assert [branch.area.code for branch in reading.tree(session, [village, south])] == ["A1-014", "A2"]
    assert scope.covers(session, [north], village)
    assert scope.covers(session, [south, north], village)
    assert not scope.covers(session, [village], north)
    assert not scope.covers(session, [south], village)
    assert scope.covers(session, [top], village)
    with pytest.raises(ProblemError):
        reading.by_code(session, "A2", [north])


def test_what_has_no_area_is_for_the_unscoped_only(session: Session, services: Services) -> None:
    import_areas(session, services.keys, SHEET.encode(), actor_id=None)
    north = reading.by_code(session, "A1").id
    assert scope.covers(session, [], None)
    assert not scope.covers(session, [north], None)


def test_an_area_whose_id_begins_like_anothers_is_not_below_it(session: Session, services: Services) -> None:
    rows = "code,name,parent\n" + "".join(f"R{n},x,\nV{n},y,R{n}\n" for n in range(12))
    import_areas(session, services.keys, rows.encode(), actor_id=None)
    first = min(session.scalars(select(Area)), key=lambda area: area.id)
    assert [
        area.id for area in reading.areas_of(session, [first.id]) if not area.path.startswith(first.path)
    ] == []
    assert len(reading.areas_of(session, [first.id])) == 2


FAULTY = """code,name,parent,lat,lon
A,Aldermere,,51,200
A 1,,A,,
A2,South,A,,,more
"""


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    said = refusal(FAULTY).words
    for told in (
        "row 2: lon “200” is not a number of degrees from -180 to 180",
        "row 3: the code “A 1” is not of letters",
        "row 3: the name is missing",
        "row 4: it has more cells than the header",
    ):
        assert told in said
    assert said.count("row ") == 4


def test_all_faults_of_a_header_are_told_at_once() -> None:
    said = refusal("code,nmae,population,lat\n").words
    for told in (
        "the column name is missing",
        "“nmae”",
        "“population”",
        "the columns lat and lon go together",
    ):
        assert told in said


def test_all_faults_of_a_tree_are_told_at_once(session: Session, services: Services) -> None:
    with pytest.raises(ProblemError) as refused:
        import_areas(session, services.keys, b"code,name,parent\nA,x,Q\nB,y,B\nA,z,\n", actor_id=None)
    for told in ("row 2: the parent “Q”", "row 3: B lies in itself", "row 4: the code A stands in row 2"):
        assert told in refused.value.words


def test_of_very_many_faults_twenty_are_told_and_the_others_counted() -> None:
    said = refusal("code,name\n" + "A,\n" * 1_000).words
    assert said.count("row ") == 20
    assert "row 21: the name is missing; more faults: 980" in said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh",
            "区域列表无法导入：第 3 行：代码“A 1”只能用字母 A-Z、数字和 . _ -（最多 40 个）；第 3 行：缺少名称。",
        ),
        (
            "ar",
            "لا يمكن أخذ قائمة المناطق: الصف 3: الرمز «A 1» ليس من الحروف A-Z والأرقام و . _ - (40 على الأكثر)؛ الصف 3: الاسم ناقص.",
        ),
    ],
)
def test_faults_are_told_in_the_language_of_the_reader(language: str, said: str) -> None:
    assert words.say_problem(language, refusal("code,name\nA,x\nA 1,\n")) == said
