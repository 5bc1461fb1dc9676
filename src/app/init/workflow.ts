/** `examples/workflows/guard.yml`, which a test compares with this. */
const guardWorkflow = `# Compares the kernels of every pull request with those of its base, on your own GPU. Copy to .github/workflows/, and require
# the check \`guard\`: it always reports, and is green only where what changed was measured, or where no kernel changed.
# Only OWNER and COMMIT are to be filled in; each release has this file with both. The pull request gets one comment.
name: Joulegate
on: [pull_request, merge_group]
permissions: { contents: read, pull-requests: write }
concurrency: { group: 'joulegate-\${{ github.ref }}', cancel-in-progress: true }
jobs:
  guard:
    # A fork's kernels do not run on your machine before somebody has read them: on GitHub's, which has no GPU, the check
    # passes where no kernel changed, and fails where one did. Never leave the job out with \`if\`: skipped counts as passed.
    runs-on: \${{ github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name != github.repository && 'ubuntu-24.04' || fromJSON('["self-hosted", "gpu"]') }}
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with: { persist-credentials: false }
      - uses: OWNER/joulegate@COMMIT # v0.1.0
        with: { device: gpu, max-minutes: 25 }
`;

/**
 * The workflow that guards pull requests.
 *
 * @param manifest path of the manifest below the repository; named in the workflow unless it is the action's default.
 */
export function workflowText(manifest: string): string {
  if (manifest === 'joulegate.yaml') return guardWorkflow;
  return guardWorkflow.replace('with: { device', `with: { manifest: ${JSON.stringify(manifest)}, device`);
}
