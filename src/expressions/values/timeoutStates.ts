/** States of a `ct timeout`, in the order in which nft lists them. nftables src/rule.c tcp_state_to_name, udp_state_to_name */
export const TIMEOUT_STATES: Readonly<Record<string, readonly string[]>> = {
  tcp: ['syn_sent', 'syn_recv', 'established', 'fin_wait', 'close_wait', 'last_ack', 'time_wait', 'close', 'syn_sent2', 'retrans', 'unack'],
  udp: ['unreplied', 'replied'],
};
