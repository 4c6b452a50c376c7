"""REST v1 at ODK Central's paths: thin blueprints and marshmallow schemas."""
