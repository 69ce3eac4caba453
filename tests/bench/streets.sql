-- Streets as they are after a month: every row of `made` becomes one, without the API's help.
-- 5 communities, 50 quarters, 14 enterprises, 129 office holders, 272 subjects; 4 meetings a quarter of
-- six delegates each; 13,000 ballots with some 41,000 marks; tasks, disputes and records.

-- Foreign keys are true by construction; checking them would take most of the time.
SET LOCAL session_replication_role = replica;

CREATE FUNCTION pg_temp.id(VARIADIC parts text[]) RETURNS uuid IMMUTABLE LANGUAGE sql
RETURN md5(array_to_string(parts, '/'))::uuid;

INSERT INTO street (street_id, name, district, city, province)
SELECT street_id, '街道' || street_id, '召陵区', '漯河市', '河南省' FROM made;

INSERT INTO event_head (street_id) SELECT street_id FROM made;

CREATE TEMP TABLE node ON COMMIT DROP AS
SELECT street_id, 'street' AS level, 0 AS n, street_id::text AS path FROM made
UNION ALL
SELECT street_id, 'community', n, format('%s/%s', street_id, lpad(n::text, 3, '0'))
FROM made, generate_series(1, 5) n
UNION ALL
SELECT street_id, 'quarter', n,
       format('%s/%s/%s', street_id, lpad((1 + n % 5)::text, 3, '0'), lpad(n::text, 4, '0'))
FROM made, generate_series(1, 50) n;

INSERT INTO grid (street_id, id, level)
SELECT street_id, pg_temp.id(street_id::text, level, n::text), level FROM node;

INSERT INTO grid_description (street_id, grid_id, level, name, during)
SELECT street_id, pg_temp.id(street_id::text, level, n::text), level, level || n, '[2020-01-01,)'
FROM node;

INSERT INTO grid_placement (street_id, grid_id, path, during)
SELECT street_id, pg_temp.id(street_id::text, level, n::text), path, '[2020-01-01,)' FROM node;

-- An organisation of kind `kind` and number `n` sits on the grid of level `level` and the same number.
CREATE TEMP TABLE body ON COMMIT DROP AS
SELECT street_id, kind, n, level, pg_temp.id(street_id::text, kind, n::text) AS id
FROM made,
     (VALUES ('community_party_org', 'community', 5), ('resident_unit', 'community', 5),
             ('volunteer_point', 'community', 5), ('quarter_party_org', 'quarter', 50),
             ('owners_committee', 'quarter', 50), ('property_enterprise', 'street', 14),
             ('enterprise_party_org', 'street', 14)) AS sort (kind, level, many),
     generate_series(1, sort.many) n;

INSERT INTO organisation (street_id, id, grid_id, kind, name, name_sought, name_listed, parent_id)
SELECT street_id, id,
       pg_temp.id(street_id::text, level, CASE level WHEN 'street' THEN '0' ELSE n::text END), kind,
       kind || n, kind || n, kind || n,
       CASE kind WHEN 'enterprise_party_org'
            THEN pg_temp.id(street_id::text, 'property_enterprise', n::text) END
FROM body;

-- One post and one holder for each, but for the enterprises themselves.
CREATE TEMP TABLE holder ON COMMIT DROP AS
SELECT street_id, kind, n, id AS organisation_id, pg_temp.id(id::text, 'person') AS person_id,
       pg_temp.id(id::text, 'post') AS post_id, pg_temp.id(id::text, 'appointment') AS id
FROM body WHERE kind <> 'property_enterprise';

INSERT INTO person (street_id, id, name, name_masked, name_sought, name_listed, entered_at)
SELECT street_id, person_id, '代表' || n, '代**', '代表' || n, 'dai4代 biao3表 ' || n, '2024-01-01' FROM holder;

INSERT INTO post (street_id, id, organisation_id, kind, name, seats)
SELECT street_id, post_id, organisation_id,
       CASE WHEN kind LIKE '%party_org' THEN 'secretary' WHEN kind = 'owners_committee' THEN 'director'
            WHEN kind = 'volunteer_point' THEN 'volunteer' ELSE 'member' END,
       '岗位', 1
FROM holder;

INSERT INTO appointment (street_id, id, person_id, post_id, seat, during)
SELECT street_id, id, person_id, post_id, 1, '[2025-01-01,2028-01-01)' FROM holder;

INSERT INTO service_contract (street_id, enterprise_id, quarter_id, during, file_by)
SELECT street_id, pg_temp.id(street_id::text, 'property_enterprise', (1 + n % 14)::text),
       pg_temp.id(street_id::text, 'quarter', n::text), '[2025-01-01,2028-01-01)', '2025-01-16'
FROM node WHERE level = 'quarter';

INSERT INTO rubric (street_id, id, code, edition, document, sha256, form, during)
SELECT street_id, pg_temp.id(street_id::text, 'rubric'), code, edition, document, sha256, form,
       '[2026-01-01,)'
FROM made, rubric_document;

