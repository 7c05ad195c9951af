/** A pod while its init containers run: the rules may be there or not, the proxy may listen or not, and the application does not run yet. */
import type { Host } from '../host/host.ts';
import { initPhase, type Phase, phaseOfInit } from '../injection/facts/initPhase.ts';
import { identityOf } from '../injection/podRules/podHost.ts';
import { istioSidecar } from '../mesh/istioSidecar.ts';
import type { Sender, WhileInit } from '../prove/proof/podQuestions.ts';
import { emptyRuleset } from '../ruleset/emptyRuleset.ts';
import type { RenderedPod } from './renderedPod.ts';

export function inInitPhase<P extends RenderedPod>(pod: P): P {
  const { enrolment, rulesets, host, key } = pod;
  const { facts } = enrolment;
  const phase = phaseOfInit(facts);
  const found = initPhase(facts).containers.filter((one) => one.phase === phase);
  const senders = found.map(({ container }): Sender => ({ name: container.name.value, ...identityOf(facts, container) }));
  const proxy = istioSidecar.process.name;
  const listeners = phase === 'with-proxy' ? host.listeners.filter(({ process }) => process === proxy) : [];
  return {
    ...pod,
    rulesets: phase === 'before' ? rulesets.map(({ family, source }) => emptyRuleset(family, source)) : rulesets,
    host: { ...host, listeners, processes: withSenders(host, senders) },
    whileInit: { phase, senders },
    key: `${key} ${JSON.stringify([phase, senders])}`,
  };
}

/** In front: examples are theirs. */
function withSenders({ processes }: Host, senders: readonly Sender[]): Host['processes'] {
  const own = senders.flatMap(({ name, uid, gid }) =>
    uid === undefined ? [] : [[`init container ${name}`, { uid, gid: gid ?? uid }] as const],
  );
  return new Map([...own, ...processes]);
}

export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  before: 'the rules are written after them',
  'without-proxy': 'the rules are there, and no proxy listens',
  'with-proxy': 'the rules are there, and the proxy listens',
};

export function phaseText({ phase, senders }: WhileInit): string {
  const who = senders.length === 0 ? 'the pod has none of its own; ' : '';
  return `checked while init containers run: ${who}${PHASE_WORDS[phase]}`;
}
