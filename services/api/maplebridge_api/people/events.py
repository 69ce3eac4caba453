"""What changes about people, and who looked at them; ids only, never a name."""

from ..platform.events import EventType

REGISTERED = EventType("person.registered", "A resident registered at the first login. 居民登记")
PEOPLE_CREATED = EventType("person.created", "People were entered. 新增人员")
CORRECTED = EventType("person.corrected", "A person's data was corrected. 更正人员信息")
LOOKED_UP = EventType(
    "person.looked_up", "People were looked up by a phone, or a sheet. 按电话或导入表查找人员"
)
# mb_disclose gives a name and phone only beside one of these, or of those in ../privacy/events.py.
UNMASKED = EventType("person.unmasked", "A name and phone were shown in full. 查看完整信息")
# Written by mb_search_people itself, which finds nobody without it.
SEARCHED = EventType("person.searched", "People were searched by a part of a name. 按姓名查找人员")
