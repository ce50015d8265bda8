"""Every table of the desk, by what it is about. Importing this package registers them all."""

from tickets.tables.conversation import Attachment, Draft, Message, Ticket, Verdict
from tickets.tables.desk import CalendarRow, Counter, Key, Lease, Setting, Staff
from tickets.tables.intake import Intake, MailboxCheck, RawLetter
from tickets.tables.journal import JournalEntry, Seal
from tickets.tables.outgoing import Outgoing
from tickets.tables.oversight import Attention, Example, Notice, Remediation, Report, SatisfactionAnswer
from tickets.tables.promises import Promise

__all__ = [
    "Attachment",
    "Attention",
    "CalendarRow",
    "Counter",
    "Draft",
    "Example",
    "Intake",
    "JournalEntry",
    "Key",
    "Lease",
    "MailboxCheck",
    "Message",
    "Notice",
    "Outgoing",
    "Promise",
    "RawLetter",
    "Remediation",
    "Report",
    "SatisfactionAnswer",
    "Seal",
    "Setting",
    "Staff",
    "Ticket",
    "Verdict",
]
