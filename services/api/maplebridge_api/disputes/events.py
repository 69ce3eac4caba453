"""What happens to disputes."""

from ..platform.events import EventType

REPORTED = EventType("dispute.reported", "A dispute was reported. 纠纷上报")
REDACTED = EventType("dispute.redacted", "Words were struck from a case's texts. 删去文字")
TEXT_ERASED = EventType("dispute.text_erased", "A case's texts were kept long enough. 文字到期删除")
STEP_TAKEN = EventType("dispute.step_taken", "A dispute took a step. 纠纷办理")
