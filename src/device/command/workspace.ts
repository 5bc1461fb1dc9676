import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { CommandProgram, Outcome, VariantFailure } from '../../kernel/index.ts';
import { ProgramGroup } from './program-group.ts';
import { type Reaper, type ReaperSetup, startReaper } from './reaper.ts';

/** Folders that are kept: with most of a search's configurations never met again, few are enough. */
const maxFolders = 16;

/** A compiler that takes longer will not come to an end. */
const longestBuildMs = 10 * 60_000;

interface Built {
  readonly root: string;
  readonly outcome: Promise<Outcome<string>>;
  /** Programs that run in it. */
  users: number;
}

/** A folder that a program has been built in. */
export interface BuiltFolder {
  readonly path: string;
  /** Nothing runs in it any more. */
  release(): void;
}

/** Where `command` kernels are built and run: a copy of their files for every different build, and nothing else. */
export class CommandWorkspace {
  readonly environment: Readonly<Record<string, string>>;
  readonly #temporaryFolder: string;
  readonly #signal: AbortSignal;
  readonly #reaperSetup: ReaperSetup;
  readonly #built = new Map<string, Built>();
  readonly #building = new Set<ProgramGroup>();
  #root: string | null = null;
  #reaper: Reaper | null = null;

  /**
   * @param options.environment what programs get to see: nothing secret
   * @param options.signal ends builds
   */
  constructor(options: {
    readonly environment: Readonly<Record<string, string>>;
    readonly temporaryFolder: string;
    readonly signal: AbortSignal;
    readonly reaper: ReaperSetup;
  }) {
    this.environment = options.environment;
    this.#temporaryFolder = options.temporaryFolder;
    this.#signal = options.signal;
    this.#reaperSetup = options.reaper;
  }

  get reaper(): Reaper {
    this.#reaper ??= startReaper(this.#reaperSetup);
    return this.#reaper;
  }

  /** The folder to run a program in, built. A program that does not build costs its variants. */
  async open(program: CommandProgram): Promise<Outcome<BuiltFolder>> {
    const { buildIdentity } = program;
    let built = this.#built.get(buildIdentity);
    if (built === undefined) {
      const root = join(this.#rootFolder(), buildIdentity.slice(0, 32));
      built = { root, outcome: this.#build(program, root), users: 0 };
    }
    // The newest is last.
    this.#built.delete(buildIdentity);
    this.#built.set(buildIdentity, built);
    built.users++;
    this.#forget();
    const outcome = await built.outcome;
    const entry = built;
    let held = true;
    const release = () => {
      if (held) entry.users--;
      held = false;
    };
    if (outcome.ok) return { ok: true, value: { path: outcome.value, release } };
    release();
    return outcome;
  }

  /** A new folder for outputs. */
  outputFolder(): string {
    return mkdtempSync(join(this.#rootFolder(), 'outputs-'));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#building].map((group) => group.kill()));
    await Promise.all([...this.#built.values()].map(({ outcome }) => outcome));
    this.#reaper?.close();
    if (this.#root !== null) rmSync(this.#root, { recursive: true, force: true });
    this.#root = null;
    this.#built.clear();
  }

  #rootFolder(): string {
    this.#root ??= mkdtempSync(join(this.#temporaryFolder, 'joulegate-command-'));
    return this.#root;
  }

  #forget(): void {
    for (const [identity, { root, users }] of this.#built) {
      if (this.#built.size <= maxFolders) return;
      if (users > 0) continue;
      this.#built.delete(identity);
      rmSync(root, { recursive: true, force: true });
    }
  }

  async #build(program: CommandProgram, root: string): Promise<Outcome<string>> {
    for (const [path, { content, executable }] of Object.entries(program.files)) {
      const target = join(root, path);
      // A hand-made commit may hold a file called `..`.
      if (!target.startsWith(root + sep)) return failed('validation', `the source ${path} lies outside`);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content(), { mode: executable ? 0o755 : 0o644 });
    }
    const folder = join(root, program.folder);
    mkdirSync(folder, { recursive: true });
    if (program.build === null) return { ok: true, value: folder };
    const { environment, reaper } = this;
    const group = new ProgramGroup({ program: program.build, folder, environment, reaper });
    this.#building.add(group);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      group.kill();
    }, longestBuildMs);
    const abort = () => group.kill();
    this.#signal.addEventListener('abort', abort, { once: true });
    if (this.#signal.aborted) abort();
    const how = await group.ended;
    await group.drained();
    clearTimeout(timer);
    this.#signal.removeEventListener('abort', abort);
    this.#building.delete(group);
    if (how === 'it ended with status 0') return { ok: true, value: folder };
    const { said } = group;
    const words = said === '' ? '' : `; it last said:\n${said}`;
    const command = program.build.join(' ').slice(0, 200);
    return late
      ? failed('timeout', `\`${command}\` took longer than ${longestBuildMs / 60_000} minutes${words}`)
      : failed('compile', `\`${command}\`: ${how}${words}`);
  }
}

function failed(kind: VariantFailure['kind'], message: string): Outcome<never> {
  return { ok: false, failure: { kind, message } };
}
