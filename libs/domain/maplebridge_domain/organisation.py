"""Organisations, the six parties at the table, posts, and service contracts."""

from dataclasses import dataclass
from enum import StrEnum

from .named import Named
from .problem import Kind, Problem


class Party(StrEnum):
    """The six parties at the table. Source: Zhaoling District, 2024-01-08."""

    COMMUNITY_PARTY_ORG = "community_party_org"  # 社区党组织
    QUARTER_PARTY_ORG = "quarter_party_org"  # 小区党组织
    OWNERS_COMMITTEE = "owners_committee"  # 业主委员会
    ENTERPRISE_PARTY_ORG = "enterprise_party_org"  # 物业服务企业党组织
    RESIDENT_UNIT = "resident_unit"  # 共驻共建单位
    VOLUNTEER_POINT = "volunteer_point"  # 志愿服务点


class OrganisationKind(Named):
    """Anything that holds posts: the six parties and six more."""

    COMMUNITY_PARTY_ORG = "community_party_org", "社区党组织"
    QUARTER_PARTY_ORG = "quarter_party_org", "小区党组织"
    OWNERS_COMMITTEE = "owners_committee", "业主委员会"
    ENTERPRISE_PARTY_ORG = "enterprise_party_org", "物业服务企业党组织"
    RESIDENT_UNIT = "resident_unit", "共驻共建单位"
    VOLUNTEER_POINT = "volunteer_point", "志愿服务点"
    STREET_WORKING_COMMITTEE = "street_working_committee", "街道党工委"
    BUILDING_PARTY_GROUP = "building_party_group", "楼栋党小组"
    VOLUNTEER_STATION = "volunteer_station", "志愿服务站"
    PROPERTY_ENTERPRISE = "property_enterprise", "物业服务企业"
    PROPERTY_MANAGEMENT_COMMITTEE = "property_management_committee", "物业管理委员会"
    MANAGEMENT_DEPARTMENT = "management_department", "主管部门"


class PostKind(Named):
    """A place that a person can hold in an organisation or on a grid."""

    SECRETARY = "secretary", "书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    DIRECTOR = "director", "主任"
    DEPUTY_DIRECTOR = "deputy_director", "副主任"
    MEMBER = "member", "委员/成员"
    MANAGER = "manager", "项目经理"
    GRID_MEMBER = "grid_member", "网格员"
    PARTY_BUILDING_INSTRUCTOR = "party_building_instructor", "党建指导员"
    SUPERVISOR = "supervisor", "义务监督员"
    VOLUNTEER = "volunteer", "志愿者"
    HOST = "host", "议事会主持人"
    CLERK = "clerk", "街道经办人"
    ADMINISTRATOR = "administrator", "街道管理员"
    AUDITOR = "auditor", "审计员"


@dataclass(eq=False)
class NotAnEnterprise(Problem):
    """Only a property enterprise can be party to a service contract."""

    kind = Kind.RULE
    zh = "服务合同的乙方须为物业服务企业。"
    en = "A service contract is made with an organisation of kind property_enterprise."
    pointer = "/enterprise_id"


@dataclass(eq=False)
class SeveralContracts(Problem):
    """Quarters become one when one contract is left: whose it is, the owners decide, not the map."""

    kind = Kind.CONFLICT
    zh = "拟合并的小区各有物业服务合同：{enterprises}，请先终止其余合同，只留一份。"
    en = "The quarters have contracts that run at one time ({enterprises_en}); end all but one first."
    pointer = "/grids"

    enterprises: str
    enterprises_en: str


@dataclass(eq=False)
class QuarterAlreadyServed(Problem):
    """One enterprise serves a quarter at a time."""

    kind = Kind.CONFLICT
    zh = "该小区在此期间已有生效的物业服务合同，请先终止原合同或调整期限。"
    en = "This quarter has a service contract in that time; end that one first or change the dates."
    pointer = "/during"
