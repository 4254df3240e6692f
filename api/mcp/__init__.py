"""Tools for agents, by the Model Context Protocol over stdin and stdout: `saywhy mcp`.

`server.py` makes the server, `tools.py` has what it offers, `results.py` what that returns. The tools read through the
same services as the routes of `api/v1/`, so an anonymous workspace shows what is published and nothing else; they write
nothing, and never show personal data. Nothing else imports the SDK, which is the extra `mcp` of the package.
"""
