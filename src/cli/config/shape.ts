/** The keys of a configuration, and what each may be: src/config.ts, checked. */
import type { AcceptedId, ChainwalkConfig, ConfigClaims, ConfigGroup, ConfigSuppression } from '../../api/library/config.ts';
import { FORMER_NAMES } from '../../diff/behaviourChanged.ts';
import { podIpComplaint } from '../../host/podAddress.ts';
import { MODES } from '../../istio/settings/modes.ts';
import { parseVersion } from '../../istio/settings/version.ts';
import { parseKubernetes } from '../../kubernetes/manifest/clusterNode.ts';
import { PROFILE_NAMES } from '../../mesh/names.ts';
import { parseAddress } from '../../packet/address.ts';
import { CLAIM_IDS, renamedClaim, unknownClaim } from '../../pods/claimIds.ts';
import { MESH_MODE } from '../argv/options.ts';
import type { JsonSchema } from './jsonSchema.ts';
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
} from './read.ts';

/** Those of today, and former ones. */
const CLAIM_NAMES: JsonSchema = { enum: [...CLAIM_IDS, ...FORMER_NAMES.keys()] };

const claimId: Read<AcceptedId> = read(CLAIM_NAMES, (node, at) => {
  const id = readText(node, at);
  const unknown = id === undefined ? undefined : unknownClaim(id);
  if (id === undefined || unknown !== undefined) return unknown === undefined ? undefined : wrong(at, node, unknown);
  const now = renamedClaim(id);
  if (now !== undefined) wrong(at, node, { ...now.remark, isWarning: true });
  return (now?.id ?? id) as AcceptedId;
});

export const istioVersion: Read<string> = read(readText.schema, (node, at) => {
  const text = readText(node, at);
  if (text === undefined || parseVersion(text) !== undefined) return text;
  return wrong(at, node, { message: `unknown version of Istio \`${text}\``, help: 'such as "1.25"' });
});

export const kubernetesVersion: Read<string> = read(readText.schema, (node, at) => {
  const text = readText(node, at);
  if (text === undefined || parseKubernetes(text) !== undefined) return text;
  return wrong(at, node, { message: `unknown version of Kubernetes \`${text}\``, help: 'such as "1.33"' });
});

const FAMILIES = [4, 6] as const;

const family: Read<4 | 6> = read({ enum: FAMILIES }, (node, at) => {
  const value = readInteger(4, 6)(node, at);
  const found = FAMILIES.find((one) => one === value);
  return value === 5 ? wrong(at, node, { message: 'expected 4 or 6, found `5`' }) : found;
});

const VARIABLE = /^(?:[A-Za-z_]\w*|[1-9]\d?)$/;

const variables = readMap(
  readText,
  (name) => (VARIABLE.test(name) ? undefined : { message: `\`${name}\` is not a valid shell variable name` }),
  { pattern: VARIABLE.source },
);

export const idRead = readInteger(0, 0xffff_fffe);

export const readPodIps: Read<readonly string[]> = read(readTexts.schema, (node, at) => {
  const texts = readTexts(node, at);
  const complaint = texts === undefined ? undefined : podIpComplaint(texts, false);
  return complaint === undefined ? texts : wrong(at, node, { message: complaint, help: 'such as 10.12.3.4 or 10.12.3.4/16' });
});

export const readNameserverTexts: Read<readonly string[]> = read(readTexts.schema, (node, at) => {
  const texts = readTexts(node, at);
  const other = texts?.find((text) => parseAddress(text) === undefined);
  return other === undefined ? texts : wrong(at, node, { message: `\`${other}\` is not an address`, help: 'such as 10.0.0.10' });
});

export const readProfile = oneOfWords(PROFILE_NAMES, 'the profiles are');
export const readMode = oneOfWords(MESH_MODE.choices ?? [], 'the modes are');
const readEveryMode = oneOfWords(MODES, 'the modes are');

const groupShape = readRecord<ConfigGroup>(
  {
    files: readTexts,
    as: oneOfWords(['rules', 'manifest', 'settings']),
    profile: readProfile,
    host: readText,
    podIps: readPodIps,
    nameservers: readNameserverTexts,
    proxyUid: idRead,
    proxyGid: idRead,
    mode: readEveryMode,
    values: readTexts,
    istio: istioVersion,
    kubernetes: kubernetesVersion,
    families: listRead(family),
    allowEmpty: readFlag,
    set: variables,
  },
  ['files'],
);

/** A node's mode is for settings alone. */
const FOR_NODES: readonly JsonSchema[] = [
  { properties: { mode: { not: { enum: ['ambient-host'] } } } },
  { properties: { as: { enum: ['settings'] } }, required: ['as'] },
];

const group: Read<ConfigGroup> = read({ ...groupShape.schema, anyOf: FOR_NODES }, (node, at) => {
  const found = groupShape(node, at);
  if (found?.mode !== 'ambient-host' || found.as === 'settings') return found;
  return wrong(at, node, { message: 'mode `ambient-host` is for nodes, which are described by settings', help: 'as: settings' });
});

const LEVELS = ['error', 'warning', 'info', 'off'] as const;

/** To YAML 1.1 an `off` without quotes is false. */
const level: Read<(typeof LEVELS)[number]> = read({ enum: [...LEVELS, false] }, (node, at) =>
  node.kind === 'scalar' && node.value === false ? 'off' : oneOfWords(LEVELS, 'the levels are')(node, at),
);

const givenLevels = readMap(level, unknownClaim, CLAIM_NAMES);

const levels: typeof givenLevels = read(givenLevels.schema, (node, at) => {
  const given = givenLevels(node, at);
  if (given === undefined) return undefined;
  const pairs = Object.entries(given).map(([id, value]) => {
    const now = renamedClaim(id);
    if (now !== undefined) wrong(at, node, { ...now.remark, isWarning: true });
    return [now?.id ?? id, value] as const;
  });
  return Object.fromEntries(pairs);
});

const claims = readRecord<ConfigClaims>({ only: listRead(claimId), except: listRead(claimId), levels });

const suppression = readRecord<ConfigSuppression>({ claim: claimId, files: readTexts, packets: readTexts, reason: readText }, [
  'claim',
  'reason',
]);

export const readShape: Read<ChainwalkConfig> = atTop(
  readRecord<ChainwalkConfig>({
    groups: listRead(group),
    claims,
    expectations: readTexts,
    suppressions: listRead(suppression),
    base: readText,
    baseline: readText,
    output: readTexts,
    strict: readFlag,
  }),
);
