"""Where an expression of the tables stands: named small forms, each with one instance, one node and one clock.

A table names a context as `answers`, or with another node than its own: `members /data/member[2]/age`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from server.xforms import Context, FormModel, parse_instance
from server.xforms.evaluate import Answers, lay, work_out
from server.xforms.plan import Place, Row, path_of
from server.xforms.values import converter
from tests.xforms.forms import Beside

_AREAS = "name,label,people\nn1,Northford,120\ns1,Southmill,80\ns2,井,8.5\n".encode()


@dataclass(frozen=True, slots=True)
class Standing:
    """A form as XML, an instance of it, the node at which expressions stand, and how far the clock is ahead of UTC."""

    form: str
    instance: str
    node: str
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    offset: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Laid:
    """A standing with its instance worked out, as the engine sees it."""

    model: FormModel
    answers: Answers

    def at(self, path: str) -> tuple[Place, Row]:
        """The node at a path with positions. Raises KeyError."""
        for place in self.model.plan.by_path.values():
            for row in self.answers.rows[place.scope.number]:
                if path_of(place, row) == path:
                    return place, row
        raise KeyError(path)


@cache
def laid(name: str) -> Laid:
    """The context of a name, worked out once."""
    standing = STANDINGS[name]
    model = FormModel.from_xml(standing.form.encode())
    now = datetime.now(timezone(standing.offset) if standing.offset else UTC)
    answers = lay(
        model,
        parse_instance(standing.instance.encode()),
        Context(now=now, lists=Beside(standing.attachments)),
    )
    work_out(answers)
    for place, row, text in answers.leaves:  # a case may read what no expression of the form reads
        if place.convert is None:
            row.values[place.slot] = converter(place.type)(text, answers.clock)
    return Laid(model, answers)


_NAMESPACES = """xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
    xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms"
    xmlns:orx="http://openrosa.org/xforms" """


def _form(instance: str, binds: str, body: str, lists: str = "") -> str:
    return f"""<h:html {_NAMESPACES}><h:head><h:title>T</h:title><model>
        <instance><data id="t" version="7">{instance}</data></instance>
        {lists}{binds}</model></h:head><h:body>{body}</h:body></h:html>"""


def _bind(name: str, type_: str, more: str = "") -> str:
    return f'<bind nodeset="/data/{name}" type="{type_}" {more}/>'


def _input(name: str) -> str:
    return f'<input ref="/data/{name}"><label>Q</label></input>'


_LISTS = """<instance id="towns"><root>
    <item><name>ford</name><label>Lower Ford</label><region>north</region><size>120</size></item>
    <item><name>mill</name><label>Mill Hill</label><region>south</region><size>80</size></item>
    <item><name>well</name><label>Well Green</label><region>north</region><size>80.0</size></item>
    <item><name>end</name><label>Land’s End</label><region>west</region><size/></item>
</root></instance>
<instance id="letters"><root>
    <item><name>A</name></item><item><name>B</name></item><item><name>C</name></item>
    <item><name>D</name></item><item><name>E</name></item><item><name>F</name></item>
