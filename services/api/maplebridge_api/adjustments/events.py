"""How the tree changes, with what follows."""

from ..platform.events import EventType

MOVED = EventType("grid.moved", "A grid went under another one. 网格迁移")
SPLIT = EventType("grid.split", "Grids were divided off another one. 网格拆分")
MERGED = EventType("grid.merged", "Grids were taken into another one. 网格合并")
CLOSED = EventType("grid.closed", "A grid was closed. 网格撤销")
