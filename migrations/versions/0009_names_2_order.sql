ALTER TABLE organisation ALTER COLUMN name_sought SET NOT NULL, ALTER COLUMN name_listed SET NOT NULL;

-- With the name goes what it is found and listed by.

ALTER TABLE person DROP CONSTRAINT person__name, ADD CONSTRAINT person__name CHECK (
    num_nonnulls(name, name_masked, name_sought, name_listed)
    = CASE WHEN num_nonnulls(erased_at, merged_into) = 0 THEN 4 ELSE 0 END);

CREATE INDEX organisation__listed ON organisation (street_id, name_listed, id);

-- Whose name is gone comes last.

CREATE INDEX person__listed ON person (street_id, coalesce(name_listed, U&'\+10FFFF'), id);

-- A page begins behind a row as it was; one that has another name since, or none, stands elsewhere.

CREATE FUNCTION mb_page_moved() RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE integrity_constraint_violation USING CONSTRAINT = 'list__page_moved';
END $$;

-- Lists people by pinyin, for a role that reads neither their names nor this order's key: where they stand,
-- and who they are. A page begins behind a row, which is looked up here, so that no cursor tells of a name.

CREATE FUNCTION mb_list_people(
    page_street integer, page_id uuid, page_version integer, at_most integer)
RETURNS TABLE (place bigint, street_id integer, id uuid)
LANGUAGE plpgsql VOLATILE ROWS 50 SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    behind text := '';
BEGIN
    IF page_street > 0 THEN
        SELECT coalesce(p.name_listed, U&'\+10FFFF') INTO behind FROM person p
        WHERE p.street_id = page_street AND p.id = page_id AND p.version = page_version
          AND feed.visible(p.street_id);
        IF NOT FOUND THEN
            PERFORM mb_page_moved();
        END IF;
    END IF;
    RETURN QUERY
    SELECT row_number() OVER (), page.street_id, page.id
    FROM (
        SELECT p.street_id, p.id FROM person p
        WHERE feed.visible(p.street_id) AND p.merged_into IS NULL
          AND (p.street_id, coalesce(p.name_listed, U&'\+10FFFF'), p.id) > (page_street, behind, page_id)
        ORDER BY p.street_id, coalesce(p.name_listed, U&'\+10FFFF'), p.id
        LIMIT at_most
    ) AS page;
END $$;

-- The third door of decision 13, open by a hand's breadth: who of a street has these characters in the name.
-- Searching and telling of it are one act: it gives whom it has named in the event that it writes, nobody else,
-- and whether there are more. The API's own seal proves whose event that is.

CREATE FUNCTION mb_search_people(
    of_street integer, part text, page_id uuid, page_version integer, at_most integer,
    told_at timestamptz, told_by text, in_capacity uuid, told_seal bytea)
RETURNS TABLE (place bigint, id uuid, more boolean)
LANGUAGE plpgsql VOLATILE ROWS 50 SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    behind text := '';
    pattern text := '%' || regexp_replace(part, '([\\%_])', '\\\1', 'g') || '%';
BEGIN
    IF length(part) < 2 OR feed.visible(of_street) IS NOT TRUE THEN  -- in no range it is unknown
        RETURN;
    END IF;
    IF page_version > 0 THEN
        SELECT p.name_listed INTO behind FROM person p
        WHERE p.street_id = of_street AND p.id = page_id AND p.version = page_version
          AND p.name_listed IS NOT NULL;
        IF NOT FOUND THEN
            PERFORM mb_page_moved();
        END IF;
    END IF;
    RETURN QUERY
    -- First who fits, then in order: walking the order until enough fit visits the street's rows one by one.
    WITH fitting AS MATERIALIZED (
        SELECT p.id, p.name_listed FROM person p
        WHERE p.street_id = of_street AND p.name_sought LIKE pattern
          AND (p.name_listed, p.id) > (behind, page_id)
    ), found AS (
        SELECT fitting.id, fitting.name_listed FROM fitting
        ORDER BY fitting.name_listed, fitting.id LIMIT at_most + 1
    ), placed AS (
        SELECT row_number() OVER (ORDER BY found.name_listed, found.id) AS place, found.id FROM found
    ), told AS (
        INSERT INTO event (street_id, type, time, actor, capacity, subject, data, seal)
        SELECT of_street, 'person.searched', told_at, told_by, in_capacity, 'people',
               jsonb_build_object('ids', coalesce(jsonb_agg(placed.id ORDER BY placed.place), '[]')), told_seal
        FROM placed WHERE placed.place <= at_most
    )
    SELECT placed.place, placed.id, EXISTS (SELECT FROM placed AS rest WHERE rest.place > at_most)
    FROM placed WHERE placed.place <= at_most;
END $$;

REVOKE EXECUTE ON FUNCTION mb_list_people, mb_search_people FROM PUBLIC;

GRANT EXECUTE ON FUNCTION mb_list_people, mb_search_people TO mb_api;
