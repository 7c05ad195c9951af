/** A workflow of GitHub that runs the action on pull requests; docs/ci.md shows the same. */
export const WORKFLOW_FILE = '.github/workflows/chainwalk.yml';

/** `version`: of chainwalk, whose action is taken. */
export function workflowFor(version: string): string {
  return `# Checks rules, manifests and settings of the mesh on pull requests: docs/ci.md of chainwalk
name: chainwalk
on: pull_request
permissions:
  contents: read
jobs:
  chainwalk:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      security-events: write # upload-sarif
      pull-requests: write # comment: true
    steps:
      - uses: actions/checkout@v4
        with: { persist-credentials: false, fetch-depth: 0 }
      - uses: chainwalk/chainwalk@v${version}
        id: chainwalk
        with: { comment: true }
      - uses: github/codeql-action/upload-sarif@v3
        # pull requests from forks may only read
        if: always() && steps.chainwalk.outputs.sarif != '' && github.event.pull_request.head.repo.full_name == github.repository
        with:
          sarif_file: \${{ steps.chainwalk.outputs.sarif }}
          category: chainwalk
`;
}
