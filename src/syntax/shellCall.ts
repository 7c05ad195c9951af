/** Which lines of a shell call iptables, told from their beginning alone. */
import type { Family } from '../packet/address.ts';

const CALL = /^[ \t]*(?:\$ )?(?:sudo (?:-\S+ )*)?(?:\/\S*\/)?ip6?tables(?:-nft|-legacy)?[ \t]/;
const SAVE = /(?:^|[ \t/])ip6?tables(?:-nft|-legacy)?-save(?:[ \t]+(?:-\S+|[a-z]+))*[ \t]*(?:[>|].*)?$/;
const HEREDOC = /^[^#]*\b(ip6?tables)(?:-nft|-legacy)?-restore\b[^<]*<<-?[ \t]*(["'\\]?)(\w+)\2/;

export function isShellCall(line: string): boolean {
  return CALL.test(line);
}

/** A call that prints the rules and changes none, behind a prompt or `kubectl exec` too. */
export function isSaveCall(line: string): boolean {
  return SAVE.test(line);
}

/** `iptables-restore <<EOF`: which rules follow, and up to which line. */
export function heredocOf(line: string): { readonly family: Family; readonly end: string } | undefined {
  const found = HEREDOC.exec(line);
  return found === null ? undefined : { family: found[1] === 'ip6tables' ? 6 : 4, end: found[3] ?? '' };
}
