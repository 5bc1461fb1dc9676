export { type ImportedModel, importGguf, importOnnx } from './import-model.ts';
