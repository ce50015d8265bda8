"""The record: every table, the state table, the journal, references, the store and its questions.

The only room that speaks to the database; the rooms above hand its sessions around and call its functions.
"""
