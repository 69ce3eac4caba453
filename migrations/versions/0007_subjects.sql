-- What is on record is read by whom it is about: a person, of appointments of theirs, also those that are
-- over, whatever they act as; who leads an organisation, of it, while they act by that office. Who leads an
-- enterprise's party organisation acts for the enterprise as well.

CREATE VIEW own_subject WITH (security_invoker) AS
SELECT street_id, person_id, NULL::uuid AS capacity, 'appointment' AS subject_kind, id AS subject_id
FROM appointment
UNION ALL
SELECT a.street_id, a.person_id, a.id,
       CASE o.kind WHEN 'property_enterprise' THEN 'enterprise' ELSE 'organisation' END, o.id
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
WHERE p.kind IN ('secretary', 'director', 'manager')
UNION ALL
SELECT a.street_id, a.person_id, a.id, 'enterprise', o.parent_id
FROM appointment a
JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
WHERE p.kind IN ('secretary', 'director', 'manager') AND o.kind = 'enterprise_party_org';

GRANT SELECT ON own_subject TO mb_api;

-- Records were read by who reads results; systems that do go on doing so.

UPDATE client SET rights = array_append(rights, 'records:read')
WHERE 'results:read' = ANY (rights) AND 'records:read' <> ALL (rights);
