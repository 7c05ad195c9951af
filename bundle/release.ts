/** A release: the tag, the version of the package and the changelog agree; its part of the changelog.
 *  `tsx bundle/release.ts check vX.Y.Z [OWNER/NAME]` or `notes vX.Y.Z`; exit 2 where something is wrong. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface ReleaseFiles {
  readonly package: { readonly version?: string; readonly repository?: { readonly url?: string } };
  readonly lock: { readonly version?: string; readonly packages?: Readonly<Record<string, { readonly version?: string }>> };
  readonly changelog: string;
}

/** `owner/name` of a repository on GitHub, of its URL as npm has it. */
function repositoryOf(url: string | undefined): string | undefined {
  return /github\.com[/:]([^/]+\/[^/]+?)(?:\.git)?$/.exec(url ?? '')?.[1];
}

export interface Section {
  readonly title: string;
  readonly text: string;
}

/** Sections of the changelog, the newest first. */
export function sections(changelog: string): readonly Section[] {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { title: part.slice(0, end).trim(), text: part.slice(end + 1).trim() };
    });
}

/** What does not agree, each as a sentence; `repository` is `owner/name` of where the workflow runs. */
export function disagreements(tag: string, files: ReleaseFiles, repository?: string): readonly string[] {
  const wrong: string[] = [];
  const [, version] = /^v(\d+\.\d+\.\d+)$/.exec(tag) ?? [];
  if (version === undefined) return [`\`${tag}\` is not a tag of a release: it must be vX.Y.Z`];
  const { lock } = files;
  if (files.package.version !== version) wrong.push(`package.json has version ${files.package.version}, the tag says ${version}`);
  if (lock.version !== version || lock.packages?.['']?.version !== version) wrong.push(`package-lock.json has not version ${version}`);
  const [first] = sections(files.changelog);
  if (first?.title !== version) wrong.push(`docs/CHANGELOG.md begins with \`${first?.title}\`, not with ${version}`);
  else if (first.text === '') wrong.push(`docs/CHANGELOG.md says nothing about ${version}`);
  const home = repositoryOf(files.package.repository?.url);
  if (repository !== undefined && home !== repository)
    wrong.push(`package.json names the repository ${home}, this is ${repository}: npm would refuse the provenance`);
  return wrong;
}

export function notes(tag: string, changelog: string): string | undefined {
  return sections(changelog).find(({ title }) => `v${title}` === tag)?.text;
}

export function releaseFiles(): ReleaseFiles {
  const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
  return { package: JSON.parse(read('package.json')), lock: JSON.parse(read('package-lock.json')), changelog: read('docs/CHANGELOG.md') };
}

function main([command, tag = '', repository]: readonly string[]): number {
  const files = releaseFiles();
  if (command === 'check') {
    const wrong = disagreements(tag, files, repository);
    for (const sentence of wrong) process.stderr.write(`error: ${sentence}\n`);
    return wrong.length === 0 ? 0 : 2;
  }
  const text = command === 'notes' ? notes(tag, files.changelog) : undefined;
  process[text === undefined ? 'stderr' : 'stdout'].write(`${text ?? 'usage: release.ts check|notes vX.Y.Z'}\n`);
  return text === undefined ? 2 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main(process.argv.slice(2)));
