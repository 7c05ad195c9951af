/** Which lines of a shell call iptables, told from their beginning alone. */
import { someLineWith } from './lineSearch.ts';

const CALL =
  /^[ \t]*(?:\$ |\[?[\w.-]{1,64}@[\w.-]{1,64}[^\n#$]{0,60}[#$][ \t]+)?(?:sudo (?:-\S+ )*)?(?:\/\S*\/)?ip6?tables(?:-nft|-legacy)?(?:-restore)?(?:[ \t]|$)/;
const SAVE = /(?:^|[ \t/])ip6?tables(?:-nft|-legacy)?-save(?:[ \t]+(?:-\S+|[a-z]+))*[ \t]*(?:[>|].*)?$/;
const HEREDOC = /^[^#\n]*\bip6?tables(?:-nft|-legacy)?-restore\b[^<\n]*<<-?[ \t]*["'\\]?\w/m;
/** `... | iptables-restore`, `iptables-restore < FILE` */
const FED =
  /^(?![ \t]*#).*(?:\|[ \t]*(?:sudo[ \t]+)?\S*ip6?tables(?:-nft|-legacy)?-restore\b|ip6?tables(?:-nft|-legacy)?-restore\b[^\n]*<)/m;
/** Calls of iptables among other words of their lines. */
export const SCRIPT_SIGNS: readonly RegExp[] = [HEREDOC, FED];
const SHEBANG = /^\ufeff?#!/;

export function isShellCall(line: string): boolean {
  return CALL.test(line);
}

/** A call that prints the rules and changes none, after a prompt or `kubectl exec` too. */
export function isSaveCall(line: string): boolean {
  return SAVE.test(line);
}

/** Does it say of itself that it is a script? */
export function hasShebang(text: string): boolean {
  return SHEBANG.test(text);
}

/** Is it a script although it has table blocks? */
export function isScript(text: string): boolean {
  return SHEBANG.test(text) || SCRIPT_SIGNS.some((sign) => someLineWith(text, 'tables', sign));
}
