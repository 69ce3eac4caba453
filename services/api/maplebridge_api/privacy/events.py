"""What happens to all that is kept of a person; ids and reasons only.

`mb_disclose` (migrations) gives a name and phone only in a transaction that has recorded one of these.
"""

from ..platform.events import EventType

EXPORTED = EventType("person.exported", "All that is kept of a person was handed out. 导出个人信息")
ERASED = EventType("person.erased", "A person's name and phone were erased. 删除个人信息")
MERGED = EventType("person.merged", "Two entries of one person became one. 合并人员条目")
