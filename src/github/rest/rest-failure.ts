import { errorLine } from '../plain-line.ts';

/** Why a request failed, as far as it decides what to do next. */
export interface RestFailure {
  readonly kind:
    | 'not-permitted' // asking again changes nothing; the token or the repository's settings would
    | 'gone' // what was asked for is not there, or must not be seen
    | 'refused' // understood and not accepted
    | 'busy' // too many requests
    | 'unreachable'; // no answer, or none that is one
  /** null without an answer. */
  readonly status: number | null;
  /** For `busy`: seconds the server wants to be left alone; null if it does not say. */
  readonly waitSeconds: number | null;
  /** One line, without secrets. */
  readonly message: string;
}

/** A successful answer whose body is not JSON: cut off on the way, or from a proxy. Octokit would pass it on as text. */
export class BrokenAnswerError extends Error {
  constructor(url: string) {
    super(`the answer to ${url} was cut off or is not JSON`);
    this.name = 'BrokenAnswerError';
  }
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The answer inside an octokit error; null if none came, for which octokit claims status 500. */
function answerOf(error: unknown): Answered | null {
  const { status, response } = error as { status?: unknown; response?: { headers?: unknown } };
  if (typeof status !== 'number' || typeof response !== 'object' || response === null) return null;
  return { status, headers: (response.headers ?? {}) as Answered['headers'] };
}

/** `retry-after` in seconds or as a date (RFC 9110, 10.2.3), else the primary limit's reset; null if neither is there. */
function waitOf(headers: Answered['headers'], nowMs: number): number | null {
  const after = headers['retry-after'] ?? '';
  if (/^\d+$/.test(after)) return Number(after);
  const dateMs = Date.parse(after);
  if (!Number.isNaN(dateMs)) return Math.max(0, (dateMs - nowMs) / 1000);
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] !== '0' || !Number.isFinite(reset)) return null;
  return Math.max(0, reset - nowMs / 1000);
}

/** GitHub answers 403 or 429 to both of its rate limits, with `retry-after`, a spent quota, or only words to tell. */
function isRateLimit({ status, headers }: Answered, message: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  const isSpent = headers['x-ratelimit-remaining'] === '0';
  return isSpent || headers['retry-after'] !== undefined || /secondary rate limit/i.test(message);
}

function kindOf(answer: Answered, message: string): RestFailure['kind'] {
  if (isRateLimit(answer, message)) return 'busy';
  if (answer.status >= 500) return 'unreachable';
  if (answer.status === 401 || answer.status === 403 || answer.status === 451) return 'not-permitted';
  if (answer.status === 404 || answer.status === 410) return 'gone';
  return 'refused';
}

/**
 * What an error of a request means.
 * @throws the error itself if it did not come from a request
 */
export function restFailure(error: unknown, secret: string, nowMs: number): RestFailure {
  const name = error instanceof Error ? error.name : '';
  // Octokit reports both refusals and broken connections as `HttpError`.
  if (name !== 'HttpError' && name !== 'AbortError' && !(error instanceof BrokenAnswerError)) throw error;
  const message = errorLine(error, [secret]);
  const answer = answerOf(error);
  if (answer === null) return { kind: 'unreachable', status: null, waitSeconds: null, message };
  const kind = kindOf(answer, message);
  const waitSeconds = kind === 'busy' ? waitOf(answer.headers, nowMs) : null;
  return { kind, status: answer.status, waitSeconds, message };
}
