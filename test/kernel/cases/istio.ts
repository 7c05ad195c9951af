/** What Istio's own rules do where two of its settings meet. */
import { render } from '../../../src/api/library/index.ts';
import { print } from '../../../src/ruleset/print.ts';
import { rulesetOf } from '../../support/rulesets.ts';
import type { KernelCase } from './kernelCase.ts';
import { USUAL } from './kernelCase.ts';

/** As istio-init writes them for `interceptionMode: TPROXY`; with the listener and the routes that the mesh adds. */
function transparent(settings: Readonly<Record<string, unknown>>): Pick<KernelCase, 'host' | 'rules'> {
  const args = ['-m', 'TPROXY', '-u', '1337', '-i', '*', '-b', '*', '-d', '15090,15021,15020'];
  return {
    host: {
      ...USUAL,
      ip_rules: ['fwmark 1337 lookup 133'],
      route_tables: { 133: ['local 0.0.0.0/0 dev lo'] },
      listeners: [{ proto: 'tcp', port: 15006, process: 'proxy', transparent: true }],
    },
    rules: print(rulesetOf(render(settings, { args }).v4, { family: 4 })),
  };
}

const DNS = { 'redirect-dns': true, 'capture-all-dns': true };
/** what 15006 sends for a client that asked the pod, in TPROXY mode with the client's address and a mark */
const PASSED_ON = 'out tcp 10.244.0.9 -> 10.244.0.5:53 uid=0 gid=1337 mark=1337';

export const ISTIO_CASES: readonly KernelCase[] = [
  {
    name: 'TPROXY without DNS capture: what 15006 passes on to TCP port 53 arrives there',
    ...transparent({}),
    ends: { [PASSED_ON]: 'delivered -i lo 10.244.0.9:40000 > 10.244.0.5:53 mark 1337' },
    meets: { [PASSED_ON]: ['OUTPUT nat:ISTIO_OUTPUT:3 RETURN'] },
  },
  {
    name: 'TPROXY with DNS capture: what 15006 passes on to TCP port 53 comes back to it, by the rule of the group, which spares no port 53',
    ...transparent(DNS),
    ends: {
      [PASSED_ON]: 'delivered -i lo 10.244.0.9:40000 > 127.0.0.1:15006 mark 1337',
      // any other port is let go by the rule of the user that comes before it
      'out tcp 10.244.0.9 -> 10.244.0.5:80 uid=0 gid=1337 mark=1337': 'delivered -i lo 10.244.0.9:40000 > 10.244.0.5:80 mark 1337',
      'in tcp 10.244.0.9 -> 10.244.0.5:53': 'delivered to a transparent socket -i eth0 10.244.0.9:40000 > 10.244.0.5:53 mark 1337',
      // the agent's own question to a resolver on this host: not to it either, but for UDP
      'out tcp -> 127.0.0.53:53 uid=0 gid=1337': 'delivered -i lo 127.0.0.1:40000 > 127.0.0.1:15006 mark 1338',
      'out udp -> 127.0.0.53:53 uid=0 gid=1337': 'delivered -i lo 127.0.0.1:40000 > 127.0.0.53:53',
      'out tcp -> 10.96.0.10:53 uid=0 gid=1337': 'sent -o eth0 10.244.0.5:40000 > 10.96.0.10:53',
    },
    meets: {
      [PASSED_ON]: ['OUTPUT mangle:OUTPUT:1 RETURN', 'OUTPUT nat:ISTIO_OUTPUT:5 JUMP:ISTIO_IN_REDIRECT'],
      'out tcp 10.244.0.9 -> 10.244.0.5:80 uid=0 gid=1337 mark=1337': ['OUTPUT nat:ISTIO_OUTPUT:3 RETURN'],
    },
  },
];
