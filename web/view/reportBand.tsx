/** The findings of a run, one at a time: cause, packet, fix; the page below shows its rules. */
import { useEffect, useState } from 'preact/hooks';
import type { PageAside, PageFinding, PageReport } from '../../src/api/report/index.ts';
import { stateOfFinding } from '../state/given.ts';
import type { PageState } from '../state/pageState.ts';
import { CauseColumn, FixColumn, PacketColumn } from './reportColumns.tsx';

export interface ReportBandProps {
  readonly report: PageReport;
  readonly state: PageState;
  readonly onState: (part: Partial<PageState>) => void;
  readonly onLine: (line: number) => void;
}

const TONES = { red: 'bad', yellow: 'open', green: 'good' } as const;
const SIGNS = { red: '✕', yellow: '!', green: '✓' } as const;

export function ReportBand({ report, state, onState, onLine }: ReportBandProps) {
  const [at, setAt] = useState(0);
  useEffect(() => lead(report.findings[0]), []);
  const { findings, word, says, colour, scope } = report;
  const finding = findings[at];
  function lead(shown: PageFinding | undefined): void {
    const line = shown?.lines.find(({ file }) => file === shown.now?.file)?.line;
    if (line !== undefined) onLine(line);
  }
  const open = (index: number) => {
    const next = findings[index];
    if (next === undefined) return;
    setAt(index);
    onState(stateOfFinding(report, next));
    lead(next);
  };
  return (
    <section class="report" aria-label="Report">
      <div class="verdictLine">
        <h2 class={`tone-${TONES[colour]}`}>
          <span aria-hidden="true">{SIGNS[colour]}</span> {word} <small>{says}</small>
        </h2>
        {scope !== '' && <p class="low">scope: {scope}</p>}
      </div>
      {finding !== undefined && (
        <>
          <FindingHead finding={finding} at={at} report={report} onOpen={open} />
          <div class="columns">
            <CauseColumn finding={finding} onLine={onLine} />
            <PacketColumn finding={finding} onShow={() => onState(stateOfFinding(report, finding))} />
            <FixColumn report={report} finding={finding} rules={state.rules} onState={onState} />
          </div>
          <More finding={finding} />
        </>
      )}
      <Asides asides={report.asides} isOpen={finding === undefined} />
    </section>
  );
}

interface HeadProps {
  readonly finding: PageFinding;
  readonly at: number;
  readonly report: PageReport;
  readonly onOpen: (index: number) => void;
}

function FindingHead({ finding, at, report: { findings }, onOpen }: HeadProps) {
  const { level, claim, subjects, message } = finding;
  const [first, ...alike] = subjects;
  return (
    <div class="findingHead">
      <p>
        <span class={`tag level-${level}`}>{level}</span> <strong>{claim}</strong> <code>{first}</code>
        {alike.length > 0 && <span class="low" title={alike.join('\n')}>{` and ${alike.length} more`}</span>}
        <br />
        {`${message.charAt(0).toUpperCase()}${message.slice(1)}.`}
      </p>
      {findings.length > 1 && (
        <nav aria-label="Findings">
          <button type="button" disabled={at === 0} aria-label="previous finding" onClick={() => onOpen(at - 1)}>
            ‹
          </button>
          <select aria-label="finding" value={String(at)} onChange={({ currentTarget }) => onOpen(Number(currentTarget.value))}>
            {findings.map((one, index) => (
              <option key={String(index)} value={String(index)}>
                {`${index + 1} of ${findings.length}: ${one.claim}, ${one.subjects[0]}`}
              </option>
            ))}
          </select>
          <button type="button" disabled={at === findings.length - 1} aria-label="next finding" onClick={() => onOpen(at + 1)}>
            ›
          </button>
        </nav>
      )}
    </div>
  );
}

function More({ finding: { also, accept, packets } }: { readonly finding: PageFinding }) {
  return (
    <div class="more">
      {packets !== undefined && (
        <details>
          <summary>for which packets</summary>
          <p>
            <code>{packets}</code>
          </p>
        </details>
      )}
      {also.length > 0 && (
        <details>
          <summary>{also.length} more by the same rules</summary>
          <ul>
            {also.map((line, index) => (
              <li key={String(index)}>
                <code>{line}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
      {accept.length > 0 && (
        <details>
          <summary>it is meant: how to accept it</summary>
          {accept.map(({ paste, where }) => (
            <div key={where}>
              <p class="low">{where}</p>
              <pre>{paste.join('\n')}</pre>
            </div>
          ))}
        </details>
      )}
    </div>
  );
}

function Asides({ asides, isOpen }: { readonly asides: readonly PageAside[]; readonly isOpen: boolean }) {
  return (
    <div class="more">
      {asides.map(({ title, lines }) => (
        <details key={title} open={isOpen && title === 'what was checked'}>
          <summary>{lines.length === 1 ? title : `${title}: ${lines.length}`}</summary>
          <ul>
            {lines.map((line, index) => (
              <li key={String(index)}>{line}</li>
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}
