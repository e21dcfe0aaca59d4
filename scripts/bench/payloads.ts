/** How Hearsay's rates change with the size of payloads, from small to the largest. */
import { type Case, measureOfCases } from "./cases.ts";
import { hearsay } from "./hearsay.ts";
import { backlogRate, bulkRate, perSecond } from "./rates.ts";
import { sideOf } from "./sides.ts";

/** The most bytes in payloads of one size, so that large ones do not take all day. */
const BYTES_TOTAL_MAX = 128 * 1024 * 1024;
const SIZES = {
	"100 B": 100,
	"1 KiB": 1024,
	"16 KiB": 16 * 1024,
	"256 KiB": 256 * 1024,
};

export const payloads = measureOfCases(
	"payloads",
	`Accepted by one node, then run by another; the second half counts; at most ${BYTES_TOTAL_MAX / 2 ** 20} MiB of a size.`,
	Object.entries(SIZES).map(payloadCase),
);

function payloadCase([name, bytes]: readonly [string, number]): Case {
	// As JSON text, including the quotation marks.
	const payload = "x".repeat(bytes - 2);
	return {
		lines: {
			submit: perSecond(`payloads of ${name}: submit`),
			process: perSecond(`payloads of ${name}: process`),
			volume: {
				title: `payloads of ${name}: process`,
				unit: "MB/s",
				better: "higher",
			},
		},
		run: sideOf(hearsay, "accepting", async (scheduler, { tasks }) => {
			const half = Math.min(tasks, Math.floor(BYTES_TOTAL_MAX / bytes / 2));
			const submit = await bulkRate(scheduler, half, { payload });
			const process = await backlogRate(scheduler, 2 * half);
			return { submit, process, volume: (process * bytes) / 1e6 };
		}),
	};
}
