/**
 * What a node says about itself, as the registry keeps it: JSON. Every node reads all
 * records, so one that is damaged, or of another version, must not make it fail on the
 * others.
 */
import { END_KINDS } from "../../protocol/keep.ts";
import type { NodeRecord } from "../ports.ts";

type Unchecked = Readonly<Record<string, unknown>>;

const isText = (value: unknown) => typeof value === "string";
const isTextIfAny = (value: unknown) => value === undefined || isText(value);
const isNumber = (value: unknown) => Number.isFinite(value);
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const isNumbers = (value: unknown) =>
	typeof value === "object" &&
	value !== null &&
	Object.values(value).every(isNumber);

const isKeeps = (value: unknown) =>
	END_KINDS.every((kind) => {
		const keep = (value as Unchecked | null)?.[kind] as Unchecked | undefined;
		return [keep?.ms, keep?.number, keep?.bytes].every(isNumber);
	});

const SHAPE: Readonly<Record<keyof NodeRecord, (value: unknown) => boolean>> = {
	name: isText,
	wishedName: (value) => value === undefined || isText(value),
	nodeId: isText,
	pid: isNumber,
	host: isText,
	http: isText,
	p2p: isText,
	url: (value) => value === undefined || isText(value),
	version: isText,
	startedMs: isNumber,
	slots: isNumber,
	types: isTexts,
	concurrency: (value) => value === undefined || isNumbers(value),
	queues: (value) => value === undefined || isTexts(value),
	labels: isTexts,
	draining: (value) => typeof value === "boolean",
	atRisk: (value) => value === undefined || value === true,
	zone: isTextIfAny,
	instanceId: isTextIfAny,
	instanceType: isTextIfAny,
	lifecycle: isTextIfAny,
	keeps: (value) => value === undefined || isKeeps(value),
};

/** A node's record as JSON. The name comes first: `lua/pieces/name.lua` depends on that. */
export function encodeNodeRecord({ name, ...rest }: NodeRecord): string {
	return JSON.stringify({ name, ...rest });
}

/** The record of a node; undefined for anything that is not one. */
export function decodeNodeRecord(text: string): NodeRecord | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return; // It is not JSON, and so no record.
	}
	if (typeof value !== "object" || value === null) return;
	// A node of an earlier version has no name; the name of its host takes its place.
	value = { name: (value as Unchecked).host, ...value };
	const isRecord = Object.entries(SHAPE).every(([name, fits]) =>
		fits((value as Unchecked)[name]),
	);
	return isRecord ? (value as NodeRecord) : undefined;
}
