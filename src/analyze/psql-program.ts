import type { FindingPart } from './define-rule.ts';
import { isHarmlessProgram } from './harmless-program.ts';
import { objectsOf, programOf, programWords } from './psql-wording.ts';

/** The finding that a program deserves which psql starts through a shell. `with`: what it is given, as an end of the sentence. */
export function nestedProgram(line: string, given = ''): FindingPart {
  const harmless = isHarmlessProgram(line);
  return {
    objects: objectsOf(programOf(line)),
    tags: harmless ? ['harmless'] : [],
    effect: `Runs ${programWords(line)} on this machine${given}.`,
    why: 'It runs with your rights on this machine, and nothing of it is checked or masked.',
    instead: 'Run it in a shell of its own, outside the database session.',
  };
}
