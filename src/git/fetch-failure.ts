import { JoulegateError } from '../errors/index.ts';

/** Why a remote did not give what it was asked for, as git's words tell it. */
interface Cause {
  readonly words: RegExp;
  readonly says: (source: string) => string;
  readonly nextStep: string;
}

const causes: readonly Cause[] = [
  {
    words: /couldn't find remote ref|not our ref/i,
    says: (source) => `origin has no ${source}`,
    nextStep:
      'It was deleted, renamed or force-pushed away, or is of a fork: give the input `base` a branch, a tag or a commit that origin has.',
  },
  {
    words: /unadvertised object/i,
    says: (source) =>
      `origin gives no single commits, and ${source} was not found behind the branches of this run`,
    nextStep:
      'Check out with all history (actions/checkout with fetch-depth: 0). If that does not have it either, it was force-pushed away: give the input `base` another.',
  },
  {
    words:
      /could not read (?:Username|Password)|Authentication failed|Permission denied|Repository not found|returned error: 40[134]|HTTP 40[134]|prompts disabled/i,
    says: (source) => `origin does not let this job read ${source}`,
    nextStep:
      'Give the action a `github-token` that may read this repository (`permissions: contents: read`). It is sent to the server of the run only.',
  },
  {
    words:
      /resolve (?:host|proxy)|Connection (?:refused|reset|timed out)|Failed to connect|Operation timed out|SSL|certificate|Network is unreachable/i,
    says: (source) => `origin could not be reached for ${source}`,
    nextStep:
      'Check the runner’s network, its proxy (`HTTPS_PROXY`) and its certificates (`GIT_SSL_CAINFO`), and run the job again.',
  },
  {
    words: /No such remote/i,
    says: () => 'this clone has no remote `origin`',
    nextStep:
      'Check out with actions/checkout, or name the remote that was cloned: git remote rename NAME origin.',
  },
];

const unknown: Cause = {
  words: /^/,
  says: (source) => `git could not fetch ${source}`,
  nextStep:
    'Check out with more history (actions/checkout with fetch-depth: 0), or give the action a github-token that may read this repository.',
};

/** Whether a remote gives no commit by its hash, but what its refs reach. */
export function givesNoCommits(message: string): boolean {
  return /unadvertised object/i.test(message);
}

/** The error of what a remote did not give: one message per cause. */
export function fetchFailed(source: string, message: string): JoulegateError {
  const { says, nextStep } = causes.find(({ words }) => words.test(message)) ?? unknown;
  return new JoulegateError('bad-input', `${says(source)}: ${message}`, { code: 'fetch-failed', nextStep });
}
