/** `fence` of a host description: the interfaces by which its packets may leave, and what may leave by another all the same. */
import { isWord, listIn } from '../lib/described.ts';
import { isJsonRecord } from '../lib/json.ts';
import { valueText } from '../lib/valueText.ts';
import { parsePrefix } from '../packet/address.ts';
import { PROTO } from '../packet/protocol.ts';
import type { FenceException, HostFence } from './host.ts';

const KEYS = ['leaves_only_by', 'except'];
const EXCEPT_KEYS = ['uid', 'gid', 'to', 'proto', 'port'];

export function readFence(value: unknown, problems: string[]): HostFence | undefined {
  if (value === undefined) return undefined;
  if (!isJsonRecord(value)) {
    problems.push('`fence` is not an object');
    return undefined;
  }
  unknownKeys(value, { known: KEYS, where: '`fence`' }, problems);
  const interfaces = listIn(value.leaves_only_by, 'leaves_only_by', problems).map(valueText);
  if (interfaces.length === 0) problems.push('`fence` needs `leaves_only_by`, like `[tun0]`');
  for (const name of interfaces)
    if (!/^[^\s/]{1,15}$/.test(name)) problems.push(`\`${name}\` in \`leaves_only_by\` is not the name of an interface`);
  return { interfaces, except: listIn(value.except, 'except', problems).flatMap((entry) => readException(entry, problems)) };
}

function readException(entry: unknown, problems: string[]): readonly FenceException[] {
  if (!isJsonRecord(entry) || Object.keys(entry).length === 0) {
    problems.push(`\`${valueText(entry)}\` in \`except\` is not an object with ${EXCEPT_KEYS.join(', ')}`);
    return [];
  }
  unknownKeys(entry, { known: EXCEPT_KEYS, where: '`except`' }, problems);
  const { uid, gid, to, proto, port } = entry;
  for (const id of [uid, gid])
    if (id !== undefined && !isWord(id)) problems.push(`\`${valueText(id)}\` in \`except\` is not a user or group`);
  const prefix = to === undefined ? undefined : parsePrefix(valueText(to));
  if (to !== undefined && prefix === undefined) problems.push(`\`${valueText(to)}\` in \`except\` is not an address or network`);
  if (proto !== undefined && proto !== 'tcp' && proto !== 'udp') problems.push(`\`${valueText(proto)}\` in \`except\` is not tcp or udp`);
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65536;
  if (port !== undefined && !isPort) problems.push(`\`${valueText(port)}\` in \`except\` is not a port`);
  return [
    {
      ...(isWord(uid) && { uid }),
      ...(isWord(gid) && { gid }),
      ...(prefix !== undefined && { to: prefix }),
      ...((proto === 'tcp' || proto === 'udp') && { proto: PROTO[proto] }),
      ...(isPort && { port }),
    },
  ];
}

interface Keys {
  readonly known: readonly string[];
  readonly where: string;
}

function unknownKeys(record: Record<string, unknown>, { known, where }: Keys, problems: string[]): void {
  for (const key of Object.keys(record)) if (!known.includes(key)) problems.push(`unknown key \`${key}\` in ${where}`);
}