-- Week 0 is still going on: there phones cast ballots.
CREATE TEMP TABLE discussion ON COMMIT DROP AS
SELECT street_id, n, week, pg_temp.id(street_id::text, 'meeting', n::text, week::text) AS id,
       CASE week WHEN 0 THEN current_timestamp - interval '1 hour'
                 ELSE timestamptz '2026-10-01 19:00+08' + week * interval '6 days' END AS starts,
       CASE week WHEN 0 THEN interval '1 day' ELSE interval '2 hours' END AS lasts
FROM node, generate_series(0, 4) week WHERE level = 'quarter';

INSERT INTO meeting (street_id, id, quarter_id, kind, hall, during, rubric_id)
SELECT street_id, id, pg_temp.id(street_id::text, 'quarter', n::text), 'weekly', '红色议事厅',
       tstzrange(starts, starts + lasts), pg_temp.id(street_id::text, 'rubric')
FROM discussion;

-- Who sits at a quarter's table.
CREATE TEMP TABLE seat ON COMMIT DROP AS
SELECT quarter.street_id, quarter.n, holder.kind AS party, holder.id, holder.organisation_id
FROM node quarter
JOIN holder ON holder.street_id = quarter.street_id AND holder.n = CASE holder.kind
    WHEN 'quarter_party_org' THEN quarter.n WHEN 'owners_committee' THEN quarter.n
    WHEN 'enterprise_party_org' THEN 1 + quarter.n % 14 ELSE 1 + quarter.n % 5 END
WHERE quarter.level = 'quarter';

INSERT INTO attendance (street_id, meeting_id, appointment_id, party, present)
SELECT street_id, discussion.id, seat.id, party, true FROM discussion JOIN seat USING (street_id, n);

INSERT INTO task (street_id, meeting_id, organisation_id, title, due_at, done_at)
SELECT street_id, discussion.id, seat.organisation_id, '交办', starts + interval '3 days',
       starts + (discussion.n % 5) * interval '1 day'
FROM discussion JOIN seat USING (street_id, n) WHERE party = 'resident_unit' AND week > 0;

-- Everybody marks everybody else at the table, and the enterprise: recused from their own.
CREATE TEMP TABLE marked ON COMMIT DROP AS
SELECT street_id, n, 'appointment' AS subject_kind, id AS subject_id, id AS of_member FROM seat
UNION ALL
SELECT street_id, n, 'organisation', organisation_id, id FROM seat
UNION ALL
SELECT street_id, n, 'enterprise',
       pg_temp.id(street_id::text, 'property_enterprise', (1 + n % 14)::text), id
FROM seat WHERE party = 'enterprise_party_org';

INSERT INTO ballot (street_id, meeting_id, rater_id, party, subject_kind, subject_id, marks, cast_at,
                    channel)
SELECT d.street_id, d.id, rater.id, rater.party, m.subject_kind, m.subject_id,
       CASE m.subject_kind
            WHEN 'appointment' THEN jsonb_build_object('duties', 60 + h % 41, 'response', 65 + h % 36,
                                                       'cooperation', 70 + h % 31)
            WHEN 'organisation' THEN jsonb_build_object('joint_work', 60 + h % 41, 'problem_solving',
                                                        65 + h % 36, 'openness', 70 + h % 31)
            ELSE jsonb_build_object('cleaning', 55 + h % 46, 'order', 60 + h % 41, 'facilities',
                                    60 + h % 37, 'repairs', 65 + h % 36, 'accounts', 70 + h % 31) END,
       d.starts + interval '30 minutes', 'phone'
FROM discussion d
JOIN seat rater USING (street_id, n)
JOIN marked m ON m.street_id = d.street_id AND m.n = d.n AND m.of_member <> rater.id
CROSS JOIN LATERAL (SELECT abs(hashtext(d.id::text || rater.id || m.subject_id)) AS h) AS drawn
WHERE d.week > 0;

INSERT INTO dispute (street_id, quarter_id, enterprise_id, category, title, summary, state, reported_at,
                     due_at, last_step_at, agreed_at, closed_at, satisfaction)
SELECT street_id, pg_temp.id(street_id::text, 'quarter', (1 + n % 50)::text),
       pg_temp.id(street_id::text, 'property_enterprise', (1 + (1 + n % 50) % 14)::text), '0402', '漏水',
       '主管道堵塞', 'closed', at, at + interval '10 days', at + interval '12 days',
       at + (6 + n % 6) * interval '1 day', at + interval '12 days', 60 + n % 41
FROM made, generate_series(1, 60) n,
     LATERAL (SELECT timestamptz '2026-10-02 09:00+08' + n % 15 * interval '1 day' AS at) AS reported;

INSERT INTO record (street_id, subject_kind, subject_id, kind, class, code, title, basis, occurred_on)
SELECT street_id, 'enterprise', pg_temp.id(street_id::text, 'property_enterprise', n::text), 'finding',
       'minor', 'late_repair', '维修超期', '街道检查通报', '2026-10-10'
FROM made, generate_series(1, 6) n;
