"""What changes about appointments."""

from ..platform.events import EventType

APPOINTED = EventType("appointment.made", "Persons were appointed to posts. 任职")
CROSS_APPOINTED = EventType("cross_appointment.made", "Cross-appointments were made. 交叉任职")
ENDED = EventType("appointment.ended", "An appointment and what rests on it ended. 任职结束")
