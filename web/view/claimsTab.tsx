/** The claims with their verdicts; one that is broken loads its witness as the packet. */
import type { ClaimsAnswer, PlaceHere, ShownClaim } from '../worker/questions.ts';
import { Fixes, type FixesProps } from './fixes.tsx';

export interface ClaimsTabProps {
  readonly answer: ClaimsAnswer;
  /** `pod`: of manifests the one that it is asked of */
  readonly onPacket: (packet: string, pod: string | undefined) => void;
  /** what leads to a place, when the page shows its text */
  readonly toPlace: (place: PlaceHere) => (() => void) | undefined;
  readonly fixes: FixesProps | undefined;
}

const ORDER = ['violated', 'undecided', 'holds', 'not-applicable'];
const LEVELS = ['error', 'warning', 'info'];
const LEVEL_WORDS: Readonly<Record<string, readonly [string, string]>> = {
  error: ['error', 'errors'],
  warning: ['warning', 'warnings'],
  info: ['hint', 'hints'],
};
const SIGNS: Readonly<Record<string, string>> = { holds: '✓', violated: '✕', undecided: '?', 'not-applicable': '–' };

export function ClaimsTab({ answer, onPacket, toPlace, fixes }: ClaimsTabProps) {
  const shown = answer.claims
    .toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level))
    .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  const counted = shown.filter(({ verdict }) => verdict !== 'not-applicable');
  return (
    <div class="claims">
      <p class="summary">{summaryOf(counted, answer.profile)}</p>
      {fixes !== undefined && shown.some(({ verdict, level }) => verdict === 'violated' && level === 'error') && <Fixes {...fixes} />}
      {answer.bounds !== '' && <p class="low">proved for {answer.bounds}</p>}
      <ul>
        {counted.map((claim, index) => (
          <ClaimItem key={String(index)} claim={claim} onPacket={onPacket} toPlace={toPlace} />
        ))}
      </ul>
      {shown.length > counted.length && (
        <details>
          <summary>{shown.length - counted.length} claims do not apply here</summary>
          <ul>
            {shown.slice(counted.length).map((claim, index) => (
              <ClaimItem key={String(index)} claim={claim} onPacket={onPacket} toPlace={toPlace} />
            ))}
          </ul>
        </details>
      )}
      {answer.notes.map((note) => (
        <p key={note} class="low">
          {note}
        </p>
      ))}
    </div>
  );
}

function summaryOf(claims: readonly ShownClaim[], profile: string | null): string {
  const count = (verdict: string, level?: string) =>
    claims.filter((claim) => claim.verdict === verdict && (level === undefined || claim.level === level)).length;
  const broken = LEVELS.flatMap((level) => {
    const number = count('violated', level);
    return number === 0 ? [] : [`${number} ${LEVEL_WORDS[level]?.[number === 1 ? 0 : 1]}`];
  });
  const open = count('undecided') === 0 ? [] : [`${count('undecided')} undecided`];
  const mesh = profile === null ? 'no mesh' : profile;
  return `${mesh}: ${[`${count('holds')} claims hold`, ...broken, ...open].join(', ')}`;
}

interface ItemProps extends Omit<ClaimsTabProps, 'answer' | 'fixes'> {
  readonly claim: ShownClaim;
}

function ClaimItem({ claim, onPacket, toPlace }: ItemProps) {
  const { verdict, level, subject, pod, witness, cause, places } = claim;
  const ways = places.flatMap(({ file, line }) => {
    const go = toPlace({ file, line });
    return go === undefined ? [] : [{ file, line, go }];
  });
  return (
    <li class={`claim verdict-${verdict} level-${level}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[verdict] ?? ''}
      </span>
      <div>
        <strong>{claim.claim}</strong>{' '}
        <span class="tag">
          {verdict === 'violated' ? level : verdict}
          {claim.family === '' ? '' : `, ${claim.family === 'ipv6' ? 'IPv6' : 'IPv4'}`}
        </span>
        {subject !== undefined && <span class="low"> {pod ?? subject}</span>}
        <p>{claim.statement}</p>
        {claim.reason !== undefined && <p class="low">{claim.reason}</p>}
        {cause !== undefined && <p>cause: {cause}</p>}
        {(witness !== undefined || ways.length > 0) && (
          <p class="actions">
            {witness !== undefined &&
              (subject === undefined || pod !== undefined ? (
                <button type="button" onClick={() => onPacket(witness, pod)}>
                  trace <code>{witness}</code>
                </button>
              ) : (
                <code>{witness}</code>
              ))}
            {ways.map(({ file, line, go }) => (
              <button key={`${file}:${line}`} type="button" title={file} onClick={go}>
                line {line}
              </button>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}
