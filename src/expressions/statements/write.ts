/** Statements that set something: marks, the zone, fields of a header. man nft(8), META STATEMENT, CONNTRACK STATEMENT, PAYLOAD STATEMENT
 *  kernel net/netfilter/nft_meta.c nft_meta_set_eval(), nft_ct.c nft_ct_set_eval(), nft_ct_set_zone_eval(), nft_payload.c nft_payload_set_eval() */
import type { Effect, Zone } from '../../netfilter/effect.ts';
import type { Family } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { Building } from '../contract/building.ts';
import { notClaimed } from '../contract/claims.ts';
import { statement } from '../contract/statement.ts';
import { branchesOf } from '../values/elementBranch.ts';
import { isInterval } from '../values/isInterval.ts';
import { hasKey } from '../values/keyed.ts';
import { type KeyPart, keyPart } from '../values/part.ts';
import { typeProblem } from '../values/typeProblem.ts';
import { isConstant, writtenOf } from '../values/written.ts';
import { bytesAround, hasChecksum } from '../values/writtenBytes.ts';
import { checkObject } from './objects.ts';

const ALL = 0xffff_ffff;

interface Target {
  /** undefined: it decides nothing about a packet */
  readonly constant: (value: FieldValue) => readonly Effect[];
  /** from another value; absent: not modelled */
  readonly copy?: (from: KeyPart) => readonly Effect[] | undefined;
}

/** What is written, by the name of its expression. */
const TARGETS: Readonly<Record<string, Target>> = {
  'meta mark': mark('packet'),
  'ct mark': mark('connection'),
  'ct zone': { constant: (id) => zone({ id: Number(id) }) },
  'ct original zone': { constant: (id) => zone({ id: Number(id), dir: 'original' }) },
  'ct reply zone': { constant: (id) => zone({ id: Number(id), dir: 'reply' }) },
  'ip dscp': { constant: (value) => field('tos', { keep: 0x03, xor: Number(value) << 2 }) },
  'ip6 dscp': { constant: (value) => field('tos', { keep: 0x03, xor: Number(value) << 2 }) },
  'ip ecn': { constant: (value) => field('tos', { keep: 0xfc, xor: Number(value) }) },
  'ip6 ecn': { constant: (value) => field('tos', { keep: 0xfc, xor: Number(value) }) },
  'ip ttl': { constant: (value) => field('ttl', { keep: 0, xor: Number(value) }) },
  'ip6 hoplimit': { constant: (value) => field('ttl', { keep: 0, xor: Number(value) }) },
  'meta nftrace': NOTHING(),
  'meta priority': NOTHING(),
  'meta secmark': NOTHING(),
  'ct label': NOTHING(),
  'ct event': NOTHING(),
  'ct helper': NOTHING(),
  'tcp option maxseg size': NOTHING(),
};

function NOTHING(): Target {
  return { constant: () => [], copy: () => [] };
}

function zone({ id, dir }: Zone): readonly Effect[] {
  return [{ kind: 'conntrack', track: true, afterNotrack: true, ...(id !== 0 && { zone: dir === undefined ? { id } : { id, dir } }) }];
}

function field(name: 'tos' | 'ttl', change: { readonly keep: number; readonly xor: number }): readonly Effect[] {
  return [{ kind: 'setField', field: name, change }];
}

function mark(on: 'packet' | 'connection'): Target {
  const own = on === 'packet' ? 'meta mark' : 'ct mark';
  const other = on === 'packet' ? 'ct mark' : 'meta mark';
  const from = on === 'packet' ? 'connection' : 'packet';
  const spares = on === 'connection' ? { sparesTemplate: true as const } : {};
  return {
    constant: (value) => [{ kind: 'setMark', on, keep: 0, xor: Number(value), ...spares }],
    copy: ({ expression, mask = ALL, xor = 0 }) => {
      const [keep, flip] = [Number(mask), Number(xor)];
      if (expression?.name === own) return [{ kind: 'setMark', on, keep, xor: flip, ...spares }];
      if (expression?.name !== other) return undefined;
      const copied: Effect = { kind: 'copyMark', from, fromMask: keep, toMask: ALL, ...spares };
      return flip === 0 ? [copied] : [copied, { kind: 'setMark', on, keep: ALL, xor: flip, ...spares }];
    },
  };
}

