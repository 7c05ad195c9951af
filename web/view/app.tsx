/** The page: rules left, packet above, answer right. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Marks, NO_MARKS } from '../editor/rulesEditor.ts';
import type { PageExample } from '../state/example.ts';
import type { Given } from '../state/given.ts';
import type { StartWorker } from '../state/lane.ts';
import { type PageState, TABS, type TabName, USUAL_STATE } from '../state/pageState.ts';
import { suggestions } from '../state/suggestions.ts';
import type { PlaceHere } from '../worker/questions.ts';
import { AnswerHead } from './answerHead.tsx';
import { EditorBox } from './editorBox.tsx';
import { firstAnswerStands } from './editorTurn.ts';
import { Header } from './header.tsx';
import { PacketBar } from './packetBar.tsx';
import { Panel } from './panel.tsx';
import { Problems } from './problems.tsx';
import { ReportBand } from './reportBand.tsx';
import { RulesOfPod } from './rulesOfPod.tsx';
import { ServedBar } from './servedBar.tsx';
import { Tabs } from './tabs.tsx';
import { rulesOnTheWay } from './traceTab.tsx';
import { useAnswers } from './useAnswers.ts';
import { useDroppedFile } from './useDroppedFile.ts';
import { useFragment } from './useFragment.ts';
import { useKeys } from './useKeys.ts';

export interface AppProps {
  readonly first: PageState;
  readonly examples: readonly PageExample[];
  /** what was embedded in the page */
  readonly given: Given | undefined;
  readonly start: StartWorker;
}

const NO_PLACES: readonly PlaceHere[] = [];

const TITLES: Readonly<Record<TabName, string>> = {
  trace: 'Trace',
  connection: 'Connection',
  claims: 'Claims',
  diff: 'Diff',
  find: 'Find',
  json: 'JSON',
  mermaid: 'Mermaid',
};

export function App({ first, examples, given, start }: AppProps) {
  const [state, setState] = useState(first);
  const [selected, setSelected] = useState<number>();
  const [shown, setShown] = useState<{ readonly line: number }>();
  const [shownInText, setShownInText] = useState<{ readonly line: number }>();
  const [place, setPlace] = useState<{ readonly start: number; readonly end: number }>();
  const packet = useRef<HTMLInputElement>(null);
  const answers = useAnswers(state, start);
  const change = useCallback((part: Partial<PageState>) => setState((before) => ({ ...before, ...part })), []);

  const readFile = useCallback(
    (file: File) => {
      file.text().then((rules) => change({ file: file.name, rules }));
    },
    [change],
  );
  useDroppedFile(readFile);
  useFragment(setState);

  const said = answers.heard.trace;
  // once it is drawn
  useEffect(() => {
    if (said !== undefined) firstAnswerStands();
  }, [said]);
  const answer = said?.answer;
  const traced = answer?.traced;
  const ruleFile = answer?.ofPod?.file ?? state.file;
  const way = useMemo(() => (traced === undefined ? [] : rulesOnTheWay(traced)), [traced]);
  useEffect(() => setSelected(undefined), [state.packet, state.rules]);

  const select = useCallback(
    (step: number) => {
      const rule = way[step];
      if (rule === undefined) return;
      setSelected(step);
      if (rule.file === ruleFile) setShown({ line: rule.line });
    },
    [way, ruleFile],
  );
  const toPlace = ({ file, line }: PlaceHere) => {
    const show = file === ruleFile ? setShown : file === state.file ? setShownInText : undefined;
    return show && (() => show({ line }));
  };
  useKeys({
    packet,
    onStep: (by) => select(selected === undefined ? (by === 1 ? 0 : way.length - 1) : selected + by),
    onEscape: () => setSelected(undefined),
  });

  const allDead = answers.heard.claims?.answer?.dead ?? NO_PLACES;
  const marks = useMemo((): Marks => {
    const dead = allDead.flatMap(({ file, line }) => (file === ruleFile ? [line] : []));
    const rule = selected === undefined ? undefined : way[selected];
    const line = rule?.file === ruleFile ? rule.line : undefined;
    const { visits, misses } = traced ?? NO_MARKS;
    return { visits, misses, dead, diagnostics: answer?.diagnostics ?? [], selected: line };
  }, [answer, traced, allDead, selected, way, ruleFile]);

  const ofManifest = useMemo((): Marks => ({ ...NO_MARKS, diagnostics: answer?.diagnostics ?? [] }), [answer]);
  const suggested = useMemo(
    () => suggestions({ podIp: state.podIp, family: state.family, profile: traced?.profile ?? null }),
    [state.podIp, state.family, traced?.profile],
  );
  return (
    <>
      <Header state={state} examples={examples} onExample={(example) => setState({ ...USUAL_STATE, ...example.state })} onFile={readFile} />
      {given?.kind === 'report' && <ReportBand report={given} state={state} onState={change} onLine={(line) => setShown({ line })} />}
      <main>
        <div class="left">
          <div class="title">
            <label>
              <span class="hidden">name of the text</span>
              <input
                type="text"
                value={state.file}
                spellcheck={false}
                onInput={({ currentTarget }) => change({ file: currentTarget.value })}
              />
            </label>
            {given?.kind === 'served' && given.files.length > 0 ? (
              <ServedBar first={given.files} state={state} onState={change} />
            ) : (
              <span class="low">iptables-save, nft list ruleset, scripts, manifests: paste or drop</span>
            )}
          </div>
          <EditorBox
            text={state.rules}
            label="Rules"
            hint="paste what iptables-save or nft list ruleset prints, or drop a file"
            marks={answer?.ofPod === undefined ? marks : ofManifest}
            onText={(rules) => change({ rules })}
            shown={answer?.ofPod === undefined ? shown : shownInText}
            place={place}
          />
          <Problems diagnostics={marks.diagnostics} onPlace={setPlace} />
          {answer?.ofPod !== undefined && <RulesOfPod rules={answer.ofPod} marks={marks} shown={shown} />}
        </div>
        <div class="right">
          <PacketBar state={state} suggested={suggested} pods={answer?.pods ?? []} field={packet} onChange={change} />
          <AnswerHead
            answer={answer}
            problems={said?.problems ?? []}
            same={answers.busy.has('same') ? undefined : answers.heard.same?.answer?.packets}
          />
          <Tabs label="Answers" names={TABS} titles={TITLES} open={state.tab} onOpen={(tab) => change({ tab })}>
            <Panel
              state={state}
              answers={answers}
              selected={selected}
              onSelect={select}
              onLine={(line) => setShown({ line })}
              toPlace={toPlace}
              onChange={change}
            />
          </Tabs>
        </div>
      </main>
    </>
  );
}
