"""Servers for the tests: real ones where the machine has them, and faulty ones that fail on purpose."""
