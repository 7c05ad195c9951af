/** A virtual machine, where Istio's proxy runs as a user of that machine. source: istio tools/packaging/common/istio-start.sh */
import type { Assumption } from './assumption.ts';

/** What rules for it rest on while the user's number is not given. */
export const MACHINE_USER: Assumption = {
  about: 'proxy-identity',
  says: 'the user istio-proxy of the virtual machine, as which its proxy runs, is uid 1337',
  options: ['--proxy-uid'],
};
