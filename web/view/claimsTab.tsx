/** The claims with their verdicts; one that is broken loads its witness as the packet. */
import type { ClaimsAnswer, ShownClaim } from '../worker/questions.ts';
import { Fixes, type FixesProps } from './fixes.tsx';

export interface ClaimsTabProps {
  readonly answer: ClaimsAnswer;
  readonly onPacket: (packet: string) => void;
  readonly onLine: (line: number) => void;
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

export function ClaimsTab({ answer, onPacket, onLine, fixes }: ClaimsTabProps) {
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
          <ClaimItem key={String(index)} claim={claim} onPacket={onPacket} onLine={onLine} />
        ))}
      </ul>
      {shown.length > counted.length && (
        <details>
          <summary>{shown.length - counted.length} claims do not apply here</summary>
          <ul>
            {shown.slice(counted.length).map((claim, index) => (
              <ClaimItem key={String(index)} claim={claim} onPacket={onPacket} onLine={onLine} />
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

function ClaimItem({ claim, onPacket, onLine }: ItemProps) {
  const { verdict, level, witness, lines } = claim;
  const [line] = lines;
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
        {claim.subject !== undefined && <span class="low"> {claim.subject}</span>}
        <p>{claim.statement}</p>
        {claim.reason !== undefined && <p class="low">{claim.reason}</p>}
        {(witness !== undefined || line !== undefined) && (
          <p class="actions">
            {witness !== undefined && (
              <button type="button" onClick={() => onPacket(witness)}>
                trace <code>{witness}</code>
              </button>
            )}
            {line !== undefined && (
              <button type="button" onClick={() => onLine(line)}>
                line {line}
              </button>
            )}
          </p>
        )}
      </div>
    </li>
  );
}
