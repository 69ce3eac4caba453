"""What changes in the grid."""

from ..platform.events import EventType

STREET_CREATED = EventType("street.created", "A street was entered. 新增街道")
GRIDS_CREATED = EventType("grid.created", "Grids were entered. 新增网格")
HOUSEHOLDS_CREATED = EventType("household.created", "Households were entered. 新增住户")
