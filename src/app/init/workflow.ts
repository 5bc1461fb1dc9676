/** `examples/workflows/guard.yml`, which a test compares with this. */
const guardWorkflow = `# Compares the kernels of every pull request with those of its base, on your own GPU. Copy to .github/workflows/.
# Nothing has to be given: the manifest is joulegate.yaml, and the pull request gets one comment, kept up to date.
name: Joulegate
on: pull_request
permissions: { contents: read, pull-requests: write }
concurrency: { group: 'joulegate-\${{ github.ref }}', cancel-in-progress: true }
jobs:
  guard:
    # Kernels and build scripts of a fork would run on your machine with nobody having looked at them.
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: [self-hosted, gpu]
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with: { persist-credentials: false }
      - uses: OWNER/joulegate@v1
`;

/**
 * The workflow that guards pull requests.
 *
 * @param manifest path of the manifest below the repository; named in the workflow unless it is the action's default.
 */
export function workflowText(manifest: string): string {
  if (manifest === 'joulegate.yaml') return guardWorkflow;
  return `${guardWorkflow.trimEnd()}\n        with: { manifest: ${JSON.stringify(manifest)} }\n`;
}
