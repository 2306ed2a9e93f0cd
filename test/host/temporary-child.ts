// A guard that makes a folder with a password file, says where, and waits to be killed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../../src/host/temporary.ts';

const { path } = makeTemporaryFolder(process.argv[2]);
writeFileSync(join(path, 'passfile'), 'secret');
process.stdout.write(`${path}\n`);
setInterval(() => undefined, 60_000);
