/** `proxies` of a host description: transparent proxies of one's own, each with its sockets and what it sends. */
import { isWord, listIn } from '../lib/described.ts';
import { isJsonRecord } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import { valueText } from '../lib/valueText.ts';
import { parseAddress } from '../packet/address.ts';
import { PROTO } from '../packet/protocol.ts';
import { type Listener, type OwnProxy, PROXY_TAKES, type Process, type ProxyTakes } from './host.ts';
import { KNOWN_PROXIES } from './knownProxies.ts';
import { readDialled, readMark, readSource } from './readDialled.ts';

interface NamedProxies {
  readonly proxies: readonly OwnProxy[];
  readonly listeners: readonly Listener[];
  readonly processes: ReadonlyMap<string, Process>;
}

/** `processes` of the description say who a proxy runs as where its own entry does not. */
export function readProxies(value: unknown, processes: ReadonlyMap<string, Process>, problems: string[]): NamedProxies {
  const read = listIn(value, 'proxies', problems)
    .flatMap((entry) => withProfile(entry, problems))
    .map((entry) => readProxy(entry, processes, problems));
  return {
    proxies: read.flatMap(({ proxies }) => proxies),
    listeners: read.flatMap(({ listeners }) => listeners),
    processes: new Map(read.flatMap((one) => [...one.processes])),
  };
}

const KEYS = ['profile', 'process', 'listens', 'takes', 'dials', 'source', 'uid', 'gid', 'mark', 'listen_mark', 'cgroup', 'own_port'];

/** A known proxy is written out; what the entry says itself comes first. */
function withProfile(entry: unknown, problems: string[]): readonly Record<string, unknown>[] {
  if (!isJsonRecord(entry)) {
    problems.push(`\`${valueText(entry)}\` in \`proxies\` is not an object`);
    return [];
  }
  for (const key of Object.keys(entry)) {
    const meant = KEYS.includes(key) ? undefined : nearest(key, KEYS);
    if (!KEYS.includes(key))
      problems.push(`unknown key \`${key}\` in \`proxies\`${meant === undefined ? '' : `: did you mean \`${meant}\`?`}`);
  }
  const { profile, ...said } = entry;
  if (profile === undefined) return [said];
  const name = valueText(profile);
  const known = Object.hasOwn(KNOWN_PROXIES, name) ? KNOWN_PROXIES[name] : undefined;
  if (known === undefined) {
    problems.push(`no proxy is known as \`${name}\`: known are ${Object.keys(KNOWN_PROXIES).join(', ')}`);
    return [];
  }
  return known.map((usual) => ({ process: name, ...usual, ...said }));
}

function readProxy(entry: Record<string, unknown>, known: ReadonlyMap<string, Process>, problems: string[]): NamedProxies {
  const { process, takes = 'any', dials } = entry;
  if (typeof process !== 'string' || process === '') {
    problems.push(`\`${valueText(entry)}\` in \`proxies\` has no \`process\``);
    return { proxies: [], listeners: [], processes: new Map() };
  }
  const to = dials === undefined ? undefined : readDialled(valueText(dials));
  if (to === undefined)
    problems.push(
      `\`${process}\` in \`proxies\` needs \`dials\`: \`original\`, \`app\`, \`nothing\`, or the server that it asks like \`203.0.113.5:1080\``,
    );
  if (!isTakes(takes)) problems.push(`\`${valueText(takes)}\`, what \`${process}\` takes, is none of ${PROXY_TAKES.join(', ')}`);
  const runs = ownerOf(entry, known.get(process));
  if (runs === undefined) problems.push(`\`${process}\` in \`proxies\` needs a \`uid\`: \`ps -o uid,gid,args -C ${process}\` shows it`);
  const mark = readMark(entry.mark, process, problems);
  const listenMark = readMark(entry.listen_mark, process, problems);
  const source = readSource(entry.source, process, problems);
  const { own_port: ownPort } = entry;
  if (ownPort !== undefined && ownPort !== 'closed' && ownPort !== 'open')
    problems.push(`\`own_port\` of \`${process}\` is neither \`open\` nor \`closed\``);
  const sockets = listIn(entry.listens, `listens of ${process}`, problems).flatMap((text) => readListens(text, process, problems));
  if (sockets.length === 0) problems.push(`\`${process}\` in \`proxies\` needs \`listens\`, like \`["tcp 12345"]\``);
  const usual = isTakes(takes) ? takes : 'any';
  return {
    proxies: [{ process, takes: usual, mark }],
    listeners: sockets.map((socket) => ({
      ...socket,
      process,
      transparent: false,
      takes: usual,
      ...(to !== undefined && { dials: to }),
      sends: { source, mark },
      ...(listenMark !== 0 && { mark: listenMark }),
      ...(ownPort === 'closed' && { closesOwnPort: true as const }),
    })),
    processes: new Map(runs === undefined ? [] : [[process, runs]]),
  };
}

function isTakes(value: unknown): value is ProxyTakes {
  return (PROXY_TAKES as readonly unknown[]).includes(value);
}

/** The group of a user that is given without one has the same number. */
function ownerOf({ uid, gid }: Record<string, unknown>, process: Process | undefined): Process | undefined {
  const user = uid ?? process?.uid;
  const group = gid ?? (uid === undefined ? process?.gid : uid);
  return isWord(user) && isWord(group) ? { uid: user, gid: group } : undefined;
}

/** `tcp 12345`, `udp 127.0.0.1:53`, `tcp [::1]:12345` */
function readListens(value: unknown, process: string, problems: string[]): readonly Pick<Listener, 'proto' | 'port' | 'address'>[] {
  const text = valueText(value);
  const [, name, six, four, digits] = /^(tcp|udp)\s+(?:(?:\[([^\]]+)\]|([\d.]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const bound = six ?? four;
  const address = bound === undefined ? undefined : parseAddress(bound);
  if (name === undefined || port < 1 || port > 65535 || (bound !== undefined && address === undefined)) {
    problems.push(`\`${text}\`, where \`${process}\` listens, is not like \`tcp 12345\` or \`udp 127.0.0.1:53\``);
    return [];
  }
  return [{ proto: name === 'tcp' ? PROTO.tcp : PROTO.udp, port, ...(address !== undefined && { address }) }];
}
