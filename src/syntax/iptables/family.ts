/** IPv4 or IPv6, read from the addresses that rules name. */
import { type Family, parseIPv6 } from '../../packet/address.ts';
import type { TableNode } from './ast.ts';

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:[/:,-]|$)/;
const IPV6 = /^\[?([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:[\]/,-]|$)/;

/** The family of the first address; none when no rule names one. */
export function familyOfAddresses(tables: readonly TableNode[]): Family | undefined {
  for (const table of tables) {
    for (const chain of table.chains) {
      for (const { words } of chain.rules) {
        for (const [at, word] of words.entries()) {
          if (word.quoted || words[at - 1]?.text === '--comment') continue;
          const family = familyOfText(word.text);
          if (family !== undefined) return family;
        }
      }
    }
  }
  return undefined;
}

export function familyOfText(text: string): Family | undefined {
  if (IPV4.test(text)) return 4;
  const v6 = IPV6.exec(text)?.[1];
  return v6 !== undefined && parseIPv6(v6) !== undefined ? 6 : undefined;
}
