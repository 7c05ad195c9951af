/** The legs of a packet, step by step; a rule is a button that shows its line. */
import type { ShownLeg, ShownPath, ShownStep, TracedPacket } from '../worker/questions.ts';
import { Picture } from './picture.tsx';
import { isRuleStep, shownRule, stepText } from './stepText.ts';

export interface TraceTabProps {
  readonly traced: TracedPacket;
  /** number of the selected rule, over all legs */
  readonly selected: number | undefined;
  readonly onSelect: (step: number) => void;
  readonly onLine: (line: number) => void;
}

/** Rules in the order in which `j` and `k` go through them. */
export function rulesOnTheWay({ paths: [path] }: TracedPacket): readonly { readonly line: number; readonly file: string }[] {
  return path?.legs.flatMap(({ steps }) => steps.filter(isRuleStep)) ?? [];
}

export function TraceTab({ traced, selected, onSelect, onLine }: TraceTabProps) {
  const [path, ...others] = traced.paths;
  if (path === undefined) return null;
  const firsts = path.legs.map((_, index) => path.legs.slice(0, index).flatMap(({ steps }) => steps.filter(isRuleStep)).length);
  return (
    <div class="legs">
      <Picture svg={traced.picture} onLine={onLine} />
      {path.legs.map((leg, index) => (
        <LegSection key={String(index)} leg={leg} number={index + 1} first={firsts[index] ?? 0} selected={selected} onSelect={onSelect} />
      ))}
      {path.cycleFrom !== undefined && <p class="cycle">↻ from here on as in leg {path.cycleFrom + 1}, again and again</p>}
      {others.length > 0 && <OtherWays paths={traced.paths} />}
    </div>
  );
}

interface LegProps extends Omit<TraceTabProps, 'traced' | 'onLine'> {
  readonly leg: ShownLeg;
  readonly number: number;
  readonly first: number;
}

function LegSection({ leg, number, first, selected, onSelect }: LegProps) {
  let rule = 0;
  const rows = leg.steps.map((step, index) => {
    if (step.kind === 'hook') return <HookRow key={String(index)} step={step} />;
    if (!isRuleStep(step)) {
      const text = stepText(step);
      return text === undefined ? null : (
        <li key={String(index)} class={`aside ${step.kind}`}>
          {text}
        </li>
      );
    }
    rule += 1;
    const [own, inLeg] = [first + rule - 1, rule];
    return (
      <li key={String(index)}>
        <button type="button" class="step" aria-pressed={selected === own} onClick={() => onSelect(own)}>
          <span class={`order ${number % 2 === 1 ? 'odd' : 'even'}`}>{inLeg}</span>
          <span class="place">
            {step.table} {step.chain} {step.rule}
          </span>
          <code>{shownRule(step)}</code>
          <span class="verdict">{step.kind === 'rule' ? step.verdict : 'left'}</span>
        </button>
      </li>
    );
  });
  return (
    <section class="leg">
      <h3>
        <span class="legNumber">leg {number}</span> {leg.title}
      </h3>
      <ol>{rows}</ol>
      <p class="end">⇒ {leg.end}</p>
    </section>
  );
}

function HookRow({ step }: { readonly step: Extract<ShownStep, { readonly kind: 'hook' }> }) {
  const way = [...(step.iif === undefined ? [] : [`in ${step.iif}`]), ...(step.oif === undefined ? [] : [`out ${step.oif}`])].join(', ');
  return (
    <li class="hook">
      <strong>{step.hook}</strong> {way}
    </li>
  );
}

function OtherWays({ paths }: { readonly paths: readonly ShownPath[] }) {
  return (
    <section class="leg">
      <h3>It depends: {paths.length} ways</h3>
      <ul class="ways">
        {paths.map((path, index) => (
          <li key={String(index)}>
            <strong>{path.word}</strong> {path.rest} <span class="low">if {path.choices.join(', ')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
