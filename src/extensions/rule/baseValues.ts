/** Values of the base options: addresses, interfaces, protocol, fragments. */

import type { Family } from '../../packet/address.ts';
import type { Word } from '../../syntax/iptables/ast.ts';
import type { DiagnosticCode } from '../../syntax/text/codes.ts';
import { baseNetwork, type NetworkText } from '../shapes/address.ts';
import { protocol } from '../shapes/protocol.ts';
import { decodeValue } from '../shapes/shape.ts';
import { type BaseOption, SPELLING } from './baseOptions.ts';
import type { BindContext, BoundRule, HostName } from './boundRule.ts';

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

export interface BaseState {
  readonly base: Writable<Omit<BoundRule, 'matches' | 'target'>> & { family: Family | undefined };
  readonly context: BindContext;
}

interface GivenValue {
  readonly option: BaseOption;
  readonly value: Word;
  readonly inverted: boolean;
}

type Problem = {
  readonly kind: 'malformed' | 'not-loadable';
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly help?: string;
};

const ADDRESS = { kind: 'address' } as const;
const INTERFACE = { kind: 'interface' } as const;

/** False when the option was refused. */
export function setBaseOption({ base, context }: BaseState, given: GivenValue): boolean {
  const problem = store(base, context, given);
  if (problem === undefined) return true;
  context.report({ ...problem, span: given.value });
  return false;
}

function store(base: BaseState['base'], context: BindContext, { option, value, inverted }: GivenValue): Problem | undefined {
  const span = { start: value.start, end: value.end };
  switch (option) {
    case 'source':
    case 'destination': {
      if (base[option] !== undefined) return twice(option);
      const networks = networksOf(value, context);
      if ('kind' in networks) return networks;
      if (inverted && isEverything(networks[0])) {
        context.report({
          kind: 'warning',
          code: 'backend-difference',
          message: `iptables-nft refuses \`! ${SPELLING[option]} ${value.text}\`, which no packet matches`,
          refusedBy: 'nft',
          span,
        });
      }
      base[option] = { inverted, value: networks, span };
      context.taken?.(value, ADDRESS);
      return undefined;
    }
    case 'in-interface':
    case 'out-interface': {
      const field = option === 'in-interface' ? 'iif' : 'oif';
      if (base[field] !== undefined) return twice(option);
      const problem = interfaceProblem(value.text);
      if (problem !== undefined) return problem;
      if (/[/\s]/.test(value.text))
        context.report({ kind: 'warning', code: 'bad-interface', message: `no interface can be called \`${value.text}\``, span });
      if (inverted && value.text === '+') {
        context.report({
          kind: 'warning',
          code: 'backend-difference',
          message: `\`! ${SPELLING[option]} +\` is true for iptables-legacy, which does not save it, and false for iptables-nft`,
          printedAs: 'nft',
          span,
        });
      }
      base[field] = { inverted, value: value.text, span };
      context.taken?.(value, INTERFACE);
      return undefined;
    }
    case 'protocol': {
      if (base.proto !== undefined) return twice(option);
      const decoded = decodeValue(protocol, value.text, context);
      if ('refused' in decoded) return { kind: 'malformed', code: 'bad-value', message: `unknown protocol \`${value.text}\`` };
      if (decoded.value === 0 && inverted)
        return { kind: 'malformed', code: 'bad-negation', message: `\`! -p ${value.text}\` never matches` };
      if (decoded.value !== 0) base.proto = { inverted, value: decoded.value, span };
      return undefined;
    }
    case 'fragments':
      if (base.fragment !== undefined) return twice(option);
      if (context.family === 6)
        return { kind: 'malformed', code: 'wrong-family', message: '`-f` is not there in IPv6', help: 'use `-m frag`' };
      base.fragment = { inverted, value: true, span };
      return undefined;
    case 'ipv4':
    case 'ipv6':
      base.family = option === 'ipv4' ? 4 : 6;
      return undefined;
    default:
      return undefined;
  }
}

function twice(option: BaseOption): Problem {
  return { kind: 'malformed', code: 'repeated-option', message: `\`${SPELLING[option]}\` is given twice` };
}

function isEverything(value: NetworkText | HostName | undefined): boolean {
  return value !== undefined && 'mask' in value && (value.mask === 0 || value.mask === 0n);
}

function networksOf(word: Word, context: BindContext): readonly (NetworkText | HostName)[] | Problem {
  const found: (NetworkText | HostName)[] = [];
  for (const text of word.text.split(',')) {
    const decoded = decodeValue(baseNetwork, text, context);
    if (!('refused' in decoded)) {
      if (decoded.warning !== undefined) context.report({ kind: 'warning', code: 'bad-value', message: decoded.warning, span: word });
      found.push(masked(decoded.value));
    } else if (decoded.refused === 'not-modelled') {
      context.report({
        kind: 'not-modelled',
        code: 'unknown-value',
        message: decoded.message,
        span: word,
        ...(decoded.help === undefined ? {} : { help: decoded.help }),
      });
      found.push({ host: text });
    } else
      return {
        kind: decoded.refused,
        code: 'bad-value',
        message: decoded.message,
        ...(decoded.help === undefined ? {} : { help: decoded.help }),
      };
  }
  return found;
}

/** iptables clears the host bits of `-s` and `-d`. */
function masked({ address, mask }: NetworkText): NetworkText {
  return typeof address === 'number' && typeof mask === 'number'
    ? { address: (address & mask) >>> 0, mask }
    : { address: BigInt(address) & BigInt(mask), mask };
}

/** kernel include/uapi/linux/if.h IFNAMSIZ: 16 with the closing zero */
function interfaceProblem(name: string): Problem | undefined {
  if (name === '') return { kind: 'malformed', code: 'bad-interface', message: 'an interface name cannot be empty' };
  if (new TextEncoder().encode(name).length > 15)
    return { kind: 'malformed', code: 'bad-interface', message: `interface name \`${name}\` is longer than 15 characters` };
  return undefined;
}
