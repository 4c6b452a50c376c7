from flask import Blueprint
people = Blueprint("people", __name__)
@people.get("/people")
def listing(): return ""
@people.get("/people/x")
def overview(): return ""
