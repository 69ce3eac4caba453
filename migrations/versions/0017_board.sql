-- Who holds a public office is listed by pinyin, as all names are.

CREATE OR REPLACE VIEW office_holder WITH (security_barrier) AS
SELECT a.street_id, a.id AS appointment_id, p.organisation_id, p.grid_id, person.name,
       person.name_listed, person.version
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
JOIN person ON person.street_id = a.street_id AND person.id = a.person_id
LEFT JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
WHERE person.name IS NOT NULL AND feed.visible(a.street_id) AND CASE coalesce(o.kind, 'grid')
    WHEN 'grid' THEN p.kind IN ('grid_member', 'party_building_instructor')
    WHEN 'street_working_committee' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'community_party_org' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'quarter_party_org' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'enterprise_party_org' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'building_party_group' THEN p.kind IN ('secretary', 'deputy_secretary')
    WHEN 'owners_committee' THEN p.kind IN ('director', 'deputy_director', 'member')
    WHEN 'property_management_committee' THEN p.kind IN ('director', 'deputy_director', 'member')
    WHEN 'resident_unit' THEN p.kind IN ('director', 'deputy_director')
    WHEN 'management_department' THEN p.kind IN ('director', 'deputy_director')
    WHEN 'property_enterprise' THEN p.kind IN ('manager', 'supervisor')
    ELSE false END;
