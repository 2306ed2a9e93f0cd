import { preparedNothing } from './x.ts';
