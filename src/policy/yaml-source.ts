import {
  Composer,
  type CST,
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  visit,
} from 'yaml';
import type { Problem } from './problem.ts';

/** A policy or settings file is written by hand; more than this is a mistake or an attack. */
const MAX_BYTES = 1024 * 1024;
/** How often aliases may be expanded altogether ("billion laughs"). */
const MAX_ALIASES = 100;
/** Nodes in nodes as the parser counts them; the format itself needs about ten. */
const MAX_DEPTH = 60;
/** Words and marks; ten times what the largest policy worth its name has. */
const MAX_LEXEMES = 250_000;
/** Syntax errors and repeated keys that are reported; after the first few the rest are echoes. */
const MAX_SYNTAX_PROBLEMS = 10;

export type Path = readonly PropertyKey[];

/** A file as plain values, and the way back from a value to its place. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** A problem with the value at `path`, or with what is nearest above it. */
  problem(path: Path, message: string): Problem;
  /** A problem with a key of the map at `path`. */
  keyProblem(path: Path, key: string, message: string): Problem;
}

export type YamlReading =
  | { readonly kind: 'read'; readonly source: YamlSource }
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] };

type Place = (offset: number, message: string) => Problem;

function placeIn(file: string, text: string, lines: LineCounter): Place {
  return (offset, message) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    const start = lines.lineStarts[line - 1] ?? 0;
    const end = lines.lineStarts[line] ?? text.length;
    return {
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      message,
      source: text.slice(start, end),
    };
  };
}

function nodeAt(document: Document, path: Path): Node | undefined {
  const keys = path.filter((key) => typeof key !== 'symbol');
  for (let length = keys.length; length > 0; length--) {
    const node = document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return node;
  }
  return isNode(document.contents) ? document.contents : undefined;
}

function offsetOf(document: Document, path: Path): number {
  return nodeAt(document, path)?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: Path, key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn([...path], true);
  const pair = isMap(map)
    ? map.items.find(({ key: node }) => isScalar(node) && node.value === key)
    : undefined;
  const node = isPair(pair) ? pair.key : undefined;
  return isNode(node) ? (node.range?.[0] ?? 0) : offsetOf(document, path);
}

/** The library compares every key of a map with every other one; a set does the same in linear time. */
function repeatedKeys(document: Document, place: Place): readonly Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (problems.length >= MAX_SYNTAX_PROBLEMS) return visit.BREAK;
        if (seen.has(key.value)) problems.push(place(key.range?.[0] ?? 0, 'this key stands here twice'));
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return problems;
}

function syntaxProblems(document: Document, place: Place): readonly Problem[] {
  // A warning is a tag that nobody resolved: the value would not be what its author believes.
  const found = [...document.errors, ...document.warnings];
  return found.slice(0, MAX_SYNTAX_PROBLEMS).map(({ pos, message }) => place(pos[0], message));
}

/**
 * The syntax of the text, or why it is not looked at any further. Lexer and parser stop at the first excess:
 * everything after them recurses over the nodes, and on an exhausted stack V8 may end the whole process (a
 * regular expression that it can not compile there) instead of throwing.
 */
function parseSyntax(text: string, lines: LineCounter): readonly CST.Token[] | string {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > MAX_LEXEMES) return 'too much for one file';
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH) return 'nested too deeply';
  }
  return [...tokens, ...parser.end()];
}

function compose(tokens: readonly CST.Token[], length: number, lines: LineCounter): readonly Document[] {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    strict: true,
    stringKeys: true,
    uniqueKeys: false,
    merge: false,
    customTags: [],
    resolveKnownTags: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  return [...composer.compose(tokens, true, length)];
}

function readDocument(file: string, text: string): YamlReading {
  const lines = new LineCounter();
  const place = placeIn(file, text, lines);
  const tokens = parseSyntax(text, lines);
  if (typeof tokens === 'string') return whole(file, tokens);
  const [document, second] = compose(tokens, text.length, lines);
  if (document === undefined) return whole(file, 'there is nothing in this file');
  const syntax = syntaxProblems(document, place);
  if (syntax.length > 0) return { kind: 'unreadable', problems: syntax };
  if (second !== undefined) {
    return { kind: 'unreadable', problems: [place(second.range?.[0] ?? 0, 'a second document begins here')] };
  }
  const repeated = repeatedKeys(document, place);
  if (repeated.length > 0) return { kind: 'unreadable', problems: repeated };
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  return {
    kind: 'read',
    source: {
      file,
      value,
      problem: (path, message) => place(offsetOf(document, path), message),
      keyProblem: (path, key, message) => place(keyOffset(document, path, key), message),
    },
  };
}

function whole(file: string, message: string): YamlReading {
  return { kind: 'unreadable', problems: [{ file, line: 1, column: 1, message }] };
}

/**
 * Reads one YAML 1.2 file (core schema; no tags, no merge keys, aliases bounded). Whatever the text, the
 * result is a value or a list of problems, and the time is linear in its length.
 */
export function readYaml(file: string, text: string): YamlReading {
  if (Buffer.byteLength(text) > MAX_BYTES) return whole(file, `larger than ${MAX_BYTES} bytes`);
  try {
    return readDocument(file, text);
  } catch {
    // Alias expansion refuses by throwing; nothing else is known to.
    return whole(file, 'not a plain YAML file: more aliases than are expanded');
  }
}
