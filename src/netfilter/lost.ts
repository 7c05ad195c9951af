/** Why the kernel discards a packet outside the rules. */
export type LostReason =
  | 'no-route'
  | 'martian-source'
  | 'loopback-source'
  | 'martian-destination'
  | 'not-forwarding'
  | 'ttl-exceeded'
  | 'too-big'
  | 'no-transparent-socket'
  | 'reverse-path'
  | 'reroute-failed'
  | 'no-address'
  | 'unreachable-route'
  | 'awaiting-fragments'
  | 'translated-redirect'
  | 'connection-clash'
  | 'masquerade-moved'
  | 'bad-address';
