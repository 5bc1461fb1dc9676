import { mkdtempSync } from 'node:fs';
import { constants, cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { CommandProgram, Outcome, VariantFailure } from '../../kernel/index.ts';
import { killAtExit } from '../process/index.ts';
import { ProgramGroup } from './program-group.ts';
import { type Reaper, type ReaperSetup, startReaper } from './reaper.ts';
import { removeFolder } from './remove-folder.ts';

/** Builds that are kept: with most of a search's configurations never met again, few are enough. */
const maxBuilds = 16;

/** What programs printed, of as many as a kernel may have buffers. */
const maxPrinted = 32;

/** A compiler that takes longer will not come to an end. */
const longestBuildMs = 10 * 60_000;

/** Links stay links, and times stay, so that a program that is up to date stays so. */
const asIs = {
  recursive: true,
  preserveTimestamps: true,
  verbatimSymlinks: true,
  mode: constants.COPYFILE_FICLONE,
} as const;

interface Build {
  readonly root: string;
  readonly outcome: Promise<Outcome<null>>;
  /** Copies that are being made of it. */
  copies: number;
}

/** A folder of one program. */
export interface ProgramFolder {
  /** Where it runs. */
  readonly path: string;
  /** Removes it. */
  release(): void;
}

export interface WorkspaceOptions {
  /** What programs get to see: nothing secret. */
  readonly environment: Readonly<Record<string, string>>;
  readonly temporaryFolder: string;
  /** Ends builds. */
  readonly signal: AbortSignal;
  readonly reaper: ReaperSetup;
  /** Told what could not be removed. */
  readonly warn: (text: string) => void;
}

/**
 * Where `command` kernels are built and run. Each program has a folder of its own, with its files as they were built and
 * nothing else: what one leaves there, no other finds.
 */
export class CommandWorkspace {
  readonly #options: WorkspaceOptions;
  readonly #builds = new Map<string, Build>();
  readonly #building = new Set<ProgramGroup>();
  /** The end of the last build that was expected. */
  #ahead: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #printed = new Map<string, Promise<Outcome<Uint8Array>>>();
  #root: { readonly path: string; readonly spared: () => void } | null = null;
  #reaper: Reaper | null = null;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
  }

  get environment(): Readonly<Record<string, string>> {
    return this.#options.environment;
  }

  get reaper(): Reaper {
    this.#reaper ??= startReaper(this.#options.reaper);
    return this.#reaper;
  }

  /** A new folder to run a program in. One that does not build costs its variants. */
  async open(program: CommandProgram): Promise<Outcome<ProgramFolder>> {
    const build = program.build === null ? null : this.#build(program);
    if (build !== null) build.copies++;
    try {
      const built = await build?.outcome;
      if (built !== undefined && !built.ok) return built;
      const root = this.newFolder('run-');
      try {
        if (build === null) await putFiles(program, root);
        else await cp(build.root, root, asIs);
      } catch (error) {
        removeFolder(root);
        throw error;
      }
      return {
        ok: true,
        value: { path: join(root, program.folder), release: () => void removeFolder(root) },
      };
    } catch (error) {
      return failed('crash', `its folder cannot be made: ${messageOf(error)}`);
    } finally {
      if (build !== null) build.copies--;
    }
  }

  /**
   * What a program prints, at most `maxBytes`. It is run once: what is run from the same files with the same arguments in
   * the same environment prints the same.
   */
  async printed(program: CommandProgram, maxBytes: number): Promise<Outcome<Uint8Array>> {
    const key = `${program.identity} ${maxBytes}`;
    const known = this.#printed.get(key) ?? this.#printBuffer(program, maxBytes);
    // The newest is last.
    this.#printed.delete(key);
    this.#printed.set(key, known);
    for (const oldest of this.#printed.keys()) {
      if (this.#printed.size <= maxPrinted) break;
      this.#printed.delete(oldest);
    }
    return known;
  }

  /**
   * Builds a program that will be opened soon, after those that were expected before: several compilers at once would take the
   * host from what is being measured. How it went is told when the program is opened.
   */
  expect(program: CommandProgram): void {
    if (program.build === null) return;
    this.#ahead = this.#ahead
      .then(async () => void (this.#closed || (await this.#build(program).outcome)))
      .catch(() => undefined);
  }

  /** A new, empty folder. */
  newFolder(prefix: string): string {
    return mkdtempSync(join(this.#rootFolder(), prefix));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#building].map((group) => group.kill()));
    await Promise.allSettled([...this.#builds.values()].map(({ outcome }) => outcome));
    this.#builds.clear();
    if (this.#root !== null) {
      const { path, spared } = this.#root;
      this.#root = null;
      if (!removeFolder(path)) this.#options.warn(`${path} cannot be removed; please do it.`);
      spared();
    }
    this.#reaper?.close();
    this.#reaper = null;
  }

  #rootFolder(): string {
    if (this.#root === null) {
      const path = mkdtempSync(join(this.#options.temporaryFolder, 'joulegate-command-'));
      const forgotten = this.reaper.watchFolder(path);
      const spared = killAtExit(() => void removeFolder(path));
      this.#root = {
        path,
        spared: () => {
          forgotten();
          spared();
        },
      };
    }
    return this.#root.path;
  }

  /** The build that a program is a copy of: one for all that are built by the same command from the same files. */
  #build(program: CommandProgram): Build {
    const { buildIdentity } = program;
    let build = this.#builds.get(buildIdentity);
    if (build === undefined) {
      const root = this.newFolder('build-');
      const outcome = this.#makeBuild(program, root).catch((error: unknown) =>
        failed('crash', `its folder cannot be made: ${messageOf(error)}`),
      );
      build = { root, outcome, copies: 0 };
    }
    // The newest is last.
    this.#builds.delete(buildIdentity);
    this.#builds.set(buildIdentity, build);
    for (const [identity, { root, copies, outcome }] of this.#builds) {
      if (this.#builds.size <= maxBuilds) break;
      if (copies > 0 || identity === buildIdentity) continue;
      this.#builds.delete(identity);
      outcome.then(() => removeFolder(root));
    }
    return build;
  }

  async #makeBuild(program: CommandProgram, root: string): Promise<Outcome<null>> {
    await putFiles(program, root);
    const folder = join(root, program.folder);
    return this.#finish({ command: program.build ?? [], folder, longestMs: longestBuildMs });
  }

  async #printBuffer(program: CommandProgram, maxBytes: number): Promise<Outcome<Uint8Array>> {
    const output = await this.output(program, { maxBytes, longestMs: longestBuildMs });
    if (!output.ok || output.value.byteLength <= maxBytes) return output;
    return failed('validation', `it printed more than the ${maxBytes} bytes that the buffer has`);
  }

  /**
   * What a program prints, run once in a folder of its own. One that prints more than `maxBytes` is ended, and what it printed
   * until then is longer than that.
   */
  async output(
    program: CommandProgram,
    { maxBytes, longestMs }: { readonly maxBytes: number; readonly longestMs: number },
  ): Promise<Outcome<Uint8Array>> {
    const opened = await this.open(program);
    if (!opened.ok) return opened;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onBytes = (chunk: Buffer) => {
      if (bytes > maxBytes) return false;
      bytes += chunk.byteLength;
      chunks.push(chunk);
      return bytes <= maxBytes;
    };
    try {
      const { path: folder } = opened.value;
      const ended = await this.#finish({ command: program.run, folder, onBytes, longestMs });
      const isWhole = ended.ok || bytes > maxBytes;
      return isWhole ? { ok: true, value: new Uint8Array(Buffer.concat(chunks)) } : ended;
    } finally {
      opened.value.release();
    }
  }

  /** Runs a program that has nothing to read to its end. */
  async #finish(start: {
    readonly command: readonly string[];
    readonly folder: string;
    /** Told what it prints; false: it has printed enough, and is ended. */
    readonly onBytes?: (bytes: Buffer) => boolean;
    readonly longestMs: number;
  }): Promise<Outcome<null>> {
    const { command, folder, onBytes, longestMs } = start;
    const { environment, signal } = this.#options;
    const group: ProgramGroup = new ProgramGroup({
      ...{ folder, environment, program: command, reaper: this.reaper },
      ...(onBytes === undefined ? {} : { onBytes: (bytes) => void (onBytes(bytes) || group.kill()) }),
    });
    this.#building.add(group);
    // It has nothing to read.
    group.endInput();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      group.kill();
    }, longestMs);
    const abort = () => void group.kill();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const how = await group.ended;
    await group.drained();
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    this.#building.delete(group);
    if (how === 'it ended with status 0') return { ok: true, value: null };
    const { said } = group;
    const words = said === '' ? '' : `; it last said:\n${said}`;
    const shown = command.join(' ').slice(0, 200);
    return late
      ? failed('timeout', `\`${shown}\` took longer than ${spanText(longestMs)}${words}`)
      : failed('compile', `\`${shown}\`: ${how}${words}`);
  }
}

/** @throws Error if the files cannot be written, or lie outside */
async function putFiles({ files, folder }: CommandProgram, root: string): Promise<void> {
  for (const [path, { content, executable }] of Object.entries(files)) {
    const target = join(root, path);
    // A hand-made commit may hold a file called `..`.
    if (!target.startsWith(root + sep)) throw new Error(`the source ${path} lies outside of it`);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content(), { mode: executable ? 0o755 : 0o644 });
  }
  await mkdir(join(root, folder), { recursive: true });
}

function spanText(ms: number): string {
  return ms < 120_000 ? `${ms / 1000} seconds` : `${ms / 60_000} minutes`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failed(kind: VariantFailure['kind'], message: string): Outcome<never> {
  return { ok: false, failure: { kind, message } };
}
