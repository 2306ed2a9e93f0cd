import type { Detector } from '../detector.ts';

/**
 * Tokens with a prefix their issuer documents; shapes after the issuers' own pages and the gitleaks rules (MIT).
 * All with borders, so that a piece of a hash or base64 text is none.
 */
const SHAPES: readonly (readonly [trigger: string, shape: string])[] = [
  ['AKIA|ASIA|ABIA|ACCA', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}'],
  ['gh[pousr]_', 'gh[pousr]_[A-Za-z0-9]{36,255}'],
  ['github_pat_', 'github_pat_\\w{36,255}'],
  [
    'gl(?:pat|dt|rt|cbt|ptt|ft|soat|oas|imt|agent)-',
    'gl(?:pat|dt|rt|cbt|ptt|ft|soat|oas|imt|agent)-[\\w.-]{20,120}',
  ],
  ['xox[abeoprs]-|xapp-', '(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,250}'],
  ['hooks\\.slack', '(?<=hooks\\.slack\\.com/(?:services|workflows|triggers)/)[A-Za-z0-9+/]{20,80}'],
  ['[sr]k_(?:live|test|prod)_', '[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,120}'],
  ['AIza', 'AIza[\\w-]{35}'],
  ['ya29\\.', 'ya29\\.[\\w-]{20,500}'],
  ['GOCSPX-', 'GOCSPX-[\\w-]{28}'],
  ['eyJ', 'ey[IJ][\\w-]{8,4000}\\.ey[IJ][\\w-]{4,8000}(?:\\.[\\w-]{0,2000})?'],
  // The same, once more in base64.
  ['ZXlK', 'ZXlK[A-Za-z0-9+/_-]{13,8000}={0,2}'],
  ['EAA[A-Z]', 'EAA[A-Z][A-Za-z0-9]{80,400}'],
  ['s-s4t2', 's-s4t2(?:ud|af)-[a-f0-9]{64}'],
  ['npm_', 'npm_[A-Za-z0-9]{36}'],
  ['pypi-', 'pypi-AgE[\\w-]{50,1000}'],
  ['sk-', 'sk-(?:proj-|svcacct-|admin-|ant-(?:api|admin)\\d{2}-|or-v1-)?[A-Za-z0-9_-]{20,250}'],
  ['hf_|api_org_', '(?:hf_|api_org_)[A-Za-z]{34}'],
  ['do[por]_v1_', 'do[por]_v1_[a-f0-9]{64}'],
  ['SG\\.', 'SG\\.[\\w-]{20,24}\\.[\\w-]{39,50}'],
  ['hv[sbr]\\.', 'hv[sbr]\\.[\\w-]{24,300}'],
  ['shp(?:at|ca|pa|ss)_', 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}'],
  ['dckr_(?:pat|oat)_', 'dckr_(?:pat|oat)_[\\w-]{27,40}'],
  ['AGE-SECRET', 'AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'],
  ['ATATT3', 'ATATT3[\\w=-]{60,250}'],
  ['PMAK-', 'PMAK-[a-f0-9]{24}-[a-f0-9]{34}'],
  ['lin_api_', 'lin_api_[A-Za-z0-9]{40}'],
  ['glsa_|glc_', '(?:glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,400}={0,2})'],
  ['sq0(?:atp|csp)-', 'sq0(?:atp|csp)-[\\w-]{22,60}'],
  ['EAAA', 'EAAA[\\w-]{60}'],
  [':AA', '\\d{8,10}:AA[\\w-]{33}'],
  ['tfp_', 'tfp_[\\w-]{40,60}'],
  ['\\.atlasv1\\.', '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,70}'],
  ['ops_eyJ', 'ops_eyJ[\\w+/-]{200,4000}={0,3}'],
  [
    'nfp_|rubygems_|sntrys_|pnu_|pul-|dp\\.pt\\.|dapi|CFPAT-|NRAK-|rdme_|tk-us-|v1\\.0-',
    '(?:nfp_[A-Za-z0-9]{36,40}|rubygems_[a-f0-9]{48}|sntrys_[\\w=+/]{40,400}|pnu_[A-Za-z0-9]{36}|pul-[a-f0-9]{40}|dp\\.pt\\.[A-Za-z0-9]{43}|dapi[a-f0-9]{32}(?:-\\d)?|CFPAT-[\\w-]{43}|NRAK-[A-Z0-9]{27}|rdme_[a-z0-9]{70}|tk-us-[\\w-]{48})',
  ],
];

const TOKEN = new RegExp(
  `(?<![A-Za-z0-9_])(?:${SHAPES.map(([, shape]) => shape).join('|')})(?![A-Za-z0-9_])`,
  'g',
);
const TRIGGER = new RegExp(SHAPES.map(([trigger]) => trigger).join('|'));
/** Documentation's own placeholders: one letter repeated, or the word EXAMPLE. */
const PLACEHOLDER = /EXAMPLE|[xX0.]{12}/;

export const token: Detector = {
  id: 'token',
  class: 'cred.token',
  shapes: [{ regex: TOKEN, accept: (value) => !PLACEHOLDER.test(value), trigger: TRIGGER }],
  style: 'all',
  hits: [
    'AKIAQ3EGRTYU7I2OPASD',
    `ghp_${'aB3dE5'.repeat(6)}`,
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl`,
    `sk-ant-api03-${'q7Rt'.repeat(8)}`,
  ],
  misses: ['AKIAIOSFODNN7EXAMPLE', 'task-force-something', 'npm_config_cache', 'ghp_short', 'sk-SK'],
};
