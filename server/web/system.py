from flask import Blueprint
system = Blueprint("system", __name__)
@system.get("/system")
def listing(): return ""
@system.get("/system/x")
def overview(): return ""
