/** CONNSECMARK - copies the security mark between packet and connection.
 *  man    iptables-extensions(8), CONNSECMARK
 *  kernel net/netfilter/xt_CONNSECMARK.c connsecmark_tg(): no match reads the security mark */
import { targetExtension } from '../contract/extension.ts';

export const CONNSECMARK = targetExtension({
  name: 'CONNSECMARK',
  families: [4, 6],
  options: { '--save': { value: [], excludes: ['--restore'] }, '--restore': { value: [] } },
  tables: ['mangle', 'security'],
  needsConntrack: () => true,
  check: (given) =>
    given['--save'] === undefined && given['--restore'] === undefined
      ? [{ kind: 'malformed', message: '`-j CONNSECMARK` needs `--save` or `--restore`' }]
      : [],
  listing: { opens: /CONNSECMARK/, options: { '--save': /save/, '--restore': /restore/ } },
  lower: () => ({ kind: 'continue' }),
});
