"""Pages for people: Jinja templates, htmx, the built assets."""
