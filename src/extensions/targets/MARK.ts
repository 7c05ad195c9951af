/** MARK - sets bits of the packet's mark.
 *  man    iptables-extensions(8), MARK
 *  kernel net/netfilter/xt_mark.c mark_tg(): mark = (mark & ~mask) ^ value */
import { targetExtension } from '../contract/extension.ts';
import { LISTED_CHANGES, MARK_OPTIONS, type MarkChange, markChange, saveChange } from '../contract/markChange.ts';

const UNCHANGED: MarkChange = { keep: 0xffff_ffff, xor: 0 };

export const MARK = targetExtension({
  name: 'MARK',
  families: [4, 6],
  options: MARK_OPTIONS,
  check: (given) =>
    markChange(given) === undefined
      ? [{ kind: 'malformed', message: '`-j MARK` needs one of `--set-mark`, `--set-xmark`, `--and-mark`, `--or-mark` and `--xor-mark`' }]
      : [],
  listing: { opens: /MARK/, options: LISTED_CHANGES },
  lower: (given) => ({ kind: 'setMark', on: 'packet', ...(markChange(given) ?? UNCHANGED) }),
  save: (given) => saveChange(markChange(given) ?? UNCHANGED),
});
