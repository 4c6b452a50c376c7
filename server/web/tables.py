from flask import Blueprint
tables = Blueprint("tables", __name__)
@tables.get("/p/<num:project_id>/tables")
def listing(project_id): return ""
@tables.get("/p/<num:project_id>/tables/new")
def new(project_id): return ""
@tables.get("/p/<num:project_id>/tables/<table>")
def overview(project_id, table): return ""
