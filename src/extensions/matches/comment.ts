/** comment - a note; always true.
 *  man    iptables-extensions(8), comment
 *  kernel net/netfilter/xt_comment.c comment_mt() */
import { matchExtension } from '../contract/extension.ts';

export const comment = matchExtension({
  name: 'comment',
  families: [4, 6],
  options: { '--comment': { value: ['comment'], required: true } },
  listing: { options: { '--comment': /\/\* (.*?) \*\// } },
  lower: () => [],
});
