import { type Recording, validateRecording } from '../schema/index.ts';
import {
  type CachedFile,
  checkData,
  type FileFormat,
  readCachedFile,
  readFileOf,
  writeFileOf,
} from './file-format.ts';

function findTunableFault(recording: Recording): string | null {
  const names = new Set<string>();
  for (const { name, values } of recording.tunables) {
    if (names.has(name)) return `it has two tunables "${name}"`;
    names.add(name);
    if (new Set(values).size !== values.length) return `tunable "${name}" has a value twice`;
  }
  return null;
}

function findMeasurementFault(recording: Recording): string | null {
  const { tunables, featureNames = [] } = recording;
  const seen = new Set<string>();
  for (const [index, measurement] of recording.measurements.entries()) {
    const place = `/measurements/${index}`;
    const { values, failure, features } = measurement;
    if (values.length !== tunables.length) {
      return `${place} has ${values.length} values for ${tunables.length} tunables`;
    }
    for (const [i, tunable] of tunables.entries()) {
      if ((values[i] ?? 0) >= tunable.values.length)
        return `${place} names a value that "${tunable.name}" lacks`;
    }
    const key = values.join(',');
    if (seen.has(key)) return `${place} repeats a configuration`;
    seen.add(key);
    if (failure === undefined && measurement.latencyMs === undefined) {
      return `${place} has neither a latency nor a failure`;
    }
    if (recording.meter === null && measurement.joules !== undefined) {
      return `${place} has an energy although the recording has no meter`;
    }
    if (features !== undefined && features.length !== featureNames.length) {
      return `${place} has ${features.length} features for ${featureNames.length} feature names`;
    }
  }
  return null;
}

const format: FileFormat<Recording> = {
  title: 'a recording',
  schema: 'joulegate-recording',
  version: 1,
  maxBytes: 128 * 1024 * 1024,
  expandedLevels: 2,
  validate: validateRecording,
  findFault: (recording) => findTunableFault(recording) ?? findMeasurementFault(recording),
};

/** Checks a recording that was made from another program's file, named by `label`. @throws JoulegateError (bad-input). */
export function checkRecording(recording: Recording, label: string): Recording {
  return checkData(format, recording, label);
}

/** Reads and checks a recording, `.gz` unpacked. @throws JoulegateError (bad-input) naming the file and what is wrong. */
export function readRecording(path: string): Recording {
  return readFileOf(format, path);
}

/** As `readRecording` for a file from a cache or artifact: an unusable one is set aside. */
export function readCachedRecording(path: string): CachedFile<Recording> {
  return readCachedFile(format, path);
}

/** Writes atomically, packed if the name ends in `.gz`. @throws JoulegateError (bad-input, `cannot-write`). */
export function writeRecording(path: string, recording: Recording): void {
  writeFileOf(format, path, recording);
}
