"""What happens to rubrics and runs."""

from ..platform.events import EventType

RUBRIC_CREATED = EventType("rubric.created", "A rubric was entered. 新增评分细则")
REQUESTED = EventType("evaluation_run.requested", "A run was requested. 发起评价")
CLAIMED = EventType("evaluation_run.claimed", "A worker computes a run. 开始计算")
DRAFTED = EventType("evaluation_run.drafted", "A run's results were drafted. 形成结果草案")
FAILED = EventType("evaluation_run.failed", "A run cannot be computed. 计算失败")
UNDER_NOTICE = EventType("evaluation_run.under_notice", "Drafts were served. 送达并公示")
FINAL = EventType("evaluation_run.final", "A person made the results final. 确认生效")
