import { maskStatement } from '../mask/statement.ts';
import type { JudgeRequest } from '../model/judge.ts';
import type { SqlStatement } from '../model/sql.ts';
import type { RawText } from '../model/text.ts';
import { onlyCompares } from '../parse/sql/literal-use.ts';
import { type SqlShape, sqlShape } from '../parse/sql/shape.ts';
import { type Evaluated, type JudgeWorld, stillHolds } from './evaluated.ts';
import type { Evaluation } from './evaluation.ts';
import { EvaluationCache } from './evaluation-cache.ts';

/** Shapes that are kept, the longest, and the length of all of them (UTF-16 code units). */
const KEPT_SHAPES = 300;
const LONGEST_SHAPE = 2_048;
const KEPT_LENGTH = 32_000;
/** Situations a shape is remembered for: in a transaction and outside, for some connections. */
const MOST_SITUATIONS = 4;
/** Texts of one shape that look different in the log: their short numbers stay readable there. */
const MOST_LOOKS = 8;

/** One text of a shape in one situation, as the log will show it. */
interface Look {
  readonly length: number;
  readonly evaluation: Evaluation;
}

interface InSituation {
  readonly evaluated: Evaluated;
  readonly textLength: number;
  looks: readonly Look[];
}

interface KnownShape {
  situations: readonly InSituation[];
}

/**
 * What was found for allowed reads whose literals are only compared with columns, by the text without these literals: a
 * program that writes its values into each statement asks the same thing again and again. The key holds every other
 * character of the text and the type of each literal; what does not come from the text must be the same as it was (`stillHolds`).
 * What the log shows of a text and where its findings stand is made from that text itself.
 */
export class KnownShapes {
  readonly #shapes = new EvaluationCache<KnownShape>(KEPT_SHAPES, LONGEST_SHAPE, KEPT_LENGTH);

  find(request: JudgeRequest, world: JudgeWorld): Evaluation | undefined {
    const shape = sqlShape(request.text);
    const known = shape === undefined ? undefined : this.#shapes.find(shape.key);
    if (shape === undefined || known === undefined) return undefined;
    const here = known.situations.find(({ evaluated }) => stillHolds(evaluated, request, world));
    return here === undefined ? undefined : evaluationOf(here, request.text, shape);
  }

  /** Keeps what was found, if it would be the same whatever the literals are. */
  keep(statements: readonly SqlStatement[], evaluated: Evaluated, text: RawText): void {
    const [statement, ...more] = statements;
    if (statement === undefined || more.length > 0 || !isSettled(evaluated.evaluation)) return;
    const shape = sqlShape(text);
    if (shape === undefined || shape.literals.length === 0 || !onlyCompares(statement, shape.literals))
      return;
    const known = this.#shapes.get(shape.key, () => ({ situations: [] }));
    const here: InSituation = { evaluated, textLength: text.length, looks: [] };
    known.situations = [here, ...known.situations.slice(0, MOST_SITUATIONS - 1)];
  }
}

/** Nobody is asked anything, neither a person nor the server. */
function isSettled({ decision, parsed, wants, asksServer }: Evaluation): boolean {
  return decision.verdict === 'allow' && parsed === 'complete' && wants.length === 0 && !asksServer;
}

function evaluationOf(here: InSituation, text: RawText, { literals }: SqlShape): Evaluation {
  const { length } = text;
  const masked = maskStatement(text, literals);
  const seen = here.looks.find((look) => look.length === length && look.evaluation.text.masked === masked);
  if (seen !== undefined) return seen.evaluation;
  const longer = length - here.textLength;
  const { evaluation: found } = here.evaluated;
  const evaluation: Evaluation = {
    ...found,
    findings: found.findings.map((finding) => ({
      ...finding,
      // The only statement of an ASCII text: its literals are all that makes it longer.
      span: { start: finding.span.start, end: finding.span.end + longer },
    })),
    text: { masked, fingerprint: found.text.fingerprint },
  };
  here.looks = [{ length, evaluation }, ...here.looks.slice(0, MOST_LOOKS - 1)];
  return evaluation;
}
