from flask import Blueprint
households = Blueprint("households", __name__)
@households.get("/p/<num:project_id>/households")
def listing(project_id): return ""
@households.get("/p/<num:project_id>/households/new")
def new(project_id): return ""
@households.get("/p/<num:project_id>/households/<code>")
def overview(project_id, code): return ""
