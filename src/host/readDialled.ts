/** Where a process sends what it takes, and how its packets look. */
import { isWord } from '../lib/described.ts';
import { valueText } from '../lib/valueText.ts';
import { familyOf, parseAddress } from '../packet/address.ts';
import type { Dialled, SocketEndpoint } from './host.ts';

export function readDialled(text: string): Dialled | undefined {
  return text === 'original' || text === 'app' || text === 'nothing' ? text : readEndpoint(text);
}

/** `10.96.0.10:53`, `[fd00::a]:53` */
function readEndpoint(text: string): SocketEndpoint | undefined {
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = parseAddress(six ?? four ?? '');
  const port = Number(digits);
  return address === undefined || familyOf(address) !== (six === undefined ? 4 : 6) || port < 1 || port > 65535
    ? undefined
    : { address, port };
}

/** `255`, `0xff`; 0 where it is absent. */
export function readMark(value: unknown, process: string, problems: string[]): number {
  if (value === undefined) return 0;
  const mark = typeof value === 'string' && /^(?:0x[\da-f]{1,8}|\d{1,10})$/i.test(value) ? Number(value) : value;
  if (isWord(mark)) return mark;
  problems.push(`\`${valueText(value)}\`, the mark of \`${process}\`, is not a number from 0 to 0xffffffff`);
  return 0;
}

export function readSource(value: unknown, process: string, problems: string[]): 'own' | 'client' {
  if (value === undefined || value === 'own' || value === 'client') return value ?? 'own';
  problems.push(`\`${valueText(value)}\`, the source with which \`${process}\` sends, is neither \`own\` nor \`client\``);
  return 'own';
}
