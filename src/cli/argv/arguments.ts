/** Packets in iptables form start with `-`, as options do: they are distinguished before commander sees them. */

/** A single argument with blanks that starts with `-` is a packet: no option of ours has that form. */
export function protectPackets(argv: readonly string[]): readonly string[] {
  return argv.map((argument) => (/^-\S*\s/.test(argument) ? ` ${argument}` : argument));
}

/** After `--` a packet may stand in its own words: `-- -p tcp -d 203.0.113.9 --dport 443`. */
export function joinBarePacket(packets: readonly string[]): readonly string[] {
  const bare = packets.findIndex((packet) => /^-\S+$/.test(packet));
  return bare < 0 ? packets : [...packets.slice(0, bare), packets.slice(bare).join(' ')];
}
