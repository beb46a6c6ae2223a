// Decodes the dense text coding; `bytes` is how many come out.
function logpaneDense(text, bytes) {
  const FORBIDDEN = [0x00, 0x08, 0x0a, 0x0d, 0x1a, 0x1b, 0x3c, 0x7f];
  const out = new Uint8Array(bytes);
  let held = 0, bits = 0, at = 0;
  const put = (group) => {
    held = (held << 7) | group;
    bits += 7;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) {
      if (code !== 10 && code !== 13) put(code);
    } else {
      put(FORBIDDEN[(code - 0x80) >> 7]);
      put((code - 0x80) & 0x7f);
    }
  }
  return out;
}
