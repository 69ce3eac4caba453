"""What changes about organisations."""

from ..platform.events import EventType

ORGANISATIONS_CREATED = EventType("organisation.created", "Organisations were entered. 新增组织")
POSTS_CREATED = EventType("post.created", "Posts were entered. 新增岗位")
CONTRACTS_CREATED = EventType("service_contract.created", "Contracts were entered. 新增服务合同")
ORGANISATION_AMENDED = EventType("organisation.amended", "An organisation was changed. 变更组织")
ORGANISATION_DISSOLVED = EventType("organisation.dissolved", "An organisation ended. 撤销组织")
POST_AMENDED = EventType("post.amended", "A post was changed. 变更岗位")
CONTRACT_FILED = EventType("service_contract.filed", "A contract was filed. 服务合同备案")
