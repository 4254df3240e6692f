"""The clients against the server."""
