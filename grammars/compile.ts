/** Compiles an ohm grammar to TypeScript: one function a rule, no memo table, a stack of captures, the furthest failure.
 *  Takes lexical rules without parameters, none of which begins with itself; anything else is refused, never approximated. Rules that
 *  come to themselves again do so to a bound: below it the text is too deep, and nothing more is read of it. */
import type { Grammar } from 'ohm-js';
import type { CharSet } from './expression.ts';
import { charSetOf, describe, type Expression, type RuleTable, ruleTable } from './expression.ts';

export interface CompileOptions {
  /** rules to report; absent: all that are not character classes */
  readonly captures?: ReadonlySet<string>;
  /** specifier of the runtime module in the output */
  readonly runtime: string;
}

interface Context {
  readonly rules: RuleTable;
  readonly expected: string[];
  readonly tables: Map<string, string>;
  labels: number;
}

/** TypeScript source of a module that exports `grammar: CompiledGrammar`. */
export function compile(grammar: Grammar, options: CompileOptions): string {
  const rules = ruleTable(grammar);
  const context: Context = { rules, expected: ['the end'], tables: new Map(), labels: 0 };
  const names = [...rules.keys()].filter((name) => charSetOf({ kind: 'apply', rule: name }, rules) === undefined);
  const captured = names.filter((name) => options.captures?.has(name) ?? true);
  const starts = [...rules.keys()].filter((name) => rules.get(name)?.own === true);
  const functions = [...new Set([...starts, ...names])].map((name) => ruleFunction(context, name, captured.indexOf(name)));
  return [
    `// Generated from the grammar ${grammar.name} by grammars/generate.ts: do not edit.`,
    `import type { CompiledGrammar, MatchState } from '${options.runtime}';`,
    `import { ${names.some((name) => rules.get(name)?.isRecursive) ? 'enter, ' : ''}grow, miss } from '${options.runtime}';`,
    '',
    ...[...context.tables].map(([bits, name]) => `const ${name} = Uint8Array.from('${bits}', Number);`),
    '',
    ...functions,
    `export const rules = { ${starts.map((name) => `${name}: r_${name}`).join(', ')} } as const;`,
    `export const captures = { ${captured.map((name, id) => `${name}: ${id}`).join(', ')} } as const;`,
    `const captureNames = ${JSON.stringify(captured)};`,
    `const expected = ${JSON.stringify(context.expected)};`,
    'export const grammar: CompiledGrammar<keyof typeof rules> = { rules, captureNames, expected };',
    '',
  ].join('\n');
}

