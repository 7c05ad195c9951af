/** SECMARK - sets the security mark of the packet.
 *  man    iptables-extensions(8), SECMARK
 *  kernel net/netfilter/xt_SECMARK.c secmark_tg(): no match reads the security mark; needs a kernel with SELinux */
import { targetExtension } from '../contract/extension.ts';

export const SECMARK = targetExtension({
  name: 'SECMARK',
  families: [4, 6],
  options: { '--selctx': { value: ['securityContext'], required: true } },
  tables: ['mangle', 'security'],
  lower: () => ({ kind: 'continue' }),
});
