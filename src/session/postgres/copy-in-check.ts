import { binaryText } from '../../mask/bound-text.ts';
import type { ColumnMasks, WriteTarget } from '../../mask/column-masks.ts';
import { BinaryFields, type FieldReader, type FieldVisitor, TextFields } from '../../mask/copy-fields.ts';
import type { MaskingRules } from '../../mask/fate.ts';
import type { ProvedMasks } from '../../mask/proved-masks.ts';
import type { Message } from '../../model/finding.ts';
import type { CopiedIn } from '../../model/judge.ts';
import type { CopyInCheck, WireRefusal } from '../../wire/postgres/gate.ts';
import type { CopyAnnounced } from './copy-treatment.ts';
import { refusalOf } from './refusal.ts';
import { columnMasks, columnName, wouldStore, writeTarget } from './returned-masks.ts';

const decoder = new TextDecoder();
/** Masks without a proof are short: a longer field is no mask as a whole, and is read for what it holds only. */
const LONGEST_PLAIN = 65_536;
const STAR = 0x2a;

export interface CopyInWorld {
  readonly rules: MaskingRules;
  readonly proved: ProvedMasks;
  /** Called once, when a mask was found. */
  readonly refused: (message: Message) => void;
}

/** Looks for masks in the rows of one COPY … FROM STDIN; field by field where they can be read, else byte by byte. */
export function copyInCheck(
  plan: CopiedIn | undefined,
  announced: CopyAnnounced,
  world: CopyInWorld,
): CopyInCheck {
  const columns = plan?.columns ?? [];
  const { rules, proved } = world;
  const targets = columns.map((origin) => (origin === null ? undefined : writeTarget(origin, rules)));
  const isMask =
    announced.format === 'binary'
      ? binaryMask(proved, columnMasks(rules))
      : textMask(proved, columnMasks(rules));
  let found: number | undefined;
  const visit: FieldVisitor = (column, value) => {
    if (!isMask(value, targets[column])) return false;
    found = column;
    return true;
  };
  const reader = readerOf(plan, announced, visit);
  const told = (stop: boolean): WireRefusal | undefined => {
    if (!stop) return undefined;
    const origin = columns[found ?? 0];
    const message = wouldStore(
      origin ? `in ${columnName(origin, rules.catalog)}` : 'that stands in the rows',
    );
    world.refused(message);
    return refusalOf(message);
  };
  return { push: (payload) => told(reader.push(payload)), end: () => told(reader.end()) };
}

/** Another encoding, or a layout guard can't read: each line as one field, so that a proved mask in it is found. */
const LINES = { format: 'text', delimiter: '\n', quote: '"', escape: '"', null: '', header: false } as const;

function readerOf(plan: CopiedIn | undefined, announced: CopyAnnounced, visit: FieldVisitor): FieldReader {
  if (announced.format === 'binary') return new BinaryFields(visit);
  return new TextFields(plan?.layout ?? LINES, visit);
}

type IsMask = (value: Uint8Array, target: WriteTarget | undefined) => boolean;

function textMask(proved: ProvedMasks, masks: ColumnMasks | undefined): IsMask {
  return (value, target) => {
    if (proved.inText(value)) return true;
    if (target === undefined || masks === undefined || !isPlain(value)) return false;
    return masks.isMask(decoder.decode(value), target);
  };
}

function binaryMask(proved: ProvedMasks, masks: ColumnMasks | undefined): IsMask {
  return (value, target) => {
    if (proved.inBinary(value, target?.typeOid ?? 0)) return true;
    if (target === undefined || masks === undefined || value.length > LONGEST_PLAIN) return false;
    return masks.isMask(binaryText(value, target.typeOid), target);
  };
}

/** Long texts are looked at only when there is an asterisk in them. */
function isPlain(value: Uint8Array): boolean {
  return value.length <= LONGEST_PLAIN || value.includes(STAR);
}
