"""Judgement: which line of action a letter belongs to, what it wants, and how sure we are.

Pure apart from its own model cache. ``classifier.load`` gives a ``Classifier``; the values live in ``verdict``.
"""

from triage.verdict import Text, TriageSettings, Verdict

__all__ = ["Text", "TriageSettings", "Verdict"]
