/** Waits: for whom they go on, and until when. */
import { EventEmitter } from "node:events";
import type { FastifyReply } from "fastify";
import { expect, test } from "vitest";
import { Waits } from "../../node/http/door/waits.ts";

/** An answer that nobody takes any more once its client has hung up. */
function replyOf(hasHungUp: boolean) {
	const raw = Object.assign(new EventEmitter(), { destroyed: hasHungUp });
	return { raw, reply: { raw } as unknown as FastifyReply };
}

test("a client that hangs up is no longer waited for", async () => {
	const { raw, reply } = replyOf(false);
	const held = new Waits().hold(
		reply,
		(signal) =>
			new Promise((resolve) => {
				signal.addEventListener("abort", () => resolve("over"));
			}),
	);
	raw.emit("close");
	expect(await held).toBe("over");
	expect(raw.listenerCount("close")).toBe(0);
});

test("a client that had hung up before is not waited for at all", async () => {
	const { reply } = replyOf(true);
	const isOver = await new Waits().hold(reply, async ({ aborted }) => aborted);
	expect(isOver).toBe(true);
});
