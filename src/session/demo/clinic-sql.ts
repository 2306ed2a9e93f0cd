/**
 * A made-up clinic. Nobody in it exists: names are made of two lists, SSNs lie in areas that are never issued
 * (900–999), telephone numbers in the exchange reserved for fiction (555-01xx), mail addresses at example.com
 * (RFC 2606). Arithmetic on the row number takes the place of chance, so that every build makes the same clinic.
 */
export const CLINIC_SQL = `
CREATE TABLE patients (
  id serial PRIMARY KEY,
  mrn text NOT NULL UNIQUE,
  first_name text NOT NULL,
  last_name text NOT NULL,
  birth_date date NOT NULL,
  ssn text NOT NULL,
  email text,
  phone text,
  street text,
  city text,
  state char(2),
  zip text,
  created_at timestamptz NOT NULL
);
CREATE TABLE staff (
  id serial PRIMARY KEY,
  full_name text NOT NULL,
  role text NOT NULL,
  npi text,
  email text,
  password_hash text
);
CREATE TABLE encounters (
  id serial PRIMARY KEY,
  patient_id integer NOT NULL REFERENCES patients ON DELETE CASCADE,
  staff_id integer NOT NULL REFERENCES staff,
  started_at timestamptz NOT NULL,
  kind text NOT NULL,
  reason text,
  notes text
);
CREATE TABLE claims (
  id serial PRIMARY KEY,
  encounter_id integer NOT NULL REFERENCES encounters ON DELETE CASCADE,
  status text NOT NULL,
  amount numeric(10,2) NOT NULL,
  member_id text NOT NULL,
  submitted_on date NOT NULL
);
CREATE TABLE rooms (id serial PRIMARY KEY, name text NOT NULL, floor integer NOT NULL, beds integer NOT NULL);

INSERT INTO patients (mrn, first_name, last_name, birth_date, ssn, email, phone, street, city, state, zip, created_at)
SELECT 'MRN-' || lpad((i * 7919 % 1000000)::text, 6, '0'),
       f.name, l.name,
       date '1931-01-01' + (i * 6151 % 31000),
       (900 + i * 37 % 100) || '-' || lpad((1 + i * 13 % 99)::text, 2, '0') || '-' || lpad((i * 271 % 10000)::text, 4, '0'),
       lower(f.name) || '.' || lower(l.name) || i || '@example.com',
       '(' || (array['303','505','617','702','808'])[1 + i % 5] || ') 555-01' || lpad((i % 100)::text, 2, '0'),
       (1 + i * 31 % 980) || ' ' || (array['Sample Street','Fiction Avenue','Placeholder Road','Demo Lane','Example Way'])[1 + i % 5],
       (array['Springfield','Fairview','Riverton','Lakewood','Georgetown'])[1 + i / 7 % 5],
       (array['CO','NM','MA','NV','HI'])[1 + i % 5],
       lpad((10000 + i * 89 % 80000)::text, 5, '0'),
       timestamptz '2023-01-01 08:00:00+00' + (i || ' hours')::interval
FROM generate_series(1, 2000) AS i
JOIN unnest(array['Ada','Bruno','Celia','Dario','Edith','Felix','Greta','Hugo','Iris','Jonas','Klara','Luca','Mira','Nils','Olga','Pablo','Quinn','Rosa','Sven','Tilda']) WITH ORDINALITY AS f(name, n) ON f.n = 1 + i % 20
JOIN unnest(array['Testa','Sampleson','Mockford','Demo','Fiktiv','Placehold','Example','Specimen','Dummer','Synthman','Protoni','Trialski','Fakerson']) WITH ORDINALITY AS l(name, n) ON l.n = 1 + i * 3 % 13;

INSERT INTO staff (full_name, role, npi, email, password_hash)
SELECT 'Dr. ' || (array['Vera','Otto','Nora','Emil','Lena','Karl'])[1 + i % 6] || ' ' || (array['Stand-In','Exemplar','Mockley','Prototype'])[1 + i % 4],
       (array['physician','nurse','billing','admin'])[1 + i % 4],
       '1' || lpad((i * 7789 % 1000000000)::text, 9, '0'),
       'staff' || i || '@example.org',
       '$2b$12$' || md5('demo' || i)
FROM generate_series(1, 40) AS i;

INSERT INTO encounters (patient_id, staff_id, started_at, kind, reason, notes)
SELECT 1 + i * 7 % 2000, 1 + i % 40,
       timestamptz '2024-01-02 09:00:00+00' + (i * 53 || ' minutes')::interval,
       (array['visit','telehealth','emergency','lab'])[1 + i % 4],
       (array['annual check','sore throat','follow-up','blood test','back pain'])[1 + i % 5],
       'Synthetic note ' || i || ': patient reports nothing real; contact by telephone before the next visit.'
FROM generate_series(1, 6000) AS i;

INSERT INTO claims (encounter_id, status, amount, member_id, submitted_on)
SELECT i, (array['open','paid','paid','denied'])[1 + i % 4], (40 + i * 17 % 90000) / 1.7,
       'DEMO' || lpad((i * 911 % 10000000)::text, 8, '0'), date '2024-01-03' + i / 30
FROM generate_series(1, 5000) AS i;

INSERT INTO rooms (name, floor, beds) SELECT 'Room ' || (100 + i), 1 + i / 10, 1 + i % 3 FROM generate_series(1, 30) AS i;

CREATE INDEX ON encounters (patient_id);
CREATE INDEX ON claims (encounter_id);
CREATE VIEW patient_overview AS
  SELECT p.id, p.first_name || ' ' || p.last_name AS patient, p.ssn AS tax_id, count(e.id) AS visits
  FROM patients p LEFT JOIN encounters e ON e.patient_id = p.id GROUP BY p.id;
COMMENT ON COLUMN staff.npi IS 'national provider identifier (public)';
ANALYZE;
`;
