/** A script that prints what chainwalk reads of a pod, a node or another machine: rules and host, as one text. It changes nothing, and runs in
 *  the shell of busybox. */
import { SYSCTL_FILES } from '../../syntax/host/sysctlLines.ts';

/** Each answer stands below the call that it answers, after the prompt of root. */
export const CAPTURE_SCRIPT = `#!/bin/sh
# Prints the rules of iptables and the host around them: \`sh capture.sh > pod.txt\`.
# Then: \`chainwalk trace pod.txt "out tcp -> 203.0.113.9:443"\`. It only reads.
has() { command -v "$1" > /dev/null 2>&1; }
ask() {
  echo "# $*"
  "$@" 2> /dev/null || echo "# this call failed"
  echo
}
for rules in iptables ip6tables; do
  if has "$rules-nft-save" || has "$rules-legacy-save"; then
    for backend in nft legacy; do
      if has "$rules-$backend-save"; then ask "$rules-$backend-save"; fi
    done
  elif has "$rules-save"; then ask "$rules-save"
  else echo "# there is no $rules-save"
  fi
done
if has ipset; then ask ipset save; else echo "# there is no ipset"; fi
if has ip; then
  ask ip addr
  if ip -d link > /dev/null 2>&1; then ask ip -d link; fi
  ask ip -4 route show table all
  ask ip -6 route show table all
  ask ip -4 rule
  ask ip -6 rule
else
  echo "# there is no ip"
  if has ifconfig; then ask ifconfig -a; fi
  if has route; then ask route -n; fi
fi
if has ss; then ask ss -lntupe
elif has netstat; then
  if netstat -lntup > /dev/null 2>&1; then ask netstat -lntup; else ask netstat -lntu; fi
else echo "# there is no ss and no netstat"
fi
echo "# sysctl -a"
cd /proc/sys || exit
for file in ${folded(SYSCTL_FILES)}; do
  if [ -r "$file" ]; then echo "$file = $(cat "$file" 2> /dev/null)"; fi
done
`;

/** Lines of a shell, at most 100 characters wide. */
function folded(words: readonly string[]): string {
  const lines = [''];
  for (const word of words) {
    if ((lines.at(-1) ?? '').length + word.length > 94) lines.push('');
    lines[lines.length - 1] += `${lines.at(-1) === '' ? '' : ' '}${word}`;
  }
  return lines.join(' \\\n  ');
}
