"""Contexts of the pages of the app: a module for each, of the page's name, whose `samples(web)` makes them.

Together they should fill every field of the context, and every list.
"""
