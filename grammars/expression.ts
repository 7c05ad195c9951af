/** The parsing expressions that we compile, read from ohm's objects, and the character classes among them. */
import * as ohm from 'ohm-js';

export type Expression =
  | { readonly kind: 'end' }
  | { readonly kind: 'chars'; readonly set: CharSet; readonly label: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'apply'; readonly rule: string }
  | { readonly kind: 'seq' | 'alt'; readonly of: readonly Expression[] }
  | { readonly kind: 'opt' | 'star' | 'plus' | 'lookahead'; readonly of: Expression }
  | { readonly kind: 'not'; readonly of: Expression };

/** Characters: ASCII codes, and whether all others belong to it. */
export interface CharSet {
  readonly ascii: readonly number[];
  readonly beyond: boolean;
}

export interface RuleEntry {
  readonly body: Expression;
  readonly description?: string;
  /** false for what ohm brings itself: `any`, `end` */
  readonly own: boolean;
  /** it can come to itself again */
  readonly isRecursive: boolean;
}

export type RuleTable = ReadonlyMap<string, RuleEntry>;

/** Rules of the grammar and the built-in ones that they use. */
export function ruleTable(grammar: ohm.Grammar): RuleTable {
  const table = new Map<string, Omit<RuleEntry, 'isRecursive'>>();
  const visit = (name: string): void => {
    if (table.has(name)) return;
    const info = grammar.rules[name] as unknown as { readonly body: ohm.PExpr; readonly description?: string | null };
    const used: string[] = [];
    const own = Object.hasOwn(grammar.rules, name);
    const description = info.description && own ? { description: info.description } : {};
    table.set(name, { body: expressionOf(info.body, used), own, ...description });
    for (const rule of used) visit(rule);
  };
  for (const name of Object.keys(grammar.rules)) visit(name);
  const body = (name: string): Expression => table.get(name)?.body ?? { kind: 'end' };
  const emptyable = emptyableRules(table);
  const begins = (name: string): readonly string[] => firstRules(body(name), emptyable);
  for (const name of table.keys()) if (reaches(name, begins)) throw new Error(`cannot compile ${name}: it begins with itself`);
  const uses = (name: string): readonly string[] => rulesIn(body(name));
  return new Map([...table].map(([name, entry]) => [name, { ...entry, isRecursive: reaches(name, uses) }]));
}

/** Does a rule lead to itself? */
function reaches(name: string, next: (rule: string) => readonly string[]): boolean {
  const seen = new Set(next(name));
  for (const rule of seen) for (const one of next(rule)) seen.add(one);
  return seen.has(name);
}

function rulesIn(e: Expression): readonly string[] {
  if (e.kind === 'apply') return [e.rule];
  if (e.kind === 'seq' || e.kind === 'alt') return e.of.flatMap(rulesIn);
  return 'of' in e ? rulesIn(e.of as Expression) : [];
}

/** The rules that are asked before `e` has taken a character. */
function firstRules(e: Expression, emptyable: ReadonlySet<string>): readonly string[] {
  if (e.kind === 'alt') return e.of.flatMap((term) => firstRules(term, emptyable));
  if (e.kind !== 'seq') return 'of' in e ? firstRules(e.of as Expression, emptyable) : rulesIn(e);
  const taker = e.of.findIndex((part) => !isEmptyable(part, emptyable));
  return e.of.slice(0, taker < 0 ? e.of.length : taker + 1).flatMap((part) => firstRules(part, emptyable));
}

/** The rules that can take nothing. */
function emptyableRules(bodies: ReadonlyMap<string, Pick<RuleEntry, 'body'>>): ReadonlySet<string> {
  const found = new Set<string>();
  for (let count = -1; count < found.size; ) {
    count = found.size;
    for (const [name, { body }] of bodies) if (isEmptyable(body, found)) found.add(name);
  }
  return found;
}

function isEmptyable(e: Expression, emptyable: ReadonlySet<string>): boolean {
  switch (e.kind) {
    case 'chars':
    case 'text':
      return false;
    case 'apply':
      return emptyable.has(e.rule);
    case 'seq':
      return e.of.every((part) => isEmptyable(part, emptyable));
    case 'alt':
      return e.of.some((part) => isEmptyable(part, emptyable));
    case 'plus':
      return isEmptyable(e.of, emptyable);
    default:
      return true;
  }
}

interface Parts {
  readonly obj: string;
  readonly from: string;
  readonly to: string;
  readonly terms: readonly ohm.PExpr[];
  readonly factors: readonly ohm.PExpr[];
  readonly expr: ohm.PExpr;
  readonly ruleName: string;
  readonly args: readonly ohm.PExpr[];
}

