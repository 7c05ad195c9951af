/** Statements that decide nothing, and those whose meaning is not claimed. man nft(8), STATEMENTS */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { parseIPv4, parseIPv6 } from '../../packet/address.ts';
import type { Building } from '../contract/building.ts';
import { notClaimed, partly } from '../contract/claims.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { type StatementOf, statement } from '../contract/statement.ts';
import { tcpOptionProblem } from '../datatypes/tcpOptions.ts';
import { findExpression } from '../selectors/all.ts';
import { checkObject } from './objects.ts';

export const counter = statement({
  kind: 'counter',
  says: [{ name: 'counter' }],
  apply: (given, { context }) => checkObject(given, context),
});
export const log = statement({
  kind: 'log',
  says: [{ name: 'log' }],
  apply: ({ says, ...span }, { context }) => {
    const words = says.map(({ text }) => text);
    const refuse = (message: string): void => context.report({ kind: 'not-loadable', code: 'conflicting-options', message, span });
    if (words.includes('level') && ['group', 'snaplen', 'queue-threshold'].some((word) => words.includes(word)))
      refuse('a level is for the log of the kernel, the others for a group: they exclude one another');
    if (words[words.indexOf('level') + 1] === 'audit' && words.includes('level') && words.length > 2)
      refuse('`level audit` takes nothing beside it');
  },
});

/** kernel net/netfilter/nft_ct.c nft_notrack_eval() */
export const notrack = statement({
  kind: 'notrack',
  says: [{ name: 'notrack' }],
  apply: (_, { act }) => act({ kind: 'conntrack', track: false, afterNotrack: true }),
});

export const object = statement({
  kind: 'object',
  says: [{ name: 'ct helper set, ct timeout set, ct expectation set', claim: partly('connections that a helper expects are not there') }],
  apply: (given, building) => {
    checkObject(given, building.context);
    if (given.of.startsWith('ct ')) building.need('conntrack');
    else if (given.of === 'synproxy') {
      building.onlyAt({ what: 'synproxy', hooks: ['INPUT', 'FORWARD'], span: given });
      opaque('synproxy: the kernel answers for the server', building);
    }
  },
});

/** `queue`, `fwd` and others, with what is said of them where they decide. */
const VERBS: Readonly<Record<string, string | undefined>> = {
  dup: undefined,
  flow: undefined,
  reset: undefined,
  queue: 'queue: a program decides',
  fwd: 'fwd: the packet leaves by another device',
  synproxy: 'synproxy: the kernel answers for the server',
};

export const other = statement({
  kind: 'other',
  says: [
    { name: 'dup' },
    { name: 'flow add', claim: partly('the first packets of a connection; later ones pass the hooks by') },
    { name: 'queue', claim: notClaimed('a program decides') },
    { name: 'fwd', claim: notClaimed('the packet leaves by another device') },
    { name: 'synproxy', claim: notClaimed('the kernel answers for the server') },
  ],
  apply: (given, building) => {
    if (given.verb === 'flow' || given.verb === 'synproxy') building.need('conntrack');
    if (given.verb === 'synproxy') building.onlyAt({ what: 'synproxy', hooks: ['INPUT', 'FORWARD'], span: given });
    if (given.verb === 'fwd' && building.context.table !== 'netdev')
      building.context.report({ kind: 'not-loadable', code: 'wrong-family', message: '`fwd` is for tables of netdev', span: given });
    const wrongOption = given.verb === 'reset' ? tcpOptionProblem(given.says.at(-1)?.text ?? '') : undefined;
    if (wrongOption !== undefined) building.context.report({ kind: 'not-loadable', code: 'bad-value', message: wrongOption, span: given });
    if (given.verb === 'queue') checkQueue(given, building.context);
    if (given.verb === 'flow') checkFlowtable(given, building.context);
    if (given.verb === 'dup' && OF_NO_DUP.has(building.context.table))
      building.context.report({
        kind: 'not-loadable',
        code: 'wrong-family',
        message: '`dup` is for tables of ip, ip6 and netdev',
        span: given,
      });
    if (given.verb === 'dup' && building.context.table === 'netdev') checkDupToDevice(given, building.context);
    if (given.verb === 'dup') checkDup(given, building.context);
    const why = Object.hasOwn(VERBS, given.verb) ? VERBS[given.verb] : `\`${given.verb}\``;
    if (why !== undefined) opaque(why, building);
  },
});

const OF_NO_DUP: ReadonlySet<string> = new Set(['inet', 'arp', 'bridge']);

type Other = StatementOf<'other'>;

function checkDup({ says, ...span }: Other, { table, sets, report }: NftRuleContext): void {
  const refuse = (message: string): void => report({ kind: 'not-loadable', code: 'bad-value', message, span });
  const to = says[1]?.text ?? '';
  const words = says.slice(1).map(({ text }) => text);
  const said = words.slice(0, words.includes('device') ? words.indexOf('device') : words.length);
  const name = said.join(' ');
  const own = table === 'ip' ? 4 : 6;
  const value = sets.get(/ map @(\S+)/.exec(name)?.[1] ?? '')?.value;
  const isMapOfOthers = value !== undefined && 'types' in value && value.types[0]?.text !== `ipv${own}_addr`;
  const ofOther = own === 4 ? /:/ : /^\d+\.\d+\.\d+\.\d+$/;
  const findsOthers = isMapOfOthers || said.some((word, at) => said[at - 1] === ':' && ofOther.test(word));
  if (table !== 'netdev' && (findsOthers || isOtherThan(said, own))) refuse(`\`${name}\` is not an address of ${table}`);
  const isMany = /^[\da-f.:]+[/-]/.test(to);
  if (isMany) refuse('`dup` sends to one address');
  const isNumeric = /^[\d.]+$|:|^0x[\da-f]+$/i.test(to);
  const isNumber = /^(?:\d+|0x[\da-f]+)$/i.test(to) && Number(to) < 2 ** 32;
  const isAddress = table === 'ip' ? parseIPv4(to) !== undefined || isNumber : table !== 'ip6' || parseIPv6(to) !== undefined;
  if (!isMany && isNumeric && !isAddress) refuse(`\`${to}\` is not an address of ${table}`);
}

