/** What must never arrive: every value that the attacks are after. Long and unlike anything else, so that a piece of one is a leak. */
export const SECRETS: readonly string[] = [
  'Quillfeatherstone',
  '907-55-1234',
  'zanzibarine eczema-wibbletoe',
  'vonx.quilla@zephyrmail.test',
  'Marrowgate-Crescent-77',
];

/** The digits of one of them as a number. */
const NUMBER = 907_551_234;

/** Objects that the attacks stand on; some were left by somebody else, who knew what for. */
export const STAGE = `
CREATE TABLE members(id int PRIMARY KEY, last_name text NOT NULL, ssn text UNIQUE, birth_date date, email text,
  street_address text, clinical_notes text, patient_name jsonb, last_names text[], status text DEFAULT 'new');
INSERT INTO members VALUES (1, '${SECRETS[0]}', '${SECRETS[1]}', '1931-07-19', '${SECRETS[3]}', '${SECRETS[4]}', '${SECRETS[2]}',
  '{"last_name": "${SECRETS[0]}", "ssn": "${SECRETS[1]}"}', ARRAY['${SECRETS[0]}', '${SECRETS[1]}'], 'new');
INSERT INTO members SELECT i, 'Ode' || i, '100-00-' || 1000 + i, '1960-01-01', 'p' || i || '@example.test', 'Road ' || i, 'well ' || i,
  '{}', '{}', 'new' FROM generate_series(2, 30) i;
CREATE TABLE gadgets(id int PRIMARY KEY, color text, size int, note text);
INSERT INTO gadgets SELECT i, 'red', i, 'plain' FROM generate_series(1, 60) i;
CREATE TABLE scratch(k text, n bigint, b bytea);
CREATE TABLE scribble(k text, n bigint, b bytea);
CREATE TABLE digits(d int, code varchar(3) CHECK (length(code) < 3));
CREATE SEQUENCE counter;
CREATE VIEW v_members AS SELECT id, last_name AS label, ssn AS tag FROM members;
CREATE VIEW v_upper AS SELECT id, upper(label) AS loud, tag FROM v_members;
CREATE MATERIALIZED VIEW m_members AS SELECT id, reverse(last_name) AS elbal FROM members;
CREATE TABLE people(id int, last_name text) PARTITION BY RANGE (id);
CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100);
INSERT INTO people VALUES (1, '${SECRETS[0]}');
CREATE TABLE base(id int, label text);
CREATE TABLE heir(last_name text) INHERITS (base);
INSERT INTO heir VALUES (1, 'x', '${SECRETS[0]}');
CREATE TABLE derived(id int, last_name text, loud text GENERATED ALWAYS AS (upper(last_name)) STORED,
  long int GENERATED ALWAYS AS (length(last_name)) STORED);
INSERT INTO derived VALUES (1, '${SECRETS[0]}');
CREATE TYPE pair AS (a text, b text);
CREATE STATISTICS members_ext (mcv) ON last_name, ssn FROM members;

CREATE FUNCTION peek(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT last_name FROM members WHERE id = $1';
CREATE FUNCTION peek_plain(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
  'BEGIN RETURN (SELECT reverse(last_name) FROM members WHERE id = $1); END';
CREATE FUNCTION everyone() RETURNS SETOF members LANGUAGE sql STABLE AS 'SELECT * FROM members';
CREATE FUNCTION shout(text) RETURNS text LANGUAGE plpgsql AS
  $$BEGIN RAISE NOTICE 'heard %', $1 USING DETAIL = $1, HINT = reverse($1); RETURN 'ok'; END$$;
CREATE FUNCTION spill_color() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN NEW.color := (SELECT last_name FROM members WHERE id = 1); RETURN NEW; END$$;
CREATE TABLE sprung(id int, color text);
CREATE TRIGGER spill BEFORE INSERT OR UPDATE ON sprung FOR EACH ROW EXECUTE FUNCTION spill_color();
INSERT INTO gadgets VALUES (100, 'blue', 1, 'x');
CREATE FUNCTION copy_secret() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO scratch(k) SELECT last_name FROM members WHERE id = 1; RETURN NULL; END$$;
CREATE TABLE tapped(id int);
CREATE TRIGGER tap AFTER INSERT ON tapped FOR EACH ROW EXECUTE FUNCTION copy_secret();
CREATE FUNCTION tell_trigger() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN RAISE NOTICE 'row %', (SELECT last_name FROM members WHERE id = 1); RETURN NEW; END$$;
CREATE TABLE loud(id int);
CREATE TRIGGER tell BEFORE INSERT ON loud FOR EACH ROW EXECUTE FUNCTION tell_trigger();
CREATE FUNCTION fail_trigger() RETURNS trigger LANGUAGE plpgsql AS
  $$DECLARE r text; BEGIN SELECT ssn INTO r FROM members WHERE id = 1; RAISE EXCEPTION 'no %', r USING HINT = reverse(r), COLUMN = r, TABLE = r, CONSTRAINT = r; END$$;
CREATE TABLE failing(id int);
CREATE TRIGGER fails BEFORE INSERT ON failing FOR EACH ROW EXECUTE FUNCTION fail_trigger();
CREATE TABLE preset(id int, note text DEFAULT peek(1), other text DEFAULT 'x' || peek_plain(1));
CREATE VIEW v_call AS SELECT id, peek(id) AS thing FROM gadgets WHERE id = 1;
CREATE VIEW v_sprung AS SELECT id, color FROM sprung;
CREATE TABLE ruled(id int);
CREATE RULE spy AS ON INSERT TO ruled DO ALSO SELECT last_name FROM members WHERE id = 1;
CREATE RULE swap AS ON DELETE TO ruled DO INSTEAD SELECT reverse(last_name) AS id FROM members WHERE id = 1;

CREATE FUNCTION op_peek(text, int) RETURNS text LANGUAGE sql STABLE AS 'SELECT last_name FROM members WHERE id = $2';
CREATE FUNCTION op_peek(int, int) RETURNS text LANGUAGE sql STABLE AS 'SELECT reverse(last_name) FROM members WHERE id = $2';
CREATE FUNCTION op_true(text, int) RETURNS boolean LANGUAGE plpgsql STABLE AS
  'BEGIN RAISE NOTICE ''%'', (SELECT last_name FROM members WHERE id = $2); RETURN true; END';
CREATE OPERATOR <+> (LEFTARG = text, RIGHTARG = int, FUNCTION = op_peek);
CREATE OPERATOR @-@ (LEFTARG = text, RIGHTARG = int, FUNCTION = op_peek);
CREATE FUNCTION agg_step(text, int) RETURNS text LANGUAGE sql STABLE AS 'SELECT last_name FROM members WHERE id = 1';
CREATE AGGREGATE collect(int) (SFUNC = agg_step, STYPE = text);
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE FUNCTION mood_text(mood) RETURNS text LANGUAGE sql STABLE AS 'SELECT last_name FROM members WHERE id = 1';
CREATE FUNCTION gadget_text(gadgets) RETURNS text LANGUAGE sql STABLE AS 'SELECT last_name FROM members WHERE id = 1';
CREATE FUNCTION bigint_pair(bigint) RETURNS pair LANGUAGE sql STABLE AS 'SELECT (last_name, ssn)::pair FROM members WHERE id = 1';
CREATE FUNCTION check_value(text) RETURNS boolean LANGUAGE plpgsql STABLE AS
  $$BEGIN RAISE NOTICE 'checks %', (SELECT ssn FROM members WHERE id = 1); RETURN true; END$$;
CREATE DOMAIN checked AS text CHECK (check_value(VALUE));
CREATE FUNCTION size(gadgets) RETURNS text LANGUAGE sql STABLE AS 'SELECT last_name FROM members WHERE id = 1';
CREATE FUNCTION caption(gadgets) RETURNS text LANGUAGE sql STABLE AS 'SELECT last_name FROM members WHERE id = 1';
CREATE PROCEDURE tell_all(INOUT x text) LANGUAGE plpgsql AS
  $$BEGIN x := (SELECT last_name FROM members WHERE id = 1); END$$;
CREATE PROCEDURE keep_all() LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO scribble(k) SELECT last_name FROM members WHERE id = 1; END$$;
CREATE FUNCTION stash() RETURNS int LANGUAGE plpgsql AS
  $$BEGIN PERFORM set_config('my.thing', (SELECT last_name FROM members WHERE id = 1), false); RETURN 1; END$$;
CREATE FUNCTION open_cursor() RETURNS refcursor LANGUAGE plpgsql AS
  $$DECLARE c refcursor := 'found'; BEGIN OPEN c FOR SELECT last_name FROM members; RETURN c; END$$;
CREATE FUNCTION policy_tells(int) RETURNS boolean LANGUAGE plpgsql STABLE AS
  $$BEGIN RAISE NOTICE '%', (SELECT ssn FROM members WHERE id = 1); RETURN true; END$$;
SELECT lo_from_bytea(424242, convert_to('${SECRETS[2]}', 'UTF8'));
CREATE EXTENSION IF NOT EXISTS dblink; CREATE EXTENSION IF NOT EXISTS postgres_fdw; CREATE EXTENSION IF NOT EXISTS tablefunc;
CREATE EXTENSION IF NOT EXISTS xml2; CREATE EXTENSION IF NOT EXISTS hstore; CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE EXTENSION IF NOT EXISTS citext; CREATE EXTENSION IF NOT EXISTS pageinspect; CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS ltree; CREATE EXTENSION IF NOT EXISTS intarray;
ANALYZE;
`;

