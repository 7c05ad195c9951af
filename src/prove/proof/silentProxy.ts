/** The same rules with a proxy that listens and with one that does not: it starts, or it has crashed. */
import type { Host, Listener } from '../../host/host.ts';
import { roleOf } from '../../mesh/relay.ts';
import { effectsOfKind, everyMatch } from '../../netfilter/everyEffect.ts';
import { asksAbout } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { everyRule } from '../../ruleset/everyRule.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import type { ProofContext } from './context.ts';

export interface WithAndWithoutProxy {
  readonly listening: ProofContext;
  readonly silent: ProofContext;
}

export function withAndWithoutProxy(context: ProofContext): WithAndWithoutProxy {
  const { host, whileInit } = context;
  const around = whileInit === undefined ? host : { ...host, listeners: listenersAfterStart(context) };
  return { listening: whileInit === undefined ? context : context.on(around), silent: context.on(silentHost(context, around)) };
}

/** Its ports stay its own, so that no other process has them; to TPROXY a socket that is not transparent is none. */
function silentHost({ profile }: ProofContext, host: Host): Host {
  const silenced = (one: Listener): Listener => (roleOf({ profile }, one) === undefined ? one : { ...one, transparent: false });
  return { ...host, listeners: host.listeners.map(silenced) };
}

/** While init containers run neither the application nor, perhaps, the proxy listens yet: what waits for them then is what counts. */
function listenersAfterStart({ host, profile, declared }: ProofContext): readonly Listener[] {
  const own = (profile?.listeners ?? []).flatMap(({ port, protos, loopback }) =>
    loopback === true
      ? []
      : protos.map(
          (proto): Listener => ({ proto: PROTO[proto], port, process: profile?.process.name ?? '', transparent: declared.tproxy }),
        ),
  );
  const application = [PROTO.tcp, PROTO.udp].map((proto): Listener => ({ proto, process: 'app', transparent: false }));
  return [...(host.listeners.length > 0 ? host.listeners : own), ...application];
}

/** What some rule does with a packet depends on which sockets there are. */
export function handsToSockets(ruleset: Ruleset): boolean {
  return everyRule(ruleset).some(
    (rule) => effectsOfKind(rule, 'divert').length > 0 || everyMatch(rule).some((match) => asksAbout(match, 'sk')),
  );
}

/** Rules whose packets go on where no transparent socket takes them. */
export function leftWithoutSocket(ruleset: Ruleset): readonly Rule[] {
  return everyRule(ruleset).filter((rule) => effectsOfKind(rule, 'divert').some(({ onMiss }) => onMiss === 'break'));
}
