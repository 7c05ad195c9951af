/** What Istio's rules name and nobody says, taken for the same with both backends: which number a user or group has, and which pods of the node the
 *  agent has put into its sets. A number that no rule names and one pod stand for all: rules ask for nothing but whether it is the one. */
import type { Host } from '../host/host.ts';
import { groupBy } from '../lib/groupBy.ts';
import { readRules } from '../ruleset/readRules.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { isError } from '../syntax/text/diagnostic.ts';

export interface AssumedNames {
  readonly rulesets: readonly Ruleset[];
  /** one for each thing that is taken for something */
  readonly notes: readonly string[];
}

const OWNER = /(--([ug])id-owner |\bsk([ug])id (?:!= )?)([A-Za-z_][\w.-]*)/g;
const FIRST = 4_000_000_001;
const PODS = [
  { set: 'istio-inpod-probes-v4', type: 'ipv4_addr', pod: '10.244.1.7' },
  { set: 'istio-inpod-probes-v6', type: 'ipv6_addr', pod: 'fd00:10:244:1::7' },
] as const;
const SETS: Host['sets'] = new Map(
  PODS.map(({ set, pod }) => [set, { type: 'hash:ip', members: [pod], family: pod.includes(':') ? 6 : 4 }]),
);
const TABLE = 'inet istio-ambient-nat';

/** `numbers`: by name, the same for both sides. */
export function withAssumedNames(rulesets: readonly Ruleset[], numbers: Map<string, number>): AssumedNames {
  const notes = new Set<string>();
  const read = [...groupBy(rulesets, ({ source }) => source.text)].flatMap(([text, group]) => {
    const families = new Set(group.map(({ family }) => family));
    const assumed = withPods(withNumbers(text, numbers, notes), notes);
    const [{ source }] = group;
    if (assumed === text && notes.size === 0) return group;
    const found = readRules({ ...source, text: assumed }, { allowEmpty: true, sets: SETS });
    return found.diagnostics.some(isError) ? group : found.rulesets.filter(({ family }) => families.has(family));
  });
  return { rulesets: read, notes: [...notes] };
}

function withNumbers(text: string, numbers: Map<string, number>, notes: Set<string>): string {
  return text.replaceAll(OWNER, (_, before: string, saved: string | undefined, native: string | undefined, name: string) => {
    const kind = (saved ?? native) === 'u' ? 'user' : 'group';
    const key = `${kind} ${name}`;
    const number = numbers.get(key) ?? FIRST + numbers.size;
    numbers.set(key, number);
    notes.add(`${kind} \`${name}\` is taken for ${number}, which no process here has`);
    return `${before}${number}`;
  });
}

/** On the line of a command before the rules, so that these stay on theirs. */
function withPods(text: string, notes: Set<string>): string {
  const used = PODS.filter(({ set }) => text.includes(set));
  for (const { set, pod } of used) notes.add(`set \`${set}\` is taken to have one pod, ${pod}`);
  const made = used
    .filter(({ set }) => text.includes(`@${set}`) && !text.includes(`add set ${TABLE} ${set} `))
    .map(({ set, type, pod }) => ` ; add set ${TABLE} ${set} { type ${type} ; } ; add element ${TABLE} ${set} { ${pod} }`);
  const before = `flush table ${TABLE}`;
  return text.replace(before, () => `${before}${made.join('')}`);
}
