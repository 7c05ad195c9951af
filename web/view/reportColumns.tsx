/** Cause, packet and fix of a finding, beside each other. */
import type { PageFinding, PageReport, PageWay } from '../../src/api/report/index.ts';
import { OUTCOME_SIGNS, type PageState } from '../state/pageState.ts';
import { DiffLines } from './diffLines.tsx';

interface OfFinding {
  readonly finding: PageFinding;
}

export interface CauseProps extends OfFinding {
  readonly onLine: (line: number) => void;
}

const MOST_LINES = 4;

export function CauseColumn({ finding: { lines, now, claim }, onLine }: CauseProps) {
  return (
    <section aria-labelledby="cause">
      <h3 id="cause">Cause</h3>
      {lines.length === 0 && <p class="low">no rule: {claim} asks for one that is missing</p>}
      <ol class="blamed">
        {lines.slice(0, MOST_LINES).map(({ name, file, line, text }) => (
          <li key={`${file}:${line}`}>
            {file === now?.file ? (
              <button type="button" onClick={() => onLine(line)}>
                {file}:{line}
              </button>
            ) : (
              <span class="where">
                {file}:{line}
              </span>
            )}
            {name !== undefined && <span class="low"> {name}</span>}
            <code>{text}</code>
          </li>
        ))}
      </ol>
      {lines.length > MOST_LINES && <p class="low">and {lines.length - MOST_LINES} more</p>}
    </section>
  );
}

export interface PacketProps extends OfFinding {
  readonly onShow: () => void;
}

export function PacketColumn({ finding: { before, now }, onShow }: PacketProps) {
  return (
    <section aria-labelledby="packet">
      <h3 id="packet">Packet</h3>
      {now === undefined ? (
        <p class="low">no packet shows it</p>
      ) : (
        <>
          <p>
            <code>{now.packet}</code>
          </p>
          {before !== undefined && <Way title="before" way={before} />}
          <Way title="now" way={now} />
          {now.text !== undefined && (
            <p class="actions">
              <button type="button" onClick={onShow}>
                show on the rules
              </button>
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Way({ title, way: { outcome, word, rest } }: { readonly title: string; readonly way: PageWay }) {
  const { sign, tone } = OUTCOME_SIGNS[outcome];
  return (
    <p>
      <span class="low">{title}</span>{' '}
      <strong class={`tone-${tone}`}>
        <span aria-hidden="true">{sign}</span> {word}
      </strong>{' '}
      {rest}
    </p>
  );
}

export interface FixProps extends OfFinding {
  readonly report: PageReport;
  /** in the editor */
  readonly rules: string;
  readonly onState: (part: Partial<PageState>) => void;
}

export function FixColumn({ report: { texts }, finding: { fix, remedy, now }, rules, onState }: FixProps) {
  const fixed = fix === undefined ? undefined : texts[fix.text];
  const given = now?.text === undefined ? undefined : texts[now.text];
  return (
    <section aria-labelledby="fix">
      <h3 id="fix">Fix</h3>
      {fix === undefined ? (
        <p>
          {remedy === undefined ? 'none is known' : `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}${remedy.endsWith('.') ? '' : '.'}`}
        </p>
      ) : (
        <>
          <DiffLines diff={fix.diff} />
          <p>
            It fixes {fix.mends.join(', ')}; {fix.proved}
            {fix.open.length > 0 && <>; still broken then: {fix.open.join(', ')}</>}.
          </p>
          {fixed !== undefined && given !== undefined && (
            <p class="actions">
              <button type="button" aria-pressed={rules === fixed} onClick={() => onState({ rules: rules === fixed ? given : fixed })}>
                {rules === fixed ? 'applied in the editor: take it back' : 'apply it in the editor below'}
              </button>
            </p>
          )}
        </>
      )}
    </section>
  );
}
