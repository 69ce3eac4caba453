-- Spreadsheets that come in. A statement ends with a semicolon and an empty line.

CREATE TABLE import_run (
    street_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    shape TEXT NOT NULL,
    state TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    capacity UUID,
    caller JSONB NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    rows_read INTEGER DEFAULT '0' NOT NULL,
    rows_made INTEGER DEFAULT '0' NOT NULL,
    rows_kept INTEGER DEFAULT '0' NOT NULL,
    faults_count INTEGER DEFAULT '0' NOT NULL,
    faults JSONB,
    notes JSONB,
    ended_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT import_run__id_taken PRIMARY KEY (street_id, id),
    CONSTRAINT import_run__shape CHECK (shape IN ('grids', 'households', 'organisations', 'people', 'appointments')),
    CONSTRAINT import_run__state CHECK (state IN ('queued', 'working', 'applied', 'refused', 'failed', 'undone')),
    CONSTRAINT import_run__unknown_reference__street_id FOREIGN KEY(street_id) REFERENCES street (street_id),
    CONSTRAINT import_run__ended CHECK ((state IN ('queued', 'working')) = (ended_at IS NULL))
);

CREATE INDEX import_run__to_do ON import_run (street_id, id) WHERE state IN ('queued', 'working');

CREATE TABLE import_part (
    street_id INTEGER NOT NULL,
    import_id UUID NOT NULL,
    kind TEXT NOT NULL,
    no INTEGER NOT NULL,
    sealed BYTEA NOT NULL,
    CONSTRAINT import_part__id_taken PRIMARY KEY (street_id, import_id, kind, no),
    CONSTRAINT import_part__unknown_reference__import_id FOREIGN KEY(street_id, import_id) REFERENCES import_run (street_id, id),
    CONSTRAINT import_part__kind CHECK (kind IN ('upload', 'copy'))
);

-- What is sealed does not grow smaller: no time is lost on trying.

ALTER TABLE import_part ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE import_made (
    street_id INTEGER NOT NULL,
    import_id UUID NOT NULL,
    no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ids UUID[] NOT NULL,
    CONSTRAINT import_made__id_taken PRIMARY KEY (street_id, import_id, no),
    CONSTRAINT import_made__unknown_reference__import_id FOREIGN KEY(street_id, import_id) REFERENCES import_run (street_id, id),
    CONSTRAINT import_made__kind CHECK (kind IN ('grid', 'household', 'organisation', 'post', 'person', 'appointment'))
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['import_run', 'import_part', 'import_made'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY street_range ON %I
            USING (CASE WHEN street_id < nullif(current_setting('mb.lo', true), '')::int THEN false
                        ELSE street_id <= nullif(current_setting('mb.hi', true), '')::int END)
        $policy$, name);
    END LOOP;
END $$;

-- Takes back what an import made, the last first. The API's role deletes no row of a ledger: it does by
-- this, and only rows that an import made, that nobody has changed and that nothing rests on. What names
-- them without a foreign key is looked for here.

CREATE FUNCTION mb_undo_import(of_street integer, of_import uuid) RETURNS integer
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

REVOKE EXECUTE ON FUNCTION mb_undo_import FROM PUBLIC;

GRANT EXECUTE ON FUNCTION mb_undo_import TO mb_api;

GRANT SELECT, INSERT ON import_run, import_part, import_made TO mb_api;

-- Locked while somebody works on the import; nothing of it is changed.

GRANT UPDATE (no) ON import_part TO mb_api;

GRANT UPDATE ON import_run TO mb_api;

GRANT DELETE ON import_part TO mb_api;
