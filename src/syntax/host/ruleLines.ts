/** Rules of routing, as `ip rule` prints them. man ip-rule(8) */
import type { Family } from '../../packet/address.ts';
import type { Span } from '../text/source.ts';
import { isUsualRule } from './description.ts';
import { lineParts } from './lineParts.ts';
import type { HostLine, HostPage } from './page.ts';
import type { PrintedRule } from './printedHost.ts';
import { openWord } from './routeLines.ts';

const VALUED = new Set(
  (
    'from to iif dev oif fwmark lookup table suppress_prefixlength suppress_prefixlen suppress_ifgroup uidrange ipproto sport dport tos ' +
    'dsfield dscp tun_id realms goto'
  ).split(' '),
);
const IDLE = new Set(['proto', 'protocol', 'pref', 'priority', 'order', 'preference']);
const FLAGS = new Set(['not', 'nop', 'l3mdev', 'blackhole', 'unreachable', 'prohibit']);
/** Actions by their number, as `ip -N rule` prints them. kernel include/uapi/linux/fib_rules.h */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ['6', 'blackhole'],
  ['7', 'unreachable'],
  ['8', 'prohibit'],
]);

/** False: it is none. */
export function takeRuleLine(page: HostPage, { text, span }: HostLine): boolean {
  const found = lineParts('rule', text);
  const [first = ''] = found?.more ?? [];
  if (found === undefined || !(VALUED.has(first) || FLAGS.has(first) || IDLE.has(first))) return false;
  const priority = Number(found.get('preference'));
  const words = readRuleWords(found.more);
  const family = familyHere(page, priority, words);
  addRule(page, { family, priority, text: words.join(' ') }, span);
  if (page.section.isPart === undefined && (page.section.what === 'rule' || priority === 0)) page.rulesOf.add(family);
  return true;
}

/** Where the rules are asked for twice, each counts once. */
export function addRule(page: HostPage, rule: PrintedRule, span: Span): void {
  if (page.rules.some((one) => one.family === rule.family && one.priority === rule.priority && one.text === rule.text)) return;
  page.rules.push(rule);
  if (!isUsualRule(rule)) page.addedRule ??= span;
}

/** The second list without a call above it is that of IPv6. */
function familyHere(page: HostPage, priority: number, words: readonly string[]): Family {
  if (page.section.family !== undefined) return page.section.family;
  if (words.some((word) => /^[0-9a-f]*:[0-9a-f:]*(?:\/\d+)?$/i.test(word))) return 6;
  if (page.section.what === 'rule') return 4;
  if (priority === 0) page.section = { ...page.section, family: page.rulesOf.has(4) ? 6 : 4 };
  return page.section.family ?? 4;
}

export function readRuleWords(given: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < given.length; at++) {
    const word = given[at] ?? '';
    const next = given[at + 1];
    if (word === '[detached]' || word === '[unresolved]') continue;
    if (word === 'lookup' && next === 'unspec') {
      // busybox prints the action behind it, and those that it does not know as a type of routes
      const action = given[at + 2] ?? '';
      words.push(...(FLAGS.has(action) ? [action] : ['lookup', openWord(`action_${action}`)]));
      at += 2;
    } else if (VALUED.has(word) && next !== undefined) {
      words.push(word, next.replace(/^ipproto-/, ''));
      at++;
    } else if (IDLE.has(word) && next !== undefined) at++;
    else words.push(ACTIONS.get(word) ?? (FLAGS.has(word) ? word : openWord(word)));
  }
  return words;
}
