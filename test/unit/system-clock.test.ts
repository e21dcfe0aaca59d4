import { once } from "node:events";
import { expect, test } from "vitest";
import { systemClock } from "../../node/world/clock.ts";

test("a timer for a time that has passed meanwhile fires at once, and warns nobody", async () => {
	const warnings: Error[] = [];
	const listen = (warning: Error) => warnings.push(warning);
	process.on("warning", listen);
	try {
		await new Promise<void>((resolve) => {
			systemClock.after(-0.5, resolve);
		});
		// Warnings come in the order in which they were raised: this one is behind all others.
		const last = once(process, "warning");
		process.emitWarning("the last one");
		await last;
	} finally {
		process.off("warning", listen);
	}
	expect(warnings.map(({ message }) => message)).toEqual(["the last one"]);
});
