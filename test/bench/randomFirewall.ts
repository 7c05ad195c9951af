/** A hard random firewall: prefixes of 10.0.0.0/10 from /12 to /32 on both sides, ports, interfaces; accepts and drops in no order. */
export function randomFirewallDump(rules: number, seed = 1): string {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const prefix = (): string => {
    const length = 12 + below(21);
    const bits = (10 * 2 ** 24 + below(2 ** 10) * 2 ** 12 + below(2 ** 12)) & (length === 32 ? -1 : ~(0xffff_ffff >>> length));
    const address = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
    return `${address}/${length}`;
  };
  const lines: string[] = [];
  for (let index = 0; index < rules; index++) {
    const from = below(65_000);
    const parts = [
      `-s ${prefix()}`,
      `-d ${prefix()}`,
      below(10) < 4 ? `-i eth${below(4)}` : '',
      `-p ${below(2) === 0 ? 'tcp' : 'udp'}`,
      below(10) < 6 ? `--dport ${from}:${from + below(500)}` : '',
    ];
    lines.push(`-A FORWARD ${parts.filter((part) => part !== '').join(' ')} -j ${below(2) === 0 ? 'ACCEPT' : 'DROP'}`);
  }
  return ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ...lines, 'COMMIT', ''].join('\n');
}
