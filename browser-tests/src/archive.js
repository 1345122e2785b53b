// A base map of one tile, made here: all land. https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md

const varint = (number) => {
  const bytes = [];
  let left = number;
  while (left > 127) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
};
const bytes = (field, content) => [...varint(field * 8 + 2), ...varint(content.length), ...content];
const number = (field, value) => [...varint(field * 8), ...varint(value)];
const text = (field, value) => bytes(field, [...Buffer.from(value)]);
const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);

/** A vector tile with one layer that covers it all (Mapbox Vector Tile 2.1). */
function tile(layer) {
  const ring = [9, zigzag(0), zigzag(0), 26, zigzag(4096), 0, 0, zigzag(4096), zigzag(-4096), 0, 15];
  const feature = [...number(3, 3), ...bytes(4, ring.flatMap(varint))];
  return bytes(3, [...number(15, 2), ...text(1, layer), ...bytes(2, feature), ...number(5, 4096)]);
}

/** An archive whose only tile, that of the whole world, is land. */
export function archive() {
  const data = Buffer.from(tile('earth'));
  const metadata = Buffer.from(JSON.stringify({ attribution: '<a href="https://example.jp">見本の<b>地図</b></a>', vector_layers: [{ id: 'earth' }] }));
  const directory = Buffer.from([1, 0, 1, ...varint(data.length), 1]);
  const header = Buffer.alloc(127);
  header.write('PMTiles');
  header[7] = 3;
  const begin = 127;
  [begin, directory.length, begin + directory.length, metadata.length, 0, 0, begin + directory.length + metadata.length, data.length, 1, 1, 1].forEach((value, place) =>
    header.writeBigUInt64LE(BigInt(value), 8 + 8 * place),
  );
  // Clustered, nothing compressed, vector tiles, zoom 0 only.
  header.set([1, 1, 1, 1, 0, 0], 96);
  [-1800000000, -850000000, 1800000000, 850000000].forEach((value, place) => header.writeInt32LE(value, 102 + 4 * place));
  return Buffer.concat([header, directory, metadata, data]);
}
