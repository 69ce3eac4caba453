"""What happens to disputes."""

from ..platform.events import EventType

REPORTED = EventType("dispute.reported", "A dispute was reported. 纠纷上报")
STEP_TAKEN = EventType("dispute.step_taken", "A dispute took a step. 纠纷办理")
