/** One listening TCP socket of this network namespace. */
export interface ListeningSocket {
  /** Textual address; `0.0.0.0` and `::` listen everywhere. */
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
}

/** TCP_LISTEN in include/net/tcp_states.h. */
const LISTEN = '0A';
/** proc_pid_net(5): sl local rem st tx:rx tr:when retrnsmt uid timeout inode. */
const LINE =
  /^\s{0,8}\d{1,8}: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S{13,37} ([0-9A-F]{2}) \S{17} \S{11} \S{8}\s{1,10}(\d{1,10})\s{1,10}\d{1,10} (\d{1,20}) /;
const WORD_DIGITS = 8;
const HEX = 16;
const MAPPED = '::ffff:';

/** The kernel prints each 32-bit word of an address in the machine's own byte order: little-endian wherever guard runs. */
function wordBytes(word: string): readonly number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), HEX));
}

function addressText(hex: string): string {
  const bytes = Array.from({ length: hex.length / WORD_DIGITS }, (_, index) =>
    wordBytes(hex.slice(index * WORD_DIGITS, (index + 1) * WORD_DIGITS)),
  ).flat();
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: bytes.length / 2 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(HEX),
  );
  return plainAddress(groups.join(':'));
}

/** One spelling per address: IPv4 inside IPv6 as IPv4, `::` and `::1` short. */
export function plainAddress(address: string): string {
  const lower = address.toLowerCase();
  if (lower.startsWith(MAPPED) && lower.includes('.')) return lower.slice(MAPPED.length);
  const groups = lower.split(':');
  if (groups.length !== 8) return lower;
  const numbers = groups.map((group) => Number.parseInt(group, HEX));
  if (numbers.slice(0, 5).every((number) => number === 0) && numbers[5] === 0xffff) {
    const [high = 0, low = 0] = numbers.slice(6);
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  if (numbers.slice(0, 7).every((number) => number === 0))
    return numbers[7] === 0 ? '::' : `::${numbers[7]?.toString(HEX)}`;
  return lower;
}

/** Listening sockets of /proc/net/tcp or /proc/net/tcp6. */
export function parseListeners(table: string): readonly ListeningSocket[] {
  return table.split('\n').flatMap((line) => {
    const [, address, port, state, uid, inode] = LINE.exec(line) ?? [];
    if (address === undefined || port === undefined || inode === undefined || state !== LISTEN) return [];
    return [{ address: addressText(address), port: Number.parseInt(port, HEX), uid: Number(uid), inode }];
  });
}

/** Those that a connection to `address` could have reached: the exact ones, else the ones that listen everywhere. */
export function listenersAt(
  sockets: readonly ListeningSocket[],
  address: string,
  port: number,
): readonly ListeningSocket[] {
  const atPort = sockets.filter((socket) => socket.port === port);
  const exact = atPort.filter((socket) => socket.address === plainAddress(address));
  return exact.length > 0 ? exact : atPort.filter(({ address: any }) => any === '0.0.0.0' || any === '::');
}

/** One listening unix socket, by the path it was bound to. */
export interface ListeningFile {
  readonly path: string;
  readonly inode: string;
}

/** __SO_ACCEPTCON: connections that were accepted carry the same path, but belong to somebody else. */
const ACCEPTS = '00010000';
/** /proc/net/unix: Num RefCount Protocol Flags Type St Inode Path. */
const UNIX_LINE =
  /^[0-9a-f]{8,16}: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2}\s{1,10}(\d{1,20}) (\S.{0,255})$/;

export function parseSocketFiles(table: string): readonly ListeningFile[] {
  return table.split('\n').flatMap((line) => {
    const [, flags, inode, path] = UNIX_LINE.exec(line) ?? [];
    return flags === ACCEPTS && inode !== undefined && path !== undefined ? [{ inode, path }] : [];
  });
}
