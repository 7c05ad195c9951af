/** AUDIT - writes a record of the packet and goes on.
 *  man    iptables-extensions(8), AUDIT
 *  kernel net/netfilter/xt_AUDIT.c audit_tg(): XT_CONTINUE, whatever the type says */
import { targetExtension } from '../contract/extension.ts';

export const AUDIT = targetExtension({
  name: 'AUDIT',
  families: [4, 6],
  options: { '--type': { value: ['auditType'], required: true } },
  listing: { options: { '--type': /AUDIT (\S+)/ } },
  lower: () => ({ kind: 'continue' }),
});
