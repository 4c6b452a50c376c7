from flask import Blueprint
phones = Blueprint("phones", __name__)
@phones.get("/p/<num:project_id>/phones")
def listing(project_id): return ""
@phones.get("/p/<num:project_id>/phones/new")
def new(project_id): return ""
@phones.get("/p/<num:project_id>/phones/<actor_id>")
def overview(project_id, actor_id): return ""
