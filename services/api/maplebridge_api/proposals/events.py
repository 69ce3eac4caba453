"""What becomes of proposals; that somebody is appointed is told by appointments' own events."""

from ..platform.events import EventType

PROPOSED = EventType("appointment_proposal.made", "Appointments were proposed. 任职建议")
REJECTED = EventType("appointment_proposal.rejected", "A proposal was rejected. 任职建议未通过")
WITHDRAWN = EventType("appointment_proposal.withdrawn", "A proposal was taken back. 任职建议撤回")
