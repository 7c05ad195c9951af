/** Both backends of the real iptables in one namespace: who decides over a connection on lo. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { kernelHere } from './kernelHere.ts';

/** Listens on three ports, loads the rules, dials port 80; prints who answered. */
const DIAL = `
import socket, subprocess, sys
subprocess.run("ip link set lo up", shell=True, check=True)
listeners = {}
for port in (80, 1001, 1002):
    listener = socket.socket()
    listener.bind(("0.0.0.0", port))
    listener.listen(4)
    listener.settimeout(0.2)
    listeners[port] = listener
for command in sys.argv[1:]:
    subprocess.run(command, shell=True, check=True, stderr=subprocess.DEVNULL)
client = socket.socket()
client.settimeout(0.5)
try:
    client.connect(("127.0.0.1", 80))
except OSError:
    print("none")
    sys.exit()
for port, listener in listeners.items():
    try:
        listener.accept()
        print(port)
    except OSError:
        pass
`;

function answers(...commands: readonly string[]): string {
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'python3', '-c', DIAL, ...commands], { encoding: 'utf8', timeout: 20_000 });
  if (stdout === '') throw new Error(stderr);
  return stdout.trim();
}

const LEGACY = 'iptables-legacy -t nat -A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 1001';
const NFT = 'iptables-nft -t nat -A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 1002';
const MARK = 'iptables-legacy -t mangle -A OUTPUT -p tcp --dport 80 -j MARK --set-mark 7';
const MARKED = 'iptables-nft -t mangle -A OUTPUT -p tcp --dport 80 -m mark --mark 7 -j DROP';

describe.runIf(kernelHere())('both backends', () => {
  test.each<[string, readonly string[], string]>([
    ['of two mappings the one that was registered last is first', [LEGACY, NFT], '1002'],
    ['and the other way round', [NFT, LEGACY], '1001'],
    ['RETURN in one nat table leaves the packet to the other', ['iptables-legacy -t nat -A OUTPUT -j RETURN', NFT], '1002'],
    ['so does ACCEPT', ['iptables-nft -t nat -A OUTPUT -j ACCEPT', LEGACY], '1001'],
    [
      'ACCEPT of one, DROP of the other',
      ['iptables-legacy -A OUTPUT -j ACCEPT', 'iptables-nft -A OUTPUT -p tcp --dport 80 -j DROP'],
      'none',
    ],
    ['the other way round', ['iptables-nft -A OUTPUT -j ACCEPT', 'iptables-legacy -A OUTPUT -p tcp --dport 80 -j DROP'], 'none'],
    ['a mark that the first one sets', [MARKED, MARK], 'none'],
    ['a mark that the second one sets', [MARK, MARKED], '80'],
  ])('%s', (_, commands, wanted) => expect(answers(...commands)).toBe(wanted));
});
