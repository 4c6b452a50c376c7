from flask import Blueprint
form = Blueprint("form", __name__)
@form.get("/p/<num:project_id>/forms")
def listing(project_id): return ""
@form.get("/p/<num:project_id>/forms/new")
def new(project_id): return ""
@form.get("/p/<num:project_id>/forms/<xml_form_id>")
def overview(project_id, xml_form_id): return ""
