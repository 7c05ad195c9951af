/** What was probably meant by a packet in other words than the notation's, or by the command that sends it. */
import { closest } from '../../lib/nearest.ts';
import { COMMON_SERVICES } from '../../packet/services.ts';
import { portValue, protocolValue } from './keyValues.ts';
import { addressesOf } from './packetKeys.ts';

/** What is said of a host name. */
export function nameHelp(name: string): string {
  return `give the address (\`getent hosts ${name}\`; of a Service its ClusterIP: \`kubectl get svc\`)`;
}

export interface MeantPacket {
  /** in the arrow form; it parses where its keys and numbers do */
  readonly text: string;
  /** a host name, in whose place an example stands */
  readonly hostName?: string;
}

interface Draft {
  dir?: string;
  proto?: string;
  readonly ends: End[];
  readonly pairs: string[];
  hostName?: string;
  usualPort?: number;
}

interface End {
  readonly address: string;
  port?: string;
}

/** Programs whose arguments name where they connect to. */
const TOOLS: Readonly<Record<string, string>> = {
  curl: 'tcp',
  wget: 'tcp',
  nc: 'tcp',
  ncat: 'tcp',
  telnet: 'tcp',
  ssh: 'tcp',
  grpcurl: 'tcp',
  ping: 'icmp',
  ping6: 'icmpv6',
  dig: 'udp',
  nslookup: 'udp',
};

/** Protocols over others, that services have no name for. */
const OVER_UDP: ReadonlySet<string> = new Set(['dns', 'domain', 'ntp', 'snmp', 'tftp', 'bootps', 'bootpc']);
const PORTS: Readonly<Record<string, number>> = {
  dns: 53,
  grpc: 443,
  h2: 443,
  http2: 443,
  https: 443,
  http: 80,
  ws: 80,
  wss: 443,
  postgres: 5432,
};
const EXAMPLE = '203.0.113.9';
const WORDS = ['in', 'out', 'tcp', 'udp', 'icmp', 'icmpv6', 'sctp'];

/** `text`: in plain characters. Undefined: nothing that could be meant. */
export function meantPacket(text: string): MeantPacket | undefined {
  const words = text
    .trim()
    .replace(/\b(uid|gid|user|group|mark)[ \t]+(?=\w+(?:\s|$))/gi, '$1=')
    .replace(/<-+/g, ' <- ')
    .replace(/-->|->|=>|>/g, ' -> ')
    .split(/\s+/)
    .map((word) => word.replace(/[,;]+$/, ''));
  const tool = Object.hasOwn(TOOLS, words[0] ?? '') ? TOOLS[words[0] ?? ''] : undefined;
  const draft: Draft = { ends: [], pairs: [] };
  let unknown = 0;
  for (const word of tool === undefined ? words : words.slice(1)) {
    if (!readWord(draft, word)) unknown++;
  }
  if (tool !== undefined) {
    draft.dir ??= 'out';
    draft.proto ??= tool;
    if (words[0] === 'dig' || words[0] === 'nslookup') return { text: `out udp -> ${EXAMPLE}:53` };
  } else if (unknown > 0) return undefined;
  if (draft.ends.length === 0 || draft.ends.length > 2) return undefined;
  if (words.includes('<-')) draft.ends.reverse();
  return { text: written(draft), ...(draft.hostName !== undefined && { hostName: draft.hostName }) };
}

/** A URL with a name of 255 characters and a short path; patterns run out of stack in a text of megabytes. */
const LONGEST_WORD = 2000;