export const write = statement({
  kind: 'write',
  says: [
    { name: 'meta mark set' },
    { name: 'ct mark set' },
    { name: 'ct zone set' },
    { name: 'ip dscp set, ip ecn set, ip ttl set, ip6 dscp set, ip6 ecn set, ip6 hoplimit set' },
    { name: 'meta priority set, meta nftrace set, ct label set, ct event set, tcp option maxseg size set' },
    { name: 'other fields of headers', claim: notClaimed('a packet is not the same afterwards') },
  ],
  apply: ({ to, value, ...span }, building) => {
    const { context, ask, act, need, onlyAt } = building;
    const part = keyPart(to, context);
    const name = part.expression?.name ?? nameOf(to);
    const target = TARGETS[name];
    if (name.startsWith('ct ')) need('conntrack');
    if (!isWritable(to, name)) {
      const message = `\`${name}\` cannot be set`;
      context.report({ kind: 'not-loadable', code: 'bad-argument', message, span: to });
    }
    if (name === 'meta pkttype') onlyAt({ what: 'meta pkttype set', hooks: ['PREROUTING'], span });
    if (name === 'meta secmark' && isConstant(value)) checkSecmark(value, context);
    if (name === 'ct secmark' && isConstant(value))
      context.report({ kind: 'not-loadable', code: 'bad-value', message: '`ct secmark` cannot be set to a constant', span: value });
    if (part.expression?.implies !== undefined) ask(hasKey([part]), span);
    if (!isConstant(value)) {
      const problem = (value.kind === 'map' ? undefined : typeProblem(value, part.type, context)) ?? bytesProblem(to, part);
      if (problem !== undefined) context.report({ kind: 'not-loadable', code: 'bad-value', message: problem, span: value });
    }
    if (isInterval(value))
      context.report({ kind: 'not-loadable', code: 'bad-value', message: 'one value is set, not several', span: value });
    const opaque = (why: string): void => {
      need('opaque');
      act({ kind: 'unmodelled', reason: why });
    };
    // what is no value of the type is refused, whatever is written
    const written = writtenOf(value, part.type, context);
    if (target === undefined) return opaque(`\`${name} set\``);
    if (part.expression?.implies?.family === otherFamily(context))
      return opaque(`what \`${name} set\` writes into a packet of the other family`);
    switch (written.kind) {
      case 'constant':
        return act(...target.constant(written.value));
      case 'copy': {
        const effects = target.copy?.(written.of);
        if (effects === undefined) return opaque(`\`${name} set\` to a value of the packet`);
        ask(hasKey([written.of]), span);
        return act(...effects);
      }
      case 'choice': {
        ask(written.present, span);
        return act({
          kind: 'switch',
          branches: branchesOf(written.among, (one) => constantOrNot(one.value, building, { part, target }), part.type),
        });
      }
      case 'unknown':
        return target.constant(0).length === 0 ? undefined : opaque(`\`${name} set\` to ${written.why}`);
    }
  },
});

/** Undefined unless nft takes the packet to be of it: the kernel writes what it would write there, a checksum of the header too.
 *  kernel net/netfilter/nft_payload.c nft_payload_set_eval() */
function otherFamily({ family, taken }: Building['context']): Family | 'none' {
  return taken?.family === undefined || taken.family === family ? 'none' : taken.family;
}

/** kernel net/netfilter/nft_meta.c nft_meta_set_init(), nft_ct.c nft_ct_set_init(), nft_exthdr.c nft_exthdr_tcp_set_init() */
function isWritable(to: NftExpression, name: string): boolean {
  if (to.kind === 'header') return OPTION_FIELDS.has(`${to.of} ${to.field ?? ''}`);
  return (to.kind !== 'meta' && to.kind !== 'ct') || WRITABLE.has(name);
}

const WRITABLE: ReadonlySet<string> = new Set([
  ...['mark', 'priority', 'nftrace', 'pkttype', 'secmark', 'broute'].map((key) => `meta ${key}`),
  ...['mark', 'zone', 'label', 'event', 'secmark', 'helper', 'original zone', 'reply zone'].map((key) => `ct ${key}`),
]);
/** Of two or four bytes behind the length. */
const OPTION_FIELDS: ReadonlySet<string> = new Set(['size', 'left', 'right', 'tsval', 'tsecr'].map((field) => `tcp option ${field}`));

/** Beside bits that stay nothing but constants are written. */
function bytesProblem(to: NftExpression, { expression }: KeyPart): string | undefined {
  const [offset, length] = to.kind === 'raw' ? [to.offset, to.length] : (expression?.at ?? [0, 0]);
  if (bytesAround({ offset, length }, hasChecksum(to)).length === length) return undefined;
  return `${expression === undefined ? 'this part of a packet' : `\`${expression.name}\``} can be set to a constant only`;
}

/** A constant names an object. */
function checkSecmark(object: NftExpression, context: Building['context']): void {
  const { start, end } = object;
  checkObject({ kind: 'object', of: 'secmark', object, start, end }, context);
}

function constantOrNot(
  value: NftExpression,
  { context, need }: Building,
  { part, target }: { readonly part: KeyPart; readonly target: Target },
): readonly Effect[] {
  const written = writtenOf(value, part.type, context);
  if (written.kind === 'constant') return target.constant(written.value);
  need('opaque');
  return [{ kind: 'unmodelled', reason: 'a value of a map that is known only where the rules are loaded' }];
}

function nameOf(to: NftExpression): string {
  if (to.kind === 'meta') return `meta ${to.key}`;
  if (to.kind === 'ct') return ['ct', to.direction, to.key].filter((word) => word !== undefined).join(' ');
  if (to.kind === 'payload') return `${to.protocol} ${to.field}`;
  return to.kind === 'header' ? [to.of, to.name, to.field].filter((word) => word !== undefined).join(' ') : to.kind;
}
