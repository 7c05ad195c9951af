/** Which of the served files is shown, and whether it is as on the disk. What was typed is not lost when the file changes. */
import { useEffect, useRef } from 'preact/hooks';
import type { ServedFile } from '../../src/api/report/index.ts';
import { stateOfFile } from '../state/given.ts';
import type { PageState } from '../state/pageState.ts';
import { useServed } from './useServed.ts';

export interface ServedBarProps {
  readonly first: readonly ServedFile[];
  readonly state: PageState;
  readonly onState: (part: Partial<PageState>) => void;
}

export function ServedBar({ first, state, onState }: ServedBarProps) {
  const { files, isLive } = useServed(first);
  const shown = files.find(({ name }) => name === state.file);
  const text = shown !== undefined && 'text' in shown ? shown.text : undefined;
  // of the shown file, as it was when it was taken over
  const taken = useRef<{ readonly name: string; readonly text: string | undefined }>({ name: state.file, text });
  if (taken.current.name !== state.file) taken.current = { name: state.file, text };
  useEffect(() => {
    if (text === undefined || text === taken.current.text) return;
    const isTyped = state.rules !== taken.current.text;
    taken.current = { name: state.file, text };
    if (!isTyped) onState({ rules: text });
  }, [text, state.file]);
  return (
    <>
      <label>
        <span class="hidden">file on the disk</span>
        <select
          value={shown?.name ?? ''}
          onChange={({ currentTarget }) => {
            const file = files.find(({ name }) => name === currentTarget.value);
            if (file !== undefined) onState(stateOfFile(file));
          }}
        >
          {shown === undefined && <option value="">files…</option>}
          {files.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <span class="served" role="status">
        {statusOf({ shown, isLive, isTyped: text !== undefined && text !== state.rules })}
      </span>
      {text !== undefined && text !== state.rules && (
        <button type="button" onClick={() => onState({ rules: text })}>
          as on the disk
        </button>
      )}
    </>
  );
}

interface Status {
  readonly shown: ServedFile | undefined;
  readonly isLive: boolean;
  readonly isTyped: boolean;
}

function statusOf({ shown, isLive, isTyped }: Status): string {
  if (!isLive) return 'the server has ended: files are as they were';
  if (shown === undefined) return '';
  if ('problem' in shown) return `cannot be read: ${shown.problem}`;
  return isTyped ? 'not as on the disk' : 'live';
}
