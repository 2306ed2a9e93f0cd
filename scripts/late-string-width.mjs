// Stands for string-width in the bundle: its table of emoji takes 30 ms to build, and most texts are plain ASCII.
const PLAIN = /^[\x20-\x7e]*$/;
let real;

export default function stringWidth(text, options) {
  if (PLAIN.test(text)) return text.length;
  real ??= require('../node_modules/string-width/index.js').default;
  return real(text, options);
}
