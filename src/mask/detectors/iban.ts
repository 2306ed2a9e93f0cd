import { mod97 } from '../checksum.ts';
import type { Detector } from '../detector.ts';

/** ISO 13616-1: country, check digits, up to 30 letters and digits, in groups of four or none. */
const SHAPE = /(?<![\w-])[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)(?![\w-])/g;
/** Countries of the SWIFT IBAN registry with their lengths. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
    .split(' ')
    .map((entry): [string, number] => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export const iban: Detector = {
  id: 'iban',
  class: 'pii.account',
  shapes: [
    {
      regex: SHAPE,
      accept: (value) => {
        const plain = value.replaceAll(' ', '');
        return LENGTHS.get(plain.slice(0, 2)) === plain.length && mod97(plain);
      },
      trigger: /[A-Z]{2}\d{2}/,
    },
  ],
  style: 'keep',
  hits: ['DE89370400440532013000', 'pay to GB29 NWBK 6016 1331 9268 19'],
  misses: ['DE89370400440532013001', 'AB12CDEF34567890', 'US64SVBKUS6S3300958879'],
};
