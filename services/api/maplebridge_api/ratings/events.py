"""What changes about credit records."""

from ..platform.events import EventType

RECORDS_CREATED = EventType("record.created", "Credit records were entered. 新增信用记录")
