/** tproxy - hands the packet to a local transparent socket as it is, and goes on; without such a socket the rule is left.
 *  man    nft(8), TPROXY STATEMENT
 *  kernel net/netfilter/nft_tproxy.c nft_tproxy_eval(): TCP and UDP, and the family that is said */
import { point } from '../../lib/intervals.ts';
import { inSet, NEVER } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { statement } from '../contract/statement.ts';
import { DATATYPES } from '../datatypes/all.ts';
import { constantOf } from '../values/constant.ts';
import { refuseOtherType } from '../values/typeProblem.ts';
import { isConstant } from '../values/written.ts';

const ALL = 0xffff_ffff;

export const tproxy = statement({
  kind: 'tproxy',
  says: [{ name: 'tproxy' }],
  apply: (given, { context, ask, act, need, onlyAt, protocols, protocolsBefore }) => {
    need('defrag');
    onlyAt({ what: 'tproxy', hooks: ['PREROUTING'], span: given });
    const { address, port } = given;
    const refuse = (message: string, help?: string): void =>
      context.report({ kind: 'not-loadable', code: 'needs-protocol', message, span: given, help });
    const { family: known } = protocols();
    // what the port asks for does not count
    if (protocolsBefore().proto === undefined)
      refuse('`tproxy` needs a transport protocol', 'match on `meta l4proto tcp` or udp before it');
    if (address !== undefined && context.table === 'inet' && given.family === undefined)
      refuse('`tproxy` to an address needs `ip` or `ip6` in a table of inet');
    if (context.table === 'inet' && given.family === undefined && known !== undefined)
      refuse('`tproxy` needs `ip` or `ip6` after a match on one of them');
    if (given.family !== undefined && known !== undefined && (given.family === 'ip' ? 4 : 6) !== known)
      refuse('`tproxy` to the other family');
    const ofAddress = context.family === 4 ? DATATYPES.ipv4_addr : DATATYPES.ipv6_addr;
    refuseOtherType(port, DATATYPES.inet_service, context);
    if (given.family === undefined || (given.family === 'ip' ? 4 : 6) === context.family) refuseOtherType(address, ofAddress, context);
    if (given.family !== undefined && (given.family === 'ip' ? 4 : 6) !== context.family) return ask(NEVER, given);
    ask(inSet('proto', [point(PROTO.tcp), point(PROTO.udp)]), given);
    if ([address, port].some((one) => one !== undefined && !isConstant(one))) {
      need('opaque');
      return act({ kind: 'unmodelled', reason: '`tproxy` to an address or port that is not constant' });
    }
    const to = address && constantOf(address, ofAddress, context);
    const onPort = port === undefined ? 0 : Number(constantOf(port, DATATYPES.inet_service, context) ?? 0);
    act({
      kind: 'divert',
      port: onPort,
      ...(typeof to === 'number' || typeof to === 'bigint' ? { address: to } : {}),
      keep: ALL,
      xor: 0,
      final: false,
      onMiss: 'break',
    });
  },
});
