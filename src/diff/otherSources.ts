/** Packets of sockets without an address of their own, between two hosts: the kernel may choose another source there, and what they send
 *  is then no packet of the other host's. Packets are compared with those of the same source; these with those of the other. */
import { packetWords } from '../connection/packetWords.ts';
import type { End } from '../connection/symbolicJourney.ts';
import type { Host } from '../host/host.ts';
import { formatAddress } from '../packet/address.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { project } from '../symbolic/space/project.ts';
import { type Space, widthOf } from '../symbolic/space/space.ts';
import { sourcesByMark } from '../symbolic/walk/unboundSources.ts';
import type { UnclearClass } from './classes.ts';
import { type DiffQuestion, hostAround, type Sides, spaceAround } from './question.ts';

interface Sent {
  readonly within: Bdd;
  readonly ends: Sides<readonly End[]>;
  /** packets of which it is said already that they change, or may */
  readonly told: Bdd;
}

/** Those that end otherwise from the other source; their own is left open. */
export function otherSources(space: Space, question: DiffQuestion, { within, ends, told }: Sent): Bdd {
  const { manager, offsets, family } = space;
  const hosts = { base: hostAround(question, 'base'), head: hostAround(question, 'head') };
  if (hosts.base === hosts.head) return EMPTY;
  const chosen = (name: 'base' | 'head') => manager.and(within, sourcesByMark(spaceAround(space, question, name)));
  const [was, is] = [chosen('base'), chosen('head')];
  const other = manager.xor(was, is);
  if (other === EMPTY) return EMPTY;
  const after = offsets.src + widthOf('src', family);
  const anySource = (set: Bdd): Bdd => project(manager, set, { start: 0, width: offsets.src }, { start: after, width: space.free - after });
  const parts = (side: readonly End[], own: Bdd) =>
    side.flatMap((end) => {
      const set = anySource(manager.and(end.set, own));
      return set === EMPTY ? [] : [{ end, set }];
    });
  const heads = parts(ends.head, is);
  // where addresses differ, that is said of all packets
  const isSourceSaid = addressesOf(hosts.base) !== addressesOf(hosts.head);
  const apart = parts(ends.base, was).flatMap((base) =>
    heads.flatMap((head) => (isAlike(space, { base: base.end, head: head.end }, isSourceSaid) ? [] : [manager.and(base.set, head.set)])),
  );
  return manager.all([anySource(other), manager.any(apart), manager.not(anySource(manager.and(told, manager.or(was, is))))]);
}

export function sourceClasses(space: Space, set: Bdd): readonly UnclearClass[] {
  if (set === EMPTY) return [];
  const reason = 'unbound sockets take another source on the other host, of which packets end otherwise';
  return [{ level: 'warning', packets: packetWords(space, { set, dir: 'out' }), reason, rules: { base: [], head: [] } }];
}

function addressesOf({ interfaces }: Host): string {
  return interfaces.map(({ name, addresses }) => `${name} ${addresses.map(({ address }) => formatAddress(address)).join()}`).join('\n');
}

/** `isSourceSaid`: that they leave with another source is no change by itself. */
function isAlike({ start }: Space, { base, head }: Sides<End>, isSourceSaid: boolean): boolean {
  if (base.says !== head.says || base.numbers.length !== head.numbers.length) return false;
  if (base.numbers.some((vector, index) => vector.some((bit, at) => bit !== head.numbers[index]?.[at]))) return false;
  const keepsSource = base.of.env.src.some((bit, at) => bit === start.src[at]);
  return isSourceSaid || !keepsSource || (base.of.fate.kind !== 'sent' && base.of.fate.kind !== 'forwarded');
}