/** What is asked for is of another family, or of another length where it is no key of a map. nftables src/evaluate.c stmt_evaluate_addr() */
function isOtherThan(said: readonly string[], own: 4 | 6): boolean {
  const name = said.join(' ');
  if (said.some((word, at) => word === (own === 4 ? 'ip6' : 'ip') && !/^(?:rt|original|reply)$/.test(said[at - 1] ?? ''))) return true;
  if (said.includes('map')) return false;
  if (/^(?:numgen|symhash|jhash)$/.test(said[0] ?? '')) return own === 6;
  const bits = /^@\w+,\w+,(\w+)$/.exec(name)?.[1];
  if (bits !== undefined) return Number(bits) !== (own === 4 ? 32 : 128);
  // the family is that of the table
  if (name === 'rt ip nexthop') return false;
  const { type, at: [, width] = [0, 32], implies } = findExpression(name) ?? findExpression(`meta ${name}`) ?? {};
  const fits = type === `ipv${own}_addr` || type === 'string' || (type === 'integer' && own === 4 && width === 32);
  return said.includes('.') || (type !== undefined && (!fits || (implies?.family ?? own) !== own));
}

function checkDupToDevice({ says, ...span }: Other, { report }: NftRuleContext): void {
  const words = says.map(({ text }) => text);
  if (!words.includes('device') && !/^[\d.]*\.|^[\da-f]*:/.test(words[1] ?? '')) return;
  report({ kind: 'not-loadable', code: 'bad-argument', message: '`dup` needs the name of a device here, and nothing else', span });
}

/** nftables src/evaluate.c stmt_evaluate_queue() */
function checkQueue({ says, ...span }: Other, { report }: NftRuleContext): void {
  const words = says.map(({ text }) => text);
  const refuse = (message: string): void => report({ kind: 'not-loadable', code: 'bad-value', message, span });
  const [, first, last] = /(?:to|num) (0x[\da-f]+|\d+) ?(?:- ?(0x[\da-f]+|\d+))?(?! ?\S*map)/.exec(words.join(' ')) ?? [];
  if (Number(first ?? 0) > 0xffff || Number(last ?? 0) > 0xffff) refuse('queues have numbers up to 65535');
  if (last !== undefined && Number(last) < Number(first)) refuse('the range is reversed');
  if (words.some((word) => word.includes('fanout')) && last === undefined) refuse('`fanout` needs a range of queues');
  if (!words.includes('map') && !words.includes('jhash') && words.some((word) => /^(?:[|&^.]|<<|>>|x?or|and|[lr]shift)$/.test(word)))
    refuse('queues have no operators');
  const number = words[words.indexOf('num') + 1];
  if (words.includes('num') && !/^(?:(?:0x[\da-f]+|\d+)(?:-(?:0x[\da-f]+|\d+))?$|\$)/.test(number ?? ''))
    refuse('expected the number of a queue');
  const to = words[words.indexOf('to') + 1];
  if (words.includes('to') && !words.includes('map') && !/^(?:\d+(?:-\d+)?$|\$|numgen$|jhash$|symhash$)/.test(to ?? ''))
    refuse('expected the number of a queue');
}

function checkFlowtable({ says, ...span }: Other, { objects, report }: NftRuleContext): void {
  const name = says.at(-1)?.text.replace('@', '') ?? '';
  if (!objects.has(`flowtable ${name}`))
    report({ kind: 'not-loadable', code: 'unknown-item', message: `there is no flowtable \`${name}\` in this table`, span });
}

/** Targets of iptables that decide nothing: what nft does not show of them does not matter. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['LOG', 'NFLOG', 'ULOG', 'TRACE', 'CHECKSUM', 'TCPMSS', 'TCPOPTSTRIP', 'CLASSIFY', 'AUDIT', 'LED', 'IDLETIMER', 'TEE'],
  ...['SECMARK', 'CONNSECMARK', 'RATEEST', 'nflog'],
]);

export const xt = statement({
  kind: 'xt',
  says: [{ name: 'xt', claim: notClaimed('nft does not show its parameters; iptables-nft-save does') }],
  apply: (given, building) => {
    const why = `${given.of} \`${given.name.text}\` of iptables, whose parameters nft does not show`;
    if (given.of === 'match') building.ask(unmodelled(why, `what \`${saver(building)}\` prints`), given);
    else if (!HARMLESS.has(given.name.text)) opaque(`${why}: \`${saver(building)}\` does`, building);
  },
});

function saver({ context }: Building): string {
  return context.family === 4 ? 'iptables-nft-save' : 'ip6tables-nft-save';
}

function opaque(reason: string, { act, need }: Building): void {
  need('opaque');
  act({ kind: 'unmodelled', reason });
}
