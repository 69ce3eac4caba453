-- The grid with its history: descriptions and the households' places get a period as the grids' places have.

-- A street was there before it was entered here. Each node has had one place since 0001, from when it was
-- entered on or a date that was brought along: no child may have been there before its parent.

UPDATE grid_placement AS own SET during = CASE WHEN own.parent_id IS NULL THEN tstzrange(NULL, NULL)
    ELSE tstzrange((SELECT min(lower(below.during)) FROM grid_placement below
        WHERE below.street_id = own.street_id AND below.path >= own.path AND below.path < own.path || '0'),
        NULL) END;

-- A unit's number was unique below its parent; now it is in its community (GB/T 30428.1). Of several that
-- bear one number the first keeps it, and the others get numbers that the community has free.

WITH unit AS (
    SELECT street_id, id, path, "left"(path, 13) AS community, "right"(path, 3) AS number,
           row_number() OVER (PARTITION BY street_id, "left"(path, 13), "right"(path, 3)
                              ORDER BY path) AS nth
    FROM grid_placement WHERE path ~ '/[0-9]{4}(/[0-9]{2})?/[0-9]{3}$'
), again AS (
    SELECT *, row_number() OVER (PARTITION BY street_id, community ORDER BY path) AS place
    FROM unit WHERE nth > 1
), free AS (
    SELECT of.street_id, of.community, lpad(n::text, 3, '0') AS number,
           row_number() OVER (PARTITION BY of.street_id, of.community ORDER BY n) AS place
    FROM (SELECT DISTINCT street_id, community FROM again) AS of, generate_series(1, 999) AS n
    WHERE NOT EXISTS (
        SELECT FROM unit WHERE unit.street_id = of.street_id AND unit.community = of.community
            AND unit.number = lpad(n::text, 3, '0'))
)
UPDATE grid_placement SET path = "left"(grid_placement.path, -3) || free.number
FROM again JOIN free USING (street_id, community, place)
WHERE grid_placement.street_id = again.street_id AND grid_placement.id = again.id;

ALTER TABLE grid_placement ADD COLUMN unit_code TEXT GENERATED ALWAYS AS (
    CASE WHEN path ~ '/[0-9]{4}(/[0-9]{2})?/[0-9]{3}$'
    THEN replace("left"(path, 13), '/', '') || "right"(path, 3) END) STORED;

ALTER TABLE grid_placement ADD CONSTRAINT grid_placement__unit_number_taken
    UNIQUE (street_id, unit_code, during WITHOUT OVERLAPS);

ALTER TABLE grid
    ADD COLUMN closed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN merged_into UUID,
    ADD CONSTRAINT grid__unknown_reference__merged_into
        FOREIGN KEY (street_id, merged_into) REFERENCES grid (street_id, id),
    ADD CONSTRAINT grid__merged_is_closed CHECK (merged_into IS NULL OR closed_at IS NOT NULL),
    ADD CONSTRAINT grid__id_taken__level UNIQUE (street_id, id, level);

CREATE INDEX grid__root ON grid (street_id) WHERE level = 'street';

CREATE INDEX grid__merged_into ON grid (street_id, merged_into);

CREATE TABLE grid_description (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    grid_id UUID NOT NULL,
    level TEXT NOT NULL,
    name TEXT NOT NULL,
    management TEXT,
    during TSTZRANGE NOT NULL,
    CONSTRAINT grid_description__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT grid_description__level CHECK (level IN ('street', 'community', 'quarter', 'lane', 'unit')),
    CONSTRAINT grid_description__management CHECK (management IN ('professional', 'self_managed', 'three_nos')),
    CONSTRAINT grid_description__unknown_reference__grid_id FOREIGN KEY (street_id, grid_id, level) REFERENCES grid (street_id, id, level),
    CONSTRAINT grid_description__management_not_here CHECK (management IS NULL OR level IN ('quarter', 'lane')),
    CONSTRAINT grid_description__during UNIQUE (street_id, grid_id, during WITHOUT OVERLAPS)
);

CREATE INDEX grid_description__grid_id ON grid_description (street_id, grid_id);

