export { exportRecording } from './export.ts';
export { importRecording } from './import.ts';
export { record } from './record.ts';
export { describeDevice, describeMeter, fromRecordingRow, recordingOf } from './rows.ts';
export { subjectDigest } from './subject-digest.ts';
