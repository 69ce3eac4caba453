"""What happens on discussion days."""

from ..platform.events import EventType

MEETINGS_CREATED = EventType("meeting.created", "Meetings were arranged. 安排会议")
ATTENDANCE_LISTED = EventType("meeting.attendance_listed", "The host listed who came. 登记到会")
TASKS_CREATED = EventType("task.created", "A meeting gave out tasks. 交办事项")
TASK_COMPLETED = EventType("task.completed", "A task was done. 办结交办事项")
BALLOT_CAST = EventType("ballot.cast", "Ballots were cast. 投评议票")
