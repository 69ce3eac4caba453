-- A sheet may say of grids who answers to them, or which is their central household: it is undone as well.

ALTER TABLE import_made DROP CONSTRAINT import_made__kind;

ALTER TABLE import_made ADD CONSTRAINT import_made__kind CHECK (
    kind IN ('grid', 'household', 'organisation', 'post', 'person', 'appointment', 'grid_description'));

CREATE OR REPLACE FUNCTION mb_undo_import(of_street integer, of_import uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made record;
    removed integer;
    total integer := 0;
    said record;
    unsaid integer := 0;
BEGIN
    IF feed.visible(of_street) IS NOT TRUE THEN  -- in no range it is unknown
        RETURN 0;
    END IF;
    FOR made IN
        SELECT kind, ids FROM import_made
        WHERE street_id = of_street AND import_id = of_import ORDER BY no DESC
    LOOP
        IF EXISTS (SELECT FROM record WHERE street_id = of_street AND subject_id = ANY (made.ids))
           OR EXISTS (SELECT FROM ballot WHERE street_id = of_street AND subject_id = ANY (made.ids))
           OR EXISTS (SELECT FROM login WHERE street_id = of_street AND person_id = ANY (made.ids))
           OR EXISTS (SELECT FROM event WHERE street_id = of_street AND capacity = ANY (made.ids))
           OR EXISTS (SELECT FROM evaluation_result
                      WHERE street_id = of_street AND subject_id = ANY (made.ids)) THEN
            RAISE foreign_key_violation;
        END IF;
        -- What a sheet said of grids besides: unsaid, while it is the last that was said.
        IF made.kind = 'grid_description' THEN
            FOR said IN
                DELETE FROM grid_description
                WHERE street_id = of_street AND id = ANY (made.ids) AND upper_inf(during)
                RETURNING grid_id, lower(during) AS since
            LOOP
                UPDATE grid_description SET during = tstzrange(lower(during), NULL)
                WHERE street_id = of_street AND grid_id = said.grid_id AND upper(during) = said.since;
                UPDATE grid SET version = version + 1 WHERE street_id = of_street AND id = said.grid_id;
                unsaid := unsaid + 1;
            END LOOP;
            IF unsaid <> cardinality(made.ids) THEN
                RAISE foreign_key_violation;
            END IF;
            CONTINUE;
        END IF;
        -- A grid that is changed has another row of where it stands, or of what it is called; or an end.
        IF made.kind = 'grid' THEN
            IF EXISTS (SELECT FROM grid WHERE street_id = of_street AND id = ANY (made.ids) AND closed_at IS NOT NULL)
               OR EXISTS (SELECT FROM grid_placement WHERE street_id = of_street AND grid_id = ANY (made.ids)
                          GROUP BY grid_id HAVING count(*) > 1)
               OR EXISTS (SELECT FROM grid_description WHERE street_id = of_street AND grid_id = ANY (made.ids)
                          GROUP BY grid_id HAVING count(*) > 1) THEN
                RAISE foreign_key_violation;
            END IF;
            DELETE FROM grid_placement WHERE street_id = of_street AND grid_id = ANY (made.ids);
            DELETE FROM grid_description WHERE street_id = of_street AND grid_id = ANY (made.ids);
        ELSIF made.kind = 'household' THEN
            DELETE FROM household_placement
            WHERE street_id = of_street AND household_id = ANY (made.ids);
        END IF;
        EXECUTE format('DELETE FROM %I WHERE street_id = $1 AND id = ANY ($2) AND (version = 1 OR $3)', made.kind)
        USING of_street, made.ids, made.kind = 'grid';
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
