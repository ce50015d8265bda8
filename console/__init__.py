"""The consultants' terminal queue: it shows what the record holds and asks the use cases to act; it decides nothing.

Everything that came from outside passes ``outside.for_terminal`` before a widget sees it.
"""
