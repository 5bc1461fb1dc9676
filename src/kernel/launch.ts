import type {
  BetweenLaunches,
  BufferDefinition,
  DeviceLimits,
  PassDefinition,
  Workload,
} from '../manifest/index.ts';
import { inPass, passFault } from './binding-faults.ts';
import { evaluateCount, evaluateOrFail, type Variables } from './buffer-counts.ts';
import { bindBuffers, type LaunchRole } from './buffers.ts';
import { type EnabledExtension, lackingExtension } from './extensions.ts';
import { failed, succeeded } from './failure.ts';
import type { CountedPass } from './features/index.ts';
import { type Demands, refusal } from './limits.ts';
import { isAtHome } from './pass-bindings.ts';
import type { BoundVariable } from './reflect.ts';
import { inUserFile } from './source-lines.ts';
import type {
  BufferBinding,
  Outcome,
  Pass,
  PassBinding,
  PrintedText,
  VariantFailure,
  Workgroups,
} from './types.ts';

export type { LaunchRole } from './buffers.ts';

/** A pass with what its program declares and asks of a device. */
export interface LaunchedPass extends Pick<Demands, 'workgroupSize' | 'subgroupSize' | 'workgroupBytes'> {
  readonly definition: PassDefinition;
  readonly extensions: readonly EnabledExtension[];
  readonly bindings: readonly BoundVariable[];
  /** Of its final WGSL; empty where that is not there. */
  readonly lines?: Pass['lines'];
  /** What the lines are of, if a program printed it. */
  readonly printed?: PrintedText;
}

/** How a pass is launched. */
export type PassLaunch = Pick<Pass, 'dispatch' | 'workgroupSize' | 'bindings'>;

export interface PassLaunches {
  readonly buffers: readonly BufferBinding[];
  readonly launches: readonly PassLaunch[];
}

interface Placeable {
  readonly definition: PassDefinition;
  readonly lines?: Pass['lines'];
  readonly printed?: PrintedText;
}

/**
 * A failure of a pass's, where the user finds it. One without a place of its own belongs to the program as a whole, one with
 * a file to the manifest.
 */
export function placedInPass(failure: VariantFailure, { definition, lines = [], printed }: Placeable) {
  const placed = failure.file === undefined ? inUserFile(failure, lines, printed) : failure;
  const { path, generator } = definition.source;
  return { ok: false, failure: { ...(generator?.at() ?? { file: path }), ...placed } } as const;
}

/** What no limit forbids. */
const noCounts = [0, 0, 0] as const;

/** Works out buffers and workgroups of passes, and whether the device can do each of them. */
export function launchPasses(
  passes: readonly LaunchedPass[],
  options: {
    readonly definitions: readonly BufferDefinition[];
    readonly workload: Workload;
    readonly variables: Variables;
    readonly role: LaunchRole;
    readonly limits: DeviceLimits;
    /** The device's; not known unless given. */
    readonly features: readonly string[] | undefined;
    /** What the manifest says of launches that change their buffers. */
    readonly betweenLaunches: BetweenLaunches | undefined;
  },
): Outcome<PassLaunches> {
  const { definitions, variables, limits, features } = options;
  const isOneOfMany = passes.length > 1;
  const [first] = passes;
  if (first === undefined) throw new Error('a program has a pass');
  for (const pass of passes) {
    const fault = passFault(pass, definitions, isOneOfMany);
    if (fault !== null) return placedInPass(fault, pass);
  }
  const bound = bindBuffers({ ...options, passes });
  if (!bound.ok) return placedInPass(bound.failure, first);
  const { buffers, bindings } = bound.value;
  const launches: PassLaunch[] = [];
  for (const [index, pass] of passes.entries()) {
    const { definition, workgroupSize } = pass;
    const dispatch = workgroups({ passes, index, buffers, bindings, variables });
    if (!dispatch.ok) {
      const message = inPass(definition, dispatch.failure.message, isOneOfMany);
      return placedInPass({ ...dispatch.failure, message }, pass);
    }
    const counts = 'indirect' in dispatch.value ? noCounts : dispatch.value;
    const lacking = lackingExtension(pass.extensions, features);
    const refused = lacking?.message ?? refusal({ ...pass, dispatch: counts, buffers }, limits);
    if (refused !== null) {
      const message = inPass(definition, refused, isOneOfMany);
      return placedInPass(failed('unsupported', message, lacking?.lacking).failure, pass);
    }
    launches.push({ dispatch: dispatch.value, workgroupSize, bindings: bindings[index] ?? [] });
  }
  return succeeded({ buffers, launches });
}

