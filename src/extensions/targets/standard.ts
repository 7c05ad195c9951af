/** ACCEPT, DROP, RETURN - the verdicts that need no module.
 *  man    iptables(8), TARGETS
 *  kernel include/uapi/linux/netfilter/x_tables.h
 *  fact   the iptables front end refuses DROP in the nat table */
import { TABLES } from '../../netfilter/hooks.ts';
import { targetExtension } from '../contract/extension.ts';

export const ACCEPT = targetExtension({ name: 'ACCEPT', families: [4, 6], options: {}, lower: () => ({ kind: 'accept' }) });

export const DROP = targetExtension({
  name: 'DROP',
  families: [4, 6],
  options: {},
  tables: TABLES.filter((table) => table !== 'nat'),
  lower: () => ({ kind: 'drop' }),
});

export const RETURN = targetExtension({ name: 'RETURN', families: [4, 6], options: {}, lower: () => ({ kind: 'return' }) });
