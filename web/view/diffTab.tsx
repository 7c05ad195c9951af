/** Which packets two texts of rules treat differently: the editor is the head, the one here the base. */
import { NO_MARKS } from '../editor/marks.ts';
import { OUTCOME_SIGNS } from '../state/pageState.ts';
import type { ChangesAnswer } from '../worker/questions.ts';
import { EditorBox } from './editorBox.tsx';

export interface DiffTabProps {
  readonly base: string;
  readonly rules: string;
  readonly answer: ChangesAnswer | undefined;
  readonly onBase: (base: string) => void;
  readonly onPacket: (packet: string) => void;
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
        <EditorBox text={base} label="Rules of the base" hint="paste the rules as they were before" marks={NO_MARKS} onText={onBase} />
      </div>
      {answer !== undefined && base !== '' && <Changes answer={answer} onPacket={onPacket} />}
    </div>
  );
}

function Changes({ answer, onPacket }: { readonly answer: ChangesAnswer; readonly onPacket: (packet: string) => void }) {
  const { equivalent, bounds, changes, undecided } = answer;
  return (
    <>
      <p class="summary">{equivalent ? 'no packet is treated differently' : `${changes.length} classes of packets change`}</p>
      <p class="low">proved for {bounds}</p>
      {changes.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">packets</th>
              <th scope="col">before</th>
              <th scope="col">after</th>
              <th scope="col">example</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change, index) => (
              <tr key={String(index)}>
                <td>
                  <span class={`tag level-${change.level}`}>{change.level}</span> {change.packets}
                </td>
                <td class={`tone-${OUTCOME_SIGNS[change.base].tone}`}>{change.base}</td>
                <td class={`tone-${OUTCOME_SIGNS[change.head].tone}`}>{change.head}</td>
                <td>
                  <button type="button" onClick={() => onPacket(change.example)}>
                    <code>{change.example}</code>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Doubts undecided={undecided} />
    </>
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
