/** iptables-save was called in what somebody pasted, and printed nothing: the kernel has no rules of that family. */
import type { Family } from '../../packet/address.ts';

const CALL =
  /^(?:=== chainwalk: |[^\n]{0,120}?[$#>%][ \t]+)?(?:(?:sudo|doas|kubectl|docker|podman|crictl|nsenter|ip|ssh)[ \t](?:[^\n]{0,160}?[ \t])?)*?(?:\/\S*\/)?ip(6?)tables(?:-nft|-legacy)?-save(?:[ \t]+-c)?(?: ===)?[ \t]*$/;

/** The line behind an answer: a prompt, or another call. What iptables-save prints begins with a comment of its own. */
const NEXT = /^(?!# (?:Generated|Warning|this call failed)\b)(?:=== chainwalk: |[^\n]{0,120}?[$#>%](?:[ \t]|$))/;

/** Families of which a whole dump was asked for, and none was printed. A text that ends there may be cut off. */
export function familiesInVain(text: string): readonly Family[] {
  if (!/tables\S*-save/.test(text)) return [];
  const lines = text.split(/\r?\n/);
  const found = new Set<Family>();
  for (const [at, line] of lines.entries()) {
    const call = line.length < 400 ? CALL.exec(line) : null;
    if (call === null) continue;
    const next = lines.slice(at + 1).find((one) => one.trim() !== '');
    if (next !== undefined && NEXT.test(next.slice(0, 400))) found.add(call[1] === '6' ? 6 : 4);
  }
  return [...found].sort();
}
