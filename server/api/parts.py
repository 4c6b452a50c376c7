"""Every part of the API, in the order of /docs."""

from __future__ import annotations

from server.api.app_users import app_users
from server.api.areas import areas
from server.api.audits import audits
from server.api.form_drafts import drafts
from server.api.form_reading import reading
from server.api.forms import forms
from server.api.monitoring import monitoring
from server.api.preferences import preferences
from server.api.projects import projects
from server.api.roles import roles
from server.api.sessions import sessions
from server.api.submissions import submissions
from server.api.users import users

PARTS = (
    sessions,
    users,
    preferences,
    roles,
    projects,
    forms,
    drafts,
    reading,
    submissions,
    app_users,
    areas,
    monitoring,
    audits,
)
