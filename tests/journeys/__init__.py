"""Journeys through the app in a real browser: what people come for, from the first page to what they take along.

Each asserts what the person sees, and what the store has afterwards. `conftest` has the server and the people.
"""
