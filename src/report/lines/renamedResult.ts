/** What is said of a subject, as it is said of another one with the same answer: only the names of files differ. */
import { isJsonRecord } from '../../lib/json.ts';
import type { VerifyResult } from '../json/verify.ts';
import { withCausePlaces } from './causePlaces.ts';
import type { CausePlace } from './verifyLine.ts';

type NameOf = (file: string) => string;

/** `places`: of what causes its findings. */
export function renamedResult(result: VerifyResult, rules: readonly string[], places?: readonly CausePlace[]): VerifyResult {
  const names = new Map(result.rules.map((file, at) => [file, rules[at] ?? file]));
  const nameOf: NameOf = (file) => names.get(file) ?? file;
  const findings = renamed(result.findings, nameOf) as VerifyResult['findings'];
  return {
    rules,
    profile: result.profile,
    findings: places === undefined ? findings : withCausePlaces(findings, places),
    summary: result.summary,
    bounds: result.bounds,
    assumptions: result.assumptions,
    notes: result.notes.map((note) => renamedNote(note, names)),
  };
}

/** `file` of every object, and the two first lines of a patch. */
function renamed(value: unknown, nameOf: NameOf): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, nameOf));
  if (!isJsonRecord(value)) return value;
  const { file } = value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (key === 'file' && typeof one === 'string') return [key, nameOf(one)];
      if (key === 'diff' && typeof one === 'string' && typeof file === 'string') return [key, renamedPatch(one, file, nameOf(file))];
      return [key, renamed(one, nameOf)];
    }),
  );
}

function renamedPatch(diff: string, from: string, to: string): string {
  const head = `--- ${from}\n+++ ${from}\n`;
  return diff.startsWith(head) ? `--- ${to}\n+++ ${to}\n${diff.slice(head.length)}` : diff;
}

/** Places that notes name: `(pod.rules:12)`. */
function renamedNote(note: string, names: ReadonlyMap<string, string>): string {
  const found = [...names].find(([from]) => note.includes(`(${from}:`));
  return found === undefined ? note : note.replace(`(${found[0]}:`, () => `(${found[1]}:`);
}
