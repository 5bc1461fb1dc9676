import type { BufferBinding, KnownContents } from '../../kernel/index.ts';
import type { WirePass, WireProgram } from '../protocol.ts';
import { requireFeatures } from './adapter.ts';
import { type BoundBuffers, BufferPool, type PoolBytes } from './buffers.ts';
import { pipelineFault, VariantFault } from './faults.ts';
import type { Place } from './ring.ts';

/** One launch of a program, ready to be encoded. */
export interface CompiledPass {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroups: readonly GPUBindGroup[];
  readonly launch: (encoder: GPUComputePassEncoder) => void;
  /** Buffers to be zeroed before. */
  readonly clears: readonly Place[];
}

/** A program with its pipelines and buffers, ready to be launched. */
export interface CompiledProgram {
  readonly program: WireProgram;
  readonly passes: readonly CompiledPass[];
  readonly bound: BoundBuffers;
  /** Present if every launch starts from the described contents. */
  readonly rounds?: Rounds;
  /** Milliseconds per launch as last seen; null before it was warmed up. */
  launchMs: number | null;
}

/** Launches of which each has a place of its own in what they change. */
export interface Rounds {
  /** Launches of a round. */
  readonly slots: number;
  /** Those of the launch in a slot. */
  passes(slot: number): readonly CompiledPass[];
  refill(encoder: GPUCommandEncoder, launches: number): void;
  /** Milliseconds per launch that refilling took as last seen; null before it was timed. */
  resetMs: number | null;
}

const layoutTypes: Record<BufferBinding['kind'], GPUBufferBindingType> = {
  storage: 'storage',
  'read-only-storage': 'read-only-storage',
  uniform: 'uniform',
};

/** More buys nothing: buffers are shared, and a search returns only to its best few. */
const maxPrograms = 128;

/**
 * Programs that may be given up before their garbage is collected. A pipeline has no `destroy`: the driver keeps its code
 * until its JavaScript object is gone, and those are so small that V8 sees no reason to look for hundreds of trials.
 */
const maxGarbage = 32;

/** Pipelines that were compiled ahead and not asked for yet. */
const maxAhead = 4;

/** Compiled programs by identity, the least recently used given up first. */
export class Programs {
  readonly #device: GPUDevice;
  readonly #maxProgramBytes: number;
  readonly #pool: BufferPool;
  readonly #compiled = new Map<string, CompiledProgram>();
  /** By identity, oldest first; null: it does not compile, and says so to whoever asks for it. */
  readonly #ahead = new Map<string, Promise<readonly GPUComputePipeline[] | null>>();
  /** Programs given up since garbage was collected. */
  #garbage = 0;

  /** `program`: what one may have at all. */
  constructor(
    device: GPUDevice,
    maxBytes: PoolBytes & { readonly program: number },
    contents: KnownContents = new Map(),
  ) {
    this.#device = device;
    this.#maxProgramBytes = maxBytes.program;
    this.#pool = new BufferPool(device, maxBytes, contents);
  }

