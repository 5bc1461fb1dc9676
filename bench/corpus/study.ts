import { createVariantBuilder, featureNames, type Pass } from '../../src/kernel/index.ts';
import { type DeviceLimits, type FileReader, parseManifest } from '../../src/manifest/index.ts';
import { type Draft, filled } from './draft.ts';

/** What came of an entry point that was drafted. */
export interface EntryResult {
  readonly kernel: string;
  readonly entry: string;
  /** Why no variant can be built of it; null if one can. */
  readonly notBuilt: string | null;
  /** Features without a number. */
  readonly unknown: readonly string[];
  readonly passes: readonly CompiledPass[];
  /** What the device's compiler says; null if it takes it with the bind groups that were read off it. Absent: not asked. */
  compiled?: { readonly error: string | null; readonly bindGroups: string | null };
}

/** What the compiler is given: a program, and where it has buffers. */
export interface CompiledPass {
  readonly wgsl: string;
  readonly entryPoint: string;
  readonly bindings: readonly Pick<Pass['bindings'][number], 'group' | 'binding' | 'kind'>[];
  readonly features: readonly string[];
}

export interface FileResult {
  readonly path: string;
  readonly outcome: Draft['outcome'];
  readonly reason: string | null;
  readonly leftOut: readonly string[];
  readonly entries: readonly EntryResult[];
  /** Of a file that was refused as unreadable: its text, for the compiler to say whether it is a program. */
  readonly asWritten: string | null;
  /** Whether the compiler takes what was refused as unreadable. */
  compilesAsWritten?: boolean;
}

/** More than any device has: what a kernel needs is not the question. */
const limits: DeviceLimits = {
  max_workgroup_storage: 65_536,
  max_invocations: 1024,
  max_workgroup_size_x: 1024,
  max_workgroup_size_y: 1024,
  max_workgroup_size_z: 1024,
  max_workgroups: 65_535,
  max_buffer_bytes: 2 ** 31,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 4,
  subgroup_max: 128,
};

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly text: string;
  readonly reader: FileReader;
}

/** Builds every kernel that was drafted of a file. */
export async function study(made: Draft, { path, text, reader }: Place): Promise<FileResult> {
  const whole = { path, outcome: made.outcome, leftOut: [], entries: [], asWritten: null };
  if (made.outcome !== 'drafted') {
    const isUnread = made.outcome === 'refused' && made.reason.includes('cannot be read');
    return { ...whole, reason: made.reason, asWritten: isUnread ? text : null };
  }
  try {
    return {
      ...whole,
      reason: null,
      leftOut: made.leftOut,
      entries: await builtEntries(made.entries, reader),
    };
  } catch (error) {
    return {
      ...whole,
      outcome: 'crash',
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

async function builtEntries(entries: string, reader: FileReader): Promise<readonly EntryResult[]> {
  const parsed = parseManifest({
    path: 'joulegate.yaml',
    text: filled(entries),
    reader,
    folder: '',
    operators: [],
  });
  if (parsed.manifest === null) {
    const names = [...entries.matchAll(/^ {2}(\S+):$/gm)].map(([, name = '']) => name);
    const [fault = ''] = parsed.problems.map(({ message, line }) => `${message} (line ${line})`);
    return names.map((kernel) => ({ kernel, entry: '', notBuilt: fault, unknown: [], passes: [] }));
  }
  const results: EntryResult[] = [];
  for (const kernel of parsed.manifest.kernels) {
    const [workload] = kernel.workloads;
    if (workload === undefined) continue;
    const builder = createVariantBuilder({ kernel, workload, limits });
    const built = await builder.build(kernel.defaults);
    const named = { kernel: kernel.name, entry: kernel.passes[0]?.entry ?? '' };
    if (!built.ok) {
      const { kind, message, line } = built.failure;
      results.push({
        ...named,
        notBuilt: `${kind}: ${message} (line ${line ?? '-'})`,
        unknown: [],
        passes: [],
      });
      continue;
    }
    const features = builder.features(built.value);
    const program = built.value.program;
    results.push({
      ...named,
      notBuilt: null,
      unknown: featureNames.filter((_, i) => Number.isNaN(features[i])),
      passes: (program?.passes ?? []).map(({ wgsl, entryPoint, bindings }) => ({
        wgsl,
        entryPoint,
        bindings: bindings.map(({ group, binding, kind }) => ({ group, binding, kind })),
        features: program?.requiredFeatures ?? [],
      })),
    });
  }
  return results;
}
