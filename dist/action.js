import { createRequire as joulegateCreateRequire } from 'node:module';
const require = joulegateCreateRequire(import.meta.url);