</root></instance>
<instance id="single"><root><item><name>only</name><note code="x1">one note</note></item></root></instance>"""

# --- one answer of each type, and the same form with nothing in it --------------------------------------------------

_TYPES = {
    "whole": ("int", "7"),
    "part": ("decimal", "2.75"),
    "minus": ("int", "-3"),
    "zero": ("int", "0"),
    "word": ("string", "hello world"),
    "digits": ("string", "12"),
    "spaced": ("string", "two   words"),
    "yes": ("boolean", "1"),
    "no": ("boolean", "0"),
    "day": ("date", "2024-02-29"),
    "moment": ("dateTime", "2024-03-01T10:20:30.400Z"),
    "clock": ("time", "09:05:00.000Z"),
    "text_day": ("string", "2024-02-29"),
    "one": ("string", "b"),
    "many": ("string", "a c"),
    "order": ("odk:rank", "c a b"),
    "place": ("geopoint", "12.5 3.25 0 4"),
    "trace": ("geotrace", "0 0 0 0; 0 1 0 0; 1 1 0 0"),
    "shape": ("geoshape", "0 0 0 0; 0 1 0 0; 1 1 0 0; 1 0 0 0; 0 0 0 0"),
    "crossed": ("geotrace", "0 0 0 0; 1 1 0 0; 1 0 0 0; 0 1 0 0"),
    "encoded": ("string", "YmVhbnM="),
    "here": ("string", "here"),
    "blank": ("string", ""),
    "blank_int": ("int", ""),
    "blank_day": ("date", ""),
    "blank_many": ("string", ""),
    "hidden": ("string", "unseen"),
}
_CHOICES = "".join(
    f"<item><label>{label}</label><value>{name}</value></item>"
    for name, label in (("a", "Apple"), ("b", "Bean"), ("c", "Corn"))
)
_TYPED = _form(
    "".join(f"<{name}/>" for name in _TYPES)
    + "<home><size/><head><name/></head></home><meta><instanceID/></meta>",
    "".join(
        _bind(name, type_, 'relevant="false()"' if name == "hidden" else "")
        for name, (type_, _) in _TYPES.items()
    )
    + _bind("home/size", "int")
    + _bind("home/head/name", "string"),
    "".join(_input(name) for name in _TYPES if name not in ("one", "many", "order", "blank_many"))
    + f'<select1 ref="/data/one"><label>Q</label>{_CHOICES}</select1>'
    + f'<select ref="/data/many"><label>Q</label>{_CHOICES}</select>'
    + f'<select ref="/data/blank_many"><label>Q</label>{_CHOICES}</select>'
    + f'<odk:rank ref="/data/order"><label>Q</label>{_CHOICES}</odk:rank>'
    + f'<group ref="/data/home"><label>G</label>{_input("home/size")}{_input("home/head/name")}</group>',
)


def _typed(text: Callable[[str], str]) -> str:
    inside = "".join(f"<{name}>{text(value)}</{name}>" for name, (_, value) in _TYPES.items())
    home = f"<home><size>{text('4')}</size><head><name>{text('Ada')}</name></head></home>"
    return f'<data id="t" version="7">{inside}{home}<meta><instanceID>uuid:1</instanceID></meta></data>'


# --- repeats: members with visits, pets beside them -----------------------------------------------------------------

_MEMBERS = _form(
    """<which/><wanted/><member jr:template=""><name/><age/><score/><likes/><where/><only_old/>
    <visit jr:template=""><on/><cost/><by/></visit></member>
    <pet jr:template=""><name/><owner/></pet><ghost jr:template=""><name/></ghost>
    <totals><sum/></totals><meta><instanceID/></meta>""",
    _bind("which", "int")
    + _bind("wanted", "string")
    + _bind("member/name", "string")
    + _bind("member/age", "int")
    + _bind("member/score", "decimal")
    + _bind("member/likes", "string")
    + _bind("member/where", "geopoint")
    + _bind("member/only_old", "string", 'relevant="../age &gt; 30"')
    + _bind("member/visit/on", "date")
    + _bind("member/visit/cost", "decimal")
    + _bind("member/visit/by", "string")
    + _bind("pet/name", "string")
    + _bind("pet/owner", "string")
    + _bind("ghost/name", "string")
    + _bind("totals/sum", "decimal"),
    _input("which")
    + _input("wanted")
    + f"""<group ref="/data/member"><label>M</label><repeat nodeset="/data/member">
    {"".join(map(_input, ("member/name", "member/age", "member/score", "member/likes", "member/where", "member/only_old")))}
    <group ref="/data/member/visit"><label>V</label><repeat nodeset="/data/member/visit">
    {_input("member/visit/on")}{_input("member/visit/cost")}{_input("member/visit/by")}</repeat></group></repeat></group>
    <group ref="/data/pet"><label>P</label><repeat nodeset="/data/pet">{_input("pet/name")}{_input("pet/owner")}</repeat></group>
    <group ref="/data/ghost"><label>G</label><repeat nodeset="/data/ghost">{_input("ghost/name")}</repeat></group>
    {_input("totals/sum")}""",
)
_MEMBERS_SENT = """<data id="t" version="7"><which>2</which><wanted>Bo</wanted>
<member><name>Ann</name><age>41</age><score>1.5</score><likes>a b</likes><where>0 0 0 0</where><only_old>wise</only_old>
    <visit><on>2024-01-05</on><cost>2</cost><by>x</by></visit><visit><on>2024-02-05</on><cost>3.5</cost><by>y</by></visit></member>
<member><name>Bo</name><age>7</age><score/><likes/><where>0 1 0 0</where><only_old>no</only_old>
    <visit><on>2024-03-05</on><cost>10</cost><by>z</by></visit></member>
<member><name>Cy</name><age>33</age><score>-4</score><likes>c</likes><where>1 1 0 0</where><only_old/></member>
<pet><name>Rex</name><owner>Bo</owner></pet><pet><name>Tom</name><owner>Ann</owner></pet>
<totals><sum/></totals><meta><instanceID>uuid:1</instanceID></meta></data>"""

# --- lists and selects ----------------------------------------------------------------------------------------------

_SELECTS = _form(
    "<town/><towns/><region/><area/><label/><read/><meta><instanceID/></meta>",
    _bind("town", "string")
    + _bind("towns", "string")
    + _bind("region", "string")
    + _bind("area", "string")
    + _bind("label", "string")
    # JavaRosa forgets a list that the form does not read.
    + _bind(
        "read",
        "int",
        """calculate="count(instance('letters')/root/item) + count(instance('single')/root/item)" """,
    ),
    """<select1 ref="/data/town"><label>Q</label><itemset nodeset="instance('towns')/root/item[region = /data/region]">
    <value ref="name"/><label ref="label"/></itemset></select1>
    <select ref="/data/towns"><label>Q</label><itemset nodeset="instance('towns')/root/item">
    <value ref="name"/><label ref="label"/></itemset></select>
    <select1 ref="/data/area"><label>Q</label><itemset nodeset="instance('areas')/root/item">
    <value ref="name"/><label ref="label"/></itemset></select1>"""
    + _input("region")
    + _input("label"),
    f'{_LISTS}<instance id="areas" src="jr://file-csv/areas.csv"/>',
)
_SELECTS_SENT = """<data id="t" version="7"><town>well</town><towns>mill end</towns><region>north</region>
<area>s1</area><label/><read/><meta><instanceID>uuid:1</instanceID></meta></data>"""

STANDINGS: Mapping[str, Standing] = {
    "answers": Standing(_TYPED, _typed(lambda text: text), "/data/here"),
    "nothing": Standing(_TYPED, _typed(lambda text: ""), "/data/here"),
    "manila": Standing(_TYPED, _typed(lambda text: text), "/data/here", offset=timedelta(hours=8)),
    "lima": Standing(_TYPED, _typed(lambda text: text), "/data/here", offset=timedelta(hours=-5)),
    "members": Standing(_MEMBERS, _MEMBERS_SENT, "/data/totals/sum"),
    "selects": Standing(_SELECTS, _SELECTS_SENT, "/data/label", {"areas.csv": _AREAS}),
}
