/** Packets that an arbitrary made: a matcher that fails for one says so briefly, as fast-check asks it about many. */
const GENERATED = new WeakSet<object>();

export function asGenerated<T extends object>(packet: T): T {
  GENERATED.add(packet);
  return packet;
}

export function isGenerated(packet: unknown): boolean {
  return typeof packet === 'object' && packet !== null && GENERATED.has(packet);
}
