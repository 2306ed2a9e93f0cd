import { expect, test } from 'vitest';
import { DATA_CLASSES } from '../../src/model/data-class.ts';
import { MASK_STYLES, styleOf } from '../../src/model/mask-style.ts';
import type { PolicyLayer } from '../../src/model/policy.ts';
import { compileBuiltIn, compileLayers } from '../../src/policy/compile.ts';
import { readSettingsFile } from '../../src/policy/settings-file.ts';

const builtIn = compileBuiltIn();

const file = (layer: PolicyLayer, masks: string): { file: string; text: string; layer: PolicyLayer } => ({
  file: `${layer}.yaml`,
  layer,
  text: `apiVersion: guard/v1
kind: Policy
metadata: { name: ${layer}, version: "1" }
classes: { numbers: [phi.phone, phi.ssn] }
masks:
${masks.replace(/^/gm, '  ')}
`,
});

const styles = (...sources: ReturnType<typeof file>[]) =>
  compileLayers({ sources, parts: [], builtIn: () => builtIn, unless: 'replaced' }).styles;

test('nothing said: guard masks by itself', () => {
  expect(builtIn.styles).toEqual({});
  expect(styleOf('phi.mrn')).toBe('pseudonym');
  expect(styleOf('pii.date')).toBe('year');
  expect(styleOf('phi.ssn')).toBe('stars');
});

test('the more specific word counts, wherever it stands', () => {
  expect(
    styles(file('org', 'phi.ssn: stars\nnumbers: last4\nphi.text: remove\nphi.*: same-width')),
  ).toMatchObject({
    'phi.ssn': 'stars',
    'phi.phone': 'last4',
    'phi.text': 'remove',
    'phi.name': 'same-width',
    'phi.date': 'same-width',
  });
});

test('a family takes what fits', () => {
  const said = styles(file('org', 'phi.*: year'));
  expect(said).toEqual({ 'phi.date': 'year' });
});

test('other layers can only hide more', () => {
  const both = styles(file('org', 'phi.ssn: last4\nphi.mrn: stars'), file('user', 'phi.ssn: stars'));
  expect(both).toMatchObject({ 'phi.ssn': 'stars', 'phi.mrn': 'stars' });
});

test.each([
  ['user', 'phi.ssn: last4', /"last4" shows more of phi\.ssn than "stars": only an organisation policy/],
  ['team', 'phi.*: same-width', /"same-width" shows more of phi\.name/],
  ['org', 'phi.name: last4', /the end of phi\.name may tell who it is/],
  ['org', 'phi.name: year', /phi\.name has no year/],
  ['org', 'cred.token: pseudonym', /a credential is hidden whole/],
  ['org', 'phi.sn: stars', /"phi\.sn" is no data class.*phi\.ssn/],
  ['org', 'phi.ssn: last5', /last4/],
] as const)('%s may not say %s', (layer, masks, message) => {
  expect(() => styles(file(layer, masks))).toThrow(message);
});

test('a settings file may say it too', () => {
  const settings = readSettingsFile('guard.yaml', 'masks: { phi.text: remove }\n', 'user');
  expect(settings.part.styles).toEqual({ 'phi.text': 'remove' });
  expect(() => readSettingsFile('guard.yaml', 'masks: { phi.phone: last4 }\n', 'user')).toThrow(
    /only an organisation/,
  );
});

test('every layer below the organisation ends at least as strict, whatever it says', () => {
  for (const style of MASK_STYLES) {
    for (const each of DATA_CLASSES) {
      let said: ReturnType<typeof styles>;
      try {
        said = styles(file('user', `${each}: ${style}`));
      } catch {
        continue;
      }
      expect(MASK_STYLES.indexOf(styleOf(each, said))).toBeGreaterThanOrEqual(
        MASK_STYLES.indexOf(styleOf(each)),
      );
    }
  }
});
