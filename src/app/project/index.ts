export { type ExpectedMinutes, expectMinutes, whatHalves } from './expected-minutes.ts';
export { withoutLocalPaths } from './local-paths.ts';
export { medianOrNull } from './median-or-null.ts';
export { namesFolder } from './names-folder.ts';
export {
  absolutePath,
  displayPath,
  folderIn,
  type OpenedManifest,
  openManifest,
  readManifest,
  repositoryOf,
  selectKernels,
} from './open-manifest.ts';
export { readRecordings } from './read-recordings.ts';
export { prepareReportFolder, type ReportPlace, writeReportFiles } from './report-files.ts';
export { fitsSpace, shippedConfiguration } from './shipped-configuration.ts';
export { loadReport } from './show-report.ts';
