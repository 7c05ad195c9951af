/** The JSON Schema of a host description: the keys that `readHost` reads. What is below them it checks in words of its own. */
import type { JsonSchema } from '../src/cli/config/jsonSchema.ts';
import { PROXY_TAKES } from '../src/host/host.ts';
import { KNOWN_PROXIES } from '../src/host/knownProxies.ts';

const TEXT: JsonSchema = { type: 'string' };
const ID: JsonSchema = { type: 'integer', minimum: 0, maximum: 0xffff_ffff };
const MARK: JsonSchema = { anyOf: [ID, { type: 'string', pattern: '^(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})$' }] };
const SCALAR: JsonSchema = { anyOf: [TEXT, { type: 'number' }, { type: 'boolean' }] };

function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

const PROPERTIES: Readonly<Record<string, JsonSchema>> = {
  interfaces: listOf({
    type: 'object',
    properties: { name: { type: 'string', pattern: '^[^\\s/]{1,15}$' }, addresses: listOf(TEXT), group: ID, type: TEXT },
    required: ['name'],
  }),
  routes: { anyOf: [listOf(TEXT), { type: 'null' }] },
  ip_rules: listOf(TEXT),
  route_tables: { type: 'object', additionalProperties: listOf(TEXT) },
  default_rules: { type: 'boolean' },
  sysctls: { type: 'object', additionalProperties: SCALAR },
  listeners: listOf({
    type: 'object',
    properties: {
      proto: { enum: ['tcp', 'udp'] },
      port: { type: 'integer', minimum: 1, maximum: 65535 },
      address: TEXT,
      process: TEXT,
      transparent: { type: 'boolean' },
      forwards: TEXT,
      source: { enum: ['own', 'client'] },
      mark: MARK,
    },
    required: ['proto'],
  }),
  processes: {
    type: 'object',
    additionalProperties: { type: 'object', properties: { uid: ID, gid: ID }, required: ['uid', 'gid'] },
  },
  proxies: listOf({
    type: 'object',
    properties: {
      profile: { enum: Object.keys(KNOWN_PROXIES) },
      process: TEXT,
      listens: listOf({ type: 'string', pattern: '^(tcp|udp)\\s+(\\S+:)?\\d{1,5}$' }),
      takes: { enum: [...PROXY_TAKES] },
      dials: TEXT,
      source: { enum: ['own', 'client'] },
      uid: ID,
      gid: ID,
      mark: MARK,
      listen_mark: MARK,
      cgroup: TEXT,
      own_port: { enum: ['open', 'closed'] },
    },
    additionalProperties: false,
  }),
  fence: {
    type: 'object',
    properties: {
      leaves_only_by: listOf({ type: 'string', pattern: '^[^\\s/]{1,15}$' }),
      except: listOf({
        type: 'object',
        properties: { uid: ID, gid: ID, to: TEXT, proto: { enum: ['tcp', 'udp'] }, port: { type: 'integer', minimum: 1, maximum: 65535 } },
        additionalProperties: false,
      }),
    },
    required: ['leaves_only_by'],
    additionalProperties: false,
  },
  pods: listOf(TEXT),
  sets: {
    type: 'object',
    additionalProperties: { type: 'object', properties: { type: TEXT, members: listOf(SCALAR) }, required: ['type', 'members'] },
  },
  clock: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d)?Z$' },
};

export const HOST_SCHEMA: JsonSchema = {
  type: 'object',
  properties: { $schema: TEXT, schema: { enum: ['chainwalk/host/v1'] }, ...PROPERTIES },
  additionalProperties: false,
};
