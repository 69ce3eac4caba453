"""What changes about people; ids only, never a name."""

from ..platform.events import EventType

REGISTERED = EventType("person.registered", "A resident registered at the first login. 居民登记")
PEOPLE_CREATED = EventType("person.created", "People were entered. 新增人员")
