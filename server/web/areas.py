from flask import Blueprint
areas = Blueprint("areas", __name__)
@areas.get("/areas")
def listing(): return ""
@areas.get("/areas/x")
def overview(): return ""