INSERT INTO grid_description (street_id, grid_id, level, name, management, during)
SELECT grid.street_id, grid.id, grid.level, grid.name, grid.management, place.during
FROM grid
JOIN grid_placement place ON place.street_id = grid.street_id AND place.grid_id = grid.id;

ALTER TABLE grid DROP COLUMN name, DROP COLUMN management;

-- Nobody said since when a household has lived there: as long as the unit has been there.

CREATE TABLE household_placement (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    household_id UUID NOT NULL,
    grid_id UUID NOT NULL,
    residents INTEGER NOT NULL,
    during TSTZRANGE NOT NULL,
    CONSTRAINT household_placement__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT household_placement__unknown_reference__household_id FOREIGN KEY (street_id, household_id) REFERENCES household (street_id, id),
    CONSTRAINT household_placement__unknown_reference__grid_id FOREIGN KEY (street_id, grid_id) REFERENCES grid (street_id, id),
    CONSTRAINT household_placement__residents CHECK (residents >= 0),
    CONSTRAINT household_placement__during UNIQUE (street_id, household_id, during WITHOUT OVERLAPS)
);

CREATE INDEX household_placement__grid_id ON household_placement (street_id, grid_id);

CREATE INDEX household_placement__household_id ON household_placement (street_id, household_id);

INSERT INTO household_placement (street_id, household_id, grid_id, residents, during)
SELECT household.street_id, household.id, household.grid_id, household.residents, place.during
FROM household
JOIN grid_placement place
    ON place.street_id = household.street_id AND place.grid_id = household.grid_id;

ALTER TABLE household
    DROP COLUMN grid_id,
    DROP COLUMN residents,
    ADD CONSTRAINT household__unknown_reference__street_id
        FOREIGN KEY (street_id) REFERENCES street (street_id);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['grid_description', 'household_placement']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY street_range ON %I
            USING (CASE WHEN street_id < nullif(current_setting('mb.lo', true), '')::int THEN false
                        ELSE street_id <= nullif(current_setting('mb.hi', true), '')::int END)
        $policy$, name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO mb_api', name);
    END LOOP;
END $$;

-- What an import made is taken back with its history, which nobody has added to: its version is the first.

CREATE OR REPLACE FUNCTION mb_undo_import(of_street integer, of_import uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made record;
    removed integer;
    total integer := 0;
BEGIN
    IF NOT feed.visible(of_street) THEN
        RETURN 0;
    END IF;
    FOR made IN
        SELECT kind, ids FROM import_made
        WHERE street_id = of_street AND import_id = of_import ORDER BY no DESC
    LOOP
        IF EXISTS (SELECT FROM record WHERE street_id = of_street AND subject_id = ANY (made.ids))
           OR EXISTS (SELECT FROM ballot WHERE street_id = of_street AND subject_id = ANY (made.ids))
           OR EXISTS (SELECT FROM login WHERE street_id = of_street AND person_id = ANY (made.ids))
           OR EXISTS (SELECT FROM evaluation_result
                      WHERE street_id = of_street AND subject_id = ANY (made.ids)) THEN
            RAISE foreign_key_violation;
        END IF;
        IF made.kind = 'grid' THEN
            DELETE FROM grid_placement WHERE street_id = of_street AND grid_id = ANY (made.ids);
            DELETE FROM grid_description WHERE street_id = of_street AND grid_id = ANY (made.ids);
        ELSIF made.kind = 'household' THEN
            DELETE FROM household_placement
            WHERE street_id = of_street AND household_id = ANY (made.ids);
        END IF;
        EXECUTE format('DELETE FROM %I WHERE street_id = $1 AND id = ANY ($2) AND version = 1', made.kind)
        USING of_street, made.ids;
        GET DIAGNOSTICS removed = ROW_COUNT;
        IF removed <> cardinality(made.ids) THEN
            RAISE foreign_key_violation;
        END IF;
        total := total + removed;
    END LOOP;
    DELETE FROM import_made WHERE street_id = of_street AND import_id = of_import;
    RETURN total;
EXCEPTION WHEN foreign_key_violation THEN
    RAISE foreign_key_violation USING CONSTRAINT = 'import_run__import_rested_on';
END $$;
