/** Pages on the formats of reports: what each reader takes, and what is left out. */
import type { Page } from './page.ts';

const group = 'format';

export const FORMAT_PAGES: readonly Page[] = [
  {
    id: 'github',
    group,
    title: 'annotations on the changed lines, and the summary of a step',
    means:
      'One workflow command for each problem: `::error` or `::warning` with file, line, columns and the claim as title; the text has the packet, its path and what to do. Where GITHUB_STEP_SUMMARY names a file, the report is also written there in Markdown, behind what other commands of the step have written, within the 1 MiB that GitHub takes.',
    why: 'GitHub shows ten errors and ten warnings of a step and drops the others in silence: the worst are written, and one last line counts the rest. What is for information stays in the summary. What is undecided is a warning. What is known is not annotated.',
    see: [{ run: 'chainwalk verify pod.rules -o github', look: 'the commands, as the runner reads them' }],
    todo: 'In a workflow: `chainwalk ci -o github,sarif=chainwalk.sarif`. Paths are those that were given: run it at the root of the repository.',
  },
  {
    id: 'sarif',
    group,
    title: 'SARIF 2.1.0 for code scanning, with the path of the packet',
    means:
      "A result for each problem, at the line that a person would change. Its code flow is the packet's way through all legs, rule by rule; a comparison has a second one from before the change. Rules that decide are related locations. The fingerprint is made of the claim, what was judged and the packet, not of lines, so that an alert stays when lines move. What is accepted is suppressed: in the source by a comment, else externally. What is undecided is open and has no level. Paths are relative URIs from the root of the sources.",
    why: 'GitHub includes the 5,000 worst results of a run, 10,000 locations of a path and a log of 10 MB when it is compressed. What is left out for that is said in a notification of the invocation, where warnings about the texts and the notes stand too.',
    see: [{ run: 'chainwalk ci -o sarif=chainwalk.sarif', look: '`runs[0].results`, and `invocations` for what was left out' }],
    todo: 'Upload it with github/codeql-action/upload-sarif. Rules of a pod stand in no file: their steps point to the line of the manifest.',
  },
  {
    id: 'junit',
    group,
    title: 'XML of test reports: a subject is a suite, a claim a test',
    means:
      'The class of a test is what was judged, its name the claim. A failure has the message, the packets, an example, its path, the rules and what to do. Tests that were not asked, are undecided or are known are skipped with the reason; with --strict, undecided answers and warnings fail.',
    why: 'The form is that of Ant and Jenkins, which has no word for warnings: they stand in the output of a test that passed. Nothing is measured, so there are no times. Characters that XML cannot hold are spelled, such as `\\u001b`.',
    see: [{ run: 'chainwalk ci -o junit=report.xml', look: 'failures, the same that the exit code counts' }],
    todo: 'Hand the file to what shows test reports: `junit` of Jenkins, `artifacts:reports:junit` of GitLab.',
  },
  {
    id: 'markdown',
    group,
    title: 'a comment on a pull request',
    means:
      'The verdict, a table of what was judged, the classes of packets that change, the first failing packet as a flowchart, and every finding folded. Findings that are the same for several pods are one. Lines of the flowchart: inbound green and solid, outbound red and dashed, bypass blue and dotted, a loop purple and thick, a drop black; the words stand beside them.',
    why: 'A comment may have 65,536 characters and a flowchart at most 40 nodes: what has no room is counted at the end. Texts of rules and manifests are shown as text: no mention, link or element comes from them.',
    see: [{ run: 'chainwalk ci -o markdown=comment.md', look: 'the text for `gh pr comment --body-file comment.md`' }],
    todo: 'In a step of GitHub Actions, `-o github` writes the same as the summary of the step.',
  },
];
