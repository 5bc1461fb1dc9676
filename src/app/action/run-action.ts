import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import { type Commands, type Runner, readInputs, readRunner, setOutputs } from '../../github/index.ts';
import { ensureNative, nativeRelease, nativeSearch } from '../../native/index.ts';
import type { Host } from '../host.ts';
import { optionalNow } from '../optional.ts';
import { withoutLocalPaths } from '../project/index.ts';
import { onBehalf } from './asked-pull-request.ts';
import { checkoutHint } from './checkout-elsewhere.ts';
import { runDiffMode } from './diff-mode.ts';
import { runGuardMode } from './guard-mode.ts';
import { publishFailure } from './publish-failure.ts';
import type { CommentTarget } from './pull-request-comment.ts';
import { runReportMode } from './report-mode.ts';
import { runRetuneMode } from './retune-mode.ts';

const modes = {
  guard: runGuardMode,
  retune: runRetuneMode,
  report: runReportMode,
  diff: runDiffMode,
} as const;

/** Kernels of a fork do not reach the machine with the GPU by themselves: somebody has to read them first. */
function forkNextStep(number: number): string {
  return (
    `Pull request ${number} comes from a fork, and kernels of forks are not run before somebody has read them. ` +
    'Once you have, push its commits to a branch of this repository: a pull request of that branch is measured.'
  );
}

function describeError(
  error: unknown,
  signal: AbortSignal,
  target: CommentTarget | null,
): { readonly text: string; readonly exitCode: ExitCode } {
  if (signal.aborted) return { text: 'Joulegate was cancelled.', exitCode: ExitCode.interrupted };
  if (error instanceof JoulegateError) {
    const { pullRequest = null } = target?.runner ?? {};
    const isUnread =
      error.kind === 'could-not-measure' && pullRequest?.fromFork === true && pullRequest.asked === undefined;
    const hint = target === null ? null : checkoutHint(error, target.runner, target.inputs);
    const next = isUnread ? forkNextStep(pullRequest.number) : (hint ?? error.nextStep);
    return { text: [error.message, ...(next === null ? [] : [next])].join('\n'), exitCode: error.exitCode };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `Internal error, please report it: ${detail}`, exitCode: ExitCode.internal };
}

export async function fetchNative(host: Host, runner: Runner): Promise<Readonly<Record<string, string>>> {
  const { environment } = await ensureNative({
    search: nativeSearch(host.workerPath, host.environment),
    release: nativeRelease(host.environment, host.version),
    temporaryFolder: runner.temporaryFolder,
    hasToolCache: runner.toolCache !== null,
    note: (text) => host.progress.note(text),
  });
  return environment;
}

/**
 * The action: one mode on the runner it is a step of. `host.workingDirectory` is replaced by the input's.
 * Never throws; what goes wrong becomes an error annotation and the exit status.
 */
export async function runAction(host: Host, commands: Commands): Promise<ExitCode> {
  let target: CommentTarget | null = null;
  let { workingDirectory } = host;
  try {
    const inputs = readInputs(commands);
    const started = readRunner(host.environment, (path) => readFileSync(path, 'utf8'));
    target = { host, commands, runner: started, inputs };
    const runner = await onBehalf(target);
    target = { ...target, runner };
    workingDirectory = resolve(runner.workspace, inputs.workingDirectory);
    const actionHost: Host = { ...host, workingDirectory, ensureNative: () => fetchNative(host, runner) };
    return await modes[inputs.mode]({ host: actionHost, commands, runner, inputs });
  } catch (error) {
    const { text: said, exitCode } = describeError(error, host.signal, target);
    const text = withoutLocalPaths({ workingDirectory }, said);
    commands.error(text, { title: 'Joulegate' });
    // Whatever ended it, also what cannot be shown anywhere else: a following step reads this.
    const warn = (told: string) => commands.warning(told);
    optionalNow({ cost: 'the outputs could not be set', otherwise: undefined, warn }, () =>
      setOutputs(commands, { verdict: 'error' }),
    );
    // A run that was cancelled was so for a newer one, which will say what there is to say.
    // One that is not of the pull request that it was asked for has nothing to say there.
    const isOfAnother = error instanceof JoulegateError && error.code === 'pull-request-not-checked-out';
    if (target !== null && exitCode !== ExitCode.interrupted) {
      await publishFailure(
        isOfAnother ? { ...target, runner: { ...target.runner, pullRequest: null } } : target,
        text,
      );
    }
    return exitCode;
  }
}