function expressionOf(e: ohm.PExpr, used: string[]): Expression {
  const { pexprs } = ohm;
  const parts = e as unknown as Parts;
  const inner = (): Expression => expressionOf(parts.expr, used);
  if (e === pexprs.any) return { kind: 'chars', set: ANY, label: 'any character' };
  if (e === pexprs.end) return { kind: 'end' };
  if (e instanceof pexprs.Terminal) {
    const label = JSON.stringify(parts.obj);
    return parts.obj.length === 1 ? { kind: 'chars', set: only(parts.obj, parts.obj), label } : { kind: 'text', text: parts.obj };
  }
  if (e instanceof pexprs.Range) {
    return { kind: 'chars', set: only(parts.from, parts.to), label: `"${parts.from}".."${parts.to}"` };
  }
  if (e instanceof pexprs.Apply && parts.args.length === 0 && !/^[A-Z]/.test(parts.ruleName)) {
    used.push(parts.ruleName);
    return { kind: 'apply', rule: parts.ruleName };
  }
  if (e instanceof pexprs.Alt) return { kind: 'alt', of: parts.terms.map((term) => expressionOf(term, used)) };
  if (e instanceof pexprs.Seq) return { kind: 'seq', of: parts.factors.map((factor) => expressionOf(factor, used)) };
  if (e instanceof pexprs.Opt) return { kind: 'opt', of: inner() };
  if (e instanceof pexprs.Star) return { kind: 'star', of: inner() };
  if (e instanceof pexprs.Plus) return { kind: 'plus', of: inner() };
  if (e instanceof pexprs.Not) return { kind: 'not', of: inner() };
  if (e instanceof pexprs.Lookahead) return { kind: 'lookahead', of: inner() };
  if (e instanceof pexprs.Lex) return inner();
  throw new Error(`cannot compile ${e.toString()}`);
}

const ANY: CharSet = { ascii: Array.from({ length: 128 }, (_, code) => code), beyond: true };

function only(from: string, to: string): CharSet {
  const lo = from.charCodeAt(0);
  const hi = to.charCodeAt(0);
  if (from.length !== 1 || to.length !== 1 || hi > 127) throw new Error(`only ASCII ranges are compiled, not "${from}".."${to}"`);
  return { ascii: Array.from({ length: hi - lo + 1 }, (_, i) => lo + i), beyond: false };
}

/** The characters that `e` takes, if it always takes exactly one and fails nowhere but before it. */
export function charSetOf(e: Expression, rules: RuleTable): CharSet | undefined {
  if (e.kind === 'chars') return e.set;
  if (e.kind === 'apply') {
    const rule = rules.get(e.rule);
    return rule === undefined || rule.isRecursive ? undefined : charSetOf(rule.body, rules);
  }
  if (e.kind === 'alt') {
    const sets = e.of.map((term) => charSetOf(term, rules));
    if (sets.length === 0 || sets.some((set) => set === undefined)) return undefined;
    return { ascii: [...new Set(sets.flatMap((set) => set?.ascii ?? []))], beyond: sets.some((set) => set?.beyond) };
  }
  if (e.kind !== 'seq' || e.of.length === 0) return undefined;
  const last = charSetOf(e.of.at(-1) as Expression, rules);
  const excluded = e.of.slice(0, -1).map((part) => (part.kind === 'not' ? charSetOf(part.of, rules) : undefined));
  if (last === undefined || excluded.some((set) => set === undefined || set.beyond)) return undefined;
  return { ascii: last.ascii.filter((code) => !excluded.some((set) => set?.ascii.includes(code))), beyond: last.beyond };
}

/** What was expected, for people: the description of a rule where it has one. */
export function describe(e: Expression, rules: RuleTable): string {
  switch (e.kind) {
    case 'end':
      return 'the end';
    case 'chars':
      return e.label;
    case 'text':
      return JSON.stringify(e.text);
    case 'apply': {
      const rule = rules.get(e.rule);
      return rule?.description ?? (rule === undefined || rule.isRecursive ? e.rule : describe(rule.body, rules));
    }
    case 'alt':
      return [...new Set(e.of.map((term) => describe(term, rules)))].join(' or ');
    case 'seq':
      return describe(e.of.at(-1) ?? { kind: 'end' }, rules);
    case 'not':
      return `not ${describe(e.of, rules)}`;
    default:
      return describe(e.of, rules);
  }
}
