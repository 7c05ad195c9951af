/** A call that prints what a host is like, after a prompt, `kubectl exec`, `docker exec`, `ip netns exec`, `nsenter`, `ssh`: it says what the lines
 *  below it are. man ip(8), ss(8), netstat(8), route(8) */
import type { Family } from '../../packet/address.ts';
import type { HostSection } from './page.ts';
import type { SocketProtocol } from './printedHost.ts';

const PROGRAM =
  /^(?:[^\n]{0,120}?(?:[$#>%][ \t]+|[ \t]--[ \t]+|\bexec[ \t][^\n]{0,80}?[ \t]))?(?:(?:sudo|doas|busybox|nsenter[ \t]+(?:-\S+[ \t]+|\d+[ \t]+)*|command)[ \t]+)*(?:\/\S*\/)?(ip|ifconfig|route|ss|netstat|ipset|sysctl)(?=[ \t]|$)[ \t]*([^\n]*)$/;
const MARK = /^=== chainwalk: (.*) ===$/;

/** Undefined: it is no such call. */
export function sectionOf(line: string): HostSection | undefined {
  const asked = MARK.exec(line)?.[1] ?? line;
  const [, program, rest = ''] = PROGRAM.exec(asked.trimEnd()) ?? [];
  if (program === undefined) return undefined;
  const words = rest.split(/[ \t]+/).filter((word) => word !== '');
  // a pipe or a redirection takes a part of it
  const stop = words.findIndex((word) => /^[|>;&]/.test(word));
  const given = stop < 0 ? words : words.slice(0, stop);
  const cut = stop >= 0 && words[stop] === '|' && !/^(?:cat|less|more|tee|sort|column)$/.test(words[stop + 1] ?? '');
  const found = READERS[program]?.(given);
  return found && cut ? { ...found, isPart: true } : found;
}

const READERS: Readonly<Record<string, (words: readonly string[]) => HostSection | undefined>> = {
  ip: ofIp,
  ifconfig: (words) => (/^\d|^up$|^down$|^add$/.test(words[1] ?? '') ? undefined : { what: 'address' }),
  route: (words) =>
    /^(?:add|del)$/.test(words.find((word) => !word.startsWith('-')) ?? '')
      ? undefined
      : { what: 'route', family: /6/.test(words.join(' ')) ? 6 : 4 },
  netstat: (words) =>
    /^-\w*r|^--route/.test(words.join(' ')) ? { what: 'route', family: /6/.test(words.join(' ')) ? 6 : 4 } : ofSockets(words),
  ss: ofSockets,
  ipset: (words) => (/^(?:save|list|-S|-L)$/.test(words.find((word) => !/^-[a-z]/.test(word)) ?? '') ? { what: 'set' } : undefined),
  sysctl: (words) => (words.some((word) => /^-\w*[wp]|=/.test(word)) ? undefined : { what: 'sysctl' }),
};

const OBJECTS = ['address', 'route', 'rule', 'link'] as const;

/** What `ip` is asked about; it takes the beginning of a word for the whole, the first of several. source: iproute2 ip/ip.c */
export function ipObject(word: string): (typeof OBJECTS)[number] | undefined {
  return word === '' ? undefined : OBJECTS.find((object) => object.startsWith(word));
}

const CHANGES = /^(?:add?|del(?:ete)?|change?|replace?|flush|set|append|restore|save|exec|up|down)$/;

function ofIp(words: readonly string[]): HostSection | undefined {
  const options = words.filter((word) => word.startsWith('-'));
  const [named = '', ...rest] = words.filter((word) => !word.startsWith('-'));
  const object = ipObject(named);
  if (named === 'netns' && rest[0] === 'exec') return sectionOf(rest.slice(2).join(' '));
  if (CHANGES.test(rest[0] ?? '')) return undefined;
  const said: Family | undefined = options.some((one) => one.includes('6')) ? 6 : options.includes('-4') ? 4 : undefined;
  const asked = rest.filter((word) => !/^(?:show|list|ls|lst)$/.test(word));
  if (object === 'address') return { what: 'address', ...(said && { family: said }) };
  if (object === 'link') return { what: 'link' };
  if (object === 'rule') return { what: 'rule', family: said ?? 4, ...(asked.length > 0 && { isPart: true }) };
  if (object === 'route') {
    if (asked[0] === 'get') return { what: 'other' };
    const at = asked.indexOf('table');
    const table = at < 0 ? undefined : asked[at + 1];
    const more = at < 0 ? asked : [...asked.slice(0, at), ...asked.slice(at + 2)];
    const family = said ?? (table === 'all' ? undefined : 4);
    return {
      what: 'route',
      ...(family && { family }),
      ...(table !== undefined && { table: table === '0' ? 'all' : table }),
      ...(more.length > 0 && { isPart: true }),
    };
  }
  return { what: 'other' };
}

/** Without a protocol all are asked for. */
function ofSockets(words: readonly string[]): HostSection {
  const letters = words.filter((word) => /^-\w+$/.test(word)).join('');
  const named: SocketProtocol[] = [
    ...(/t/.test(letters) || words.includes('--tcp') ? (['tcp'] as const) : []),
    ...(/u/.test(letters) || words.includes('--udp') ? (['udp'] as const) : []),
  ];
  return { what: 'socket', protocols: named.length > 0 ? named : ['tcp', 'udp'] };
}
