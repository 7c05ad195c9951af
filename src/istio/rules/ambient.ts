/** What ambient mode writes into a pod with iptables.
 *  source: istio/istio cni/pkg/iptables/iptables.go AppendInpodRules */
import { type AmbientPlan, CONNECTION_MARK, loopbackOf, MARK_MASK, PROXY_MARK } from '../plan/ambientPlan.ts';
import { has } from '../settings/version.ts';
import { type IstioLine, type IstioRule, mangle, nat, raw } from './rule.ts';

const PROXY = `${PROXY_MARK}/${MARK_MASK}`;
const CONNECTION = `${CONNECTION_MARK}/${MARK_MASK}`;

export function ambientRules(plan: AmbientPlan): readonly IstioRule[] {
  const { dns, ingress, virtualInterfaces, probe, version } = plan;
  const loopback = loopbackOf(plan);
  const when = (condition: boolean, rules: readonly IstioRule[]) => (condition ? rules : []);
  return [
    ...mangle('-A PREROUTING -j ISTIO_PRERT', '-A OUTPUT -j ISTIO_OUTPUT'),
    ...nat('-A OUTPUT -j ISTIO_OUTPUT'),
    ...when(dns, raw('-A PREROUTING -j ISTIO_PRERT', '-A OUTPUT -j ISTIO_OUTPUT')),
    ...nat('-A PREROUTING -j ISTIO_PRERT', ...virtualInterfaces.flatMap(reroute)),
    ...when(
      !ingress || has(version, 'ingressConnmark'),
      mangle(`-A ISTIO_PRERT -m mark --mark ${PROXY} -j CONNMARK --set-xmark ${CONNECTION}`),
    ),
    ...when(!ingress, nat(`-A ISTIO_PRERT -s ${probe} -p tcp -m tcp -j ACCEPT`)),
    ...nat(`-A ISTIO_OUTPUT -d ${probe} -p tcp -m tcp -j ACCEPT`),
    ...when(!ingress, nat(`-A ISTIO_PRERT ! -d ${loopback} -p tcp ! --dport 15008 -m mark ! --mark ${PROXY} -j REDIRECT --to-ports 15006`)),
    ...mangle(`-A ISTIO_OUTPUT -m connmark --mark ${CONNECTION} -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff`),
    ...when(dns, ambientDns(loopback)),
    ...nat(
      `-A ISTIO_OUTPUT -p tcp -m mark --mark ${CONNECTION} -j ACCEPT`,
      `-A ISTIO_OUTPUT ! -d ${loopback} -o lo -j ACCEPT`,
      `-A ISTIO_OUTPUT ! -d ${loopback} -p tcp -m mark ! --mark ${PROXY} -j REDIRECT --to-ports 15001`,
    ),
  ];
}

/** UDP from such an interface goes on to whatever comes after the chain. */
function reroute(nic: string): readonly IstioLine[] {
  return [`-A ISTIO_PRERT -i ${nic} -p tcp -j REDIRECT --to-ports 15001`, `-A ISTIO_PRERT -i ${nic} -p tcp -j RETURN`];
}

/** Every server is captured; the proxy's own questions and their answers share a conntrack zone. */
function ambientDns(loopback: string): readonly IstioRule[] {
  return [
    ...nat(
      `-A ISTIO_OUTPUT ! -o lo -p udp -m mark ! --mark ${PROXY} -m udp --dport 53 -j REDIRECT --to-port 15053`,
      `-A ISTIO_OUTPUT ! -d ${loopback} -p tcp --dport 53 -m mark ! --mark ${PROXY} -j REDIRECT --to-ports 15053`,
    ),
    ...raw(
      `-A ISTIO_OUTPUT -p udp -m mark --mark ${PROXY} -m udp --dport 53 -j CT --zone 1`,
      `-A ISTIO_PRERT -p udp -m mark ! --mark ${PROXY} -m udp --sport 53 -j CT --zone 1`,
    ),
  ];
}

/** On the node: what its own processes send to enrolled pods gets the source by which the pods know a probe. */
export function ambientHostRules({ family, version, probe }: Pick<AmbientPlan, 'family' | 'version' | 'probe'>): readonly IstioRule[] {
  return nat(
    has(version, 'hostJumpFirst') ? '-I POSTROUTING 1 -j ISTIO_POSTRT' : '-A POSTROUTING -j ISTIO_POSTRT',
    `-A ISTIO_POSTRT -m owner --socket-exists -p tcp -m set --match-set istio-inpod-probes-v${family} dst -j SNAT --to-source ${probe}`,
  );
}
