/** Whether packets between two ports of a bridge meet the rules, where the host does not say it. */
import { bridgeSysctl, bridgingOf } from '../host/bridge.ts';
import type { Host } from '../host/host.ts';
import { includes } from '../lib/intervals.ts';
import type { Assumption } from '../mesh/assumption.ts';
import type { Family } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';

export function bridgeAssumptions(host: Host, families: readonly Family[]): readonly Assumption[] {
  return families.flatMap((family) => {
    const found = host.interfaces.map(({ name }) => bridgingOf(host, family, name)).filter((one) => one?.meetsRules === 'unsaid');
    const bridges = [...new Set(found.flatMap((one) => (one === undefined ? [] : [one.bridge])))];
    return bridges.length === 0 ? [] : [assumptionOf(bridges, family)];
  });
}

/** Of one packet. */
export function bridgeAssumption(host: Host, { dir, family, iif, dst }: Packet): readonly Assumption[] {
  const found = dir === 'in' && iif !== undefined ? bridgingOf(host, family, iif) : undefined;
  return found?.meetsRules === 'unsaid' && includes(found.dst, dst) ? [assumptionOf([found.bridge], family)] : [];
}

function assumptionOf(bridges: readonly string[], family: Family): Assumption {
  const says = `packets between two ports of ${bridges.join(' or ')} meet these rules, as ${bridgeSysctl(family)}=1 has it`;
  return { about: 'host', says, options: ['--host'] };
}
