/** Task code of the proof of cancels: what hears its signal says when, the rest does not listen. */
import { writeFileSync } from "node:fs";
import type { Handlers } from "../../node/executor/task-code.ts";
import { nowMs } from "../bench/clock.ts";

interface Payload {
	readonly file: string;
}

const begin = ({ file }: Payload) => writeFileSync(`${file}.begun`, "");

export default {
	heeds({ file }: Payload, { signal }) {
		begin({ file });
		return new Promise((_resolve, reject) => {
			const alive = setInterval(() => {}, 60_000);
			signal.addEventListener("abort", () => {
				writeFileSync(file, String(nowMs()));
				clearInterval(alive);
				reject(signal.reason);
			});
		});
	},
	ignores(payload: Payload) {
		begin(payload);
		return new Promise(() => {
			setInterval(() => {}, 60_000);
		});
	},
	spins(payload: Payload) {
		begin(payload);
		for (;;);
	},
} satisfies Handlers;
