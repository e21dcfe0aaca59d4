/**
 * Takes out of a program what is not loaded when it runs: symbols and what debuggers read,
 * a quarter of Node.js. `strip` of binutils does the same, but not every machine has it, and
 * hardly any has one for the programs of other processors.
 */

/** Offsets in the file's header, in ELF's 64-bit little-endian format. */
const SECTIONS_AT = 0x28;
const SECTION_BYTES_AT = 0x3a;
const SECTION_COUNT_AT = 0x3c;
const NAMES_INDEX_AT = 0x3e;
/** Offsets in a section's header. */
const FLAGS_AT = 0x08;
const OFFSET_AT = 0x18;
const SIZE_AT = 0x20;
const TYPE_AT = 0x04;
const NO_BITS = 8;
const ALLOCATED = 2n;
const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);

/** Strips a program. @throws Error for what is no such program, or has its parts in another order */
export function strip(program: Buffer): Buffer {
	if (!program.subarray(0, MAGIC.length).equals(MAGIC))
		throw new Error("this is no program for 64-bit Linux");
	const headers = sectionHeaders(program);
	const last = headers.findLastIndex(isLoaded);
	const kept = headers.slice(0, last + 1);
	// The first section is empty, by definition.
	if (!kept.slice(1).every(isLoaded))
		throw new Error("sections that are loaded come after others");
	const loadedEnd = Math.max(...kept.map(endOf));
	const names = headers[program.readUInt16LE(NAMES_INDEX_AT)];
	if (names === undefined) throw new Error("its sections have no names");
	const namesAt = Number(names.readBigUInt64LE(OFFSET_AT));
	const namesSize = Number(names.readBigUInt64LE(SIZE_AT));
	const moved = Buffer.from(names);
	moved.writeBigUInt64LE(BigInt(loadedEnd), OFFSET_AT);
	const padding = -(loadedEnd + namesSize) & 7;
	const stripped = Buffer.concat([
		program.subarray(0, loadedEnd),
		program.subarray(namesAt, namesAt + namesSize),
		Buffer.alloc(padding),
		...kept,
		moved,
	]);
	const tableAt = loadedEnd + namesSize + padding;
	stripped.writeBigUInt64LE(BigInt(tableAt), SECTIONS_AT);
	stripped.writeUInt16LE(kept.length + 1, SECTION_COUNT_AT);
	stripped.writeUInt16LE(kept.length, NAMES_INDEX_AT);
	return stripped;
}

function sectionHeaders(program: Buffer): Buffer[] {
	const at = Number(program.readBigUInt64LE(SECTIONS_AT));
	const bytes = program.readUInt16LE(SECTION_BYTES_AT);
	const count = program.readUInt16LE(SECTION_COUNT_AT);
	return Array.from({ length: count }, (_, i) =>
		program.subarray(at + i * bytes, at + (i + 1) * bytes),
	);
}

function isLoaded(header: Buffer): boolean {
	return (header.readBigUInt64LE(FLAGS_AT) & ALLOCATED) !== 0n;
}

/** The end of a section in the file. */
function endOf(header: Buffer): number {
	if (header.readUInt32LE(TYPE_AT) === NO_BITS) return 0;
	return Number(
		header.readBigUInt64LE(OFFSET_AT) + header.readBigUInt64LE(SIZE_AT),
	);
}
