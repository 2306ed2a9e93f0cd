import { expect, test } from 'vitest';
import { placeOf } from '../../../../src/wire/postgres/resolve/place.ts';
import { aTarget } from '../../../protocols/psql/stage.ts';

const peer = { address: '10.0.0.9', port: 5433 };
const own = { host: 'service prod', port: 'service prod' };

test.each([
  ['a name', aTarget(), { host: 'db1.example.org', port: 5433 }],
  [
    'an address behind a name',
    aTarget({ servers: [{ host: 'dev', hostaddr: '10.0.0.9', port: 5433 }] }),
    { host: '10.0.0.9', port: 5433 },
  ],
  [
    'one of several servers',
    aTarget({
      servers: [
        { host: 'dev', port: 5433 },
        { host: 'prod', port: 5433 },
      ],
    }),
    { host: '10.0.0.9', port: 5433 },
  ],
  [
    'a service',
    aTarget({ service: 'prod', sources: own }),
    { host: 'db1.example.org', port: 5433, service: 'prod' },
  ],
  [
    'a service at the usual port',
    aTarget({ service: 'prod', sources: { host: 'service prod', port: 'default' } }),
    { host: 'db1.example.org', port: 5433, service: 'prod' },
  ],
  [
    'a service whose port was given otherwise',
    aTarget({ service: 'dev', sources: { host: 'service dev', port: 'PGPORT' } }),
    { host: 'db1.example.org', port: 5433 },
  ],
  [
    'a service whose host was given otherwise',
    aTarget({ service: 'dev', sources: { host: 'argument', port: 'service dev' } }),
    { host: 'db1.example.org', port: 5433 },
  ],
  [
    'a service whose address was given otherwise',
    aTarget({ service: 'prod', sources: { ...own, hostaddr: 'PGHOSTADDR' } }),
    { host: 'db1.example.org', port: 5433 },
  ],
])('%s', (_, target, place) => {
  expect(placeOf(target, peer)).toEqual(place);
});
