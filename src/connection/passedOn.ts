/** Packets that a host passes on which nobody described: by which interface they leave is not known, unless it makes no difference. */
import type { Host, Route } from '../host/host.ts';
import { type Address, familyOf, formatAddress } from '../packet/address.ts';
import type { Choice } from '../simulate/trace.ts';
import type { Journey, Leg, Path } from './journey.ts';

const OPEN = { outcome: 'undecided', firstOutcome: 'undecided' } as const;

/** An interface that no rule names, beside those that one does. */
const UNNAMED = 'other0';

export interface PassedOn {
  readonly host: Host;
  /** the same packet on another host */
  readonly walk: (host: Host) => Journey;
  /** by which interface it arrives is said: where that is assumed as well, nothing is decided */
  readonly isFromThere: boolean;
}

export function passedOn(journey: Journey, passing: PassedOn): Journey {
  const passed = journey.paths.map(forwardedLeg);
  if (passed.every((leg) => leg === undefined)) return journey;
  if (passing.isFromThere && isSameByAll(journey, passing)) return journey;
  const paths = journey.paths.map((path, index): Path => {
    const leg = passed[index];
    if (leg === undefined) return path;
    const what = `the interface that leads to ${formatAddress(leg.walk.after.dst)} (--host says it)`;
    return { ...withChoice(path, { why: 'unsaid', what, taken: `it is ${leg.walk.after.oif ?? 'eth0'}` }), ...OPEN };
  });
  return { ...journey, paths, outcome: 'undecided' };
}

export function withChoice(path: Path, choice: Choice): Path {
  return { ...path, choices: [choice, ...path.choices] };
}

function forwardedLeg({ legs }: Path): Leg | undefined {
  return legs.find(({ walk }) => walk.steps.some((step) => step.kind === 'hook' && step.hook === 'FORWARD'));
}

/** The same rule, or policy, ends it whichever way it takes. */
function isSameByAll(journey: Journey, { host, walk }: PassedOn): boolean {
  const [first] = journey.paths;
  const end = first && endOf(first);
  const isSame = ({ paths, truncated }: Journey): boolean => !truncated && paths.every((path) => endOf(path) === end);
  if (end === undefined || !isSame(journey)) return false;
  const ways = new Set(journey.paths.map((path) => forwardedLeg(path)?.walk.after.dst));
  const names = [...host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo'), UNNAMED];
  return [...ways].every((dst) => dst === undefined || names.every((dev) => isSame(walk(withRoute(host, dst, dev)))));
}

/** Of a packet that rules end on its first leg. */
function endOf({ legs }: Path): unknown {
  const { fate } = legs[0]?.walk ?? {};
  if (legs.length !== 1 || (fate?.kind !== 'dropped' && fate?.kind !== 'rejected')) return undefined;
  return fate.by ?? `policy ${legs[0]?.walk.steps.flatMap((step) => (step.kind === 'hook' ? step.hook : [])).at(-1)}`;
}

function withRoute(host: Host, address: Address, dev: string): Host {
  const family = familyOf(address);
  const to = { address, length: family === 4 ? 32 : 128 };
  const route: Route = { family, table: 'main', type: 'unicast', to, dev, metric: 0 };
  const known = host.interfaces.some(({ name }) => name === dev);
  return {
    ...host,
    interfaces: known ? host.interfaces : [...host.interfaces, { name: dev, addresses: [], group: 0 }],
    routes: [...host.routes, route],
  };
}
