-- So many disputes of one street (setting `bench.disputes`), and the reference's tables: the same rows and indexes, nothing else.

SET LOCAL session_replication_role = replica;

INSERT INTO dispute (street_id, id, quarter_id, enterprise_id, category, title, summary, state,
                     reported_at, due_at, last_step_at)
SELECT made.street_id, uuidv7(at - clock_timestamp()), quarter.id, contract.enterprise_id, '0402',
       '厨房返水浸泡地板', '六楼主管道堵塞，污水从五楼厨房地漏返出，木地板受损，业主要求物业赔偿并疏通。', 'reported',
       at, at + interval '30 days', at
FROM made
JOIN (SELECT street_id, id, row_number() OVER (ORDER BY id) AS n FROM grid WHERE level = 'quarter') quarter
  USING (street_id)
CROSS JOIN LATERAL generate_series(quarter.n, current_setting('bench.disputes')::int - 60, 49) dispute_n
CROSS JOIN LATERAL (SELECT current_timestamp - (current_setting('bench.disputes')::int - dispute_n) * interval '2 minutes' AS at) AS reported
JOIN service_contract contract ON contract.street_id = made.street_id AND contract.quarter_id = quarter.id
WHERE quarter.n <= 49
ORDER BY dispute_n;

CREATE SCHEMA reference;

CREATE TABLE reference.dispute (LIKE dispute INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TABLE reference.ballot (LIKE ballot INCLUDING DEFAULTS INCLUDING INDEXES);

INSERT INTO reference.dispute SELECT * FROM dispute ORDER BY id;
INSERT INTO reference.ballot SELECT * FROM ballot ORDER BY id;
