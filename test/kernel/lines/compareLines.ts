/** Random lines through chainwalk and through both backends of the real iptables: who loads it, and every character of what is saved. */
import { BACKENDS, type Backend } from '../iptables.ts';
import { LIMITS, OBJECTS, PROBES, SETUP } from './limits.ts';
import { type Ours, ourAnswer } from './ourAnswer.ts';
import type { Line } from './randomLines.ts';
import { type Asked, type Their, theirAnswers } from './theirAnswers.ts';

export interface Difference {
  readonly line: Line;
  readonly backend: Backend;
  readonly ours: Their;
  readonly theirs: Their;
  /** the limit that allows it; absent: it is a mistake */
  readonly limit?: string;
}

export interface Comparison {
  readonly line: Line;
  /** backends that loaded it */
  readonly loadedBy: readonly Backend[];
  /** the kernel lacks its module: only whether it can be read was compared */
  readonly readOnly: boolean;
  readonly differences: readonly Difference[];
}

export function compareLines(lines: readonly Line[]): readonly Comparison[] {
  const missing = missingModules();
  const questions = lines.map((line) => {
    const ours = ourAnswer(line);
    const readOnly = missing.has(line.extension);
    const together = (backend: Backend): boolean =>
      expected(ours, backend) !== undefined && !OBJECTS.some(({ pattern }) => pattern.test(line.text));
    const ask = (backend: Backend): Asked => ({ ...line, backend, readOnly, together: !readOnly && together(backend) });
    return { line, ours, readOnly, ask: { nft: ask('nft'), legacy: ask('legacy') } };
  });
  const answers = theirAnswers(
    questions.flatMap(({ ask, readOnly }) => (readOnly ? [ask.legacy] : [ask.nft, ask.legacy])),
    SETUP,
  );
  const compared = questions.map(({ line, ours, readOnly, ask }): Comparison => {
    const theirs = { nft: answers.get(ask.nft), legacy: answers.get(ask.legacy) };
    const loadedBy = BACKENDS.filter((backend) => theirs[backend] !== undefined);
    const differences = readOnly ? readDifference(line, ours, theirs.legacy) : savedDifferences(line, ours, theirs);
    return { line, loadedBy, readOnly, differences };
  });
  return withObjects(compared);
}

function missingModules(): ReadonlySet<string> {
  const asked = Object.entries(PROBES).map(([name, { table, text }]) => ({
    name,
    ask: { family: 4, table, text, backend: 'legacy', readOnly: false, together: false } as const,
  }));
  const answers = theirAnswers(
    asked.map(({ ask }) => ask),
    [],
  );
  return new Set(asked.filter(({ ask }) => answers.get(ask) === undefined).map(({ name }) => name));
}

function expected({ saved, refusedBy }: Ours, backend: Backend): Their {
  return refusedBy.has(backend) || refusedBy.has('both') ? undefined : saved;
}

function same(ours: Their, theirs: Their): boolean {
  return ours === undefined || theirs === undefined ? ours === theirs : ours.join('\n') === theirs.join('\n');
}

function savedDifferences(line: Line, ours: Ours, theirs: Readonly<Record<Backend, Their>>): readonly Difference[] {
  return BACKENDS.flatMap((backend): readonly Difference[] => {
    const mine = expected(ours, backend);
    if (same(mine, theirs[backend])) return [];
    const limit = LIMITS.find(({ holds }) => holds({ backend, ours, mine, theirs }))?.id;
    return [{ line, backend, ours: mine, theirs: theirs[backend], ...(limit === undefined ? {} : { limit }) }];
  });
}

/** The text that is saved is not known. What only the kernel refuses is not asked. */
function readDifference(line: Line, ours: Ours, theirs: Their): readonly Difference[] {
  const mine = expected(ours, 'legacy');
  if ((mine === undefined) === (theirs === undefined) || ours.diagnostics.some(({ kind }) => kind === 'not-loadable')) return [];
  return [{ line, backend: 'legacy', ours: mine, theirs }];
}

/** A line that is refused may want an object that is not there. With one that is, both must agree. */
function withObjects(compared: readonly Comparison[]): readonly Comparison[] {
  const wanting = compared.flatMap(({ line, differences }) => {
    const refused = differences.some(({ ours, theirs, limit }) => limit === undefined && ours !== undefined && theirs === undefined);
    const wanted = refused ? OBJECTS.filter(({ pattern }) => pattern.test(line.text)) : [];
    const text = wanted.reduce((made, { pattern, there }) => made.replaceAll(new RegExp(pattern, 'g'), there), line.text);
    return text === line.text ? [] : [{ line, ids: wanted.map(({ id }) => id), instead: { ...line, text } }];
  });
  if (wanting.length === 0) return compared;
  const again = compareLines(wanting.map(({ instead }) => instead));
  const limits = new Map(
    wanting.flatMap(({ line, ids }, at) =>
      again[at]?.differences.every(({ limit }) => limit !== undefined) ? [[line, ids.join(', ')]] : [],
    ),
  );
  return compared.map((one) => {
    const limit = limits.get(one.line);
    return limit === undefined ? one : { ...one, differences: one.differences.map((difference) => ({ limit, ...difference })) };
  });
}
