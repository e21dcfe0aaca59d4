/**
 * Work in pieces, a fixed number of them under way at once: `fn` is called with
 * where a piece begins and how long it is, until `count` are done.
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
