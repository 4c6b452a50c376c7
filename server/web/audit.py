from flask import Blueprint
audit = Blueprint("audit", __name__)
@audit.get("/audit")
def listing(): return ""
@audit.get("/audit/x")
def overview(): return ""
