import type { Progress, ProgressStatus } from '../app/index.ts';
import { printable } from './printable.ts';

export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalProgress extends Progress {
  /** Clears the live line. */
  finish(): void;
}

/** Without a terminal a status is repeated at most this often, so that logs stay short and jobs look alive. */
const plainIntervalMs = 5_000;
const liveIntervalMs = 80;

function describe(status: ProgressStatus): string {
  const share = status.share === undefined ? '' : ` ${Math.floor(Math.min(1, status.share) * 100)} %`;
  const left =
    status.secondsLeft === undefined ? '' : `, about ${Math.max(0, Math.ceil(status.secondsLeft))} s left`;
  return `${status.text}${share}${left}`;
}

/** A live line on a terminal, plain lines otherwise. `clockMs` is injected for tests. */
export function createTerminalProgress(stream: ProgressStream, clockMs: () => number): TerminalProgress {
  const live = stream.isTTY === true;
  let shown = false;
  let lastMs = Number.NEGATIVE_INFINITY;

  const clear = () => {
    if (live && shown) stream.write('\r\x1b[2K');
    shown = false;
  };
  const line = (text: string) => {
    clear();
    stream.write(`${printable(text)}\n`);
  };

  return {
    stage(title) {
      line(title);
      lastMs = clockMs();
    },
    note: line,
    warn(text) {
      line(`warning: ${text}`);
    },
    update(status) {
      const nowMs = clockMs();
      if (nowMs - lastMs < (live ? liveIntervalMs : plainIntervalMs)) return;
      lastMs = nowMs;
      const text = `  ${printable(describe(status))}`;
      if (live) {
        const width = Math.max(20, (stream.columns ?? 80) - 1);
        stream.write(`\r\x1b[2K${text.slice(0, width)}`);
        shown = true;
      } else {
        stream.write(`${text}\n`);
      }
    },
    finish: clear,
  };
}
