import type { Question } from '../../src/model/prompter.ts';
import type { MaskedText } from '../../src/model/text.ts';
import type { PromptStyle } from '../../src/prompt/style.ts';

export function masked(text: string): MaskedText {
  return text as MaskedText;
}

export const STYLE: PromptStyle = { kind: 'panel', color: true, unicode: true, alternateScreen: true };

export function question(changes: Partial<Question> = {}): Question {
  return {
    id: 'q1',
    statement: masked('DELETE FROM claims WHERE filed < 2019'),
    target: 'claims-prod',
    environment: 'prod',
    actor: { kind: 'human', id: 'alice' },
    message: {
      effect: 'deletes rows of claims',
      why: 'they can not be brought back',
      instead: 'archive them first',
    },
    rule: 'bulk-write',
    explain: ['decided by bulk-write', 'bulk (data.delete.bulk): more than 1,000 rows'],
    details: ['shape 12ab34', 'human: foreground terminal (os)'],
    rows: 'about 48,200 of 50,000 rows',
    cascades: ['claim_lines', 'notes'],
    shape: true,
    trial: false,
    timeoutMs: 60_000,
    ...changes,
  };
}
