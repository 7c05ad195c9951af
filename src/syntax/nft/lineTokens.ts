/** What of a line differs between rules of one kind: addresses, numbers, texts in quotes, chains and sets that are named. The rest is its shape. */

import { parseIPv4 } from '../../packet/address.ts';

export interface LineTokens {
  /** the line with a mark in place of each token */
  readonly shape: string;
  /** where it starts, and where each token starts and ends */
  readonly places: readonly number[];
  /** the first place of each chain that is called, as an index into `places` */
  readonly calls: readonly number[];
  /** that of each set, behind its `@` */
  readonly sets: readonly number[];
  /** what of the tokens may decide whether a rule loads: all but addresses that stand alone, different chains, sets, comments and counts */
  readonly deciding: string;
}

/** Longer lines are sets. */
const LONGEST = 2000;

/** A text in quotes, or characters that no constant or name ends before: an address, say, with what directly stands beside it. */
const RUN = /"[^"\n]*"|[\w./:-]+/g;
const ADDRESS = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:([/:])(\d+))?$/;
const NAME = /^[A-Za-z_][\w./-]*$/;
/** An address that nothing is reckoned with: a comparison or a target with one value. */
const ALONE_AFTER = /(?:saddr|daddr|to)[ \t]+(?:!=[ \t]*)?$/;
const COMMENT = /comment[ \t]+$/;
const COUNT_AFTER = /(?:packets|bytes|handle)[ \t]+$/;
const ALONE_BEFORE = /^[ \t]*(?:[a-z"#]|$)/;
/** No word that is looked for before a token is longer, with its blanks. */
const NEAR = 16;
const MOST_DIGITS = 15;

/** Undefined: it is too long. No line has the end of a line in it, which marks the tokens. */
export function lineTokens(text: string, start: number, end: number): LineTokens | undefined {
  if (end - start > LONGEST) return undefined;
  const line = text.slice(start, end);
  const hasSet = line.includes('{');
  const places = [0];
  const calls: number[] = [];
  const sets: number[] = [];
  const called: string[] = [];
  let [shape, deciding, at, before] = ['', '', 0, ''];
  const isBehind = (index: number, words: RegExp): boolean => words.test(line.slice(Math.max(0, index - NEAR), index));
  const token = (from: number, to: number, mark: string): void => {
    shape += line.slice(at, from) + mark;
    places.push(from, to);
    at = to;
  };
  for (const { 0: run, index } of line.matchAll(RUN)) {
    const after = index + run.length;
    const first = run.charCodeAt(0);
    if (first === 34) {
      token(index, after, '\nq');
      if (!isBehind(index, COMMENT)) deciding += `${run} `;
    } else if (first >= 48 && first <= 57) {
      const [, address, sign, number = ''] = ADDRESS.exec(run) ?? [];
      if (address !== undefined) {
        token(index, index + address.length, '\na');
        const isAlone = !hasSet && isBehind(index, ALONE_AFTER) && ALONE_BEFORE.test(line.slice(after)) && parseIPv4(address) !== undefined;
        if (!isAlone) deciding += `${address} `;
        if (sign !== undefined) {
          token(after - number.length, after, '\nn');
          deciding += `${number} `;
        }
      } else if (/^\d+$/.test(run)) {
        token(index, after, '\nn');
        const isCount = run.length < MOST_DIGITS && isBehind(index, COUNT_AFTER) && ALONE_BEFORE.test(line.slice(after));
        if (!isCount) deciding += `${run} `;
      }
    } else if (line[index - 1] === '@' && NAME.test(run)) {
      sets.push(places.length);
      token(index, after, '\ns');
    } else if ((before === 'jump' || before === 'goto') && NAME.test(run)) {
      calls.push(places.length);
      called.push(run);
      token(index, after, '\nc');
    }
    before = run;
  }
  const rest = line.slice(at);
  // elements with one key have to call one chain
  if (hasSet && new Set(called).size < called.length) deciding += called.join(' ');
  return { shape: shape + rest, places, calls, sets, deciding };
}
