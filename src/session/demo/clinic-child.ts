import { GuardError } from '../../model/errors.ts';
import { serveClinic } from './clinic-server.ts';

/** The demo database in a process of its own, so that its memory is not guard's. Arguments: packed data folder, socket path. */
const [packed, socketPath] = process.argv.slice(2);
if (packed === undefined || socketPath === undefined)
  throw new GuardError('USAGE', 'packed data folder and socket path are needed');
await serveClinic(packed, socketPath);
process.send?.('ready');
process.on('disconnect', () => process.exit(0));
