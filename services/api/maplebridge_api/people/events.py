"""What changes about people; ids only, never a name."""

from ..platform.events import EventType

PEOPLE_CREATED = EventType("person.created", "People were entered. 新增人员")
