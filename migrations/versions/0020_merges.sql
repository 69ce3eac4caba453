-- A grid that was merged says who took it in last (`merged_into`); who stood for it between is kept here.

CREATE TABLE grid_heir (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    grid_id UUID NOT NULL,
    heir_id UUID NOT NULL,
    during TSTZRANGE NOT NULL,
    CONSTRAINT grid_heir__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT grid_heir__unknown_reference__grid_id FOREIGN KEY (street_id, grid_id) REFERENCES grid (street_id, id),
    CONSTRAINT grid_heir__unknown_reference__heir_id FOREIGN KEY (street_id, heir_id) REFERENCES grid (street_id, id),
    CONSTRAINT grid_heir__another CHECK (heir_id <> grid_id),
    CONSTRAINT grid_heir__during UNIQUE (street_id, grid_id, during WITHOUT OVERLAPS)
);

CREATE INDEX grid_heir__grid_id ON grid_heir (street_id, grid_id);

CREATE INDEX grid_heir__heir_id ON grid_heir (street_id, heir_id);

-- The events know which grid took in which; of what an event does not tell, the last heir stood for it always.

WITH RECURSIVE told AS (
    SELECT event.street_id, merged.id::uuid AS grid_id, split_part(event.subject, '/', 2)::uuid AS heir_id
    FROM event, jsonb_array_elements_text(event.data->'merged') merged(id)
    WHERE event.type = 'grid.merged'
), direct AS (
    SELECT street_id, grid_id, heir_id FROM told
    UNION
    SELECT street_id, id, merged_into FROM grid
    WHERE merged_into IS NOT NULL
      AND NOT EXISTS (SELECT FROM told WHERE told.street_id = grid.street_id AND told.grid_id = grid.id)
), heirs AS (
    SELECT direct.street_id, direct.grid_id, direct.heir_id, grid.closed_at AS since
    FROM direct JOIN grid ON grid.street_id = direct.street_id AND grid.id = direct.grid_id
    UNION ALL
    SELECT heirs.street_id, heirs.grid_id, direct.heir_id, greatest(heirs.since, grid.closed_at)
    FROM heirs
    JOIN direct ON direct.street_id = heirs.street_id AND direct.grid_id = heirs.heir_id
    JOIN grid ON grid.street_id = heirs.street_id AND grid.id = heirs.heir_id
)
INSERT INTO grid_heir (street_id, grid_id, heir_id, during)
SELECT heirs.street_id, heirs.grid_id, heirs.heir_id, tstzrange(heirs.since, heir.closed_at)
FROM heirs
JOIN grid heir ON heir.street_id = heirs.street_id AND heir.id = heirs.heir_id
WHERE heir.merged_into IS NULL OR heir.closed_at > heirs.since;

ALTER TABLE grid_heir ENABLE ROW LEVEL SECURITY;

ALTER TABLE grid_heir FORCE ROW LEVEL SECURITY;

CREATE POLICY street_range ON grid_heir
USING (CASE WHEN street_id < nullif(current_setting('mb.lo', true), '')::int THEN false
            ELSE street_id <= nullif(current_setting('mb.hi', true), '')::int END);

GRANT SELECT, INSERT, UPDATE ON grid_heir TO mb_api;
