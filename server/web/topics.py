"""The topics that pages are about, each a blueprint of thin views."""

from __future__ import annotations

from server.web import merging as _merging  # noqa: F401 - its views join `households`
from server.web.account import account
from server.web.areas import areas
from server.web.audit import audit
from server.web.forms.listing import forms
from server.web.forms.one import form
from server.web.home import home
from server.web.households import households
from server.web.people import people
from server.web.phones import phones
from server.web.system import system
from server.web.tables import tables
from server.web.visits import accepting as _accepting  # noqa: F401 - its views join `visit`
from server.web.visits import edit as _edit  # noqa: F401 - its views join `visit`
from server.web.visits import pictures as _pictures  # noqa: F401 - its views join `visit`
from server.web.visits import twin as _twin  # noqa: F401 - its view joins `visit`
from server.web.visits.listing import visits
from server.web.visits.one import visit

TOPICS = (account, home, visits, visit, forms, form, phones, households, tables, areas, people, audit, system)
