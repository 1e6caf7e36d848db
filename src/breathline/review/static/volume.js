// Scans and label maps as the server gives them. Axes: slices to the head, rows to the front, columns to the right.
const DIMS = 40;
const DATATYPE = 70;
const OFFSET = 108;
const INT16 = 4;

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error((await response.json()).message);
  return response.arrayBuffer();
}

const ahead = new Map();

// Ask for the coarse view of a scan before anything else is known of it.
export function fetchAhead(number) {
  const coming = fetchScan(number, true);
  coming.catch(() => {}); // told by whoever takes it
  ahead.set(number, coming);
}

// The coarse view of a scan, which may have been asked for already.
export function fetchCoarse(number) {
  const coming = ahead.get(number) ?? fetchScan(number, true);
  ahead.delete(number);
  return coming;
}

// A scan in Hounsfield units: `size` is its number of slices, rows and columns.
export async function fetchScan(number, coarse) {
  const content = await fetched(`/data/${number}/view${coarse ? "-coarse" : ""}.nii`);
  const header = new DataView(content);
  if (header.getInt16(DATATYPE, true) !== INT16) throw new Error("int16 was expected");
  const size = [3, 2, 1].map((axis) => header.getInt16(DIMS + 2 * axis, true));
  return { size, data: new Int16Array(content, header.getFloat32(OFFSET, true), size[0] * size[1] * size[2]) };
}

// A label map at full detail, such as `0/lungs`.
export async function fetchLabels(source) {
  return new Uint8Array(await fetched(`/data/${source}`));
}
