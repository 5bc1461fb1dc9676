export { type ExportOptions, type ExportSummary, exportRecording } from './export.ts';
export { type ImportOptions, type ImportSummary, importRecording } from './import.ts';
export { type RecordOptions, type RecordSummary, record } from './record.ts';
export { describeDevice, describeMeter, fromRecordingRow, recordingOf } from './rows.ts';
export { subjectDigest } from './subject-digest.ts';
