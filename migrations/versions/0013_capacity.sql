-- In offices of which roles an account acts: as its binding code said, which is no longer there to be asked.
-- So who is bound already acts in what a clerk fills, and goes on in the street's office, if they hold one.

ALTER TABLE login ADD COLUMN lets_in TEXT[] DEFAULT '{}' NOT NULL;

ALTER TABLE session ADD COLUMN lets_in TEXT[] DEFAULT '{}' NOT NULL;

UPDATE login SET lets_in = ARRAY['building_secretary', 'committee_deputy', 'committee_director', 'committee_member',
    'community_secretary', 'delegate', 'enterprise_manager', 'enterprise_secretary', 'grid_member', 'meeting_host',
    'party_building_instructor', 'quarter_secretary', 'voluntary_supervisor'];

UPDATE login SET lets_in = lets_in || ARRAY['auditor', 'street_administrator', 'street_clerk', 'street_secretary']
WHERE EXISTS (
    SELECT FROM appointment a
    JOIN post p ON p.street_id = a.street_id AND p.id = a.post_id
    JOIN organisation o ON o.street_id = p.street_id AND o.id = p.organisation_id
    WHERE a.street_id = login.street_id AND a.person_id = login.person_id AND a.during IS NOT NULL
      AND o.kind = 'street_working_committee'
);

UPDATE session SET lets_in = coalesce((
    SELECT login.lets_in FROM login
    WHERE login.street_id = session.street_id AND login.person_id = session.person_id LIMIT 1
), '{}');

GRANT SELECT (lets_in) ON login TO mb_api;
