/** How the pieces of an encrypted message are handed to the transport. */
import type { ConnectionEncrypter, MessageStream } from "@libp2p/interface";
import { expect, test } from "vitest";
import { inOneWrite } from "../../node/gossip/one-write.ts";

/** A list of pieces, as far as a transport looks at it. */
class Pieces {
	readonly #pieces: readonly number[][];
	constructor(...pieces: number[][]) {
		this.#pieces = pieces;
	}
	subarray(): Uint8Array {
		return Uint8Array.from(this.#pieces.flat());
	}
}

test.each(["secureOutbound", "secureInbound"] as const)(
	"what %s sends in pieces is written at once, and the answer of the write passed on",
	async (way) => {
		const written: unknown[] = [];
		const connection = {
			send(data: Uint8Array) {
				written.push(data);
				return false;
			},
		} as unknown as MessageStream;
		const answers: boolean[] = [];
		const encrypt = async (under: MessageStream) => {
			const pieces = new Pieces([0, 2], [7, 8]);
			answers.push(under.send(pieces as unknown as Uint8Array));
			answers.push(under.send(Uint8Array.of(9)));
			return { connection: under };
		};
		const encrypter = {
			...{ protocol: "/fake", secureOutbound: encrypt, secureInbound: encrypt },
		} as unknown as ConnectionEncrypter;
		const joined = inOneWrite(() => encrypter)({});
		expect(joined).toBe(encrypter);
		await joined[way](connection);
		expect(written).toEqual([Uint8Array.of(0, 2, 7, 8), Uint8Array.of(9)]);
		expect(answers).toEqual([false, false]);
	},
);
