"""By which rules a month is published: a month keeps those under which it was closed, so that it always recomputes."""

FIRST = 1
"""Small groups kept back one table at a time."""

METHOD = 2
"""Nor does what is kept back follow from several tables and totals together; offices tell their consultas apart."""
