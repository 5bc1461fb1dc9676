import { gunzipSync, gzipSync } from 'node:zlib';
import { JoulegateError } from '../errors/index.ts';
import {
  type ModelFile,
  type State,
  type StateAnchor,
  type StateAttempt,
  type StateEntry,
  type StateSample,
  type Tuned,
  validateState,
} from '../schema/index.ts';
import { checkData, type FileFormat, formatFile, parseFile, readFileOf } from './file-format.ts';
import { modelFormat } from './model.ts';
import { tunedFormat } from './tuned.ts';

/** What nightly runs hand on, every part of it checked. */
export interface KeptState {
  readonly family: string;
  readonly model: ModelFile | null;
  readonly tuned: Tuned | null;
  /** Oldest first; bounded. */
  readonly history: readonly StateEntry[];
  /** Samples of A/A blocks, oldest first; bounded. Block numbers are distinct. */
  readonly noise: readonly StateSample[];
  /** One per kernel, workload and machine. */
  readonly anchors: readonly StateAnchor[];
  /** What guard runs measured of comparisons, oldest first; bounded. */
  readonly attempts: readonly StateAttempt[];
}

/** Version of the format; states of other versions are not looked for. */
export const stateVersion = 1;

/** Label of an anchor that no release set. */
export const firstNightsLabel = 'the first nights';

/** As the cost model's own format has it. */
export const maxModelRows = 20_000;

const maxHistory = 20_000;
/** Of one kernel and workload on one machine: ten nights of 20 blocks. */
const maxSubjectNoise = 400;
/** Of all: three nights of 256 shards. */
const maxNoise = 32_000;
const maxAnchors = 32_000;
const maxAttempts = 4000;

const format: FileFormat<State> = {
  title: 'a kept state',
  schema: 'joulegate-state',
  version: stateVersion,
  maxBytes: 256 * 1024 * 1024,
  expandedLevels: 2,
  validate: validateState,
  findFault: () => null,
};

export function emptyState(family: string): KeptState {
  return { family, model: null, tuned: null, history: [], noise: [], anchors: [], attempts: [] };
}

/** The newest samples: a kernel that is measured often pushes out its own, and as long as they fit no other's. */
function boundedNoise(noise: readonly StateSample[]): StateSample[] {
  const counts = new Map<string, number>();
  const newest = noise.toReversed().filter(({ kernel, workload, device }) => {
    const key = JSON.stringify([kernel, workload, device]);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= maxSubjectNoise;
  });
  return newest.slice(0, maxNoise).reverse();
}

/** A state as the bytes of a gzip file; the oldest history beyond its bound is dropped, and so is the oldest noise. */
export function packState(state: KeptState): Uint8Array {
  const file: State = {
    schema: 'joulegate-state',
    version: stateVersion,
    family: state.family,
    model: state.model === null ? null : { ...state.model },
    tuned: state.tuned === null ? null : { ...state.tuned },
    history: state.history.slice(-maxHistory),
    noise: boundedNoise(state.noise),
    anchors: state.anchors.slice(-maxAnchors),
    attempts: state.attempts.slice(-maxAttempts),
  };
  return gzipSync(formatFile(format, file), { level: 9 });
}

/**
 * The reverse of `packState`, for bytes that nobody vouches for: everything in them is checked, the model and the tuned
 * state by their own formats.
 * @throws JoulegateError (bad-input, `damaged-file`)
 */
export function unpackState(bytes: Uint8Array, label: string): KeptState {
  let text: string;
  try {
    text = gunzipSync(bytes, { maxOutputLength: format.maxBytes }).toString('utf8');
  } catch (error) {
    throw new JoulegateError('bad-input', `${label} is no gzip file of a bearable size`, {
      code: 'damaged-file',
      nextStep: 'Nothing: it is made anew.',
      cause: error,
    });
  }
  return checkedParts(parseFile(format, text, label), label);
}

/**
 * A kept state that a user named.
 * @throws JoulegateError (bad-input): see `readTextFile` and `parseFile`
 */
export function readState(path: string): KeptState {
  return checkedParts(readFileOf(format, path), path);
}

/** Whether there is no cost model, or one of an earlier version: that is made anew, and the history beside it is not lost for it. */
function isOlder(model: State['model']): model is null {
  const version = (model as { readonly version?: unknown } | null)?.version;
  return model === null || (typeof version === 'number' && version < modelFormat.version);
}

function checkedParts(state: State, label: string): KeptState {
  return {
    family: state.family,
    model: isOlder(state.model) ? null : checkData(modelFormat, state.model, `the model in ${label}`),
    tuned: state.tuned === null ? null : checkData(tunedFormat, state.tuned, `the tuned state in ${label}`),
    history: state.history,
    noise: state.noise,
    anchors: state.anchors ?? [],
    attempts: state.attempts ?? [],
  };
}
