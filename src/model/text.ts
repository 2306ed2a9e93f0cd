import type { Brand } from './brand.ts';

/** Text as captured. Never leaves the process: no log, entry, prompt or error accepts it. */
export type RawText = Brand<string, 'RawText'>;

/** Text that went through `mask/`. The only text that audit entries, prompts and errors accept. */
export type MaskedText = Brand<string, 'MaskedText'>;

/** Marks text as captured; every channel calls this where bytes become text. */
export function rawText(text: string): RawText {
  return text as RawText;
}