const PIECE = 6;

function* pieces(text: string, length = PIECE): Generator<string> {
  for (let at = 0; at + length <= text.length; at += 1) yield text.slice(at, at + length);
}

/** The value between neighbours of any length, so that its base64 stands at any of the three places. */
function base64Pieces(text: string): readonly string[] {
  return [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.from(`${'\0'.repeat(shift)}${text}`)
      .toString('base64')
      .replace(/=+$/, '');
    return [...pieces(whole.slice(shift === 0 ? 0 : 4, -2), 10)];
  });
}

function formsOf(secret: string): readonly string[] {
  const lower = secret.toLowerCase();
  const hex = Buffer.from(secret).toString('hex');
  const codes = [...secret].map((each) => String(each.codePointAt(0)));
  const reversed = [...lower].reverse().join('');
  const digits = secret.replaceAll(/\D/g, '');
  return [
    ...pieces(lower),
    ...pieces(reversed),
    ...pieces(lower, 9),
    ...pieces(reversed, 9),
    ...pieces(hex, 12),
    ...[',', ', ', ' ', '-'].flatMap((between) => [...pieces(codes.join(between), 15)]),
    ...(digits.length >= 9 ? [...pieces(digits, 7), ...pieces([...digits].reverse().join(''), 7)] : []),
  ];
}

