"""Whose name hangs on the notice board: offices that are exercised towards the public.

A name is shown masked everywhere. The one exception is the holder of such an office, in it, while it
lasts: whom residents turn to, who decides and who supervises is told to them by name.

Source: the names of grid members are posted on the spot (Binzhou's grid regulation, art. 11); owners'
committees are made known (Henan's property regulation, arts. 28-29); who is evaluated in a role is
named in it (Henan's credit rules for property enterprises, art. 2: project leaders and chief
managers). That the secretaries and the heads of the table's organisations belong here, and that
nobody else does, is our own reading of the Personal Information Protection Law, arts. 6, 13 and 25.
"""

from .organisation import OrganisationKind, PostKind

_LEADS = (PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY)
_CHAIRS = (PostKind.DIRECTOR, PostKind.DEPUTY_DIRECTOR)

#: Organisation (none: on a grid) -> posts whose holders are named. What is not here is not public:
#: not members of a party organisation (that they are members is sensitive), not volunteers (nothing
#: public without their consent: volunteers' regulation art. 19, Henan art. 20).
PUBLIC_OFFICES: dict[OrganisationKind | None, tuple[PostKind, ...]] = {
    None: (PostKind.GRID_MEMBER, PostKind.PARTY_BUILDING_INSTRUCTOR),
    OrganisationKind.STREET_WORKING_COMMITTEE: _LEADS,
    OrganisationKind.COMMUNITY_PARTY_ORG: _LEADS,
    OrganisationKind.QUARTER_PARTY_ORG: _LEADS,
    OrganisationKind.ENTERPRISE_PARTY_ORG: _LEADS,
    OrganisationKind.BUILDING_PARTY_GROUP: _LEADS,
    OrganisationKind.OWNERS_COMMITTEE: (*_CHAIRS, PostKind.MEMBER),
    OrganisationKind.PROPERTY_MANAGEMENT_COMMITTEE: (*_CHAIRS, PostKind.MEMBER),
    OrganisationKind.RESIDENT_UNIT: _CHAIRS,
    OrganisationKind.MANAGEMENT_DEPARTMENT: _CHAIRS,
    OrganisationKind.PROPERTY_ENTERPRISE: (PostKind.MANAGER, PostKind.SUPERVISOR),
}


def is_public_office(holder: OrganisationKind | None, post: PostKind) -> bool:
    """Tell whether the holder of such a post is named in full while in office."""
    return post in PUBLIC_OFFICES.get(holder, ())
