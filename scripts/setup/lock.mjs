/**
 * One set-up at a time in one checkout.
 *
 * The lock is a listening socket in Linux's abstract namespace: the kernel takes it back
 * however its holder ends, so it cannot go stale, and those who wait notice at once
 * because their connection to it closes. Other systems have no such thing, and so no
 * lock: two set-ups started in the same second may then disturb each other, and running
 * one again mends it.
 */
import { createHash } from "node:crypto";
import { connect, createServer } from "node:net";

/**
 * Resolves when the turn is ours; it is held until this process ends.
 * @param {string} root The checkout.
 * @param {() => void} onWait Called once if it is somebody else's.
 */
export async function waitForTurn(root, onWait) {
	if (process.platform !== "linux") return;
	const hash = createHash("sha256").update(root).digest("hex").slice(0, 16);
	const address = `\0hearsay-setup-${hash}`;
	if (await take(address)) return;
	onWait();
	do await released(address);
	while (!(await take(address)));
}

/** @param {string} address @returns {Promise<boolean>} */
function take(address) {
	return new Promise((resolve, reject) => {
		const server = createServer((waiting) => {
			// The socket is open until this process ends, but does not keep it alive.
			waiting.unref();
			waiting.on("error", () => waiting.destroy());
		});
		server.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
			if (error.code === "EADDRINUSE") resolve(false);
			else reject(error);
		});
		server.listen(address, () => {
			server.unref();
			resolve(true);
		});
	});
}

/** @param {string} address @returns {Promise<void>} */
function released(address) {
	return new Promise((resolve) => {
		const holder = connect(address);
		// A holder that ended meanwhile refuses the connection: an error, and the same news.
		holder.on("error", () => holder.destroy());
		holder.once("close", () => resolve());
		holder.resume();
	});
}
