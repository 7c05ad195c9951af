/** A rule of a listing in the words of a rule. */
import type { Family } from '../../packet/address.ts';
import type { RuleNode, Word } from '../iptables/ast.ts';
import type { ProblemSink } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { ListedChain, ListedPart, ListedRow } from './listedChains.ts';
import type { ReadDetails } from './listedDetails.ts';

export interface RowReading {
  readonly family: Family;
  readonly details: ReadDetails;
  readonly report: ProblemSink;
}

export const NO_INTERFACES = 'the interfaces of the rule, which `iptables -L` shows with `-v` only';
const EVERYWHERE = ['0.0.0.0/0', '::/0', 'anywhere'];
const ALL_ADDRESSES: Readonly<Record<Family, string>> = { 4: '0.0.0.0/0', 6: '::/0' };
const SHOWN = 60;

export function listedRule({ line, part }: ListedRow, chain: ListedChain, { family, details, report }: RowReading): RuleNode {
  const target = part('target');
  const rest = part('details') ?? { text: '', start: line.end, end: line.end };
  const read = details({ text: rest.text, target: target?.text, family });
  const inRest = ({ text, start, end }: ListedPart): Word => ({ text, quoted: false, start: rest.start + start, end: rest.start + end });
  const address = (column: 'source' | 'destination'): ListedPart | undefined => {
    const given = part(column);
    return given?.text === '!anywhere' ? { ...given, text: `!${ALL_ADDRESSES[family]}` } : given;
  };
  const words: Word[] = [
    ...option('-s', address('source'), EVERYWHERE),
    ...option('-d', address('destination'), EVERYWHERE),
    ...option('-i', part('inInterface'), anyInterface(part)),
    ...option('-o', part('outInterface'), anyInterface(part)),
    ...option('-p', part('protocol'), ['all', '0']),
    ...fragments(part('opt')),
    ...read.matches.flatMap(({ name, words: ofMatch }) => {
      const at = ofMatch[0] ?? { start: 0, end: rest.text.length };
      return [...['-m', name].map((text) => inRest({ text, start: at.start, end: at.end })), ...ofMatch.map(inRest)];
    }),
    ...(target === undefined || read.hidesTarget ? [] : [word(read.isGoto ? '-g' : '-j', target), word(target.text, target)]),
    ...read.target.map(inRest),
  ];
  const reasons = chain.isVerbose ? [] : [NO_INTERFACES];
  const { unread } = read;
  if (unread !== undefined) {
    const text = rest.text.slice(unread.start, unread.start + SHOWN);
    reasons.push(`what \`${text}\` says`);
    const message = `\`${text}\` is not read: what the rule asks is not known`;
    report({ kind: 'not-modelled', code: 'listing-hides', message, span: shifted(unread, rest.start) });
  }
  return {
    words,
    chain: word(chain.name.text, chain.name),
    span: { start: line.start, end: line.end },
    line: line.number,
    saved: true,
    ...(reasons.length > 0 && { hides: { match: reasons.join(' and ') } }),
    ...(read.hidesTarget && { hides: { match: reasons.join(' and '), target: `the options of \`${target?.text}\`` } }),
  };
}

function word(text: string, { start, end }: Span): Word {
  return { text, quoted: false, start, end };
}

function shifted({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}

/** `!eth0`; `any` are the words for no condition. */
function option(name: string, given: ListedPart | undefined, any: readonly string[]): readonly Word[] {
  if (given === undefined || any.includes(given.text)) return [];
  const isNot = /^!./.test(given.text);
  const value = isNot ? given.text.slice(1) : given.text;
  return [...(isNot ? [word('!', given)] : []), word(name, given), word(value, given)];
}

/** Without -n all interfaces are `any`, and addresses have names. */
function anyInterface(part: ListedRow['part']): readonly string[] {
  const isNumeric = [part('source'), part('destination')].some((one) => /^!?(?:0\.0\.0\.0|::)\/0$/.test(one?.text ?? ''));
  return isNumeric ? ['*'] : ['*', 'any'];
}

function fragments(opt: ListedPart | undefined): readonly Word[] {
  if (opt === undefined || opt.text === '--') return [];
  return [...(opt.text.startsWith('!') ? [word('!', opt)] : []), word('-f', opt)];
}