/** Only long runs of letters: short ones turn up in every sentence. */
const LETTERS = /^[a-z]{9,}$/;

const TEXT_FORMS: readonly string[] = SECRETS.flatMap(formsOf);
const EXACT_FORMS: readonly string[] = [...SECRETS, ...SECRETS.map((each) => each.toUpperCase())].flatMap(
  base64Pieces,
);

function numberForms(): readonly Buffer[] {
  const four = Buffer.alloc(4);
  four.writeInt32BE(NUMBER);
  const real = Buffer.alloc(8);
  real.writeDoubleBE(NUMBER);
  // numeric in base 10,000: 9 0755 1234.
  const numeric = Buffer.from([0, 9, 0x02, 0xf3, 0x04, 0xd2]);
  return [four, real, numeric];
}

const BINARY_FORMS = numberForms();

/** What of the secrets can be read in these bytes: the forms that were found. */
export function leaksIn(bytes: Buffer): readonly string[] {
  const exact = bytes.toString('latin1');
  const lower = exact.toLowerCase();
  // Letters kept apart by any separator are the same letters.
  const letters = lower.replaceAll(/[^a-z0-9]/g, '');
  return [
    ...TEXT_FORMS.filter((form) => lower.includes(form) || (LETTERS.test(form) && letters.includes(form))),
    ...EXACT_FORMS.filter((form) => exact.includes(form)),
    ...BINARY_FORMS.filter((form) => bytes.includes(form)).map((form) => `0x${form.toString('hex')}`),
  ];
}
