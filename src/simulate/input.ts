/** Where an arriving packet goes. kernel net/ipv4/route.c ip_route_input_slow(), net/ipv6/ip6_output.c ip6_forward() */
import { pastRules } from '../host/bridge.ts';
import type { Route } from '../host/host.ts';
import type { AddressCheck, AddressVerdict } from '../host/inputChecks.ts';
import { arrivalChecks, inputChecks } from '../host/inputChecks.ts';
import { wayBackBy, waysOf } from '../host/nexthops.ts';
import { lookupRoute } from '../host/route.ts';
import { isDiscarding } from '../host/routing.ts';
import { scope6 } from '../host/sourceAddress.ts';
import { isForwarding, judgeWayBack, sourceCheck } from '../host/sourceCheck.ts';
import { includes } from '../lib/intervals.ts';
import { keepsRoute } from './connectedSocket.ts';
import { flowOf } from './flow.ts';
import type { Skb } from './skb.ts';
import type { LostReason } from './trace.ts';

/** The bridge that takes the packet to another of its ports, past all rules. */
export function bridgedBy({ host, family, iif, dst }: Skb): string | undefined {
  const past = iif === undefined ? undefined : pastRules(host, family, iif);
  return past !== undefined && includes(past.dst, dst) ? past.bridge : undefined;
}

/** IPv6 discards some addresses before any hook; IPv4 none. */
export function refusedOnArrival(skb: Skb, iif: string): LostReason | undefined {
  const verdict = firstVerdict(skb, arrivalChecks(skb.family, iif));
  return verdict?.kind === 'lost' ? verdict.reason : undefined;
}

export type InputRoute =
  | { readonly kind: 'local'; readonly route: Route | undefined }
  | { readonly kind: 'forward'; readonly route: Route & { readonly dev: string } }
  | { readonly kind: 'lost'; readonly reason: LostReason }
  /** it depends on routing that is not modelled */
  | { readonly kind: 'open'; readonly what: string };

/** `pick` chooses one of several ways, and one that a rule may lead to. */
export function routeInput(skb: Skb, pick: (ways: number) => number): InputRoute {
  if (keepsRoute(skb)) return { kind: 'local', route: undefined };
  const { host, family, iif = '' } = skb;
  const verdict = firstVerdict(skb, inputChecks(host, family, iif));
  if (verdict?.kind === 'lost') return verdict;
  if (verdict?.kind === 'local')
    return orLost(verdict.checkSource ? badSource(skb, TO_ALL) : undefined, { kind: 'local', route: undefined });
  // a link-local destination is on the link that the packet came from: rt6_need_strict()
  const link = typeof skb.dst === 'bigint' && scope6(skb.dst) <= 2 ? { link: iif } : {};
  const flow = flowOf(skb, 'arrived');
  const found = lookupRoute(host, { family, dst: skb.dst, src: skb.src, mark: skb.mark, iif, flow, ...link });
  const ways = found === undefined ? [] : waysOf(host, found, link.link);
  const route = ways.length > 1 ? ways[pick(ways.length)] : ways[0];
  if (route?.unknown !== undefined) return { kind: 'open', what: route.unknown };
  const forwarding = isForwarding(host, family, iif);
  if (route === undefined) return lost(forwarding ? 'no-route' : 'not-forwarding');
  if (route.type === 'local' || route.type === 'anycast' || (route.type === 'broadcast' && family === 4))
    return orLost(badSource(skb, route.type === 'broadcast' ? TO_ALL : {}), { kind: 'local', route });
  if (!forwarding) return lost('not-forwarding');
  if (route.type !== 'unicast' || route.dev === undefined || isDiscarding(route)) return lost('unreachable-route');
  return orLost(family === 4 ? badSource(skb, { oif: route.dev }) : badForward6(skb, route.dev), {
    kind: 'forward',
    route: { ...route, dev: route.dev },
  });
}

function firstVerdict({ src, dst }: Skb, checks: readonly AddressCheck[]): AddressVerdict | undefined {
  return checks.find(
    (check) => (check.src === undefined || includes(check.src, src)) && (check.dst === undefined || includes(check.dst, dst)),
  )?.verdict;
}

function lost(reason: LostReason): InputRoute {
  return { kind: 'lost', reason };
}

function orLost(bad: LostReason | InputRoute | undefined, otherwise: InputRoute): InputRoute {
  if (bad === undefined) return otherwise;
  return typeof bad === 'string' ? lost(bad) : bad;
}

interface WayBack {
  /** absent: it is for this host */
  readonly oif?: string;
  /** to a group or by broadcast: the way back is looked up as from 0.0.0.0. kernel net/ipv4/route.c ip_route_input_slow(), ip_mc_validate_source() */
  readonly toAll?: true;
}

const TO_ALL: WayBack = { toAll: true };

function badSource(skb: Skb, { oif, toAll }: WayBack): LostReason | InputRoute | undefined {
  const { host, family, src, dst, mark, iif = '' } = skb;
  if (family === 6) return undefined;
  const check = sourceCheck(host, { iif, ...(oif === undefined ? {} : { oif }) });
  if (check.kind === 'addresses') return check.refused.includes(src) ? 'martian-source' : undefined;
  const flow = flowOf(skb, 'back');
  const found = lookupRoute(host, { family, dst: src, src: toAll ? 0 : dst, mark: check.marked ? mark : 0, iif: oif ?? 'lo', flow });
  const back = found === undefined ? undefined : wayBackBy(host, found, iif);
  return back?.unknown === undefined ? judgeWayBack(back, { ...check, iif }) : { kind: 'open', what: back.unknown };
}

/** Sources that ip6_forward() does not pass on to another link. */
function badForward6(skb: Skb, oif: string): LostReason | undefined {
  const src = skb.src as bigint;
  return oif !== skb.iif && (src === 0n || src === 1n || scope6(src) === 2) ? 'martian-source' : undefined;
}
