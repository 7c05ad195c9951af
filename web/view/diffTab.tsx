/** Which packets two texts treat differently, of rules or of manifests: the editor is the head, the one here the base. */
import type { Outcome } from '../../src/api/library/index.ts';
import { NO_MARKS } from '../editor/rulesEditor.ts';
import { OUTCOME_SIGNS } from '../state/pageState.ts';
import type { ChangesAnswer } from '../worker/questions.ts';
import { EditorBox } from './editorBox.tsx';

export interface DiffTabProps {
  readonly base: string;
  readonly rules: string;
  readonly answer: ChangesAnswer | undefined;
  readonly onBase: (base: string) => void;
  /** `pod`: of manifests the one that it is asked of */
  readonly onPacket: (packet: string, pod: string | undefined) => void;
}

export function DiffTab({ base, rules, answer, onBase, onPacket }: DiffTabProps) {
  return (
    <div class="diff">
      <p class="low">
        The base is here, the head is the editor of rules.{' '}
        <button type="button" onClick={() => onBase(rules)}>
          take the rules as the base
        </button>
      </p>
      <div class="small">
        <EditorBox
          text={base}
          label="Rules of the base"
          hint="paste the rules, or the manifests, as they were before"
          marks={NO_MARKS}
          onText={onBase}
        />
      </div>
      {answer !== undefined && base !== '' && <Changes answer={answer} onPacket={onPacket} />}
    </div>
  );
}

function Changes({ answer, onPacket }: { readonly answer: ChangesAnswer; readonly onPacket: DiffTabProps['onPacket'] }) {
  const { equivalent, bounds, changes, undecided, notes } = answer;
  return (
    <>
      <p class="summary">{summaryOf(answer)}</p>
      <p class="low">
        {equivalent ? 'proved' : 'compared'} for {bounds}
      </p>
      {changes.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">packets</th>
              <th scope="col">before</th>
              <th scope="col">after</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change, index) => (
              <tr key={String(index)}>
                <td>
                  <span class={`tag level-${change.level}`}>{change.level}</span> {change.packets}
                  {change.pods !== undefined && <span class="low"> {podsText(change.pods)}</span>}
                  <p class="actions">
                    <button type="button" onClick={() => onPacket(change.example, change.pod)}>
                      trace <code>{change.example}</code>
                    </button>
                  </p>
                </td>
                <Ending outcome={change.base} />
                <Ending outcome={change.head} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Doubts undecided={undecided} />
      {notes.map((note) => (
        <p key={note} class="low">
          {note}
        </p>
      ))}
    </>
  );
}

function summaryOf({ equivalent, changes, undecided }: ChangesAnswer): string {
  if (equivalent) return 'no packet is treated differently';
  const changed = changes.length === 1 ? '1 class of packets changes' : `${changes.length} classes of packets change`;
  const said = [...(changes.length === 0 ? [] : [changed]), ...(undecided.length === 0 ? [] : [`${undecided.length} undecided`])];
  return said.length === 0 ? 'not everything was compared' : said.join(', ');
}

const MOST_PODS = 4;

function podsText(pods: readonly string[]): string {
  const more = pods.length - MOST_PODS;
  return `${pods.slice(0, MOST_PODS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function Ending({ outcome }: { readonly outcome: Outcome }) {
  const { sign, tone } = OUTCOME_SIGNS[outcome];
  return (
    <td class={`ending tone-${tone}`}>
      <span aria-hidden="true">{sign}</span> {outcome}
    </td>
  );
}

export function Doubts({ undecided }: Pick<ChangesAnswer, 'undecided'>) {
  return (
    <>
      {undecided.map(({ packets, reason }) => (
        <p key={packets} class="problem">
          undecided for {packets}: {reason}
        </p>
      ))}
    </>
  );
}
