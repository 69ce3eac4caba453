-- A street of 20,000 grids below its own: 40 communities of 10 quarters and 489 units, each unit with a household.
-- All quarters were renumbered on 1 July 2026, so that a tree before that day is another one than today's.

SET LOCAL session_replication_role = replica;

CREATE TEMP TABLE node ON COMMIT DROP AS
WITH place (level, community, quarter, unit) AS (
    SELECT 'street', NULL::int, NULL::int, NULL::int
    UNION ALL SELECT 'community', c, NULL, NULL FROM generate_series(1, 40) c
    UNION ALL SELECT 'quarter', c, q, NULL FROM generate_series(1, 40) c, generate_series(1, 10) q
    UNION ALL SELECT 'unit', c, u % 10 + 1, u FROM generate_series(1, 40) c, generate_series(1, 489) u
)
SELECT uuidv7() AS id, made.street_id, place.*,
       concat_ws('/', made.street_id, lpad(community::text, 3, '0'), lpad(quarter::text, 4, '0'),
                 lpad(unit::text, 3, '0')) AS path,
       concat_ws('/', made.street_id, lpad(community::text, 3, '0'), lpad((quarter + 100)::text, 4, '0'),
                 lpad(unit::text, 3, '0')) AS old_path
FROM made, place;

INSERT INTO street (street_id, name, district, city, province)
SELECT street_id, '台', '台', '台', '台' FROM made;

INSERT INTO grid (street_id, id, level) SELECT street_id, id, level FROM node;

INSERT INTO grid_description (street_id, grid_id, level, name, management, during)
SELECT street_id, id, level, '网格' || path, CASE level WHEN 'quarter' THEN 'professional' END, '[2026-01-01,)'
FROM node;

INSERT INTO grid_placement (street_id, grid_id, parent_id, path, during)
SELECT node.street_id, node.id, parent.id, node.path_then, node.during
FROM (SELECT *, old_path AS path_then, tstzrange('2026-01-01', '2026-07-01') AS during FROM node
      UNION ALL SELECT *, path, tstzrange('2026-07-01', NULL) FROM node) AS node
LEFT JOIN node AS parent ON node.path LIKE '%/%' AND parent.path = regexp_replace(node.path, '/[0-9]+$', '');

INSERT INTO household (street_id, id) SELECT street_id, id FROM node WHERE level = 'unit';

INSERT INTO household_placement (street_id, household_id, grid_id, address, residents, during)
SELECT street_id, id, id, '一户', 2, '[2026-01-01,)' FROM node WHERE level = 'unit';

-- The reference's tables: the same rows and indexes, neither keys to others nor policies.

CREATE SCHEMA IF NOT EXISTS reference;

CREATE TABLE reference.grid_placement (LIKE grid_placement INCLUDING ALL);
CREATE TABLE reference.grid_description (LIKE grid_description INCLUDING ALL);
CREATE TABLE reference.household_placement (LIKE household_placement INCLUDING ALL);

INSERT INTO reference.grid_placement (street_id, id, grid_id, parent_id, path, during)
SELECT street_id, id, grid_id, parent_id, path, during FROM grid_placement;
INSERT INTO reference.grid_description (street_id, id, grid_id, level, name, management, during)
SELECT street_id, id, grid_id, level, name, management, during FROM grid_description;
INSERT INTO reference.household_placement SELECT * FROM household_placement;
