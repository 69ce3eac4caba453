"""What changes about organisations."""

from ..platform.events import EventType

ORGANISATIONS_CREATED = EventType("organisation.created", "Organisations were entered. 新增组织")
POSTS_CREATED = EventType("post.created", "Posts were entered. 新增岗位")
CONTRACTS_CREATED = EventType("service_contract.created", "Contracts were entered. 新增服务合同")
