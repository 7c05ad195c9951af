/** quota - true until so many bytes have passed.
 *  man    iptables-extensions(8), quota
 *  kernel net/netfilter/xt_quota.c quota_mt() */
import { matchExtension } from '../contract/extension.ts';

export const quota = matchExtension({
  name: 'quota',
  families: [4, 6],
  claim: 'chance',
  options: { '--quota': { value: ['u64'], invertible: true, required: true } },
  listing: { pieces: [{ pattern: /quota: (\d+) bytes/, words: (bytes = '') => ['--quota', bytes] }] },
  lower: (_, { ruleId }) => [{ expr: { kind: 'chance', id: ruleId, remembers: true } }],
});
