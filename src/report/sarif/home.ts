/** Where the project and its pages are: viewers of SARIF link to them. */

/** As package.json has it, without its fragment. */
export const HOME_URL = 'https://github.com/chainwalk/chainwalk';

/** Of the page on a rule of SARIF; docs/claims.md has a heading for each. */
export function helpUrl(id: string): string {
  return id === 'expectations'
    ? `${HOME_URL}/blob/main/docs/testing.md#files-of-expectations`
    : `${HOME_URL}/blob/main/docs/claims.md#${id}`;
}
