/** A line of `verify -o jsonl`, read again: as far as what is made of it depends on it. */
import { isJsonRecord } from '../../lib/json.ts';
import type { VerifyLine } from './verifyLine.ts';

const WORDS = (value: unknown): boolean => typeof value === 'string';
const COUNT = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const LIST =
  (of: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(of);
const RECORD =
  (keys: Readonly<Record<string, (value: unknown) => boolean>>) =>
  (value: unknown): boolean =>
    isJsonRecord(value) && Object.entries(keys).every(([key, is]) => is(value[key]));
const OPTIONAL =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || is(value);
const MAP =
  (of: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    isJsonRecord(value) && Object.values(value).every(of);
const EXIT = (value: unknown): boolean => value === 0 || value === 1 || value === 2;

const SUMMARY = RECORD({ holds: COUNT, violated: COUNT, undecided: COUNT, suppressed: OPTIONAL(COUNT) });
const FAMILY = (value: unknown): boolean => value === 4 || value === 6;
const DIAGNOSTIC = RECORD({
  kind: WORDS,
  file: WORDS,
  line: COUNT,
  column: COUNT,
  message: WORDS,
  help: (value) => value === null || WORDS(value),
});
const POD = OPTIONAL(
  RECORD({ kind: WORDS, namespace: WORDS, name: WORDS, findings: LIST(RECORD({})), warnings: OPTIONAL(LIST(DIAGNOSTIC)) }),
);
const CAUSE_PLACE = RECORD({ file: WORDS, line: COUNT, column: COUNT });
const PLACE = { index: (value: unknown) => COUNT(value) && value !== 0, part: OPTIONAL(COUNT), rules: LIST(WORDS) };

const KINDS: Readonly<Record<VerifyLine['kind'], (value: unknown) => boolean>> = {
  subject: RECORD({
    ...PLACE,
    answer: WORDS,
    exit: EXIT,
    profile: (value) => value === null || WORDS(value),
    findings: LIST(RECORD({ claim: WORDS, verdict: WORDS })),
    summary: SUMMARY,
    bounds: WORDS,
    assumptions: LIST(RECORD({ says: WORDS })),
    notes: LIST(WORDS),
    asked: OPTIONAL((value) => value === false),
    warnings: OPTIONAL(LIST(DIAGNOSTIC)),
    within: RECORD({ families: LIST(FAMILY), unjudged: LIST(FAMILY), hosts: LIST(WORDS) }),
    pod: POD,
    said: RECORD({ word: WORDS, words: WORDS, verdict: WORDS, rest: WORDS }),
  }),
  same: RECORD({ ...PLACE, answer: WORDS, pod: POD, places: OPTIONAL(LIST(CAUSE_PLACE)) }),
  unread: RECORD({ ...PLACE, errors: LIST(DIAGNOSTIC) }),
  skipped: RECORD(PLACE),
  end: RECORD({
    version: WORDS,
    settings: MAP(WORDS),
    files: COUNT,
    list: WORDS,
    listed: OPTIONAL((value) => value === 'pods'),
    diagnostics: OPTIONAL(LIST(DIAGNOSTIC)),
    shard: OPTIONAL(RECORD({ index: COUNT, of: COUNT })),
    exit: EXIT,
  }),
};

/** Undefined: it is none. */
export function readLine(text: string): VerifyLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonRecord(value) || value.schema !== 'chainwalk/verify-lines/v1') return undefined;
  const [, is] = Object.entries(KINDS).find(([kind]) => kind === value.kind) ?? [];
  return is?.(value) === true ? (value as unknown as VerifyLine) : undefined;
}
