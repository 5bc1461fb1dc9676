import { NotKnown } from '../shapes/index.ts';
import { type Mapping, mapped } from './call.ts';
import { elementMappings } from './elements.ts';
import { imageMappings } from './images.ts';
import { productMappings } from './products.ts';
import { rowMappings } from './rows.ts';

/** Nothing moves, or it is worked out before the network runs. */
const none: Mapping = { call: () => null };

/** What runs inside is decided when the network runs. */
const decided: Mapping = {
  call: () => {
    throw new NotKnown('branch');
  },
};

/** The one table of operators of ONNX that are ours. What is not in it is listed as not covered. */
export const mappings: Readonly<Record<string, Mapping>> = {
  ...productMappings,
  ...imageMappings,
  ...rowMappings,
  ...elementMappings,
  ...mapped('If Loop Scan', decided),
  ...mapped(
    'Constant ConstantOfShape Dropout Flatten Identity Range Reshape Shape Size Squeeze Unsqueeze',
    none,
  ),
};
