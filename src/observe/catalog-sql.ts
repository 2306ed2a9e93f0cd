/** More relations than this and the snapshot says that it is not complete. */
export const MAX_RELATIONS = 2_000;
export const MAX_COLUMNS = 60_000;
export const MAX_FUNCTIONS = 5_000;
/** Characters of one comment, one view definition, one function body, all function bodies. */
const MAX_COMMENT = 400;
const MAX_DEFINITION = 100_000;
const MAX_BODY = 20_000;
const MAX_BODIES = 3_000_000;

/** Where the user's search_path waits while the catalog is read; never forwarded from a client. */
const PARKED = "'guard.search_path'";

/**
 * Runs first, under the user's own search_path: every name is qualified and no operator is used, so nothing
 * the user created can answer in its place.
 */
const PARK_PATH = `SELECT pg_catalog.set_config(${PARKED}, pg_catalog.current_setting('search_path'), true),
  pg_catalog.json_build_object('path', pg_catalog.current_schemas(false), 'database', pg_catalog.current_database())::pg_catalog.text`;
/** pg_temp last, so that a temporary table called pg_class hides nothing; definitions come out qualified. */
const OWN_PATH = `SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)`;
const RESTORE_PATH = `SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting(${PARKED}), true)`;

const SEEN_SCHEMA = `n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema'
      AND NOT starts_with(n.nspname::text, 'pg_toast') AND NOT pg_is_other_temp_schema(n.oid)`;

/** Functions of the user's own that a default (not a generation expression) depends on, operators' functions among them. */
const DEFAULT_CALLS = `SELECT json_agg(DISTINCT dp.proname) FROM pg_depend dd
        LEFT JOIN pg_operator dop ON dd.refclassid = 'pg_operator'::regclass AND dop.oid = dd.refobjid
        JOIN pg_proc dp ON dp.oid = CASE WHEN dop.oid IS NULL THEN dd.refobjid ELSE dop.oprcode::oid END
        WHERE dd.classid = 'pg_attrdef'::regclass AND dd.objid = ad.oid AND a.attgenerated = ''
          AND (dop.oid IS NOT NULL OR dd.refclassid = 'pg_proc'::regclass)`;

const COLUMNS = `SELECT json_agg(json_build_array(a.attnum, a.attname, format_type(b.oid, NULL), b.oid::bigint,
        left(col_description(a.attrelid, a.attnum), ${MAX_COMMENT}),
        CASE WHEN a.attgenerated <> '' THEN pg_get_expr(ad.adbin, ad.adrelid) END,
        EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey::int2[])),
        CASE WHEN ad.oid IS NOT NULL THEN (${DEFAULT_CALLS}) END
      ) ORDER BY a.attnum)
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type d ON t.typtype = 'd' AND d.oid = t.typbasetype
    LEFT JOIN pg_type e ON d.typtype = 'd' AND e.oid = d.typbasetype
    JOIN pg_type b ON b.oid = COALESCE(e.oid, d.oid, t.oid)
    LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

const TRIGGERS = `SELECT json_agg(json_build_array(tg.tgname, tg.tgtype, pn.nspname, p.proname) ORDER BY tg.tgname)
    FROM pg_trigger tg JOIN pg_proc p ON p.oid = tg.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
    WHERE tg.tgrelid = c.oid AND NOT tg.tgisinternal AND tg.tgenabled <> 'D'`;

const RULES = `SELECT json_agg(json_build_array(rw.rulename, rw.ev_type, CASE WHEN length(pg_get_ruledef(rw.oid)) <= ${MAX_BODY} THEN pg_get_ruledef(rw.oid) END)
      ORDER BY rw.rulename)
    FROM pg_rewrite rw WHERE rw.ev_class = c.oid AND rw.rulename <> '_RETURN' AND rw.ev_enabled <> 'D'`;

/** Of no extension: those are known by name. */
const OF_NOBODY = (catalog: string, oid: string) => `${oid} >= 16384 AND NOT EXISTS (SELECT FROM pg_depend x
    WHERE x.classid = '${catalog}'::regclass AND x.objid = ${oid} AND x.deptype = 'e')`;

const PARENTS = `SELECT json_agg(h.inhparent::bigint ORDER BY h.inhseqno) FROM pg_inherits h WHERE h.inhrelid = c.oid`;

const CATALOG = `WITH seen AS (
  SELECT r.*, row_number() OVER w AS place, sum(r.relnatts) OVER w AS columns
  FROM (SELECT k.oid, k.relname, k.relkind, k.reltuples, k.relpersistence, k.relispartition, k.relnatts, n.nspname
    FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace
    WHERE k.relkind = ANY ('{r,p,v,m,f,S}'::"char"[]) AND ${SEEN_SCHEMA}) r
  WINDOW w AS (ORDER BY r.relkind = 'S', r.relispartition, r.oid ROWS UNBOUNDED PRECEDING)
), picked AS (
  SELECT * FROM seen WHERE place <= ${MAX_RELATIONS} AND columns <= ${MAX_COLUMNS}
), routines AS (
  SELECT p.*, n.nspname, row_number() OVER (ORDER BY p.oid) AS place, sum(length(p.prosrc)) OVER (ORDER BY p.oid) AS bodies
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${SEEN_SCHEMA}
)
SELECT 'counts', json_build_object('relations', (SELECT count(*) FROM seen), 'functions', (SELECT count(*) FROM routines))::text
UNION ALL
(SELECT 'relation', json_build_object('oid', c.oid::bigint, 'schema', c.nspname, 'name', c.relname, 'kind', c.relkind,
    'rows', c.reltuples::float8, 'temporary', c.relpersistence = 't',
    'comment', left(obj_description(c.oid, 'pg_class'), ${MAX_COMMENT}),
    'definition', CASE WHEN c.relkind = ANY ('{v,m}'::"char"[]) THEN left(pg_get_viewdef(c.oid), ${MAX_DEFINITION}) END,
    'parents', (${PARENTS}), 'triggers', (${TRIGGERS}), 'rules', (${RULES}), 'columns', (${COLUMNS}))::text
  FROM picked c ORDER BY c.place)
