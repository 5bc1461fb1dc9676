import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { findDriver } from '../../src/device/index.ts';
import { loadWebgpu, nativeSearch } from '../../src/native/index.ts';
import type { CompiledPass, EntryResult, FileResult } from './study.ts';

/** What the compiler says of a program: an error, or that its bind groups are not those that were read off it. */
interface Verdict {
  readonly error: string | null;
  readonly bindGroups: string | null;
}

const deadlineMs = 60_000;

/** Has everything compiled by processes of their own, of which a new one takes over where one crashes. */
export async function compileAll(
  files: readonly FileResult[],
  entries: readonly EntryResult[],
): Promise<void> {
  const compiler = new Compiler();
  for (const entry of entries) {
    for (const pass of entry.passes) entry.compiled = await compiler.compile(pass);
  }
  for (const file of files) {
    if (file.asWritten === null) continue;
    const { error } = await compiler.compile({
      wgsl: file.asWritten,
      entryPoint: '',
      bindings: [],
      features: [],
    });
    file.compilesAsWritten = error === null;
  }
  compiler.close();
}

class Compiler {
  #child: ReturnType<typeof fork> | null = null;

  async #start() {
    const workerPath = resolve('dist/worker.js');
    const cacheFolder = resolve('node_modules/.cache/joulegate-bench/drivers');
    const driver = await findDriver({ workerPath, environment: process.env, cacheFolder });
    const environment = { ...driver.environment, JOULEGATE_CORPUS_COMPILER: '1' };
    return fork(process.argv[1] as string, [], {
      env: environment,
      // Dawn's remarks on limits are nobody's concern.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }

  async compile(pass: CompiledPass): Promise<Verdict> {
    this.#child ??= await this.#start();
    const child = this.#child;
    const answer = await new Promise<Verdict | null>((done) => {
      const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
      const finish = (verdict: Verdict | null) => {
        clearTimeout(deadline);
        child.removeAllListeners();
        done(verdict);
      };
      child.once('message', (verdict) => finish(verdict as Verdict));
      child.once('exit', () => finish(null));
      child.send(pass);
    });
    if (answer !== null) return answer;
    this.#child = null;
    return { error: 'the compiler crashed, or took more than a minute', bindGroups: null };
  }

  close(): void {
    this.#child?.kill();
  }
}

/** Answers each program that comes with what the compiler says. */
export async function serveCompiler(): Promise<void> {
  const { create, globals } = await loadWebgpu(nativeSearch(resolve('dist/cli.js'), process.env));
  Object.assign(globalThis, globals);
  const gpu = create(['enable-dawn-features=allow_unsafe_apis']);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('there is no adapter');
  const requiredLimits: Record<string, number> = {};
  for (const limit in adapter.limits) {
    const value = adapter.limits[limit as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[limit] = value;
  }
  const requiredFeatures = [...adapter.features] as GPUFeatureName[];
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  process.on('message', async (pass) => {
    process.send?.(await verdictOn(pass as CompiledPass, device));
  });
}

async function verdictOn(pass: CompiledPass, device: GPUDevice): Promise<Verdict> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code: pass.wgsl });
  const { messages } = await module.getCompilationInfo();
  await device.popErrorScope();
  const fault = messages.find(({ type }) => type === 'error');
  if (fault) return { error: `${fault.message} (line ${fault.lineNum})`, bindGroups: null };
  if (pass.entryPoint === '') return { error: null, bindGroups: null };
  const compute = { module, entryPoint: pass.entryPoint };
  // First with the layout that the compiler itself works out: what fails then is the program's or the device's affair.
  const own = await failureOf(device, () => device.createComputePipeline({ layout: 'auto', compute }));
  if (own !== null) return { error: own, bindGroups: null };
  const given = await failureOf(device, () =>
    device.createComputePipeline({ layout: layoutOf(pass, device), compute }),
  );
  return { error: null, bindGroups: given };
}

function layoutOf({ bindings }: CompiledPass, device: GPUDevice): GPUPipelineLayout {
  const groups = Math.max(0, ...bindings.map(({ group }) => group + 1));
  const bindGroupLayouts = Array.from({ length: groups }, (_, group) =>
    device.createBindGroupLayout({
      entries: bindings
        .filter((one) => one.group === group)
        .map(({ binding, kind }) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: kind },
        })),
    }),
  );
  return device.createPipelineLayout({ bindGroupLayouts });
}

async function failureOf(device: GPUDevice, work: () => unknown): Promise<string | null> {
  device.pushErrorScope('validation');
  let failure: string | null = null;
  try {
    work();
  } catch (error) {
    failure = (error as Error).message;
  }
  const error = await device.popErrorScope();
  return failure ?? error?.message ?? null;
}
