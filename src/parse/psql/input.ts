/** A text being read, or the value of a variable that is being read in its place. */
interface Layer {
  readonly text: string;
  at: number;
  /** The variable it comes from; undefined for the line itself. */
  readonly variable: string | undefined;
}

/** Characters of variables' values that one script may be made of, in UTF-16 code units: values can hold values. */
const MOST_EXPANDED = 1024 * 1024;
const DEEPEST = 64;

/** One line as psql's lexers share it: the values of variables are read as if they stood in it (psqlscan_push_new_buffer). */
export class Input {
  readonly #base: number;
  readonly #line: Layer;
  /** Values that are read in the place of their variables, the innermost last. */
  readonly #values: Layer[] = [];
  readonly #budget: ExpansionBudget;

  /** `base`: where the line begins in the script. */
  constructor(line: string, base: number, budget: ExpansionBudget) {
    this.#base = base;
    this.#line = { text: line, at: 0, variable: undefined };
    this.#budget = budget;
  }

  get #top(): Layer {
    return this.#values.at(-1) ?? this.#line;
  }

  /** The text of the innermost layer; no token reaches across its end. */
  get text(): string {
    return this.#top.text;
  }

  get at(): number {
    return this.#top.at;
  }

  set at(at: number) {
    this.#top.at = at;
  }

  get expanded(): boolean {
    return this.#values.length > 0;
  }

  /** Where it stands in the script; behind the variable while its value is read. */
  get offset(): number {
    return this.#base + this.#line.at;
  }

  /** True at the end of everything. Goes back to the layer below where one is read to its end. */
  get ended(): boolean {
    while (this.#values.length > 0 && this.#top.at >= this.#top.text.length) this.#values.pop();
    return this.#top.at >= this.#top.text.length;
  }

  isReading(variable: string): boolean {
    return this.#values.some((layer) => layer.variable === variable);
  }

  /** Reads a value next; nothing where values hold too many values, which the budget then says. */
  push(value: string, variable: string): void {
    if (this.#values.length >= DEEPEST) this.#budget.exhaust();
    if (this.#budget.take(value.length)) this.#values.push({ text: value, at: 0, variable });
  }

  /** Throws the rest away. */
  drop(): void {
    this.#values.length = 0;
    this.#line.at = this.#line.text.length;
  }

  /** What a sticky expression matches here; moves behind it. */
  take(expression: RegExp): string {
    const { text, at } = this.#top;
    expression.lastIndex = at;
    const found = expression.exec(text)?.[0] ?? '';
    this.#top.at = at + found.length;
    return found;
  }

  /** Everything that is left, layer by layer; moves to the end. */
  rest(): string {
    const rest = [this.#line, ...this.#values].map(({ text, at }) => text.slice(at)).reverse();
    this.drop();
    return rest.join('');
  }
}

/** Bounds what variables' values can grow to. */
export class ExpansionBudget {
  #left = MOST_EXPANDED;

  get spent(): boolean {
    return this.#left < 0;
  }

  exhaust(): void {
    this.#left = -1;
  }

  take(length: number): boolean {
    this.#left -= length + 1;
    return this.#left >= 0;
  }
}
