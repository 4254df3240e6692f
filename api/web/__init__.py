"""Pages for people: `report` serves the report page and the start page, `sign_in` the form by which people sign in,
`docs` the interactive API reference.

Each sends the content security policy that `api.http.content_security` makes for it.
"""
