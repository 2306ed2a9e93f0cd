import type { Detector, Shape } from '../detector.ts';

const WORDS =
  'passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|client[_-]?secret|auth[_-]?key|signing[_-]?key|encryption[_-]?key|credentials?|passwort|contraseña|mot[_-]de[_-]passe';
/** Ends like one of the words; what stands before it in the name does not matter (`db.my_secret`). */
const KEY = `(?:${WORDS})(?:[_-]?(?:key|value|hash|b64|base64))?["']?`;
const ASSIGN = '\\s{0,4}(?::=|=>|[:=])\\s{0,4}';
/** `key = "value"`, one for each kind of quote. */
const QUOTED: readonly RegExp[] = ['"', "'", '`'].map(
  (quote) => new RegExp(`(${KEY}${ASSIGN}${quote})((?:[^${quote}\\n\\\\]|\\\\.){4,512})(?=${quote})`, 'gi'),
);
/** `KEY=value`, `key: value`, without quotes. */
const BARE = new RegExp(`(${KEY}${ASSIGN})([^\\s"'\`,;)}\\]<>&|]{6,512})`, 'gi');
const HEADER =
  /(\b(?:proxy-)?authorization["']?\s{0,2}[:=]\s{0,2}["']?(?:bearer|basic|token|negotiate|digest)?\s{0,2})([\w.~+/=-]{8,4000})/gi;
const FLAG =
  /(\s(?:--?(?:password|passwd|pass|token|secret|api-key|apikey|client-secret)|-p)(?:=|\s{1,2}))(?!-)([^\s"'$<>|;&]{6,256})/g;
/** curl -u user:password, quoted or not. */
const CURL =
  /(\bcurl\b[^\n|;]{0,400}?\s(?:-u|--user)[ =]{1,3}["']?[^\s:"'$]{0,128}:["']?)([^\s"'$<>][^\s"'<>]{3,256})/g;
const SQL = /(\b(?:password|identified by)\s{1,4}')((?:[^'\n]|''){3,256})(?=')/gi;
const XML = /(<(?:\w{1,20}[:_-])?(?:password|passwd|secret|token|apikey|api-key)>)([^<\n]{4,512})(?=<\/)/gi;

/** References, calls, types and words instead of a value. */
const REFERENCE =
  /^(?:[*•.…x]{3,}|\$|%|<|\{|\[|\(|@|&|#|!|~|\/|\.\/|process\.|os\.|env\b|self\.|this\.|args?\.|config\.|secrets?\.|vault:|null\b|none\b|nil\b|true\b|false\b|undefined\b|string\b|str\b|int\b|bool|required|optional|redacted|hidden|masked|changeme$|example|placeholder|your[_-]|my[_-]|test$|file$|https?:)/i;
const CODE = /^[A-Za-z_][\w.]{0,80}(?:\(|\[|\?|!$|;$|->|::|=>)/;
const DIGIT = /\d/;
const LETTER = /[A-Za-z]/;

/** Unquoted text must look made by a machine, or stand right behind a password's own `=`. */
function isSecretLike(value: string, context: string): boolean {
  if (isReference(value)) return false;
  const words = /^[a-z]{1,24}(?:[-_./:][a-z]{1,24}){0,6}$/i.test(value);
  if (words) return /(?:passw|pwd)\w{0,12}=$/i.test(context) && !value.includes('.') && !value.includes('/');
  return (
    DIGIT.test(value) &&
    LETTER.test(value) &&
    !/^[\d.:T+-]{1,40}Z?$/.test(value) &&
    !/^[\w-]{0,40}\.[a-z]{2,4}$/.test(value)
  );
}

function isReference(value: string): boolean {
  return (
    REFERENCE.test(value) ||
    CODE.test(value) ||
    /^\*/.test(value) ||
    value.includes('${') ||
    value.includes('{{')
  );
}

/** Several words in quotes are a message, not a secret. */
function isQuotedSecret(value: string): boolean {
  if (isReference(value) || /^[\s*]{0,512}$/.test(value)) return false;
  return !/^[\w ]{0,40} [\w ]{0,400}$/.test(value);
}

const NAMED = /pass|pwd|secret|token|key|credential|contras/i;

const shapes: readonly Shape[] = [
  ...QUOTED.map((regex): Shape => ({ regex, afterContext: true, accept: isQuotedSecret, trigger: NAMED })),
  {
    regex: BARE,
    afterContext: true,
    accept: (value, match) => isSecretLike(value, match[1] ?? ''),
    trigger: NAMED,
  },
  {
    regex: HEADER,
    afterContext: true,
    accept: (value) => DIGIT.test(value) && !isReference(value),
    trigger: /authorization/i,
  },
  { regex: FLAG, afterContext: true, accept: (value) => isSecretLike(value, ''), trigger: /\s-/ },
  { regex: CURL, afterContext: true, accept: (value) => !isReference(value), trigger: /curl/ },
  {
    regex: SQL,
    afterContext: true,
    accept: (value) => !isReference(value),
    trigger: /password|identified/i,
  },
  { regex: XML, afterContext: true, accept: (value) => !isReference(value), trigger: /<\// },
];

export const assignment: Detector = {
  id: 'assignment',
  class: 'cred.secret',
  shapes,
  style: 'all',
  hits: [
    'PGPASSWORD=correcthorse',
    '"api_key": "9f8e7d6c5b4a"',
    'Authorization: Bearer abc123def456',
    "ALTER ROLE a PASSWORD 'tr0ub4dor'",
    '--password=hunter22',
    'db.secret: a1B2c3D4e5',
  ],
  misses: [
    'password: required',
    'token = getToken()',
    'SECRET=$OTHER',
    'secret: <your-secret>',
    'password_changed_at: 2024-01-15',
    'tokens: 1234',
    'password=********',
  ],
};
