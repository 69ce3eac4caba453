"""What becomes of committees; the appointments of who is elected are told with the election."""

from ..platform.events import EventType

BEGUN = EventType("committee_term.begun", "A committee was elected or formed. 委员会产生")
FILED = EventType("committee_term.filed", "A committee's filing was confirmed. 业主委员会备案")
ENDED = EventType("committee_term.ended", "A committee's term ended early. 委员会任期提前终止")
HANDED_OVER = EventType("committee_term.handed_over", "A committee handed over. 委员会移交")
