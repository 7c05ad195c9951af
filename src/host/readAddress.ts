/** One address of an interface as ip-address(8) spells it: `10.9.0.2 peer 10.9.0.1/32`, `169.254.7.1/32 scope link`. */
import { familyOf, parseAddress, parsePrefix } from '../packet/address.ts';
import type { InterfaceAddress } from './host.ts';

/** A text: what is wrong, as the end of a sentence. */
export function readAddress(text: string): InterfaceAddress | string {
  const words = text.trim().split(/\s+/);
  const first = words.shift() ?? '';
  const own = parsePrefix(first);
  if (own === undefined || (!first.includes('/') && words[0] !== 'peer')) return 'is not an address with a prefix length';
  let found: InterfaceAddress = own;
  while (words.length > 0) {
    const key = words.shift() as string;
    const next = VALUED.has(key) ? withValue(found, key, words.shift()) : withFlag(found, key);
    if (typeof next === 'string') return next;
    found = next;
  }
  return found;
}

const VALUED: ReadonlySet<string> = new Set('peer scope brd broadcast label metric proto protocol valid_lft preferred_lft dev'.split(' '));

function withValue(own: InterfaceAddress, key: string, value: string | undefined): InterfaceAddress | string {
  if (value === undefined) return `has no value for \`${key}\``;
  if (key === 'peer') {
    const peer = parsePrefix(value);
    if (peer === undefined || familyOf(peer.address) !== familyOf(own.address)) return `has no address after \`${key}\``;
    return { ...own, length: peer.length, peer };
  }
  if (key === 'scope') {
    if (value === 'global') return own;
    if (value !== 'link' && value !== 'host' && value !== 'site') return `has \`${value}\` as its scope, which is not modelled`;
    return typeof own.address === 'number' ? { ...own, scope: value } : own;
  }
  if (key === 'preferred_lft' && /^0(?:sec)?$/.test(value)) return { ...own, deprecated: true };
  if ((key === 'brd' || key === 'broadcast') && value !== '+' && parseAddress(value) === undefined)
    return `has no address after \`${key}\``;
  return own;
}

/** Without meaning for a packet's way. */
const FLAGS: ReadonlySet<string> = new Set(
  'dynamic mngtmpaddr temporary permanent nodad optimistic home autojoin stable-privacy'.split(' '),
);

function withFlag(own: InterfaceAddress, flag: string): InterfaceAddress | string {
  switch (flag) {
    case 'secondary':
      // of IPv6 ip(8) calls temporary ones so
      return typeof own.address === 'number' ? { ...own, secondary: true } : own;
    case 'noprefixroute':
      return { ...own, noprefixroute: true };
    case 'deprecated':
      return { ...own, deprecated: true };
    case 'tentative':
    case 'dadfailed':
      return { ...own, tentative: true };
    default:
      return FLAGS.has(flag) ? own : `has \`${flag}\`, which is not understood`;
  }
}