  /**
   * Compiles `program` or finds it compiled. Call inside error scopes and `drop` it if they caught something.
   * @throws VariantFault
   */
  async get(program: WireProgram): Promise<CompiledProgram> {
    const known = this.#compiled.get(program.identity);
    if (known !== undefined) {
      this.#compiled.delete(program.identity);
      this.#compiled.set(program.identity, known);
      return known;
    }
    requireFeatures(this.#device, program.requiredFeatures);
    this.#requireRoom(program);
    const layouts = program.passes.map((pass) => this.#layouts(pass));
    const pipelines = (await this.#takeAhead(program)) ?? (await this.#pipelines(program, layouts));
    for (const [identity] of this.#compiled) {
      if (this.#compiled.size < maxPrograms && this.#pool.excess(program.buffers) === 0) break;
      this.drop(identity);
    }
    const bound = this.#pool.acquire(program.buffers);
    /** @param slot of a ring's places; null: the program's own buffers */
    const passesAt = (slot: number | null) => {
      const places = bound.buffers.map(
        (buffer, index) => (slot === null ? null : bound.ring?.place(index, slot)) ?? wholeOf(buffer),
      );
      return program.passes.map(
        (pass, index): CompiledPass => ({
          pipeline: pipelines[index] as GPUComputePipeline,
          bindGroups: this.#bindGroups(pass, layouts[index] ?? [], places),
          launch: launchOf(pass, places),
          clears: clearsBefore(program, index).map((buffer) => places[buffer] as Place),
        }),
      );
    };
    const rounds = roundsOf(bound, passesAt);
    const compiled: CompiledProgram = {
      program,
      passes: passesAt(null),
      bound,
      ...(rounds === null ? {} : { rounds }),
      launchMs: null,
    };
    this.#compiled.set(program.identity, compiled);
    return compiled;
  }

  /**
   * Compiles a program on Dawn's own threads while others run: its bind groups come later. What goes wrong is kept away from
   * the error scopes of the request that is being served, and comes up again when the program is asked for.
   */
  async expect(program: WireProgram): Promise<void> {
    const { identity } = program;
    if (this.#compiled.has(identity) || this.#ahead.has(identity)) return;
    for (const oldest of this.#ahead.keys()) {
      if (this.#ahead.size < maxAhead) break;
      this.#ahead.delete(oldest);
    }
    const pipelines = this.#compileApart(program).catch(() => null);
    this.#ahead.set(identity, pipelines);
    await pipelines;
  }

  /** On a software adapter it is the machine's own memory that would run out, and take the job with it. */
  #requireRoom({ buffers }: WireProgram): void {
    const bytes = this.#pool.bytesOf(buffers);
    if (bytes <= this.#maxProgramBytes) return;
    throw new VariantFault(
      'unsupported',
      `the buffers take ${bytes} bytes together, this device allows ${this.#maxProgramBytes}`,
    );
  }

  async #takeAhead({ identity }: WireProgram): Promise<readonly GPUComputePipeline[] | null> {
    const pipelines = this.#ahead.get(identity);
    this.#ahead.delete(identity);
    return (await pipelines) ?? null;
  }

  async #compileApart(program: WireProgram): Promise<readonly GPUComputePipeline[] | null> {
    requireFeatures(this.#device, program.requiredFeatures);
    // Without a pause in between, this scope catches the errors of these calls and of no others.
    this.#device.pushErrorScope('validation');
    const modules = this.#modules(program);
    const descriptors = program.passes.map((pass) => {
      const layout = this.#device.createPipelineLayout({ bindGroupLayouts: this.#layouts(pass) });
      const compute = { module: modules.get(pass.wgsl) as GPUShaderModule, entryPoint: pass.entryPoint };
      return { layout, compute };
    });
    if ((await this.#device.popErrorScope()) !== null) return null;
    return Promise.all(descriptors.map((one) => this.#device.createComputePipelineAsync(one)));
  }

  /** One module for each text: passes of one file share it. */
  #modules({ passes }: WireProgram): ReadonlyMap<string, GPUShaderModule> {
    const texts = new Set(passes.map(({ wgsl }) => wgsl));
    return new Map([...texts].map((code) => [code, this.#device.createShaderModule({ code })]));
  }

  /** Forgets a program; its buffers become free for others. */
  drop(identity: string): void {
    this.#compiled.get(identity)?.bound.release();
    if (!this.#compiled.delete(identity) || ++this.#garbage < maxGarbage) return;
    this.#garbage = 0;
    // Exposed by the flag that `GpuProcess` starts this process with.
    globalThis.gc?.();
  }

  /** Frees all memory that no compiled program needs. */
  releaseMemory(): void {
    this.#pool.clear();
  }

  /** Explicit, so that what a pass is bound to is what its entry point uses. */
  #layouts({ bindings }: WirePass): GPUBindGroupLayout[] {
    const groups = Math.max(-1, ...bindings.map(({ group }) => group)) + 1;
    return Array.from({ length: groups }, (_, group) =>
      this.#device.createBindGroupLayout({
        entries: bindings
          .filter((binding) => binding.group === group)
          .map(({ binding, kind }) => ({
            binding,
            visibility: GPUShaderStage.COMPUTE,
            buffer: { type: layoutTypes[kind] },
          })),
      }),
    );
  }

  #bindGroups(
    { bindings }: WirePass,
    layouts: readonly GPUBindGroupLayout[],
    places: readonly Place[],
  ): readonly GPUBindGroup[] {
    return layouts.map((layout, group) =>
      this.#device.createBindGroup({
        layout,
        entries: bindings
          .filter((binding) => binding.group === group)
          .map(({ binding, buffer }) => ({ binding, resource: places[buffer] as Place })),
      }),
    );
  }

  async #pipelines(
    program: WireProgram,
    layouts: readonly GPUBindGroupLayout[][],
  ): Promise<readonly GPUComputePipeline[]> {
    const modules = this.#modules(program);
    for (const [text, module] of modules) {
      const { messages } = await module.getCompilationInfo();
      const error = messages.find((message) => message.type === 'error');
      if (error === undefined) continue;
      const pass = program.passes.findIndex(({ wgsl }) => wgsl === text);
      const at = error.lineNum > 0 ? { pass, line: error.lineNum, column: Math.max(1, error.linePos) } : null;
      throw new VariantFault('compile', error.message, at);
    }
    const pipelines: GPUComputePipeline[] = [];
    for (const [index, pass] of program.passes.entries()) {
      try {
        const pipeline = await this.#device.createComputePipelineAsync({
          layout: this.#device.createPipelineLayout({ bindGroupLayouts: layouts[index] ?? [] }),
          compute: { module: modules.get(pass.wgsl) as GPUShaderModule, entryPoint: pass.entryPoint },
        });
        pipelines.push(pipeline);
      } catch (error) {
        throw pipelineFault(error);
      }
    }
    return pipelines;
  }
}

function launchOf({ dispatch }: WirePass, places: readonly Place[]): CompiledPass['launch'] {
  if ('indirect' in dispatch) {
    const { buffer, offset } = places[dispatch.indirect] as Place;
    return (encoder) => encoder.dispatchWorkgroupsIndirect(buffer, offset + dispatch.offsetBytes);
  }
  const [x, y, z] = dispatch;
  return (encoder) => encoder.dispatchWorkgroups(x, y, z);
}

/** Buffers, by index, that are zeroed before a pass: those of the whole launch before the first. */
function clearsBefore({ passes, buffers }: WireProgram, index: number): readonly number[] {
  const bound = new Set(passes[index]?.bindings.map(({ buffer }) => buffer));
  return buffers.flatMap(({ clear }, buffer) => {
    const isCleared = clear === 'launch' ? index === 0 : clear === 'pass' && bound.has(buffer);
    return isCleared ? [buffer] : [];
  });
}

function wholeOf(buffer: GPUBuffer): Place {
  return { buffer, offset: 0, size: buffer.size };
}

function roundsOf({ ring }: BoundBuffers, create: (slot: number) => readonly CompiledPass[]): Rounds | null {
  if (ring === undefined) return null;
  const made: (readonly CompiledPass[])[] = [];
  return {
    slots: ring.slots,
    passes(slot) {
      made[slot] ??= create(slot);
      return made[slot];
    },
    refill: (encoder, launches) => ring.refill(encoder, launches),
    resetMs: null,
  };
}