interface LaunchToSize {
  readonly passes: readonly LaunchedPass[];
  /** Of the pass. */
  readonly index: number;
  readonly buffers: readonly BufferBinding[];
  readonly bindings: readonly (readonly PassBinding[])[];
  readonly variables: Variables;
}

function workgroups(launch: LaunchToSize): Outcome<Workgroups> {
  const { dispatch } = (launch.passes[launch.index] as LaunchedPass).definition;
  if ('indirect' in dispatch) return indirect(launch, dispatch);
  const counts: [number, number, number] = [1, 1, 1];
  for (const [axis, expression] of dispatch.entries()) {
    const count = evaluateCount((known) => expression.evaluate(known), launch.variables);
    if (!count.ok) return failed('validation', `dispatch in ${'xyz'[axis]} ${count.failure.message}`);
    counts[axis] = count.value;
  }
  return succeeded(counts);
}

/** Bytes of three counts. */
const countBytes = 12;

function indirect(
  { index, buffers, bindings, variables }: LaunchToSize,
  dispatch: Extract<PassDefinition['dispatch'], { readonly indirect: string }>,
): Outcome<Workgroups> {
  const refuse = (why: string) => failed('validation', why, dispatch.at?.());
  const at = buffers.findIndex(({ name }) => name === dispatch.indirect);
  const buffer = buffers[at];
  const name = `buffer \`${dispatch.indirect}\``;
  if (buffer === undefined) return refuse(`there is no ${name} to take the dispatch from`);
  const offset = evaluateOrFail((known) => dispatch.offset.evaluate(known), variables);
  if (!offset.ok) return refuse(`the offset of the dispatch ${offset.failure.message}`);
  const offsetBytes = Number(offset.value);
  if (!(offsetBytes >= 0) || offsetBytes % 4 !== 0)
    return refuse(`the offset of the dispatch is ${offset.value}; it must be a multiple of 4`);
  if (buffer.type !== 'u32' || buffer.kind === 'uniform')
    return refuse(`the dispatch is taken from ${name}, which is no storage buffer of u32`);
  if (offsetBytes + countBytes > buffer.byteLength)
    return refuse(`three counts at byte ${offsetBytes} do not fit ${name} of ${buffer.byteLength} bytes`);
  const writes = (pass: readonly PassBinding[]) =>
    pass.some((binding) => binding.buffer === at && binding.kind === 'storage');
  // WebGPU forbids it: a launch reads its size while others of it may write.
  if (writes(bindings[index] ?? []))
    return refuse(`the pass itself has ${name} writable, from which its dispatch is taken`);
  const isGiven =
    !buffer.scratch && buffer.clear === undefined && (buffer.values !== null || buffer.fill !== 'zeros');
  if (!isGiven && !bindings.slice(0, index).some(writes))
    return refuse(`no earlier pass writes ${name}, from which the dispatch is taken`);
  return succeeded({ indirect: at, offsetBytes });
}

const unknownCounts = [Number.NaN, Number.NaN, Number.NaN] as const;

/** A pass as it is counted: buffers where it has them, workgroups unknown if another pass works them out. */
export function countedLaunch(
  { dispatch, workgroupSize, bindings }: PassLaunch,
  buffers: readonly BufferBinding[],
): CountedPass['launch'] {
  const isMoved = bindings.some((binding) => !isAtHome(binding, buffers));
  return {
    dispatch: 'indirect' in dispatch ? unknownCounts : dispatch,
    workgroupSize,
    buffers: isMoved
      ? bindings.map(({ buffer, group, binding, kind }) => ({
          ...(buffers[buffer] as BufferBinding),
          group,
          binding,
          kind,
        }))
      : buffers,
  };
}
