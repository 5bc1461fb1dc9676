export {
  artifactName,
  notMeasured,
  uploadArtifact,
} from './artifact.ts';
export {
  type CollectedReport,
  type CollectFault,
  collectReports,
  stateFile,
} from './collect-reports.ts';
export { readZip, UnusableZipError } from './zip.ts';
