/** Sets of all kinds, as `ipset save` prints them, and packets that tell their members apart. */
export const SETS = `create ports bitmap:port range 0-65535
add ports 80
create addresses bitmap:ip range 10.0.0.0-10.0.0.255
add addresses 10.0.0.3
create plain hash:ip family inet
add plain 10.0.0.1
create six hash:ip family inet6
add six fd00::1
create exceptions hash:net family inet
add exceptions 10.1.0.0/16 nomatch
add exceptions 10.0.0.0/8
add exceptions 10.1.2.0/24
create pairs hash:ip,port family inet
add pairs 10.0.0.1,tcp:443
add pairs 10.0.0.1,gre:0
add pairs 10.0.0.1,icmp:echo-request
create errors hash:net,port family inet
add errors 10.0.0.0/8,icmp:fragmentation-needed
create cards hash:net,iface family inet
add cards 10.0.0.0/8,eth0
add cards 10.1.0.0/16,eth1
create wild hash:net,iface family inet
add wild 10.0.0.0/8,et wildcard
create masked hash:ip family inet netmask 24
add masked 10.0.0.0
create maskedbits bitmap:ip range 10.0.0.0-10.0.255.255 netmask 24
add maskedbits 10.0.5.0
create list list:set size 8
add list plain
add list addresses
add list six
`;

const rule = (port: number, set: string, dirs: string): string =>
  `-A INPUT -p tcp -m tcp --dport ${port} -m set --match-set ${set} ${dirs} -j DROP`;

export const SET_RULES = `*filter
:INPUT ACCEPT [0:0]
${[
  rule(1, 'exceptions', 'src'),
  '-A INPUT -m set --match-set ports dst -j DROP',
  rule(3, 'list', 'src'),
  '-A INPUT -m set --match-set pairs src,dst -j DROP',
  rule(4, 'pairs', 'src'),
  '-A INPUT -m set --match-set errors src,src -j DROP',
  rule(5, 'cards', 'src,src'),
  rule(6, 'masked', 'src'),
  rule(7, 'maskedbits', 'src'),
  rule(8, 'wild', 'src,src'),
  rule(9, 'addresses', 'src'),
].join('\n')}
COMMIT
`;

const SOURCES = ['10.0.0.1', '10.0.0.3', '10.1.5.5', '10.1.2.3', '10.0.5.9', '10.0.0.77'];
const PORTS = [1, 80, 3, 443, 4, 5, 6, 7, 8, 9];
export const SET_PACKETS: readonly string[] = [
  ...PORTS.flatMap((port) => SOURCES.map((from) => `in tcp ${from} -> 10.244.0.5:${port}`)),
  'in udp 10.0.0.9 -> 10.244.0.5:80',
  'in udp 10.0.0.1 -> 10.244.0.5:443',
  'in icmp 10.0.0.1 -> 10.244.0.5 icmp=8/0',
  'in icmp 10.0.0.1 -> 10.244.0.5 icmp=3/4',
  'in 47 10.0.0.1 -> 10.244.0.5',
];
