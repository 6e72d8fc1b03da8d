"""The tables. Times are UTC; what a call consists of (turns, answers, evidence) is only ever added to.

branches ──< members >──< phones          who is enrolled, and on which numbers
             members ──< preferences      what each has chosen for good; and the PINs that were tried
calls ──< turns ──< answers               what was sent and done, one row a turn
      ├─< evidence                        what came outside the turns: the hang-up, a repeated answer
      ├─< attendance                      for whom else a call counts: a group, a visit, whoever it was claimed for
      ├─< visits                          home visits, confirmed or not
      └─< recordings ──< replies          what was said after the tone; the secretary's answers to questions
notices                                   a private sentence for one member
users ──< sign_ins                        who may use the desk, and who is there; and the passwords that were tried
      └─< deeds                           what they did that others may ask about
members ──< exemptions, follow_ups, hours what secretaries write down
        └─< presences >── occasions       visits and meetings off the telephone
progress, studied                         derived from calls, turns, answers, evidence and attendance;
                                          `ivr ledger rebuild` makes it anew
plays (a view)                            each piece of a lesson that was sent, and what closed it
"""

from __future__ import annotations

from ivr.records.models.calls import Answer, Attendance, Call, Evidence, Progress, Studied, TurnRow, Visit
from ivr.records.models.columns import NAMES, Base, Id, UtcDateTime
from ivr.records.models.desk import Exemption, FollowUp, Hours, Occasion, Presence
from ivr.records.models.letters import Notice, Recording, Reply
from ivr.records.models.people import Branch, Member, MemberPhone, Phone, PinTry, Preference
from ivr.records.models.users import Deed, SignIn, SignInTry, User

__all__ = [
    "NAMES",
    "Answer",
    "Attendance",
    "Base",
    "Branch",
    "Call",
    "Deed",
    "Evidence",
    "Exemption",
    "FollowUp",
    "Hours",
    "Id",
    "Member",
    "MemberPhone",
    "Notice",
    "Occasion",
    "Phone",
    "PinTry",
    "Preference",
    "Presence",
    "Progress",
    "Recording",
    "Reply",
    "SignIn",
    "SignInTry",
    "Studied",
    "TurnRow",
    "User",
    "UtcDateTime",
    "Visit",
]
