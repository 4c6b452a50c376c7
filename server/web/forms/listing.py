from flask import Blueprint
forms = Blueprint("forms", __name__)
@forms.get("/p/<num:project_id>/forms")
def listing(project_id): return ""
@forms.get("/p/<num:project_id>/forms/new")
def new(project_id): return ""
@forms.get("/p/<num:project_id>/forms/<x>")
def overview(project_id, x): return ""