function ruleFunction(context: Context, name: string, capture: number): string {
  const rule = context.rules.get(name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  const { description, isRecursive } = rule;
  const leave = isRecursive ? 's.depth--; ' : '';
  const fail = description === undefined ? '' : `s.quiet--; s.at = from; s.top = top; miss(s, ${expectation(context, description)}); `;
  const reserve = capture < 0 ? '' : 'if (top + 3 > s.events.length) grow(s);\n  s.top = top + 3;\n  ';
  const record = capture < 0 ? '' : `s.events[top] = ${capture};\n    s.events[top + 1] = from;\n    s.events[top + 2] = s.at;\n    `;
  return `function r_${name}(s: MatchState): boolean {
  const from = s.at;
  const top = s.top;
  ${isRecursive ? 'if (!enter(s)) return false;\n  ' : ''}${reserve}${description === undefined ? '' : 's.quiet++;\n  '}fail: {
    ${emit(context, rule.body, 'fail')}
    ${record}${description === undefined ? '' : 's.quiet--;\n    '}${leave}return true;
  }
  ${leave}${fail === '' ? 's.at = from; s.top = top; ' : fail}return false;
}
`;
}

/** Statements that match `e` at `s.at`: they fall through on success and leave by `break FAIL` on failure, the state then being unspecified. */
function emit(context: Context, e: Expression, fail: string): string {
  const set = charSetOf(e, context.rules);
  if (set !== undefined)
    return `if (s.at < s.end && ${member(context, set, 's.at')}) ${advance(set)} else { ${missing(context, e)} break ${fail}; }`;
  switch (e.kind) {
    case 'end':
      return `if (s.at !== s.end) { ${missing(context, e)} break ${fail}; }`;
    case 'text':
      return `if (s.at + ${e.text.length} <= s.end && s.text.startsWith(${JSON.stringify(e.text)}, s.at)) s.at += ${e.text.length}; else { ${missing(context, e)} break ${fail}; }`;
    case 'apply':
      return `if (!r_${e.rule}(s)) break ${fail};`;
    case 'seq':
      return e.of.map((part) => emit(context, part, fail)).join('\n');
    case 'alt':
      return emitChoice(context, e.of, fail);
    case 'opt':
      return emitOption(context, e.of);
    case 'star':
      return emitLoop(context, e.of);
    case 'plus':
      return `${emit(context, e.of, fail)}\n${emitLoop(context, e.of)}`;
    case 'not':
      return emitNot(context, e, fail);
    case 'lookahead': {
      const n = context.labels++;
      return `{ const p${n} = s.at; const k${n} = s.top; ${emit(context, e.of, fail)} s.at = p${n}; s.top = k${n}; }`;
    }
    case 'chars':
      throw new Error('a character class is handled above');
  }
}

function emitChoice(context: Context, terms: readonly Expression[], fail: string): string {
  const n = context.labels++;
  const tried = terms.map((term, i) => `t${n}_${i}: { ${emit(context, term, `t${n}_${i}`)} break c${n}; }\ns.at = p${n}; s.top = k${n};`);
  return `c${n}: { const p${n} = s.at; const k${n} = s.top;\n${tried.join('\n')}\nbreak ${fail}; }`;
}

function emitOption(context: Context, body: Expression): string {
  const n = context.labels++;
  return `c${n}: { const p${n} = s.at; const k${n} = s.top;\nt${n}: { ${emit(context, body, `t${n}`)} break c${n}; }\ns.at = p${n}; s.top = k${n}; }`;
}

function emitLoop(context: Context, body: Expression): string {
  const set = charSetOf(body, context.rules);
  const n = context.labels++;
  // A class takes all non-ASCII units or none, so that walking by units ends where ohm's walk by code points does.
  if (set !== undefined) {
    const test = member(context, set, `i${n}`);
    return `{ let i${n} = s.at; while (i${n} < s.end && ${test}) i${n}++; s.at = i${n}; ${missing(context, body)} }`;
  }
  return `l${n}: for (;;) { const p${n} = s.at; const k${n} = s.top;\nt${n}: { ${emit(context, body, `t${n}`)} continue l${n}; }\ns.at = p${n}; s.top = k${n}; break; }`;
}

/** ohm drops what failed inside a `~` and reports the `~` itself. */
function emitNot(context: Context, e: Expression & { readonly kind: 'not' }, fail: string): string {
  const n = context.labels++;
  const restore = `s.quiet--; s.at = p${n}; s.top = k${n};`;
  return `{ const p${n} = s.at; const k${n} = s.top; s.quiet++; t${n}: { ${emit(context, e.of, `t${n}`)} ${restore} ${missing(context, e)} break ${fail}; } ${restore} }`;
}

/** A test of the character at `at`, which must be inside the text. */
function member(context: Context, set: CharSet, at: string): string {
  const code = `s.text.charCodeAt(${at})`;
  if (set.ascii.length === 1 && !set.beyond) return `${code} === ${set.ascii[0]}`;
  const bits = Array.from({ length: 129 }, (_, c) => ((c === 128 ? set.beyond : set.ascii.includes(c)) ? '1' : '0')).join('');
  const name = context.tables.get(bits) ?? `class${context.tables.size}`;
  context.tables.set(bits, name);
  return `${name}[Math.min(${code}, 128)] === 1`;
}

/** ohm's `any` takes a whole code point. */
function advance(set: CharSet): string {
  return set.beyond ? 's.at += (s.text.codePointAt(s.at) as number) > 0xffff ? 2 : 1;' : 's.at++;';
}

function missing(context: Context, e: Expression): string {
  return `miss(s, ${expectation(context, describe(e, context.rules))});`;
}

function expectation(context: Context, text: string): number {
  const known = context.expected.indexOf(text);
  return known >= 0 ? known : context.expected.push(text) - 1;
}
