"""Pages for people: `report` serves the report page and the start page, `docs` the interactive API reference.

Each sends the content security policy that `api.http.content_security` makes for it.
"""
