/** Bodies: what an operation takes, bent; and JSON and NDJSON that are none. */
import {
	ITEMS_MAX,
	JSON_DEPTH_MAX,
	PAYLOAD_BYTES_MAX,
} from "../../protocol/limits.ts";
import type { Operation, Shape } from "../../protocol/operation.ts";
import { EXAMPLES } from "../../protocol/schema/examples.ts";
import { bent, type Draws, TEXTS } from "./draws.ts";

/** One that the operation would take. */
function exampleOf(draws: Draws, shape: Shape): unknown {
	if (typeof shape === "string") return EXAMPLES[shape];
	if ("anyOf" in shape) return exampleOf(draws, draws.one(shape.anyOf));
	if ("arrayOf" in shape)
		return Array.from({ length: draws.below(4) }, () =>
			exampleOf(draws, shape.arrayOf),
		);
	if ("eventsOf" in shape) return EXAMPLES[shape.eventsOf];
	return "text" in shape ? shape.example : EXAMPLES[shape.linesOf];
}

/** The body of a request; undefined: none. */
export function drawBody(
	draws: Draws,
	{ body }: Pick<Operation, "body">,
): Buffer | undefined {
	if (body === undefined && draws.chance(0.7)) return undefined;
	const shape: Shape = body ?? "TaskAsSubmitted";
	const isLines = typeof shape === "object" && "linesOf" in shape;
	let value = exampleOf(draws, shape);
	const times = draws.below(4);
	for (let i = 0; i < times; i++) value = bent(draws, value);
	if (draws.chance(0.02)) value = large(draws, value);
	const text = JSON.stringify(value) ?? "";
	const line = draws.mostly(text, [draws.one(TEXTS), "", " ", "\r"], 0.3);
	const whole = isLines || draws.chance(0.1) ? `${text}\n${line}\n` : text;
	return draws.chance(0.4) ? broken(draws, whole) : Buffer.from(whole);
}

/** At a limit, or just beyond. */
function large(draws: Draws, value: unknown): unknown {
	const more = draws.below(3) - 1;
	const payload = "p".repeat(PAYLOAD_BYTES_MAX - 2 + more);
	return draws.one<() => unknown>([
		() => ({ type: "noop", payload }),
		() => Array(1_000).fill(value),
		() => Array(ITEMS_MAX + more).fill(0),
	])();
}

/** Text that is no JSON, or is barely. */
function broken(draws: Draws, text: string): Buffer {
	const at = draws.below(text.length + 1);
	const [before, after] = [text.slice(0, at), text.slice(at)];
	const nested = JSON_DEPTH_MAX + draws.below(3) - 1;
	return draws.one<() => Buffer>([
		() => Buffer.from(before),
		() => Buffer.from(`${before},${after}`),
		() => Buffer.from(`${text}${text}`),
		() => Buffer.from(`${before}\u0000${after}`),
		() => Buffer.from(`\ufeff${text}`),
		() => Buffer.from(text, "utf16le"),
		() => Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xc0, 0x80])]),
		() => Buffer.from(text.replaceAll('"', "'")),
		() => Buffer.from(text.replace(/\d+/, "01")),
		() => Buffer.from(text.replace(/\d+/, "1e99999")),
		() => Buffer.from(text.replace(/"[^"]*"/, '"\\ud800"')),
		() => Buffer.from(text.replace(/"[^"]*"/, '"\\x41"')),
		() => Buffer.from(text.replace("{", '{"type":"a","type":"b",')),
		() => Buffer.from(text.replace("{", '{"__proto__":{"type":"noop"},')),
		() => Buffer.from(`${"[".repeat(nested)}${"]".repeat(nested)}`),
		() => Buffer.from(`${'{"a":'.repeat(5_000)}`),
		() => Buffer.from(`/* */ ${text}`),
		() => Buffer.alloc(draws.below(2_000), draws.below(256)),
	])();
}
