/** A small hospital, and what people and programs ask of it; `$n` is another number each time, so that no text is known. */
export const SCHEMA = `
CREATE TABLE patients (id int PRIMARY KEY, mrn text, given_name text, family_name text, ssn text, birth_date date, email text, phone text, street text, city text, zip text, updated_at timestamptz);
CREATE TABLE encounters (id int PRIMARY KEY, patient_id int REFERENCES patients ON DELETE CASCADE, started_at timestamptz, department text, note text);
CREATE TABLE claims (id int PRIMARY KEY, encounter_id int REFERENCES encounters ON DELETE CASCADE, code text, amount numeric, status text);
CREATE TABLE staff (id int PRIMARY KEY, login text, password_hash text, department text);
CREATE TABLE stock (id int PRIMARY KEY, item text, quantity int, shelf text);
CREATE VIEW open_claims AS SELECT c.id, c.amount, p.family_name FROM claims c JOIN encounters e ON e.id = c.encounter_id JOIN patients p ON p.id = e.patient_id WHERE c.status = 'open';
`;

export const STATEMENTS: readonly string[] = [
  'SELECT 1',
  'SELECT quantity FROM stock WHERE id = $n',
  'SELECT item, sum(quantity) FROM stock WHERE id > $n GROUP BY item ORDER BY 2 DESC LIMIT 20',
  'SELECT id, zip FROM patients WHERE id = $n',
  'SELECT * FROM patients WHERE id = $n',
  'SELECT p.given_name, p.family_name, e.started_at FROM patients p JOIN encounters e ON e.patient_id = p.id WHERE e.id = $n',
  "SELECT upper(left(ssn, 3)) || '-' || right(ssn, 4) AS x FROM patients WHERE id = $n",
  'SELECT row_to_json(p) FROM patients p WHERE p.id = $n',
  'SELECT count(*) FROM patients WHERE id < $n',
  'SELECT department, count(*), avg(amount) FROM encounters e JOIN claims c ON c.encounter_id = e.id WHERE c.id > $n GROUP BY department HAVING count(*) > 5',
  'WITH late AS (SELECT * FROM claims WHERE id > $n), who AS (SELECT e.id, p.email FROM encounters e JOIN patients p ON p.id = e.patient_id) SELECT late.id, who.email FROM late JOIN who ON who.id = late.encounter_id',
  'SELECT id FROM stock WHERE id = $n UNION ALL SELECT id FROM claims WHERE id = $n UNION SELECT id FROM staff',
  'SELECT x.family_name FROM (SELECT family_name, row_number() OVER (PARTITION BY city ORDER BY birth_date) AS r FROM patients) x WHERE x.r = $n',
  'SELECT * FROM open_claims WHERE id = $n',
  'SELECT CASE WHEN amount > $n THEN $n ELSE amount END FROM claims',
  'SELECT p.id, (SELECT max(e.started_at) FROM encounters e WHERE e.patient_id = p.id) FROM patients p WHERE p.id = $n',
  'SELECT id FROM patients WHERE EXISTS (SELECT 1 FROM encounters WHERE patient_id = patients.id AND id = $n)',
  'SELECT login FROM staff WHERE id IN ($n, 2, 3, 4, 5)',
  "INSERT INTO stock (id, item, quantity) VALUES ($n, 'gloves', 10), ($n, 'masks', 20)",
  'INSERT INTO stock SELECT id, item, quantity FROM stock WHERE id = $n ON CONFLICT DO NOTHING RETURNING id',
  'UPDATE stock SET quantity = quantity - 1 WHERE id = $n',
  "UPDATE patients SET city = 'Springfield' WHERE id = $n RETURNING *",
  'DELETE FROM claims WHERE id = $n',
  'DELETE FROM encounters USING patients WHERE encounters.patient_id = patients.id AND patients.id = $n',
  'DELETE FROM patients',
  'TRUNCATE claims, encounters',
  'DROP TABLE IF EXISTS old_$n CASCADE',
  'CREATE TABLE fresh_$n (id bigint PRIMARY KEY, made timestamptz DEFAULT now())',
  'CREATE INDEX CONCURRENTLY i_$n ON claims (status)',
  'ALTER TABLE stock ADD COLUMN c_$n text',
  'GRANT SELECT ON patients TO reporting_$n',
  'COPY (SELECT id, zip FROM patients WHERE id < $n) TO STDOUT WITH (FORMAT csv)',
  'COPY patients TO STDOUT',
  "COPY stock FROM PROGRAM 'curl -s http://example.com/$n'",
  'EXPLAIN ANALYZE DELETE FROM claims WHERE id = $n',
  'BEGIN; UPDATE stock SET quantity = $n WHERE id = 1; COMMIT',
  "SET statement_timeout = '$n s'",
  'SHOW work_mem',
  "DO $body$ BEGIN EXECUTE 'DROP TABLE t_$n'; END $body$",
  'MERGE INTO stock s USING (SELECT $n AS id) n ON s.id = n.id WHEN MATCHED THEN UPDATE SET quantity = 0 WHEN NOT MATCHED THEN INSERT (id) VALUES (n.id)',
  "SELECT c.relname, a.attname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r' AND a.attnum > 0 AND c.oid > $n ORDER BY 1, 2",
  'SELECT pg_terminate_backend($n)',
];
