/** What the `ip` of busybox does not print: of rules all selectors but these, of routes their next hops. It does not say that it left them out.
 *  source: busybox networking/libiproute/iprule.c, iproute.c */
import { parseRoute } from '../../host/ipRoute.ts';
import { isUsualRule } from './description.ts';
import type { HostPage } from './page.ts';
import type { PrintedRoute, PrintedRule } from './printedHost.ts';
import { openWord } from './routeLines.ts';

/** The rules as they are, and a warning where a part of them may be hidden. */
export function withHidden({ byBusybox, rules, addedRule, report }: HostPage): readonly PrintedRule[] {
  if (byBusybox === undefined || addedRule === undefined) return rules;
  report({ ...HIDDEN, span: addedRule });
  return rules.map(hiding);
}

/** A rule for all packets that somebody added is likely to be one for some. */
function hiding(rule: PrintedRule): PrintedRule {
  // the TOS field is printed as a decimal number there
  const text = rule.text.replace(/\btos (\d+)\b/, (_, tos) => `tos 0x${Number(tos).toString(16)}`);
  const isForAll = /^from all lookup \S+$/.test(text) && !isUsualRule(rule);
  return { ...rule, text: isForAll ? `${text} ${openWord('selectors that busybox does not print')}` : text };
}

/** A route that leads nowhere, as it is printed, has several next hops. */
export function withWays(route: PrintedRoute): PrintedRoute {
  const parsed = parseRoute(route.text, route.table);
  if (!('value' in parsed)) return route;
  const { type, dev, via, via6, nexthops, unknown } = parsed.value;
  if (type !== 'unicast' || [dev, via, via6, nexthops, unknown].some((part) => part !== undefined)) return route;
  return { ...route, text: `${route.text} ${openWord('next hops that are not printed')}` };
}

const HIDDEN = {
  kind: 'warning',
  code: 'host-unread',
  message:
    'the `ip` of busybox prints neither `not`, `oif`, `uidrange`, `ipproto`, ports nor `goto` of a rule: rules are read as they are printed, and one for all packets may be for some',
  help: 'print the rules with `ip` of iproute2; of a pod with `kubectl chainwalk POD --debug-image nicolaka/netshoot`',
} as const;
