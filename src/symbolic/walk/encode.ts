/** MatchExpr for all packets: the set that certainly matches, and the set that may. They differ where something is unknown.
 *  The same fields as simulate/evaluate.ts, read from the same tables. */

import type { IntervalSet } from '../../lib/intervals.ts';
import { includes, point } from '../../lib/intervals.ts';
import { assertNever } from '../../lib/invariant.ts';
import { isAssured } from '../../netfilter/firstState.ts';
import type { MatchExpr, TupleExpr } from '../../netfilter/matchExpr.ts';
import { rowsOf } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
import { CONNECTION_FIELDS } from '../../packet/fields.ts';
import { CT_STATES, type CtState } from '../../packet/packet.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { unionOf } from '../diagrams/unionTree.ts';
import { constant, maskedEqual, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { answerTuple, type BitReading, connectionPort, entryAt, otherType, statusBits } from './connectionBits.ts';
import { derivedSet } from './derivedSet.ts';
import { onlyPoint, type Point, withPoints } from './points.ts';
import { socketReading } from './socketReading.ts';
import type { Env, FreeField } from './state.ts';
import { hasTemplate, isUnsaidOfFragment } from './state.ts';

export interface Encoded {
  /** matches, whatever the unknown parts are */
  readonly must: Bdd;
  /** matches, if the unknown parts allow it */
  readonly may: Bdd;
}

export function encode(space: Space, env: Env, expr: MatchExpr): Encoded {
  const { manager } = space;
  switch (expr.kind) {
    case 'always':
      return { must: FULL, may: FULL };
    case 'and': {
      const points: Point[] = [];
      const parts: Encoded[] = [];
      for (const part of expr.of) {
        const point = pointOf(space, env, part);
        if (point === undefined) parts.push(encode(space, env, part));
        else {
          points.push(point);
          parts.push(exactly(point.present));
        }
      }
      const may = withPoints(manager, points, manager.all(parts.map((part) => part.may)));
      if (parts.every((part) => part.must === part.may)) return { must: may, may };
      return { must: withPoints(manager, points, manager.all(parts.map((part) => part.must))), may };
    }
    case 'or': {
      const parts = expr.of.map((part) => encode(space, env, part));
      return { must: manager.any(parts.map(({ must }) => must)), may: manager.any(parts.map((part) => part.may)) };
    }
    case 'not': {
      const { must, may } = encode(space, env, expr.of);
      return { must: manager.not(may), may: manager.not(must) };
    }
    case 'chance':
    case 'unmodelled':
      return { must: EMPTY, may: FULL };
    case 'in':
      if (isUnsaid(space, env, expr.field)) return { must: EMPTY, may: FULL };
      return exactly(inSet(space, env, expr));
    case 'masked': {
      if (isUnsaid(space, env, expr.field)) return { must: EMPTY, may: FULL };
      const read = readField(space, env, expr.field);
      return exactly(manager.and(read.present, maskedEqual(manager, read.bits, expr)));
    }
    case 'tuple':
      return encodeRows(space, env, expr);
    case 'present':
      if (expr.field !== 'connmark' && isUnsaid(space, env, expr.field)) return { must: EMPTY, may: FULL };
      return exactly(readField(space, env, expr.field).present);
    default:
      return assertNever(expr);
  }
}

/** What a template remembers from earlier packets; a neighbour's address; the user of a socket that tproxy has found. */
function isUnsaid({ macUnsaid }: Space, env: Env, field: Field): boolean {
  const isUser = field === 'uid' || field === 'gid';
  if (isUser && env.ownerUnsaid) return true;
  if (env.diverted !== undefined && (isUser || (env.iif === 'lo' && field.startsWith('wayBack')))) return true;
  return (field === 'connmark' && env.remembered) || (field === 'mac' && macUnsaid === true) || isUnsaidOfFragment(env, field);
}

/** Rows in the order of their sets, so that neighbours are unionOf first. */
function encodeRows(space: Space, env: Env, expr: TupleExpr): Encoded {
  const rows = rowsOf(expr).of.map((row) => encode(space, env, row));
  const may = unionOf(
    space.manager,
    rows.map((row) => row.may),
  );
  return {
    must: rows.every((row) => row.must === row.may)
      ? may
      : unionOf(
          space.manager,
          rows.map((row) => row.must),
        ),
    may,
  };
}

export function pointOf(space: Space, env: Env, expr: MatchExpr): Point | undefined {
  const asked = onlyPoint(expr);
  if (asked === undefined || env.free?.has(asked.field) || isUnsaid(space, env, asked.field)) return undefined;
  const { present, bits } = readField(space, env, asked.field);
  return { present, bits, value: asked.value };
}

function exactly(set: Bdd): Encoded {
  return { must: set, may: set };
}

function inSet(space: Space, env: Env, { field, intervals }: Extract<MatchExpr, { kind: 'in' }>): Bdd {
  const free = env.free?.get(field);
  if (free !== undefined) return space.manager.and(free.present, vectorIn(space.manager, free.bits, placesOf(free, intervals)));
  if (field === 'iif' || field === 'oif') {
    const name = env[field];
    return name !== undefined && includes(intervals, name) ? FULL : EMPTY;
  }
  const derived = derivedSet(space, env, { field, intervals });
  if (derived !== undefined) return derived;
  const { present, bits } = readField(space, env, field);
  return present === EMPTY ? EMPTY : space.manager.and(present, vectorIn(space.manager, bits, intervals));
}

/** Names as places: a part of all names is in the set or apart from it. */
function placesOf({ names }: FreeField, intervals: IntervalSet): IntervalSet {
  if (names === undefined) return intervals;
  const inside = ({ lo, hi }: (typeof names)[number]): boolean => intervals.some((one) => one.lo <= lo && hi <= one.hi);
  return names.flatMap((name, place) => (inside(name) ? [point(place)] : []));
}

/** A field as a function of the packet at its start; not for names and derived fields. */
function readField(space: Space, env: Env, field: Field): BitReading {
  const { start, has, manager } = space;
  const free = env.free?.get(field);
  if (free !== undefined) return free;
  const told = env.about ?? (env.state === 'RELATED' ? env.quotes : undefined);
  if (told !== undefined && OF_CONNECTION.has(field)) return readField(told.space, told.env, field);
  const tracked = env.original === undefined ? EMPTY : FULL;
  const template = hasTemplate(env);
  switch (field) {
    case 'proto':
    case 'length':
    case 'fragOffset':
      return { present: FULL, bits: start[field] };
    case 'src':
    case 'dst':
    case 'ttl':
    case 'tos':
    case 'mark':
      return { present: FULL, bits: env[field] };
    case 'sport':
    case 'dport':
      return { present: has.ports, bits: env[field] };
    case 'flags':
      return { present: has.tcp, bits: env.flags };
    case 'icmpType':
    case 'icmpCode':
      return { present: has.icmp, bits: start[field] };
    case 'spi':
      return { present: has.index, bits: start.spi };
    case 'mac':
      return { present: space.hasMac, bits: start.mac };
    case 'connmark':
      return { present: template ? FULL : tracked, bits: env.connmark };
    case 'ctstate':
      return { present: FULL, bits: constant(CT_STATES.indexOf(env.state ?? (template ? stateOfTemplate(env) : 'INVALID')), 3) };
    case 'ctzone':
      return { present: template ? FULL : tracked, bits: constant(env.zone === 0 ? env.replyZone : env.zone, 16) };
    case 'ctorigzone':
      return { present: template ? FULL : tracked, bits: constant(env.zone, 16) };
    case 'ctreplzone':
      return { present: template ? FULL : tracked, bits: constant(env.replyZone, 16) };
    case 'ctstatus':
      return { present: tracked, bits: statusBits(space, env, assuredSet(space, env)) };
    case 'ctdir':
      return { present: tracked, bits: constant(env.direction === 'original' ? 0 : 1, 1) };
    case 'ctproto':
      return { present: tracked, bits: start.proto };
    case 'ctorigsrc':
      return { present: tracked, bits: env.original?.src ?? [] };
    case 'ctorigdst':
      return { present: tracked, bits: env.original?.dst ?? [] };
    case 'ctreplsrc':
      return { present: tracked, bits: answerTuple(env).src };
    case 'ctrepldst':
      return { present: tracked, bits: answerTuple(env).dst };
    case 'ctorigsport':
      return connectionPort(space, env, { port: env.original?.sport });
    case 'ctorigdport':
      return connectionPort(space, env, {
        port: env.original?.dport,
        icmpType: env.direction === 'original' ? start.icmpType : otherType(space),
      });
    case 'ctreplsport':
      return connectionPort(space, env, { port: answerTuple(env).sport });
    case 'ctrepldport':
      return connectionPort(space, env, {
        port: answerTuple(env).dport,
        icmpType: env.direction === 'original' ? otherType(space) : start.icmpType,
      });
    case 'socket':
      return { present: env.owned ? space.socket : EMPTY, bits: constant(1, 1) };
    case 'uid':
    case 'gid':
      return { present: env.owned ? manager.and(space.socket, space.process) : EMPTY, bits: start[field] };
    case 'sk':
      return socketReading(space, env);
    case 'iif':
    case 'oif':
      return { present: env[field] === undefined ? EMPTY : FULL, bits: [] };
    case 'srcType':
    case 'srcTypeIn':
    case 'srcTypeOut':
    case 'srcTypeFrom':
    case 'srcTypeFromIn':
    case 'dstType':
    case 'dstTypeIn':
    case 'dstTypeOut':
    case 'dstTypeFrom':
    case 'dstTypeFromIn':
    case 'wayBack':
    case 'wayBackMarked':
    case 'wayBackBound':
    case 'wayBackBoundMarked':
    case 'wayBackMade':
      return { present: FULL, bits: [] };
    default:
      return assertNever(field);
  }
}

/** An answer has them of the packet that it is about. */
const OF_CONNECTION: ReadonlySet<Field> = new Set<Field>(CONNECTION_FIELDS.filter((field) => field !== 'connmark' && field !== 'ctdir'));

function assuredSet(space: Space, env: Env): Bdd {
  if (env.state !== 'ESTABLISHED') return EMPTY;
  return encode(space, env, isAssured(entryAt(env)?.assured === true ? 'original' : env.direction)).must;
}

/** See Skb.stateOfTemplate. */
function stateOfTemplate({ direction }: Env): CtState {
  return direction === 'reply' ? 'RELATED' : 'NEW';
}
