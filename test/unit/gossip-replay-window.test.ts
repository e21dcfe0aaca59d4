/** Messages pass once, and old ones not at all. */
import { beforeEach, expect, test } from "vitest";
import { ReplayWindow } from "../../node/gossip/replay-window.ts";
import { REPLAY_WINDOW, SENDER_FORGOTTEN_MS } from "../../protocol/limits.ts";

let window: ReplayWindow;
beforeEach(() => {
	window = new ReplayWindow();
});

test("a message passes once", () => {
	expect(window.admits("a", 1, 5, 0)).toBe(true);
	expect(window.admits("a", 1, 5, 0)).toBe(false);
	expect(window.admits("b", 1, 5, 0)).toBe(true);
});

test("messages within the window pass in any order, each once", () => {
	const order = [10, 12, 11, 9, 300, 299, 301];
	expect(order.map((seq) => window.admits("a", 1, seq, 0))).toEqual(
		order.map(() => true),
	);
	expect(order.map((seq) => window.admits("a", 1, seq, 0))).toEqual(
		order.map(() => false),
	);
});

test("a message before the window does not pass", () => {
	window.admits("a", 1, REPLAY_WINDOW + 1, 0);
	expect(window.admits("a", 1, 1, 0)).toBe(false);
	expect(window.admits("a", 1, 2, 0)).toBe(true);
});

test("a newer epoch starts anew and shuts out the older", () => {
	window.admits("a", 1, 500, 0);
	expect(window.admits("a", 2, 1, 0)).toBe(true);
	expect(window.admits("a", 1, 501, 0)).toBe(false);
});

test("a sender long silent may start again from an earlier epoch", () => {
	window.admits("a", 7, 500, 0);
	expect(window.admits("a", 1, 1, SENDER_FORGOTTEN_MS - 1)).toBe(false);
	expect(window.admits("a", 1, 1, SENDER_FORGOTTEN_MS)).toBe(true);
});

test("repeats do not keep a sender remembered", () => {
	window.admits("a", 7, 500, 0);
	window.admits("a", 7, 500, SENDER_FORGOTTEN_MS - 1);
	expect(window.admits("a", 1, 1, SENDER_FORGOTTEN_MS)).toBe(true);
});

test("a sender that is not kept is discarded", () => {
	window.admits("a", 1, 5, 0);
	window.admits("b", 1, 5, 0);
	window.keep(new Set(["b"]));
	expect(window.admits("a", 1, 5, 0)).toBe(true);
	expect(window.admits("b", 1, 5, 0)).toBe(false);
});
