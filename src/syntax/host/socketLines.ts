/** Listening sockets, as `ss -lntup` and `netstat -lntup` print them. man ss(8), netstat(8) */
import type { ListenerDescription } from '../../host/hostDescription.ts';
import { SERVICES } from '../../packet/services.ts';
import { type LineParts, lineParts } from './lineParts.ts';
import type { HostLine, HostPage } from './page.ts';
import type { SocketProtocol } from './printedHost.ts';

/** False: it is none. */
export function takeSocketLine(page: HostPage, line: HostLine): boolean {
  const bsd = lineParts('netstat', line.text);
  if (bsd !== undefined) return takeNetstat(page, line, bsd);
  const socket = lineParts('socket', line.text);
  return socket !== undefined && takeSocket(page, line, socket);
}

function takeSocket(page: HostPage, { text, span }: HostLine, parts: LineParts): boolean {
  const state = parts.get('socketState')?.trim() ?? '';
  if (!SOCKET_STATES.has(state)) return false;
  const netid = parts.get('netid');
  const protocol = netid === 'tcp' || netid === 'udp' ? netid : (page.section.protocols?.[0] ?? (state === 'UNCONN' ? 'udp' : 'tcp'));
  tellAll(page, netid === undefined ? [protocol] : (page.section.protocols ?? [protocol]));
  if (state !== 'LISTEN' && state !== 'UNCONN') return true;
  const local = parts.get('localEnd') ?? '';
  const colon = local.lastIndexOf(':');
  const [host = '', device] = local.slice(0, colon).split('%');
  const address = host.replace(/^\[|\]$/g, '').replace(/^::ffff:(?=\d+\.)/, '');
  const both = address === '*' || (address === '::' && /\bv6only:0\b/.test(text));
  const rest = parts.get('socketRest') ?? '';
  const process = /users:\(\("([^"]*)"/.exec(rest)?.[1];
  // `ss -e` names no user where that is root
  const uid = /\buid:(\d+)/.exec(rest)?.[1] ?? (/\bino:\d/.test(rest) ? '0' : undefined);
  if (process !== undefined && uid !== undefined && !page.users.has(process)) page.users.set(process, Number(uid));
  add(page, span, {
    protocol,
    port: local.slice(colon + 1),
    ...(both ? {} : { address }),
    ...(device !== undefined && { device }),
    process,
  });
  return true;
}

const SOCKET_STATES = new Set(
  'LISTEN UNCONN ESTAB SYN-SENT SYN-RECV FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSE-WAIT LAST-ACK CLOSING CLOSED UNKNOWN'.split(' '),
);

function takeNetstat(page: HostPage, { span }: HostLine, parts: LineParts): boolean {
  const kind = parts.get('netstatProto') ?? '';
  if (kind.startsWith('udplite')) return true;
  const protocol: SocketProtocol = kind.startsWith('tcp') ? 'tcp' : 'udp';
  tellAll(page, page.section.protocols ?? [protocol]);
  const state = parts.get('netstatState')?.trim();
  const far = parts.get('netstatPeer') ?? '';
  if (!far.endsWith(':*') || (protocol === 'tcp' && state !== 'LISTEN')) return true;
  const local = parts.get('netstatEnd') ?? '';
  const colon = local.lastIndexOf(':');
  const address = local.slice(0, colon).replace(/^\[|\]$/g, '');
  const process = /(?:^|\s)\d+\/(.*?)\s*$/.exec(parts.get('socketRest') ?? '')?.[1]?.replace(/: .*/, '');
  // an IPv6 socket takes IPv4 as well unless it says otherwise, which is not printed
  const both = address === '::' || address === '*';
  add(page, span, { protocol, port: local.slice(colon + 1), ...(both ? {} : { address }), process });
  return true;
}

function tellAll(page: HostPage, protocols: readonly SocketProtocol[]): void {
  for (const one of protocols) page.listenersOf.add(one);
}

interface Listening {
  readonly protocol: SocketProtocol;
  readonly port: string;
  /** absent: any, of both families */
  readonly address?: string;
  /** it is bound to this interface */
  readonly device?: string;
  readonly process: string | undefined;
}

function add(page: HostPage, span: HostLine['span'], { protocol, port, address, device, process }: Listening): void {
  const number = /^\d+$/.test(port) ? Number(port) : SERVICES.get(port);
  if (number === undefined || number < 1 || number > 65535) {
    if (port === '*') return;
    page.report({ kind: 'malformed', code: 'bad-value', message: `\`${port}\` is not a port`, span, help: 'print numbers: `ss -ltnup`' });
    return;
  }
  if (device !== undefined && !/^127\./.test(address ?? '')) {
    const message = `this socket is bound to \`${device}\`: that it takes no packets of other interfaces is not modelled`;
    page.report({ kind: 'warning', code: 'not-modelled', message, span });
  }
  const listener: ListenerDescription = {
    proto: protocol,
    port: number,
    ...(address !== undefined && { address }),
    ...(process !== undefined && process !== '' && { process }),
  };
  if (!page.listeners.some((one) => JSON.stringify(one) === JSON.stringify(listener))) page.listeners.push(listener);
}
