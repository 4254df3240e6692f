"""Tests of the HTTP interface, and what several of them compare with."""

#: The media type of every refusal (RFC 9457).
PROBLEM = "application/problem+json"

#: The name of a wave that must be escaped in a path.
SLASHED = "Q3/2026 前半"
