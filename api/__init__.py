"""The interfaces: JSON under `/v1`, the report page, the API reference, health checks; tools for agents.

`api.app.create_app` makes the application. `http` is what holds for every route (errors, limits, security headers),
`v1` the JSON routes, `web` the pages. `mcp` has no HTTP: it speaks with agents over stdin and stdout.
"""
