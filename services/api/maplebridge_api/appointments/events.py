"""What changes about appointments."""

from ..platform.events import EventType

APPOINTED = EventType("appointment.made", "Persons were appointed to posts. 任职")
CROSS_APPOINTED = EventType("cross_appointment.made", "Cross-appointments were made. 交叉任职")
ENDED = EventType("appointment.ended", "An appointment and what rests on it ended. 任职结束")
WITHDRAWN = EventType(
    "appointment.withdrawn", "An appointment was withdrawn before it began. 任职撤回"
)
CORRECTED = EventType("appointment.corrected", "An appointment's dates were corrected. 任职更正")
CONTRACT_ENDED = EventType(
    "service_contract.ended", "A contract and what rests on it ended early. 服务合同提前终止"
)
CONTRACT_WITHDRAWN = EventType(
    "service_contract.withdrawn",
    "A contract and what was to rest on it were withdrawn before it began. 服务合同撤回",
)
