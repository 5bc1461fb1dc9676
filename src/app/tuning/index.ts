export { openCostModel, saveCostModel } from './cost-model-file.ts';
export { type Final, runFinals } from './finals.ts';
export { otherDevice } from './other-device.ts';
export { costRows, searchWorkload, type WorkloadSearch } from './search-workload.ts';
export { openStateFolder } from './state-folder.ts';
