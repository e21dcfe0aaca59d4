/**
 * Does work in pieces, a fixed number of them under way at once: calls `fn` with the
 * beginning and the length of each piece, until `count` are done.
 */
export async function inPieces(
	count: number,
	pieceSize: number,
	inFlight: number,
	fn: (from: number, length: number) => Promise<void>,
): Promise<void> {
	let next = 0;
	const worker = async () => {
		while (next < count) {
			const from = next;
			next = Math.min(from + pieceSize, count);
			await fn(from, next - from);
		}
	};
	await Promise.all(Array.from({ length: inFlight }, worker));
}