function readWord(draft: Draft, word: string): boolean {
  if (word.length > LONGEST_WORD) return false;
  const lower = word.toLowerCase();
  if (['->', '<-', 'to', 'from', 'via', 'port', ''].includes(lower)) return true;
  if (/^[a-z]+=\S+$/i.test(word)) draft.pairs.push(word);
  else if (lower === 'in' || lower === 'out' || /^(?:in|out)(?:bound|going|coming|put)$|^(?:in|e)gress$/.test(lower)) draft.dir = lower;
  else if (/^:?\d+$/.test(word)) return readNumber(draft, word.replace(':', ''));
  else if (protocolValue(lower) !== undefined) draft.proto = lower;
  else if (lower === 'ping') [draft.proto] = ['icmp'];
  else if (portOf(lower) !== undefined && draft.ends.length === 0) readService(draft, lower);
  else return readEnd(draft, word) || readNear(draft, lower);
  return true;
}

/** A port after an address, or else the number of a protocol. */
function readNumber(draft: Draft, word: string): boolean {
  const last = draft.ends.at(-1);
  if (last === undefined) draft.proto = word;
  else if (last.port === undefined) last.port = word;
  else return false;
  return true;
}

function readService(draft: Draft, name: string): void {
  draft.proto = OVER_UDP.has(name) ? 'udp' : 'tcp';
  draft.usualPort = portOf(name) as number;
}

function portOf(name: string): number | undefined {
  return Object.hasOwn(PORTS, name) ? PORTS[name] : COMMON_SERVICES.get(name);
}

/** As kubectl names objects. */
const OBJECT = /^(?:svc|service|pod|po|deploy|deployment|sts|statefulset|node)\//i;

/** `10.0.0.9:80`, `[fd00::9]:80`, `https://10.0.0.9:8443/path`, `10.0.0.9:80/tcp`, `reviews.shop.svc:9080` */
function readEnd(draft: Draft, word: string): boolean {
  const [, scheme, rest = word] = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?([^/?#]+)/i.exec(word) ?? [];
  const [, bracketed, plain = '', port, proto] =
    /^(?:\[([^\]]+)\]|([^:]+?|[^/]*:[^/]*:[^/]*?))(?::([\w-]+))?(?:\/(tcp|udp|sctp))?$/i.exec(rest.replace(OBJECT, '')) ?? [];
  const host = (bracketed ?? plain).replace(/\/(?:32|128)$/, '');
  if (host === '') return false;
  const isAddress = addressesOf(host) !== undefined;
  const isName = /^[a-z0-9_-]*[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\.?$/i.test(host);
  if (
    !isAddress &&
    !(isName && (host.includes('.') || port !== undefined || scheme !== undefined || OBJECT.test(rest) || host === 'localhost'))
  )
    return false;
  if (port !== undefined && portValue(port) === undefined) return false;
  if (scheme !== undefined) {
    draft.proto = 'tcp';
    const usual = portOf(scheme.toLowerCase());
    if (usual !== undefined) draft.usualPort = usual;
  }
  if (proto !== undefined && /[a-z]/i.test(proto)) draft.proto = proto.toLowerCase();
  const address = isAddress ? host : host === 'localhost' ? '127.0.0.1' : EXAMPLE;
  if (address === EXAMPLE && !isAddress) draft.hostName = host;
  draft.ends.push({ address, ...(port !== undefined && { port }) });
  return true;
}

/** `tpc`, `uot` */
function readNear(draft: Draft, word: string): boolean {
  const near = /^[a-z0-9]{2,}$/.test(word) ? closest(word, WORDS) : undefined;
  if (near === undefined || near.distance > 1) return false;
  const meant = near.word;
  if (meant === 'in' || meant === 'out') draft.dir = meant;
  else draft.proto = meant;
  return true;
}

function written({ dir, proto, ends, pairs, usualPort }: Draft): string {
  const last = ends.at(-1) as End;
  const to = { ...last, port: last.port ?? (usualPort === undefined ? undefined : String(usualPort)) };
  const from = ends.length === 2 ? ends[0] : undefined;
  const parts = [dir, proto, from && endText(from), '->', endText(to), ...pairs];
  return parts.filter((part) => part !== undefined).join(' ');
}

function endText({ address, port }: { readonly address: string; readonly port?: string | undefined }): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