UNION ALL
(SELECT 'key', json_build_array(o.conname, o.conrelid::bigint, o.confrelid::bigint, o.confdeltype, o.confupdtype, o.conkey, o.confkey)::text
  FROM pg_constraint o WHERE o.contype = 'f'
    AND NOT EXISTS (SELECT FROM pg_constraint whole WHERE whole.oid = o.conparentid AND whole.confrelid = o.confrelid)
  ORDER BY o.oid)
UNION ALL
(SELECT 'function', json_build_array(f.nspname, f.proname, l.lanname, f.provolatile, f.prosecdef, f.prokind,
    CASE WHEN l.lanname = ANY ('{sql,plpgsql}'::name[]) AND f.prokind <> 'a' AND length(f.prosrc) <= ${MAX_BODY} AND f.bodies <= ${MAX_BODIES}
      THEN pg_get_functiondef(f.oid) END,
    EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_proc'::regclass AND x.objid = f.oid AND x.deptype = 'e'))::text
  FROM routines f JOIN pg_language l ON l.oid = f.prolang WHERE f.place <= ${MAX_FUNCTIONS} ORDER BY f.place)
UNION ALL
(SELECT 'operators', json_agg(DISTINCT op.oprname)::text FROM pg_operator op WHERE ${OF_NOBODY('pg_operator', 'op.oid')} HAVING count(*) > 0)
UNION ALL
(SELECT 'cast', json_build_array(format_type(ca.castsource, NULL), format_type(ca.casttarget, NULL), ca.castcontext <> 'e')::text
  FROM pg_cast ca WHERE ca.castfunc <> 0 AND ${OF_NOBODY('pg_cast', 'ca.oid')})`;

/**
 * One simple-query text that reads the live schema on the user's own connection (PostgreSQL 12 to 18, PGlite).
 * Cells are text: a tag and a JSON document. Leaves search_path as it was, also in an open transaction;
 * takes no locks beyond those of reading the catalog; needs no privilege.
 */
export const CATALOG_SQL: string = [PARK_PATH, OWN_PATH, CATALOG, RESTORE_PATH].join(';\n');

const FIRST_USER_OID = 16_384;
const own = (column: string) => `${column} OPERATOR(pg_catalog.>=) ${FIRST_USER_OID}::pg_catalog.oid`;
const stamp = (table: string, where: string) =>
  `(SELECT pg_catalog.concat_ws('.', pg_catalog.count(*), pg_catalog.sum(x.xmin::pg_catalog.text::pg_catalog.numeric)) FROM pg_catalog.${table} x WHERE ${where})`;

/**
 * One row, one cell that differs whenever the schema, its comments or the search path may differ: row counts and
 * sums of xmin over the catalogs that CATALOG_SQL reads (ANALYZE and VACUUM update in place and change neither).
 */
export const CATALOG_VERSION_SQL: string = `SELECT pg_catalog.concat_ws(' ', pg_catalog.current_database(),
  pg_catalog.current_schemas(false)::pg_catalog.text, pg_catalog.pg_my_temp_schema(),
  ${stamp('pg_class', `${own('x.oid')} AND NOT pg_catalog.pg_is_other_temp_schema(x.relnamespace)`)},
  ${stamp('pg_attribute', `${own('x.attrelid')} AND NOT x.attisdropped`)},
  ${stamp('pg_attrdef', 'true')}, ${stamp('pg_constraint', own('x.oid'))}, ${stamp('pg_inherits', 'true')},
  ${stamp('pg_trigger', 'true')}, ${stamp('pg_rewrite', own('x.oid'))}, ${stamp('pg_proc', own('x.oid'))},
  ${stamp('pg_type', own('x.oid'))}, ${stamp('pg_operator', own('x.oid'))}, ${stamp('pg_cast', own('x.oid'))}, ${stamp('pg_description', own('x.objoid'))}, ${stamp('pg_namespace', 'true')})`;

const IDENTITY_COLUMNS = `(SELECT d.oid::pg_catalog.text FROM pg_catalog.pg_database d
    WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()),
  pg_catalog.current_database()::pg_catalog.text, pg_catalog.current_setting('server_version_num'),
  pg_catalog.current_setting('is_superuser'), pg_catalog.host(pg_catalog.inet_server_addr()),
  pg_catalog.inet_server_port()::pg_catalog.text, session_user::pg_catalog.text, current_user::pg_catalog.text`;

/** Who the server is. Fails with 42501 where pg_control_system() is revoked: then use IDENTITY_SQL_WITHOUT_CONTROL. */
export const IDENTITY_SQL: string = `SELECT (SELECT s.system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system() s), ${IDENTITY_COLUMNS}`;

/** The same without the system identifier (NULL); such a server can only be pinned by its certificate. */
export const IDENTITY_SQL_WITHOUT_CONTROL: string = `SELECT NULL::pg_catalog.text, ${IDENTITY_COLUMNS}`;
