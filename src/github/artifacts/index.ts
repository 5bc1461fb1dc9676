export {
  type ArtifactLabel,
  type ArtifactTask,
  artifactName,
  type UploadedArtifact,
  uploadArtifact,
} from './artifact.ts';
export {
  type CollectedReport,
  type CollectedReports,
  type CollectFault,
  type CollectTask,
  collectReports,
  stateFile,
} from './collect-reports.ts';
export { readZip, UnusableZipError, type ZipLimits } from './zip.ts';
