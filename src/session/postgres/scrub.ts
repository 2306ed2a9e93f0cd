import { maskText } from '../../mask/text.ts';
import { rawText } from '../../model/text.ts';
import type { NoticeFields } from '../../wire/postgres/gate.ts';
export function scrubOutside(fields: NoticeFields): NoticeFields {
  return new Map([...fields].map(([code, text]) => [code, 'MDHWq'.includes(code) ? maskText(rawText(text)) : text]));
}
export function scrubRun(fields: NoticeFields, _world: unknown): NoticeFields {
  return scrubOutside(fields);
}
