/** One table as a circuit: a free bit for every bit of a packet, a gate for every rule that says whether the packet is decided by it.
 *  Chains are written out at every call. Shares nothing with src/symbolic but the rules as they were read. */

import type { HookName } from '../../../src/netfilter/hooks.ts';
import type { MatchExpr } from '../../../src/netfilter/matchExpr.ts';
import { rowsOf } from '../../../src/netfilter/matchExpr.ts';
import type { Family } from '../../../src/packet/address.ts';
import type { Field } from '../../../src/packet/fields.ts';
import { PROTO } from '../../../src/packet/protocol.ts';
import type { Rule, Table } from '../../../src/ruleset/ruleset.ts';
import type { Bits, Circuit, Literal } from './circuit.ts';
import { within } from './circuit.ts';

/** For each rule a literal that holds for exactly the packets, at any hook, that come to the rule and match it. */
export function tableCircuit(circuit: Circuit, family: Family, table: Table): ReadonlyMap<Rule, Literal> {
  const taken = new Map<Rule, Literal[]>();
  for (const { name, base } of table.chains.values()) {
    if (base === undefined) continue;
    const packet = anyPacket(circuit, family, base.hook);
    walk({ circuit, table, packet, taken }, name, { live: circuit.yes, mark: packet.mark });
  }
  return new Map([...taken].map(([rule, literals]) => [rule, circuit.or(literals)]));
}

interface Packet {
  readonly bits: Readonly<Partial<Record<Field, Bits>>>;
  /** under which condition the packet has the field */
  readonly has: (field: Field) => Literal;
  readonly mark: Bits;
}

const NAME_BYTES = 15;

function anyPacket(circuit: Circuit, family: Family, hook: HookName): Packet {
  const address = family === 4 ? 32 : 128;
  const width = { proto: 8, src: address, dst: address, sport: 16, dport: 16, fragOffset: 13, iif: NAME_BYTES * 8, oif: NAME_BYTES * 8 };
  const bits = Object.fromEntries(Object.entries(width).map(([field, size]) => [field, circuit.fresh(size)])) as Record<
    keyof typeof width,
    Bits
  >;
  const is = (field: 'proto' | 'fragOffset', value: number): Literal =>
    within(circuit, bits[field], { from: BigInt(value), to: BigInt(value) });
  const withPorts = [PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.sctp, PROTO.dccp].map((proto) => is('proto', proto));
  const ports = circuit.and([is('fragOffset', 0), circuit.or(withPorts)]);
  const forwarded = circuit.fresh(1)[0] as Literal;
  const arrives = { PREROUTING: circuit.yes, INPUT: circuit.yes, FORWARD: circuit.yes, OUTPUT: -circuit.yes, POSTROUTING: forwarded };
  const leaves = hook === 'PREROUTING' || hook === 'INPUT' ? -circuit.yes : circuit.yes;
  const has = (field: Field): Literal => {
    if (field === 'sport' || field === 'dport') return ports;
    return field === 'iif' ? arrives[hook] : field === 'oif' ? leaves : circuit.yes;
  };
  return { bits, has, mark: circuit.fresh(32) };
}

interface Walk {
  readonly circuit: Circuit;
  readonly table: Table;
  readonly packet: Packet;
  readonly taken: Map<Rule, Literal[]>;
}

interface State {
  readonly live: Literal;
  readonly mark: Bits;
}

/** What comes out at the end of the chain, or by RETURN. */
function walk(at: Walk, chain: string, entered: State): State {
  const { circuit, table, taken } = at;
  const back: State[] = [];
  let { live, mark } = entered;
  for (const rule of table.chains.get(chain)?.rules ?? []) {
    const matches = matchOf(at, rule.match, mark);
    const hit = circuit.and([live, matches]);
    taken.set(rule, [...(taken.get(rule) ?? []), hit]);
    const [effect] = rule.effects;
    switch (effect?.kind) {
      case 'continue':
        break;
      case 'setMark':
        if (effect.on !== 'packet') throw new Error(`not written as a circuit: ${rule.text}`);
        mark = mark.map((bit, index) => circuit.choose(hit, written(circuit, bit, { effect, weight: 31 - index }), bit));
        break;
      case 'jump': {
        const result = walk(at, effect.chain, { live: hit, mark });
        mark = mark.map((bit, index) => circuit.choose(hit, result.mark[index] ?? bit, bit));
        live = circuit.or([circuit.and([live, -matches]), result.live]);
        break;
      }
      case 'return':
        back.push({ live: hit, mark });
        live = circuit.and([live, -matches]);
        break;
      case 'accept':
      case 'drop':
      case 'reject':
      case 'nat':
        live = circuit.and([live, -matches]);
        break;
      default:
        throw new Error(`not written as a circuit: ${rule.text}`);
    }
  }
  // of those that leave, exactly one is live
  return back.reduceRight<State>(
    (rest, one) => ({
      live: circuit.or([one.live, rest.live]),
      mark: rest.mark.map((bit, index) => circuit.choose(one.live, one.mark[index] ?? bit, bit)),
    }),
    { live, mark },
  );
}

function written(
  circuit: Circuit,
  bit: Literal,
  { effect, weight }: { readonly effect: { readonly keep: number; readonly xor: number }; readonly weight: number },
): Literal {
  const kept = ((effect.keep >>> weight) & 1) === 1 ? bit : -circuit.yes;
  return ((effect.xor >>> weight) & 1) === 1 ? -kept : kept;
}

function matchOf(at: Walk, expr: MatchExpr, mark: Bits): Literal {
  const { circuit, packet } = at;
  switch (expr.kind) {
    case 'always':
      return circuit.yes;
    case 'and':
      return circuit.and(expr.of.map((one) => matchOf(at, one, mark)));
    case 'or':
      return circuit.or(expr.of.map((one) => matchOf(at, one, mark)));
    case 'not':
      return -matchOf(at, expr.of, mark);
    case 'chance':
      return circuit.fresh(1)[0] as Literal;
    case 'present':
      return packet.has(expr.field);
    case 'in': {
      const bits = bitsOf(packet, expr.field, mark);
      const ranges = expr.intervals.map(({ lo, hi }) => within(circuit, bits, { from: numberOf(lo), to: numberOf(hi) }));
      return circuit.and([packet.has(expr.field), circuit.or(ranges)]);
    }
    case 'masked': {
      const bits = bitsOf(packet, expr.field, mark);
      const tested = bits.flatMap((bit, index) => {
        const weight = BigInt(bits.length - 1 - index);
        const wanted = (BigInt(expr.value) >> weight) & 1n;
        return ((BigInt(expr.mask) >> weight) & 1n) === 0n ? (wanted === 1n ? [-circuit.yes] : []) : [wanted === 1n ? bit : -bit];
      });
      return circuit.and([packet.has(expr.field), ...tested]);
    }
    case 'tuple':
      return matchOf(at, rowsOf(expr), mark);
    case 'unmodelled':
      throw new Error(`not written as a circuit: ${expr.reason}`);
  }
}

function bitsOf({ bits }: Packet, field: Field, mark: Bits): Bits {
  const found = field === 'mark' ? mark : bits[field];
  if (found === undefined) throw new Error(`not written as a circuit: the field ${field}`);
  return found;
}

/** Names as their bytes, filled up with zeros: in the order of the names. */
function numberOf(value: number | bigint | string): bigint {
  if (typeof value !== 'string') return BigInt(value);
  const bytes = Array.from({ length: NAME_BYTES }, (_, at) => (at < value.length ? Math.min(value.charCodeAt(at), 255) : 0));
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}
