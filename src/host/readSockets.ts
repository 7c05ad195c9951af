/** Who listens on a host, what each process sends for what it takes, and as whom it runs. */
import { isWord, listIn } from '../lib/described.ts';
import { isJsonRecord } from '../lib/json.ts';
import { valueText } from '../lib/valueText.ts';
import { familyOf, parseAddress } from '../packet/address.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Host, Listener, OwnProxy, Process } from './host.ts';
import { readDialled, readMark, readSource } from './readDialled.ts';
import { readProxies } from './readProxies.ts';

type Sockets = Pick<Host, 'listeners' | 'processes'> & { readonly proxies: readonly OwnProxy[] };

/** A proxy's sockets come from `proxies`; `listeners` may name them too, to say more of them. */
export function readSockets(value: Record<string, unknown>, problems: string[]): Sockets {
  const own = readProcesses(value.processes, problems);
  const named = readProxies(value.proxies, own, problems);
  const processes = new Map([...own, ...named.processes]);
  const listed = listIn(value.listeners, 'listeners', problems).flatMap((entry) => readListener(entry, problems));
  const listeners = [
    ...listed.map((one) => ({ ...one, ...saidOfProxy(one, named.listeners) })),
    ...named.listeners.filter((one) => !listed.some((other) => isSame(one, other))),
  ];
  for (const { dials, process } of listeners) {
    if (dials !== undefined && dials !== 'nothing' && !processes.has(process))
      problems.push(`\`${process}\`, which forwards, is not in \`processes\``);
  }
  return { listeners, processes, proxies: named.proxies };
}

function saidOfProxy(listener: Listener, named: readonly Listener[]): Partial<Listener> {
  const proxy = named.find((one) => isSame(one, listener));
  if (proxy === undefined) return {};
  const { dials, sends, takes, mark, closesOwnPort } = proxy;
  return {
    ...(dials !== undefined && { dials }),
    ...(sends && { sends }),
    ...(takes && { takes }),
    ...(mark !== undefined && { mark }),
    ...(closesOwnPort && { closesOwnPort }),
  };
}

function isSame(proxy: Listener, { proto, port, process }: Listener): boolean {
  return proxy.proto === proto && proxy.port === port && proxy.process === process;
}

function readListener(entry: unknown, problems: string[]): Listener[] {
  const proto = isJsonRecord(entry) ? (entry.proto === 'tcp' ? PROTO.tcp : entry.proto === 'udp' ? PROTO.udp : undefined) : undefined;
  if (!isJsonRecord(entry) || proto === undefined) {
    problems.push(`listener \`${valueText(entry)}\` has no \`proto\` of tcp or udp`);
    return [];
  }
  const port = entry.port;
  if (port !== undefined && !(typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65536)) {
    problems.push(`listener port \`${valueText(port)}\` is not 1 to 65535`);
    return [];
  }
  const given = entry.address === undefined ? undefined : parseAddress(valueText(entry.address));
  const isAny = given === 0 || given === 0n;
  const address = isAny ? undefined : given;
  if (entry.address !== undefined && given === undefined)
    problems.push(`listener address \`${valueText(entry.address)}\` is not an address`);
  const dials = entry.forwards === undefined ? undefined : readDialled(valueText(entry.forwards));
  if (entry.forwards !== undefined && dials === undefined)
    problems.push(
      `\`${valueText(entry.forwards)}\`, to which a listener forwards, is neither an address with a port like \`10.96.0.10:53\` nor \`original\`, \`app\` or \`nothing\``,
    );
  if (dials !== undefined && dials !== 'nothing' && port === undefined) problems.push('a listener that forwards needs a `port`');
  const process = typeof entry.process === 'string' ? entry.process : 'app';
  const mark = readMark(entry.mark, process, problems);
  const source = readSource(entry.source, process, problems);
  return [
    {
      proto,
      process,
      ...(entry.process === undefined && entry.port !== undefined ? { unnamed: true } : {}),
      transparent: entry.transparent === true,
      ...(port === undefined ? {} : { port }),
      ...(address === undefined ? {} : { address }),
      ...(isAny ? { family: familyOf(given) } : {}),
      ...(dials === undefined ? {} : { dials }),
      ...(mark === 0 && source === 'own' ? {} : { sends: { source, mark } }),
    },
  ];
}

function readProcesses(value: unknown, problems: string[]): ReadonlyMap<string, Process> {
  const processes = new Map<string, Process>();
  if (value !== undefined && !isJsonRecord(value)) problems.push('`processes` is not an object');
  for (const [name, ids] of Object.entries(isJsonRecord(value) ? value : {})) {
    if (isJsonRecord(ids) && isWord(ids.uid) && isWord(ids.gid)) processes.set(name, { uid: ids.uid, gid: ids.gid });
    else problems.push(`process \`${name}\` needs a numeric uid and gid`);
  }
  return processes;
}
