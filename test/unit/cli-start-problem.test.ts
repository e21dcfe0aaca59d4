import { createServer } from "node:net";
import { expect, test } from "vitest";
import { findStartProblem } from "../../node/cli/start-problem.ts";

async function listenError(port: number, host: string): Promise<Error> {
	const { promise, resolve } = Promise.withResolvers<Error>();
	createServer().on("error", resolve).listen(port, host);
	return promise;
}

test("a port in use is one sentence, however deep a library has wrapped it", async () => {
	const holder = createServer();
	await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
	const { port } = holder.address() as { port: number };
	const error = await listenError(port, "127.0.0.1");
	holder.close();
	const sentence = `Port ${port} on 127.0.0.1 is in use; choose another one, or end the program that has it.`;
	expect(findStartProblem(error)).toBe(sentence);
	expect(findStartProblem(new Error("start", { cause: error }))).toBe(sentence);
	const text = `Some addresses failed:\n\n  /ip4/127.0.0.1/tcp/${port}: Error: ${error.message}\n    at Server`;
	expect(findStartProblem(new Error(text))).toBe(sentence);
});

test("an address that is not this machine's is one sentence", async () => {
	const error = await listenError(1_234, "192.0.2.1");
	expect(findStartProblem(error)).toBe(
		"Port 1234 on 192.0.2.1 is not an address of this machine; choose one that is.",
	);
});

test("other errors are not the user's", () => {
	expect(findStartProblem(new TypeError("x is not a function"))).toBe(
		undefined,
	);
	expect(findStartProblem("thrown text")).toBe(undefined);
});
