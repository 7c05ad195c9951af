/** Whether an IPv4 packet may come from its source by this interface.
 *  kernel net/ipv4/fib_frontend.c fib_validate_source(), __fib_validate_source() */
import { memoize } from '../lib/memo.ts';
import { type Address, prefixRange } from '../packet/address.ts';
import type { Host, Route } from './host.ts';
import { subnetOf } from './routing.ts';
import { interfaceSetting } from './sysctl.ts';

export type SourceCheck =
  /** only these addresses, the host's own, are refused */
  | { readonly kind: 'addresses'; readonly refused: readonly Address[] }
  /** the route back to the source decides, by `judgeWayBack`; it is looked up as for a packet that comes from where
   *  this one is to be forwarded, or from lo */
  | {
      readonly kind: 'route-back';
      readonly strict: boolean;
      readonly loose: boolean;
      readonly acceptLocal: boolean;
      /** the interface has no IPv4 address */
      readonly unnumbered: boolean;
      /** the way back is looked up with the packet's mark; else with none */
      readonly marked: boolean;
    };

/** `oif`: where the packet is to be forwarded; absent for one that is for this host. */
export function sourceCheck(host: Host, { iif, oif }: { readonly iif: string; readonly oif?: string }): SourceCheck {
  return oif === iif ? turningBack(host, iif) : goingOn(host, iif);
}

const turningBack = memoize((host: Host, iif: string) => checkOf(host, { iif, back: true }));
const goingOn = memoize((host: Host, iif: string) => checkOf(host, { iif, back: false }));

function checkOf(host: Host, { iif, back }: { readonly iif: string; readonly back: boolean }): SourceCheck {
  const setting = (name: string, of: string) => interfaceSetting(host, `net.ipv4.conf.{}.${name}`, of);
  const mode = Math.max(setting('rp_filter', 'all'), setting('rp_filter', iif));
  const acceptLocal = setting('accept_local', iif) > 0;
  // going back where it came from may deserve an ICMP redirect, which needs the whole look-up
  const given = (name: string, of: string) => host.sysctls.get(`net.ipv4.conf.${of}.${name}`);
  const redirects = (of: string): boolean =>
    (given('send_redirects', of) ?? (of === 'all' ? undefined : given('send_redirects', 'default')) ?? '1') !== '0';
  const turnsBack = back && (redirects(iif) || redirects('all'));
  // without either, accept_local is asked before anything is looked up: broadcast addresses are sources then
  if (mode !== 0 || turnsBack || (!acceptLocal && hasCustomRouting(host))) {
    const nic = host.interfaces.find(({ name }) => name === iif);
    const unnumbered = nic?.addresses.some(({ address }) => typeof address === 'number') !== true;
    const marked = Math.max(setting('src_valid_mark', 'all'), setting('src_valid_mark', iif)) > 0;
    return { kind: 'route-back', strict: mode === 1, loose: mode === 2, acceptLocal, unnumbered, marked };
  }
  const own = host.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)).filter((one) => typeof one === 'number');
  return { kind: 'addresses', refused: acceptLocal ? [] : own };
}

/** Then the kernel looks the source up in full: fib4_has_custom_rules(), fib_has_custom_local_routes. */
function hasCustomRouting(host: Host): boolean {
  return (
    host.rules.some(({ family, priority }) => family === 4 && priority !== 0 && priority < 32766) ||
    host.routes.some((route) => route.family === 4 && route.type === 'local' && !isOfAddress(host, route))
  );
}

/** The kernel made it for an address. */
function isOfAddress({ interfaces }: Host, { table, to, dev }: Route): boolean {
  if (table !== 'local') return false;
  const first = prefixRange(to).lo;
  return interfaces.some(
    ({ name, addresses }) =>
      name === dev &&
      addresses.some((own) =>
        to.length === 32
          ? own.address === to.address
          : name === 'lo' && own.length === to.length && prefixRange(subnetOf(own)).lo === first,
      ),
  );
}

const FAILING: ReadonlySet<Route['type']> = new Set<Route['type']>(['blackhole', 'unreachable', 'prohibit']);

export function judgeWayBack(
  back: Route | undefined,
  { strict, loose, acceptLocal, unnumbered, iif }: Extract<SourceCheck, { kind: 'route-back' }> & { readonly iif: string },
): 'martian-source' | 'reverse-path' | undefined {
  if (back === undefined || FAILING.has(back.type)) return strict || loose ? 'reverse-path' : undefined;
  const isOwn = back.type === 'local' && acceptLocal;
  if (back.type !== 'unicast' && !isOwn) return 'martian-source';
  if (isOwn && iif === 'lo') return undefined;
  return back.dev !== iif && (strict || (loose && unnumbered)) ? 'reverse-path' : undefined;
}

export function isForwarding(host: Host, family: 4 | 6, iif: string): boolean {
  const given = (key: string) => host.sysctls.get(`net.ipv${family}.conf.${key}`);
  if (family === 6) {
    // Linux 6.17 and newer; written to `all` it is every interface's
    const forced = given(`${iif}.force_forwarding`) ?? given('all.force_forwarding') ?? given('default.force_forwarding');
    return Number(given('all.forwarding') ?? 0) > 0 || Number(forced ?? 0) > 0;
  }
  // what is not given of an interface it has had from `default` when it was made, which is also what ip_forward sets
  const own = given(`${iif}.forwarding`) ?? given('default.forwarding') ?? host.sysctls.get('net.ipv4.ip_forward');
  return Number(own ?? given('all.forwarding') ?? 0) > 0;
}
