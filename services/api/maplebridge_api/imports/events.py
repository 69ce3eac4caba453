"""What happens to imports and exports; numbers and ids, nothing that a cell held."""

from ..platform.events import EventType

REQUESTED = EventType("import.requested", "A spreadsheet was handed in. 上传导入文件")
APPLIED = EventType("import.applied", "A spreadsheet was imported. 导入完成")
REFUSED = EventType("import.refused", "A spreadsheet was refused. 导入未通过")
COPY_TAKEN = EventType("import.copy_taken", "A marked copy was handed out. 下载标注副本")
UNDONE = EventType("import.undone", "An import was undone. 撤销导入")
EXPORTED = EventType("export.made", "A ledger left as a spreadsheet. 导出台账")
