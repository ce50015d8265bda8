"""Promises about time: when an answer is owed, when that is at risk or broken, and what a broken one asks of us."""
