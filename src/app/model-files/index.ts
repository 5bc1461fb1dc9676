export { type ImportedModel, importOnnx } from './import-model.ts';
