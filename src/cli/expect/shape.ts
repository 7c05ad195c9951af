/** The keys of an expectation file, and what each may be. */

import type { Expectation, ExpectationFile } from '../../app/expect/expectation.ts';
import { OUTCOMES } from '../../connection/journey.ts';
import { parseWantedEnd, type WantedEnd } from '../../connection/wantedEnd.ts';
import { itemsOf } from '../../kubernetes/yaml/node.ts';
import type { JsonSchema } from '../config/jsonSchema.ts';
import {
  atTop,
  listRead,
  oneOfWords,
  type Read,
  read,
  readFlag,
  readInteger,
  readMap,
  readRecord,
  readText,
  readTexts,
  wrong,
} from '../config/read.ts';
import { idRead, istioVersion, kubernetesVersion, readMode, readNameserverTexts, readPodIps, readProfile } from '../config/shape.ts';
import { packetIn, setIn, type WrittenPacket, type WrittenSet } from './packets.ts';

function atLeastOne<T>(item: Read<T>): Read<readonly T[]> {
  const list = listRead(item);
  return read({ ...list.schema, minItems: 1 }, (node, at) =>
    node.kind === 'list' && itemsOf(node).length === 0 ? wrong(at, node, { message: 'the list is empty' }) : list(node, at),
  );
}

interface Written {
  readonly packet?: WrittenPacket;
  readonly packets?: WrittenSet;
  readonly outcome?: WantedEnd;
  readonly leavesOnlyBy?: readonly string[];
  readonly by?: string;
  readonly to?: number;
  readonly every?: boolean;
  readonly because?: string;
}

const WITH_INTERFACE = '^(direct|forwarded):[^\\s/]{1,15}$';
const word = oneOfWords(OUTCOMES, 'the outcomes are');

/** `direct`, `direct:tun0` */
const wantedEnd: Read<WantedEnd> = read({ anyOf: [word.schema, { type: 'string', pattern: WITH_INTERFACE }] }, (node, at) => {
  const wanted =
    node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes(':') ? parseWantedEnd(node.value) : undefined;
  if (wanted !== undefined) return wanted;
  const outcome = word(node, at);
  return outcome === undefined ? undefined : { outcome };
});

const written = readRecord<Written>(
  {
    packet: packetIn,
    packets: setIn,
    outcome: wantedEnd,
    leavesOnlyBy: atLeastOne(readText),
    by: readText,
    to: readInteger(0, 65535),
    every: readFlag,
    because: readText,
  },
  [],
);

const ONE_OF_BOTH: readonly JsonSchema[] = [
  { required: ['packet', 'outcome'], not: { anyOf: [{ required: ['packets'] }, { required: ['every'] }, { required: ['leavesOnlyBy'] }] } },
  {
    required: ['packets', 'outcome'],
    not: { anyOf: [{ required: ['packet'] }, { required: ['by'] }, { required: ['to'] }, { required: ['leavesOnlyBy'] }] },
    properties: { outcome: { not: { enum: ['undecided'] } } },
  },
  {
    required: ['packets', 'leavesOnlyBy'],
    not: {
      anyOf: [{ required: ['packet'] }, { required: ['by'] }, { required: ['to'] }, { required: ['outcome'] }, { required: ['every'] }],
    },
  },
];

const expectation: Read<Expectation> = read({ ...written.schema, anyOf: ONE_OF_BOTH }, (node, at) => {
  const found = written(node, at);
  const has = (key: string) => node.kind === 'map' && node.entries.some((entry) => entry.key === key);
  if (node.kind !== 'map') return undefined;
  if (has('packet') === has('packets')) return wrong(at, node, { message: 'either `packet` or a set of `packets` is expected' });
  const foreign = has('packet') ? ['every', 'leavesOnlyBy'] : ['by', 'to'];
  const extra = foreign.find(has);
  if (extra !== undefined) return wrong(at, node, { message: `\`${extra}\` is for ${has('packet') ? 'a set of packets' : 'one packet'}` });
  if (found === undefined) return undefined;
  const { packet, packets, outcome, leavesOnlyBy, by, to, every = false, because } = found;
  const common = because === undefined ? {} : { because };
  if (leavesOnlyBy !== undefined && (has('outcome') || has('every')))
    return wrong(at, node, { message: '`leavesOnlyBy` is about every packet of the set, and instead of `outcome`' });
  if (packets !== undefined && leavesOnlyBy !== undefined)
    return { kind: 'set', ...packets, ...common, wanted: { leavesOnlyBy }, every: true };
  if (outcome === undefined) return has('outcome') ? undefined : wrong(at, node, { message: '`outcome` is missing' });
  if (packet !== undefined)
    return { kind: 'packet', ...packet, ...common, wanted: outcome, ...(by !== undefined && { by }), ...(to !== undefined && { to }) };
  if (packets === undefined) return undefined;
  if (outcome.outcome === 'undecided') return wrong(at, node, { message: 'a set of packets cannot be expected to be undecided' });
  return { kind: 'set', ...packets, ...common, wanted: outcome, every };
});

const shape = atTop(
  readRecord<ExpectationFile>(
    {
      rules: readText,
      manifest: readText,
      pod: readText,
      phase: oneOfWords(['init', 'running'], 'the phases are'),
      mode: readMode,
      values: readTexts,
      istio: istioVersion,
      kubernetes: kubernetesVersion,
      host: readText,
      podIps: readPodIps,
      nameservers: readNameserverTexts,
      proxyUid: idRead,
      proxyGid: idRead,
      profile: readProfile,
      set: readMap(readText, () => undefined),
      packets: atLeastOne(expectation),
    },
    ['packets'],
  ),
);

const OF_MANIFESTS = ['pod', 'phase', 'mode', 'values', 'istio', 'kubernetes', 'nameservers'];
const OF_RULES = ['profile', 'set'];

const without = (keys: readonly string[]): JsonSchema => ({ not: { anyOf: keys.map((key) => ({ required: [key] })) } });

const ABOUT: readonly JsonSchema[] = [
  { required: ['rules'], ...without(['manifest', ...OF_MANIFESTS]) },
  { required: ['manifest'], ...without(['rules', ...OF_RULES]) },
];

/** Checks the keys, what they may be, and which go together. */
export const readExpectations: Read<ExpectationFile> = read({ ...shape.schema, anyOf: ABOUT }, (node, at) => {
  const file = shape(node, at);
  const keys = new Map(node.kind === 'map' ? node.entries.map(({ key, keySpan, value }) => [key, { ...value, span: keySpan }]) : []);
  if (node.kind === 'map' && keys.has('rules') === keys.has('manifest')) {
    wrong(at, keys.get('manifest') ?? node, { message: 'give either `rules` or `manifest`, the file to check' });
  }
  for (const key of keys.has('rules') ? OF_MANIFESTS : OF_RULES) {
    const found = keys.get(key);
    if (found !== undefined) wrong(at, found, { message: `\`${key}\` does not apply to ${keys.has('rules') ? 'rules' : 'a manifest'}` });
  }
  return file;
});
