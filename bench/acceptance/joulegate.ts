import { spawn } from 'node:child_process';
import { join, relative } from 'node:path';

/** The built command line: what users run is what is accepted. */
const cli = join(process.cwd(), 'dist', 'cli.js');

export interface Ran {
  /** Exit status; null if it had to be killed. */
  readonly status: number | null;
  readonly output: string;
  readonly error: string;
  /** It was stopped because the time was up. */
  readonly stopped: boolean;
}

/** A stopped run may finish what it is at and save it. */
const graceMs = 20_000;

/** Runs `dist/cli.js` until it ends or `deadlineMs` (of `performance.now()`) has come: then it is asked to stop. */
export async function joulegate(options: {
  readonly args: readonly string[];
  readonly folder: string;
  readonly deadlineMs: number;
  readonly say: (line: string) => void;
}): Promise<Ran> {
  const { args, folder, deadlineMs, say } = options;
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { output: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.output += chunk;
  });
  let line = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.error += chunk;
    const lines = `${line}${chunk}`.split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) say(`    ${whole}`);
  });
  let stopped = false;
  const stop = setTimeout(
    () => {
      stopped = true;
      child.kill('SIGINT');
    },
    Math.max(0, deadlineMs - performance.now()),
  );
  const kill = setTimeout(() => child.kill('SIGKILL'), Math.max(0, deadlineMs - performance.now()) + graceMs);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { status, ...text, stopped };
  } finally {
    clearTimeout(stop);
    clearTimeout(kill);
  }
}

/** The command as a user would type it, without folders of this machine. */
export function asTyped(args: readonly string[], folder: string): string {
  const short = args.map((arg) => (arg.startsWith('/') ? relative(folder, arg) : arg));
  return `joulegate ${short.join(' ')}`;
}
