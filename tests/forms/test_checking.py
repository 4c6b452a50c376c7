"""`forms check`: the same words as at upload, and an exit status that means something. And the forms that ship."""

from __future__ import annotations

from pathlib import Path

from server.forms import samples
from server.forms.examine import checking
from tests.forms.desk import Desk, form


def checked(path: Path) -> tuple[int, list[str]]:
    (one,) = checking.given([path])
    return checking.exit_code(one.examined.notices), checking.report(one)


PUMPS = form("type | name | label\nselect_one_from_file pumps.csv | pump | Which pump?")


def test_a_file_that_lies_beside_the_form_is_its_own_and_is_looked_at(tmp_path: Path) -> None:
    path, pumps = tmp_path / "visit.xlsx", tmp_path / "pumps.csv"
    path.write_bytes(PUMPS)
    code, lines = checked(path)
    assert (code, len(lines), lines[-1]) == (0, 2, f"{path}: 0 to mend, 1 to look at.")
    pumps.write_bytes(b"name,label\nold,Old pump\n")
    said = (0, [f"{path}: its file pumps.csv lies beside it.", f"{path}: 0 to mend, 0 to look at."])
    assert checked(path) == said
    assert [one.path for one in checking.given(checking.paths(tmp_path))] == [path]
    assert [one.path for one in checking.given([pumps, path])] == [path]
    pumps.write_bytes("name,label\nold,旧水泵\n".encode("gbk"))
    code, lines = checked(path)
    assert code == 1
    assert lines[0].startswith(f"{path}: error: pumps.csv is not UTF-8")


CASCADE = (
    "type | name | label | choice_filter\n"
    "select_one_from_file places.csv | d | District | parent = ''\n"
    "select_one_from_file places.csv | v | Village | {}"
)
PLACES = (
    b"name,label,label::Other,parent\nnorth,North,,\nsouth,South,,\nother,Other,,north\nother,Others,,south\n"
)


def test_a_name_that_stands_once_in_each_part_of_a_filtered_list_is_not_told(tmp_path: Path) -> None:
    path, places = tmp_path / "visit.xlsx", tmp_path / "places.csv"
    path.write_bytes(form(CASCADE.format("parent = ${d}")))
    places.write_bytes(PLACES)
    assert checked(path)[1][-1] == f"{path}: 0 to mend, 0 to look at."
    places.write_bytes(PLACES + b"other,Another,x,south\n")
    assert any("(1): other." in line for line in checked(path)[1])
    places.write_bytes(PLACES)
    path.write_bytes(form(CASCADE.format("")))  # all of them are offered to this question
    assert any("(1): other." in line for line in checked(path)[1])


def test_only_a_file_of_the_form_s_own_folder_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    (tmp_path / "secret.csv").write_bytes(b"name,label\na,A\n")
    (folder / "other.csv").write_bytes(b"name,label\na,A\n")
    xform = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
    <h:title>Trees</h:title><model><instance><data id="trees" version="1"><tree/><meta><instanceID/></meta></data></instance>
    <instance id="list" src="jr://file-csv/../secret.csv"/><bind nodeset="/data/tree" type="string"/></model></h:head>
    <h:body><select1 ref="/data/tree"><label>Which?</label><itemset nodeset="instance('list')/root/item">
    <value ref="name"/><label ref="label"/></itemset></select1></h:body></h:html>"""
    path = folder / "trees.xml"
    path.write_text(xform)
    (one,) = checking.given([path])
    assert dict(one.files) == {}


def test_a_good_form_is_0(tmp_path: Path) -> None:
    path = tmp_path / "visit.xlsx"
    path.write_bytes(form("type | name | label\ntext | remark | Anything else?"))
    assert checked(path) == (0, [f"{path}: 0 to mend, 0 to look at."])


def test_a_form_to_mend_is_1_with_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "visit.xlsx"
    path.write_bytes(
        form("type | name | label | relevant\ninteger | house_size | Rooms |\ntext | a | A | ${hoose_size}")
    )
    code, lines = checked(path)
    assert code == 1
    assert lines[0].startswith(
        f"{path}: survey!D3 error: relevant names ${{hoose_size}}; did you mean ${{house_size}}?"
    )
    assert lines[-1] == f"{path}: 1 to mend, 0 to look at."


def test_a_form_to_look_at_is_still_0(tmp_path: Path) -> None:
    path = tmp_path / "visit.xlsx"
    path.write_bytes(form("type | name | label\nimage | roof | The roof"))
    code, lines = checked(path)
    assert (code, lines[-1]) == (0, f"{path}: 0 to mend, 1 to look at.")


def test_no_form_at_all_is_2(tmp_path: Path) -> None:
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\xff\xd8\xff\xe0 a photo")
    assert checked(path)[0] == 2
    assert checked(tmp_path / "not_there.xlsx")[0] == 2


def test_a_folder_is_all_its_forms(tmp_path: Path) -> None:
    (tmp_path / "old.xlsx").mkdir()
    (tmp_path / "old.xlsx" / "c.xlsx").write_bytes(b"")
    for name in (
        "b.xlsx", "a.xml", "c.XLS", "~$b.xlsx", "._b.xlsx", ".b.xml", "notes.txt", "README.md", "places.csv",
    ):  # fmt: skip
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in checking.paths(tmp_path)] == ["a.xml", "b.xlsx", "c.XLS"]


def test_the_forms_that_ship_are_published_once(desk: Desk) -> None:
    examined = samples.examine_shipped()
    first = samples.publish_shipped(
        desk.session, desk.services, desk.project_id, desk.actor_id, announce=desk.announce, examined=examined
    )
    assert {form.xml_form_id for form in first} >= {
        "household_enrolment",
        "household_visit",
        "facility_register",
        "facility_inspection",
    }
    assert all(form.current_version is not None for form in first)
    again = samples.publish_shipped(
        desk.session, desk.services, desk.project_id, desk.actor_id, announce=desk.announce, examined=examined
    )
    assert again == []
