/** Calls of `iptables -L`, and whether a text is what they print. */
import type { Family } from '../../packet/address.ts';
import type { Backend } from '../text/diagnostic.ts';

export interface ListCall {
  /** `-t`; without it iptables lists the filter table */
  readonly table: string;
  readonly family: Family;
  readonly backend: Backend | undefined;
  /** another program has its output: rules may be missing */
  readonly isFiltered: boolean;
}

const CALL = /^(?:[^\n]{0,300}[\s/])?(ip6?tables)(?:-(nft|legacy))?(\s[^|\n]{0,300})(\|.*)?$/;
const LISTS = /\s(?:-[A-Za-z]*L|--list(?![\w-]))/;
const TABLE = /\s(?:-[A-Za-z]*t\s*|--table[ =])([a-z]+)(?=\s|$)/;

/** After a prompt or `kubectl exec` too. */
export function listCall(line: string): ListCall | undefined {
  const [, program, backend, options = '', rest] = line.length > 1000 ? [] : (CALL.exec(line.trimEnd()) ?? []);
  if (program === undefined || !LISTS.test(options)) return undefined;
  return {
    table: TABLE.exec(options)?.[1] ?? 'filter',
    family: program === 'ip6tables' ? 6 : 4,
    backend: backend as Backend | undefined,
    isFiltered: rest !== undefined,
  };
}

/** The line above the rules of a chain. */
export const LISTED_CHAIN = /^(?:> ?)?Chain \S.* \((?:policy [A-Z]+|\d+ references\))/m;
