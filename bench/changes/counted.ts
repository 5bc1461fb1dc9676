import type { FeatureVector } from '../../src/kernel/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { openKernel } from './kernels.ts';
import { mutations } from './mutations.ts';
import type { ChangesRecording, MeasuredChange, MeasuredRow } from './recording.ts';

/** A measured configuration with what its program does. */
export interface CountedRow extends MeasuredRow {
  readonly features: FeatureVector;
}

/** A measured change with what both programs do. */
export interface CountedChange extends MeasuredChange {
  /** Programs are equal at this configuration, and are launched alike. */
  readonly equal: boolean;
  readonly base: FeatureVector;
  readonly head: FeatureVector;
}

/** Counts every program of a recording. Measurements of changes that are not there any more are left out. */
export async function countAll(recording: ChangesRecording): Promise<{
  readonly rows: readonly CountedRow[];
  readonly changes: readonly CountedChange[];
}> {
  const { limits } = recording;
  const open = new Map<string, ReturnType<typeof openKernel>['builder']>();
  const builderOf = (kernel: string, name: string | null) => {
    const key = `${kernel}\n${name}`;
    const mutation = mutations.find((one) => one.kernel === kernel && one.name === name);
    if (name !== null && mutation === undefined) return null;
    let builder = open.get(key);
    if (builder === undefined) {
      builder = openKernel(kernel, mutation?.edits ?? [], limits).builder;
      open.set(key, builder);
    }
    return builder;
  };
  const counted = async (kernel: string, name: string | null, configuration: Configuration) => {
    const builder = builderOf(kernel, name);
    const built = await builder?.build(configuration);
    if (!builder || !built?.ok) return null;
    const { program } = built.value;
    const launches = program?.passes.map(({ dispatch }) => dispatch);
    return { features: builder.features(built.value), same: JSON.stringify([program?.identity, launches]) };
  };
  const rows: CountedRow[] = [];
  for (const row of recording.rows) {
    const found = await counted(row.kernel, null, row.configuration);
    if (found !== null) rows.push({ ...row, features: found.features });
  }
  const changes: CountedChange[] = [];
  for (const change of recording.changes) {
    const base = await counted(change.kernel, null, change.configuration);
    const head = await counted(change.kernel, change.name, change.configuration);
    if (base === null || head === null) continue;
    changes.push({ ...change, equal: base.same === head.same, base: base.features, head: head.features });
  }
  return { rows, changes };
}
