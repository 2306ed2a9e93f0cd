import type { Detector } from '../detector.ts';
import { assignment } from './assignment.ts';
import { birthDate } from './birth-date.ts';
import { card } from './card.ts';
import { email } from './email.ts';
import { iban } from './iban.ts';
import { license } from './license.ts';
import { mrn } from './mrn.ts';
import { phone } from './phone.ts';
import { plan } from './plan.ts';
import { privateKey } from './private-key.ts';
import { ssn } from './ssn.ts';
import { token } from './token.ts';
import { urlPassword } from './url-password.ts';

/** Every value detector. Where two find the same stretch, the earlier one names it. */
export const DETECTORS: readonly Detector[] = [
  privateKey,
  token,
  urlPassword,
  assignment,
  ssn,
  email,
  card,
  iban,
  plan,
  mrn,
  license,
  birthDate,
  phone,
];
