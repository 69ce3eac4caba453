"""What changes in the grid."""

from ..platform.events import EventType

STREET_CREATED = EventType("street.created", "A street was entered. 新增街道")
GRIDS_CREATED = EventType("grid.created", "Grids were entered. 新增网格")
DESCRIBED = EventType("grid.described", "A grid's name, or what it has, changed. 网格信息变更")
RENUMBERED = EventType("grid.renumbered", "A grid got another code. 网格改号")
HOUSEHOLDS_CREATED = EventType("household.created", "Households were entered. 新增住户")
HOUSEHOLD_MOVED = EventType("household.moved", "A household went to another unit. 住户迁移")
HOUSEHOLD_RECOUNTED = EventType("household.recounted", "Its residents were counted. 住户人数变更")
HOUSEHOLD_ENDED = EventType("household.ended", "A household is no more. 住户注销")
